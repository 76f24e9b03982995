//! Where tokens are sent. Every visit in these tests (visit.rs) checks that none goes astray or is printed, with every
//! fault.

use std::collections::BTreeSet;

use mcp_doctor::Severity;
use url::Url;

use super::alone;
use super::broken::{ASKS_NOBODY, REVOCATION_ELSEWHERE, faults};
use super::visit::{Visit, visit};

fn says(visit: &Visit, why: &str) -> bool {
    visit
        .report
        .findings
        .iter()
        .any(|f| f.severity == Severity::Skipped && f.found.contains(why))
}

// rule: doctor/tokens-stay: tokens go to the server that they are for, and are never shown [MCP
//    authorization, Token Handling]
#[test]
fn tokens_go_to_their_own_servers_alone() {
    let visit = alone(visit(None, None));
    let paths: BTreeSet<_> = visit.carried.iter().map(Url::path).collect();
    assert_eq!(
        Vec::from_iter(paths),
        ["/mcp", "/oauth/revoke", "/oauth/token"]
    );
}

// rule: doctor/foreign-metadata: metadata of another issuer are sent nothing of value [RFC 8414
//    §3.3]
#[test]
fn metadata_of_another_issuer_get_no_token() {
    let other = faults().find(|fault| fault.name == "metadata of another issuer");
    let visit = alone(visit(other, None));
    assert!(
        visit.carried.iter().all(|url| url.path() == "/mcp"),
        "{:?}",
        visit.carried
    );
    assert!(says(&visit, "nothing of value is sent there"));
}

// rule: doctor/foreign-metadata
#[test]
fn nor_does_a_revocation_endpoint_on_another_host() {
    let visit = alone(visit(Some(&REVOCATION_ELSEWHERE), None));
    assert!(visit.carried.iter().any(|url| url.path() == "/oauth/token"));
    assert!(says(&visit, "on another host than the token endpoint"));
}

// rule: doctor/foreign-metadata
#[test]
fn nor_does_an_endpoint_that_the_sign_in_did_not_use() {
    let elsewhere = Url::parse("https://elsewhere.invalid/token").unwrap();
    let visit = alone(visit(None, Some(elsewhere)));
    assert!(
        visit.carried.iter().all(|url| url.path() == "/mcp"),
        "{:?}",
        visit.carried
    );
    assert!(says(&visit, "the sign-in used another token endpoint"));
    assert!(visit.report.ok);
}

// rule: doctor/tokens-stay
#[test]
fn a_code_that_nobody_wanted_is_not_shown() {
    let visit = alone(visit(Some(&ASKS_NOBODY), None));
    let text = serde_json::to_string(&visit.report).unwrap();
    assert!(text.contains("302 to http://127.0.0.1/callback"), "{text}");
    assert!(!text.contains("of-somebody"), "{text}");
}
