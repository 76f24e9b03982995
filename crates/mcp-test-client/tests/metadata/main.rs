//! `metadata check`: the provider's rules, applied to a published document or a file.
// file rule: doctor/document-rules: the rules of a document, live or in a file, each with a remedy
//    [CIMD §4]

#![cfg(test)]

use std::path::PathBuf;

use fetch::scripted::Scripted;
use fetch::{FetchError, Method, Response};
use mcp_doctor::Extent;
use mcp_test_client::metadata::{Form, check};
use serde_json::{Value, json};

const URL: &str = "https://client.example/oauth/client.json";

fn document() -> Value {
    json!({ "client_id": URL, "client_name": "Example", "redirect_uris": ["http://127.0.0.1/callback"] })
}

/// Whether all rules hold, and the output.
async fn checked(of: &str, json: bool, script: &Scripted) -> (bool, String) {
    let mut out = Vec::new();
    let form = if json {
        Form::Json
    } else {
        Form::Text(Extent::All)
    };
    let ok = check(of, form, script, &mut out).await.unwrap();
    (ok, String::from_utf8(out).unwrap())
}

async fn served(status: u16, document: &Value) -> (bool, Value) {
    let script = Scripted::new().json(Method::Get, URL, status, &document.to_string());
    let (ok, text) = checked(URL, true, &script).await;
    (ok, serde_json::from_str(&text).unwrap())
}

fn broken(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().unwrap().iter();
    let failed = findings.filter(|finding| finding["severity"] == "failure");
    failed
        .map(|finding| finding["check"].as_str().unwrap())
        .collect()
}

/// Writes a file of this name, which only this test uses.
fn file(name: &str, content: &[u8]) -> PathBuf {
    let path = std::env::temp_dir().join(format!(
        "mcp-test-client-{}-{name}.json",
        std::process::id()
    ));
    std::fs::write(&path, content).unwrap();
    path
}

async fn in_file(name: &str, content: &[u8]) -> (bool, Value) {
    let path = file(name, content);
    let (ok, text) = checked(path.to_str().unwrap(), true, &Scripted::new()).await;
    std::fs::remove_file(path).unwrap();
    (ok, serde_json::from_str(&text).unwrap())
}

#[tokio::test]
async fn a_document_that_is_right() {
    let (ok, report) = served(200, &document()).await;
    assert!(ok, "{report}");
    assert_eq!(report["client_id"], URL);
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 19);
    for finding in findings {
        assert_eq!(finding["severity"], "ok", "{finding}");
        assert!(finding.get("fix").is_none(), "{finding}");
        assert!(finding["section"].as_str().is_some_and(|s| !s.is_empty()));
    }
}

