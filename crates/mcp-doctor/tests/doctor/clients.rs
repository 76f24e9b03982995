//! Known clients that have trouble at a server: each is named where the server is as it says, and nowhere else.

use std::collections::BTreeSet;

use mcp_doctor::{Report, Severity, reference};
use oauth_provider::http::Response;
use serde_json::{Map, Value, json};

use super::alone;
use super::broken::{Asked, Fault, change_json, set, spoils, takes};
use super::visit::visit;

/// What a check finds does not matter here.
const ANY: (&str, Severity, &str) = ("", Severity::Ok, "");
const METHODS: &str = "token_endpoint_auth_methods_supported";

fn metadata(asked: &Asked, response: &mut Response, change: impl FnOnce(&mut Map<String, Value>)) {
    if asked.path == "/.well-known/oauth-authorization-server" {
        change_json(response, change);
    }
}

fn put(asked: &Asked, response: &mut Response, name: &str, value: Value) {
    metadata(asked, response, |document| {
        _ = document.insert(name.to_owned(), value);
    });
}

static NO_ISSUER: Fault = spoils("no iss", ANY, |asked, response, _| {
    let name = "authorization_response_iss_parameter_supported";
    put(asked, response, name, json!(false));
});
static ONE_PORT: Fault = takes("one port", ANY, |asked, _| {
    let to = asked.get("redirect_uri").unwrap_or_default();
    let other = asked.path == "/oauth/authorize" && to.contains(":49151/");
    other.then(|| Response::empty(400))
});
static NO_PUBLIC_CLIENTS: Fault = spoils("no none", ANY, |asked, response, _| {
    put(
        asked,
        response,
        METHODS,
        json!(["client_secret_basic", "private_key_jwt"]),
    );
});
static NO_ASSERTIONS: Fault = spoils("no private_key_jwt", ANY, |asked, response, _| {
    put(asked, response, METHODS, json!(["none"]));
});
static NO_SCOPES: Fault = spoils("no scopes", ANY, |asked, response, _| {
    metadata(asked, response, |d| _ = d.remove("scopes_supported"));
    if asked
        .path
        .starts_with("/.well-known/oauth-protected-resource")
    {
        change_json(response, |d| _ = d.remove("scopes_supported"));
    }
    if let Some(challenge) = response.get("www-authenticate").map(str::to_owned) {
        set(
            response,
            "www-authenticate",
            &challenge.replace("scope=", "x="),
        );
    }
});
static OPENID_SCOPES: Fault = spoils("openid", ANY, |asked, response, _| {
    let scopes = json!(["notes:read", "notes:write", "openid", "email"]);
    put(asked, response, "scopes_supported", scopes);
});
static OLD_PATH: Fault = takes("/token is the token endpoint too", ANY, |asked, _| {
    if asked.path == "/token" {
        "/oauth/token".clone_into(&mut asked.path);
    }
    None
});
static NO_REFRESH: Fault = spoils("no refresh tokens", ANY, |asked, response, _| {
    let grants = json!(["authorization_code"]);
    put(asked, response, "grant_types_supported", grants);
});

/// How the name of a client begins, a server at which it has trouble, and one at which it has none; `None` is the server
/// that is right.
const CASES: [(&str, Option<&Fault>, Option<&Fault>); 10] = [
    ("Codex 0.142", None, Some(&NO_ISSUER)),
    ("GitHub Copilot CLI", Some(&ONE_PORT), None),
    ("Claude Code", Some(&ONE_PORT), None),
    ("Claude connectors", Some(&NO_PUBLIC_CLIENTS), None),
    ("ChatGPT", Some(&NO_ASSERTIONS), None),
    ("n8n", Some(&NO_PUBLIC_CLIENTS), None),
    ("mcp-remote", Some(&NO_SCOPES), None),
    ("Codex Desktop", Some(&OPENID_SCOPES), None),
    ("FastMCP", None, Some(&OLD_PATH)),
    ("Python SDK", None, Some(&NO_REFRESH)),
];

fn named(report: &Report, client: &str) -> bool {
    report
        .clients
        .iter()
        .any(|note| note.client.starts_with(client))
}

// rule: doctor/known-clients: names the clients that are known to have trouble at such a server, with version and source
#[test]
fn each_client_is_named_where_it_has_trouble_and_nowhere_else() {
    alone(async {
        for (client, with, without) in CASES {
            assert!(named(&visit(with, None).await.report, client), "{client}");
            assert!(
                !named(&visit(without, None).await.report, client),
                "{client}"
            );
        }
    });
}

// rule: doctor/known-clients
#[test]
fn every_client_of_the_reference_has_a_case() {
    let text = reference();
    let (_, table) = text.split_once("\n## Clients\n").unwrap();
    let rows: Vec<&str> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| "))
        .skip(1)
        .collect();
    let cases: BTreeSet<_> = CASES.map(|(client, ..)| client).into();
    assert_eq!(rows.len(), cases.len());
    for client in cases {
        assert_eq!(
            rows.iter().filter(|row| row.starts_with(client)).count(),
            1,
            "{client}"
        );
    }
}

// rule: doctor/known-clients
#[test]
fn what_a_client_gets_wrong_is_no_fault_of_the_server() {
    let report = alone(visit(None, None)).report;
    assert!(report.ok && !report.clients.is_empty());
    assert_eq!(
        report.count(Severity::Warning) + report.count(Severity::Failure),
        0
    );
    for note in &report.clients {
        assert!(
            note.source.contains('#') || note.source.contains("package"),
            "{note}"
        );
    }
}
