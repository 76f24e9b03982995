//! Client ID metadata documents: which hosts are asked, how, and what an answer must be.

use std::time::Duration;

use fetch::scripted::Scripted;
use fetch::{FetchError, Method, Response};
use oauth_provider::authorize::{AuthorizeError, PageProblem};
use oauth_provider::client::{ClientProblem, DocumentProblem};
use serde_json::{Value, json};

use crate::support::server::{CALLBACK, Server, body, query};

pub(crate) const URL: &str = "https://client.example/oauth/meta.json";

pub(crate) fn document(url: &str) -> Value {
    json!({"client_id": url, "client_name": "Editor", "redirect_uris": [CALLBACK]})
}

pub(crate) fn answer(
    status: u16,
    headers: &[(&str, &str)],
    body: &str,
) -> Result<Response, FetchError> {
    let headers = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let body = body.as_bytes().to_vec();
    Ok(Response {
        status,
        headers,
        body,
    })
}

pub(crate) fn json_answer(
    headers: &[(&str, &str)],
    document: &Value,
) -> Result<Response, FetchError> {
    let headers = [&[("content-type", "application/json")], headers].concat();
    answer(200, &headers, &document.to_string())
}

pub(crate) fn serving(url: &str, answer: Result<Response, FetchError>) -> Server {
    Server::with(Scripted::new().on(Method::Get, url, answer))
}

pub(crate) fn problem(server: &Server, client_id: &str) -> DocumentProblem {
    match server.authorize(&query(client_id, &[])) {
        Err(AuthorizeError::Page(PageProblem::Client(ClientProblem::Document {
            url,
            problem,
        }))) => {
            assert_eq!(url.as_str(), client_id);
            *problem
        }
        other => panic!("{client_id}: {other:?}"),
    }
}

#[test]
fn a_document_makes_a_client() {
    let server = serving(URL, json_answer(&[], &document(URL)));
    let request = server.authorize(&query(URL, &[])).unwrap();
    assert_eq!(request.client.id, URL);
    assert_eq!(
        request.client.verified_host.as_deref(),
        Some("client.example")
    );
    assert_eq!(request.client.name.as_deref(), Some("Editor"));
    let answer = server.redeem(URL, &server.sign_in(URL));
    assert!(
        body(&answer)["refresh_token"].is_string(),
        "no grant_types at all"
    );
}

// rule: clients/refresh-grant-listed: refresh tokens only for clients that list the grant, or none
#[test]
fn a_client_that_lists_grants_without_refresh_gets_no_refresh_token() {
    let mut document = document(URL);
    document["grant_types"] = json!(["authorization_code", "urn:x"]);
    let server = serving(URL, json_answer(&[], &document));
    let answer = server.redeem(URL, &server.sign_in(URL));
    assert_eq!(answer.status, 200);
    assert_eq!(body(&answer).get("refresh_token"), None);
}

// rule: clients/document-fetched-plainly: how a document is fetched: plainly, no redirects, 200,
//    JSON, UTF-8 [CIMD §4, §5]
// rule: clients/document-size-and-time: a document has 5 KiB, counted while they come, and ten
//    seconds for all of it [CIMD §8.7]
#[test]
fn it_is_asked_for_plainly_with_limits() {
    let server = serving(URL, json_answer(&[], &document(URL)));
    server.authorize(&query(URL, &[])).unwrap();
    let [request] = &server.fetch.requests()[..] else {
        panic!("one request");
    };
    assert_eq!(request.method, Method::Get);
    assert_eq!(request.url.as_str(), URL);
    assert_eq!(
        request.headers,
        [("accept", "application/json".to_owned())],
        "no cookie, no credentials"
    );
    assert_eq!(request.body, None);
    assert_eq!(request.timeout, Duration::from_secs(10));
    assert_eq!(request.max_body, 5 * 1024);
}