#[tokio::test]
async fn everything_that_is_wrong_with_section_and_remedy() {
    let mut wrong = document();
    wrong["client_id"] = json!("https://other.example/x");
    wrong["client_secret"] = json!("known to all");
    wrong["redirect_uris"] = json!([]);
    let script = Scripted::new().json(Method::Get, URL, 200, &wrong.to_string());
    let (ok, text) = checked(URL, false, &script).await;
    assert!(!ok);
    for part in [
        "* client_id is the document's own URL (CIMD §4): set client_id to the URL of the document",
        "* the document holds no secret (CIMD §4.1): remove client_secret",
        "* redirect_uris are usable (CIMD §4.2): list https URLs",
        ": 3 rules are broken\n",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let (ok, report) = served(200, &wrong).await;
    assert!(!ok);
    assert_eq!(
        broken(&report),
        [
            "client_id is the document's own URL",
            "the document holds no secret",
            "redirect_uris are usable"
        ]
    );
}

#[tokio::test]
async fn what_was_not_reached_is_skipped() {
    let (ok, report) = served(404, &document()).await;
    assert!(!ok);
    assert_eq!(broken(&report), ["the status is 200"]);
    let last = report["findings"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    assert_eq!(
        (last["check"].as_str(), last["severity"].as_str()),
        (Some("redirect_uris are usable"), Some("skipped"))
    );
}

#[tokio::test]
async fn a_private_host_is_never_asked() {
    let script = Scripted::new();
    let (ok, text) = checked("https://10.0.0.1/client.json", true, &script).await;
    assert!(!ok, "{text}");
    assert!(script.requests().is_empty());
}

#[tokio::test]
async fn this_computer_is_for_local_work() {
    let url = "http://127.0.0.1:4000/client.json";
    let mut local = document();
    local["client_id"] = json!(url);
    let script = Scripted::new().json(Method::Get, url, 200, &local.to_string());
    let (ok, text) = checked(url, false, &script).await;
    assert!(ok, "{text}");
}

#[tokio::test]
async fn the_ready_document_is_ready() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/client-metadata.json");
    let (ok, text) = checked(path, false, &Scripted::new()).await;
    assert!(ok, "{text}");
    assert!(text.contains("every rule holds"), "{text}");
    assert!(
        text.lines().all(|line| line.chars().count() <= 120),
        "{text}"
    );
}

#[tokio::test]
async fn a_file_is_judged_by_all_but_its_transport() {
    let (ok, report) = in_file("good", document().to_string().as_bytes()).await;
    assert!(ok, "{report}");
    let skipped = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|f| f["severity"] == "skipped");
    let skipped: Vec<_> = skipped.map(|f| f["check"].as_str().unwrap()).collect();
    assert_eq!(skipped, ["the status is 200", "the content type is JSON"]);

    let mut long = document();
    long["client_name"] = json!("x".repeat(6000));
    let (ok, report) = in_file("long", long.to_string().as_bytes()).await;
    assert_eq!(
        (ok, broken(&report)),
        (false, vec!["the document is complete"])
    );

    let (ok, report) = in_file("no-json", b"client_id: x").await;
    assert_eq!((ok, broken(&report)), (false, vec!["the document is JSON"]));
    let (ok, report) = in_file("bytes", b"\xff\xfe").await;
    assert_eq!(
        (ok, broken(&report)),
        (false, vec!["the document is UTF-8"])
    );

    let mut nameless = document();
    nameless.as_object_mut().unwrap().remove("client_id");
    let (ok, report) = in_file("nameless", nameless.to_string().as_bytes()).await;
    assert_eq!(
        (ok, broken(&report)),
        (false, vec!["client_id is the document's own URL"])
    );
    let text = report.to_string();
    assert!(
        text.contains("the https URL where the file will be"),
        "{text}"
    );
}

#[tokio::test]
async fn a_file_that_is_not_there_is_an_error() {
    let mut out = Vec::new();
    let outcome = check(
        "no/such/file.json",
        Form::Text(Extent::All),
        &Scripted::new(),
        &mut out,
    )
    .await;
    assert_eq!(outcome.unwrap_err().kind(), std::io::ErrorKind::NotFound);
    assert!(out.is_empty());
}

// rule: doctor/no-control-characters
#[tokio::test]
async fn a_document_that_means_ill_moves_no_cursor() {
    let nasty = "\u{1b}[2J\u{9b}31m\u{202e}x";
    let wrong = json!({ "client_id": nasty, "client_name": nasty, "redirect_uris": [nasty], "grant_types": [nasty] });
    let script = Scripted::new()
        .json(Method::Get, URL, 200, &wrong.to_string())
        .on(
            Method::Get,
            "https://client.example/unreachable",
            Err(FetchError::Unreachable(nasty.to_owned())),
        )
        .on(
            Method::Get,
            "https://client.example/typed",
            Ok(Response {
                status: 200,
                headers: vec![("content-type".to_owned(), nasty.to_owned())],
                body: b"{}".to_vec(),
            }),
        );
    for url in [
        URL,
        "https://client.example/unreachable",
        "https://client.example/typed",
        &format!("https://{nasty}/x"),
    ] {
        for json in [false, true] {
            let (ok, text) = checked(url, json, &script).await;
            assert!(!ok);
            let bad = text
                .chars()
                .find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
            assert_eq!(bad, None, "{text}");
        }
    }
}
