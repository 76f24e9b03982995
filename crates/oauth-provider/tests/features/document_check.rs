//! Every rule of a live document, for its developer: the same run that a sign-in makes.
// file rule: clients/check-of-live-document: every rule of a live document, and the sign-in's own
//    reason among them

use std::collections::HashSet;

use fetch::FetchError;
use oauth_provider::OwnDocument;
use oauth_provider::client::{Check, Report, check};
use serde_json::json;

use crate::client_documents::{URL, answer, document, json_answer, problem, serving};
use crate::support::server::{Server, now};

fn report(server: &Server, client_id: &str) -> Report {
    now(check(client_id, &server.settings, &server.fetch))
}

fn broken(report: &Report) -> Vec<&Check> {
    report.checks.iter().filter(|check| !check.ok).collect()
}

#[test]
fn a_good_document_passes_every_rule() {
    let report = report(&serving(URL, json_answer(&[], &document(URL))), URL);
    assert!(report.ok && report.unchecked.is_empty());
    let names: HashSet<_> = report.checks.iter().map(|check| check.check).collect();
    assert_eq!((names.len(), report.checks.len()), (21, 21));
    for check in &report.checks {
        assert!(
            !check.found.is_empty() && !check.expected.is_empty(),
            "{}",
            check.check
        );
    }
}

#[test]
fn a_sign_in_stops_at_the_first_that_the_check_finds() {
    let mut wrong = document(URL);
    wrong["client_secret"] = json!("s");
    wrong["token_endpoint_auth_method"] = json!("client_secret_post");
    wrong["client_name"] = json!("\u{200b}");
    let server = serving(URL, json_answer(&[], &wrong));
    let report = report(&server, URL);
    assert_eq!(broken(&report).len(), 3);
    let refused = problem(&server, URL);
    let first = broken(&report)[0];
    assert_eq!(
        (
            refused.check,
            &refused.found,
            &refused.expected,
            refused.section
        ),
        (first.check, &first.found, &first.expected, first.section)
    );
}

#[test]
fn what_rests_on_a_broken_rule_is_not_looked_at() {
    let down = Err(FetchError::Unreachable("down".to_owned()));
    for (answer, rule, unchecked) in [
        (down, "the document can be fetched", 16),
        (answer(404, &[], ""), "the status is 200", 15),
        (
            answer(200, &[("content-type", "application/json")], "[]"),
            "the document is JSON",
            11,
        ),
    ] {
        let report = report(&serving(URL, answer), URL);
        let names: Vec<_> = broken(&report).iter().map(|check| check.check).collect();
        assert_eq!(names, [rule]);
        assert_eq!(report.unchecked.len(), unchecked, "{rule}");
        assert_eq!(report.checks.len() + report.unchecked.len(), 21);
    }
}

// rule: clients/judged-before-its-body
/// A page that is too long is what it is, not its length; the one of a sign-in and the one of the check are the same.
#[test]
fn status_type_and_size_are_found_in_this_order() {
    let page = "x".repeat(9 * 1024);
    let html = [("content-type", "text/html")];
    let json = [("content-type", "application/json")];
    for (answer, rule, found) in [
        (answer(403, &html, &page), "the status is 200", "403"),
        (answer(404, &html, &page), "the status is 200", "404"),
        (answer(503, &html, &page), "the status is 200", "503"),
        (
            answer(200, &html, &page),
            "the content type is JSON",
            "a web page (text/html) instead of the document",
        ),
        (
            answer(200, &json, &page),
            "the document is complete",
            "the answer is longer than 5120 bytes",
        ),
    ] {
        let server = serving(URL, answer);
        let refused = problem(&server, URL);
        assert_eq!((refused.check, &*refused.found), (rule, found));
        let report = report(&server, URL);
        let checks = broken(&report);
        let names: Vec<_> = checks.iter().map(|c| (c.check, &*c.found)).collect();
        assert_eq!(names, [(rule, found)]);
    }
}

#[test]
fn neither_malformed_ids_nor_private_hosts_are_asked() {
    let server = Server::new();
    for client_id in [
        "",
        "x",
        "https://Client.example/c",
        "https://10.0.0.1/c",
        "https://localhost/c",
    ] {
        let report = report(&server, client_id);
        assert!(!report.ok, "{client_id}");
        assert_eq!(broken(&report).len(), 1, "{client_id}");
    }
    assert!(server.fetch.requests().is_empty());
}

#[test]
fn beyond_the_budget_nobody_is_at_fault() {
    let report = report(&serving(URL, Err(FetchError::OverBudget)), URL);
    assert!(report.over_budget && !report.ok);
}

#[test]
fn this_servers_own_document_is_read_without_a_fetch() {
    let mut server = Server::new();
    let url = format!("{}/client.json", server.settings.origin);
    server.settings.own_document = Some(OwnDocument {
        path: "/client.json",
        body: document(&url).to_string(),
    });
    assert!(report(&server, &url).ok);
    assert!(server.fetch.requests().is_empty());
}
