//! Servers that are malicious, or not there.

use std::time::Duration;

use fetch::scripted::Scripted;
use fetch::{FetchError, Method, Response};
use mcp_doctor::{Extent, Format, Options, Severity, examine};

use super::alone;

const SERVER: &str = "https://mcp.example.com/mcp";
const RESOURCE: &str = "https://mcp.example.com/.well-known/oauth-protected-resource/mcp";
const METADATA: &str = "https://mcp.example.com/.well-known/oauth-authorization-server";

fn options(server: &str) -> Options {
    Options {
        server: server.parse().unwrap(),
        register: true,
        sign_in: false,
    }
}

fn answer(status: u16, challenge: &str) -> Result<Response, FetchError> {
    Ok(Response {
        status,
        headers: vec![("www-authenticate".to_owned(), challenge.to_owned())],
        body: Vec::new(),
    })
}

// rule: doctor/no-control-characters: control characters of a server never reach the terminal
#[test]
fn escape_sequences_of_a_server_never_reach_the_terminal() {
    let nasty = "\u{1b}]0;owned\u{7}\u{9b}2J\u{202e}";
    let challenge =
        format!("Bearer resource_metadata=\"{nasty}\", scope=\"{nasty}\", error=\"{nasty}\"");
    let resource = serde_json::json!({
        "resource": nasty,
        "authorization_servers": ["https://mcp.example.com", nasty],
        "bearer_methods_supported": [nasty],
        "scopes_supported": [nasty],
    });
    let metadata = serde_json::json!({
        "issuer": nasty,
        "authorization_endpoint": "https://mcp.example.com/a",
        "token_endpoint": "https://mcp.example.com/t",
        "revocation_endpoint": nasty,
        "registration_endpoint": "https://mcp.example.com/r",
        "code_challenge_methods_supported": [nasty],
        "grant_types_supported": [nasty],
        "token_endpoint_auth_methods_supported": [nasty],
        "response_types_supported": ["code"],
        "client_id_metadata_document_supported": nasty,
    });
    let refusal = serde_json::json!({ "error": nasty }).to_string();
    let script = Scripted::new()
        .on(Method::Post, SERVER, answer(401, &challenge))
        .on(Method::Options, SERVER, answer(204, nasty))
        .json(Method::Get, RESOURCE, 200, &resource.to_string())
        .json(Method::Get, METADATA, 200, &metadata.to_string())
        .json(
            Method::Post,
            "https://mcp.example.com/r",
            201,
            &serde_json::json!({ "client_id": nasty }).to_string(),
        )
        .json(Method::Get, "https://mcp.example.com/t", 400, &refusal)
        .json(Method::Post, "https://mcp.example.com/t", 400, &refusal)
        .on(
            Method::Get,
            "https://mcp.example.com/a",
            Ok(Response {
                status: 302,
                headers: vec![(
                    "location".to_owned(),
                    format!("https://mcp.example.com/{nasty}"),
                )],
                body: Vec::new(),
            }),
        );
    let report = alone(examine(&options(SERVER), &script, None));
    assert!(!report.ok);
    for format in [Format::Text, Format::Json, Format::Markdown, Format::Junit] {
        let mut out = Vec::new();
        report.write(format, Extent::All, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let bad = text
            .chars()
            .find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
        assert_eq!(bad, None, "{text}");
        assert!(text.contains("owned"), "{text}");
        assert!(!text.contains("\\u001b"), "{text}");
    }
}

// rule: doctor/answer-limits
#[test]
fn a_server_that_is_not_there_is_one_failure_and_few_requests() {
    let script = Scripted::new().on(
        Method::Post,
        SERVER,
        Err(FetchError::Unreachable("connection refused".to_owned())),
    );
    let report = alone(examine(&options(SERVER), &script, None));
    let failed: Vec<_> = report
        .findings
        .iter()
        .filter(|f| f.severity == Severity::Failure)
        .collect();
    assert!(
        failed
            .iter()
            .any(|f| f.check == "challenge-status" && f.found.contains("connection refused"))
    );
    assert!(script.requests().len() <= 3, "{}", script.requests().len());
}

// rule: doctor/answer-limits: ten seconds and 256 KiB for each answer; who hangs is left alone
#[test]
fn every_request_has_its_limits() {
    let script = Scripted::new().on(Method::Post, SERVER, answer(401, "Bearer"));
    alone(examine(&options(SERVER), &script, None));
    assert!(script.requests().iter().all(|request| {
        request.timeout <= Duration::from_secs(10) && request.max_body <= 256 * 1024
    }));
}

// rule: doctor/no-private-network: a public server aims no request at a private network
#[test]
fn a_public_server_aims_nobody_at_this_computer() {
    let resource =
        serde_json::json!({ "resource": SERVER, "authorization_servers": ["http://127.0.0.1:9"] });
    let script = Scripted::new()
        .on(
            Method::Post,
            SERVER,
            answer(401, "Bearer resource_metadata=\"http://localhost:9/x\""),
        )
        .on(Method::Options, SERVER, answer(204, ""))
        .json(Method::Get, RESOURCE, 200, &resource.to_string());
    let report = alone(examine(&options(SERVER), &script, None));
    assert!(
        script
            .requests()
            .iter()
            .all(|r| r.url.host_str() == Some("mcp.example.com"))
    );
    let found = report
        .findings
        .iter()
        .find(|f| f.check == "server-found")
        .unwrap();
    assert_eq!(found.severity, Severity::Failure);
    assert!(found.found.contains("private network"), "{found:?}");
}

#[test]
fn http_to_another_computer_is_a_failure() {
    let report = alone(examine(
        &options("http://mcp.example.com/mcp"),
        &Scripted::new(),
        None,
    ));
    let first = report.findings.first().unwrap();
    assert_eq!(
        (first.check, first.severity),
        ("endpoint-https", Severity::Failure)
    );
}

#[test]
fn what_a_server_says_of_its_limits_is_not_its_fault() {
    let metadata = serde_json::json!({
        "issuer": "https://mcp.example.com",
        "authorization_endpoint": "https://mcp.example.com/a",
        "token_endpoint": "https://mcp.example.com/t",
        "response_types_supported": ["code"],
    });
    let resource = serde_json::json!({ "resource": SERVER, "authorization_servers": ["https://mcp.example.com"] });
    let script = Scripted::new()
        .on(Method::Post, SERVER, answer(401, "Bearer"))
        .on(Method::Options, SERVER, answer(204, ""))
        .json(Method::Get, RESOURCE, 200, &resource.to_string())
        .json(Method::Get, METADATA, 200, &metadata.to_string())
        .json(Method::Post, "https://mcp.example.com/t", 429, "{}");
    let report = alone(examine(&options(SERVER), &script, None));
    for check in ["unknown-code", "token-form-only", "unknown-grant-type"] {
        let finding = report.findings.iter().find(|f| f.check == check).unwrap();
        assert_eq!(finding.severity, Severity::Skipped, "{finding:?}");
    }
}