// rule: clients/document-fetched-plainly
#[test]
fn each_answer_that_is_refused_says_why_and_whether_to_try_again() {
    let fine = document(URL).to_string();
    let padded = |bytes: usize| format!("{fine}{}", " ".repeat(bytes - fine.len()));
    let json = ("content-type", "application/json");
    let gone = |text: &str| Err(FetchError::Unreachable(format!("{text} at 10.0.0.1")));
    let rows = [
        (
            answer(301, &[json, ("location", URL)], &fine),
            "the status is 200",
            "301, a redirect, which must not be followed",
            false,
        ),
        (
            answer(302, &[("location", "https://10.0.0.1/")], ""),
            "the status is 200",
            "302, a redirect, which must not be followed",
            false,
        ),
        (
            answer(201, &[json], &fine),
            "the status is 200",
            "201",
            false,
        ),
        (answer(204, &[json], ""), "the status is 200", "204", false),
        (
            answer(404, &[json], &fine),
            "the status is 200",
            "404",
            false,
        ),
        (
            answer(410, &[json], &fine),
            "the status is 200",
            "410",
            false,
        ),
        (
            answer(429, &[json], &fine),
            "the status is 200",
            "429",
            true,
        ),
        (
            answer(500, &[json], &fine),
            "the status is 200",
            "500",
            true,
        ),
        (
            answer(200, &[], &fine),
            "the content type is JSON",
            "no content type",
            false,
        ),
        (
            answer(200, &[("content-type", "text/html; charset=utf-8")], &fine),
            "the content type is JSON",
            "a web page (text/html; charset=utf-8) instead of the document",
            true,
        ),
        (
            answer(200, &[("content-type", "text/plain")], &fine),
            "the content type is JSON",
            "text/plain",
            false,
        ),
        (
            answer(200, &[json], &padded(5 * 1024 + 1)),
            "the document is complete",
            "the answer is longer than 5120 bytes",
            false,
        ),
        (
            Err(FetchError::Timeout(Duration::from_secs(10))),
            "the document can be fetched",
            "no complete answer within 10 s",
            true,
        ),
        (
            gone("refused"),
            "the document can be fetched",
            "no connection",
            true,
        ),
        (
            answer(200, &[json], "[]"),
            "the document is JSON",
            "JSON that is not an object",
            false,
        ),
        (
            answer(200, &[json], &fine.replacen('{', r#"{"client_id":"x","#, 1)),
            "the document is JSON",
            "the key \"client_id\" stands twice at line 1 column 82",
            false,
        ),
        (
            answer(200, &[json], &fine.replace("meta.json", "other.json")),
            "client_id is the document's own URL",
            "\"https://client.example/oauth/other.json\"",
            false,
        ),
    ];
    for (answer, check, found, transient) in rows {
        let shown = format!("{answer:?}");
        let server = serving(URL, answer);
        let problem = problem(&server, URL);
        assert_eq!(problem.check, check, "{shown}");
        let same = problem.found == found
            || (found.contains("twice") && problem.found.contains("stands twice"));
        assert!(same, "{}: {shown}", problem.found);
        assert_eq!(problem.transient, transient, "{shown}");
        assert!(
            !problem.to_string().contains("10.0.0.1"),
            "the network's words stay in the log"
        );
        assert_eq!(
            server.fetch.requests().len(),
            1,
            "asked once, followed nowhere: {shown}"
        );
    }
    let server = serving(URL, answer(200, &[json], &padded(5 * 1024)));
    assert!(server.authorize(&query(URL, &[])).is_ok(), "5 KiB exactly");
}

// rule: clients/document-fetched-plainly
#[test]
fn other_bytes_than_utf8_are_refused() {
    let bad = Response {
        status: 200,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: b"{\"client_id\":\"\xff\"}".to_vec(),
    };
    assert_eq!(
        problem(&serving(URL, Ok(bad)), URL).check,
        "the document is UTF-8"
    );
}

// rule: clients/words-for-developers: words that a developer can act on: the URL, the check, what
//    was found and expected; the asked and the registered URIs
#[test]
fn the_words_help_the_developer_of_a_client() {
    let mut wrong = document(URL);
    wrong["redirect_uris"] = json!(["http://app.example/cb"]);
    let server = serving(URL, json_answer(&[], &wrong));
    insta::assert_snapshot!(problem(&server, URL), @"redirect_uris are usable: found http://app.example/cb must be https unless the host is this computer: localhost, 127.0.0.0/8 or [::1]; expected at least one: https, loopback http, or an application's own scheme (com.example.app, or a known editor's) (CIMD §4.2)");
    let server = serving(URL, answer(302, &[], ""));
    insta::assert_snapshot!(problem(&server, URL), @"the status is 200: found 302, a redirect, which must not be followed; expected 200 (CIMD §5)");
}

// rule: clients/url-byte-for-byte: a Client ID URL is compared byte for byte; a default port makes
//    another client [CIMD §3]
#[test]
fn two_spellings_are_two_clients() {
    let spelled = "https://client.example:443/oauth/meta.json";
    let server = serving(URL, json_answer(&[], &document(URL)));
    // The fetch goes to the same place, and the document there names the other.
    let found = problem(&server, spelled);
    assert_eq!(found.check, "client_id is the document's own URL");
}
