//! Where the answer to an authorization request goes, and what it carries whatever the outcome.

use oauth_provider::OwnDocument;
use oauth_provider::authorize::{AuthorizeError, PageProblem, Refusal, Way};
use url::Url;

use crate::authorize_request::outcome as asked;
use crate::client_documents::{URL, json_answer, serving};
use crate::support::server::{CALLBACK, Server, body, outcome, query};

// rule: authorization/state-byte-for-byte: `state` byte for byte [RFC 6749 §4.1.2]
#[test]
fn state_comes_back_as_it_was_sent() {
    let server = Server::new();
    let client = server.public();
    for state in [
        "a b+c%20&=#?\"'<>",
        "ünï\u{2028}",
        "\u{0}\n",
        &"s".repeat(2048),
    ] {
        let wrong = query(&client, &[("state", state), ("prompt", "none")]);
        let Err(AuthorizeError::Redirect(Refusal { response, .. })) = server.authorize(&wrong)
        else {
            panic!("{state}");
        };
        let url = Url::parse(&response.location()).unwrap();
        let back = url.query_pairs().find(|(name, _)| name == "state").unwrap();
        assert_eq!(back.1, state);
    }
}

// rule: authorization/state-byte-for-byte
#[test]
fn a_state_that_decoding_changes_is_refused_and_not_returned() {
    let server = Server::new();
    let query = query(&server.public(), &[("state", "")]);
    let found = asked(&server, &format!("{query}&state=a%FFb"));
    assert_eq!(found, "invalid_request (-): parameters must be UTF-8");
}

// rule: authorization/iss-in-every-answer: `iss` in every answer, scoped issuers too [RFC 9207 §2]
#[test]
fn the_answer_names_the_issuer_whose_document_the_client_read() {
    let server = Server::new();
    let client = server.public();
    for (issuer, iss) in [
        ("", "https://mcp.example.com"),
        ("https://mcp.example.com", "https://mcp.example.com"),
        ("https://mcp.example.com/mcp", "https://mcp.example.com/mcp"),
        (
            "https://mcp.example.com/mcp/acme",
            "https://mcp.example.com/mcp/acme",
        ),
        ("https://evil.example", "https://mcp.example.com"),
    ] {
        let wrong = query(&client, &[("issuer", issuer), ("scope", "admin")]);
        let Err(AuthorizeError::Redirect(Refusal { response, .. })) = server.authorize(&wrong)
        else {
            panic!("{issuer}");
        };
        assert_eq!(response.issuer, iss, "{issuer}");
    }
}

// rule: clients/redirect-uri-matching
// rule: authorization/redirect-uri-left-out
#[test]
fn several_redirect_uris_must_be_told_apart() {
    let server = Server::new();
    let answer = server.register(&serde_json::json!({
        "redirect_uris": [CALLBACK, "cursor://cb"], "token_endpoint_auth_method": "none",
    }));
    let client = crate::support::server::body(&answer)["client_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let found = asked(&server, &query(&client, &[("redirect_uri", "")]));
    assert_eq!(found, "page: redirect_uri is missing");
    let uri = |text| {
        server
            .authorize(&query(&client, &[("redirect_uri", text)]))
            .unwrap()
            .redirect_uri
    };
    assert_eq!(uri("cursor://cb").scheme(), "cursor");
    assert_eq!(uri(CALLBACK).host(), "app.example");
}

// rule: clients/words-for-developers
#[test]
fn the_page_names_what_was_asked_and_what_is_registered() {
    let server = Server::new();
    let wrong = query(
        &server.public(),
        &[("redirect_uri", "https://app.example/other")],
    );
    let Err(AuthorizeError::Page(PageProblem::RedirectUri {
        client,
        asked,
        registered,
    })) = server.authorize(&wrong)
    else {
        panic!("a page");
    };
    assert_eq!(client, "Editor");
    assert_eq!(asked, "https://app.example/other");
    assert_eq!(registered, [CALLBACK]);
}

// rule: clients/redirect-uri-matching
#[test]
fn loopback_ports_are_free() {
    let server = Server::new();
    let answer = server.register(&serde_json::json!({
        "redirect_uris": ["http://127.0.0.1/cb"], "token_endpoint_auth_method": "none",
    }));
    let client = crate::support::server::body(&answer)["client_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let code = server.sign_in_with(&client, &[("redirect_uri", "http://127.0.0.1:49152/cb")]);
    let redeem = |uri| {
        let mut form = crate::support::server::redemption(&client, &code).to_vec();
        form.push(("redirect_uri", uri));
        crate::support::server::outcome(&server.token(&form))
    };
    assert_eq!(redeem("http://127.0.0.1:49152/other"), "400 invalid_grant");
    assert_eq!(
        redeem("http://127.0.0.1:49153/cb"),
        "200 ok",
        "the same comparison"
    );
}

// rule: authorization/sent-on-before-deciding: before a person has decided, a browser is sent on
//    only to this computer, to a document's own origin and to the operator's clients; programs hear
//    of errors as before [RFC 9700 §4.11.2]
#[test]
fn who_is_sent_on_without_having_done_anything() {
    let way = |server: &Server, client: &str, uri: &str| {
        let wrong = query(client, &[("redirect_uri", uri), ("scope", "admin")]);
        match server.authorize(&wrong) {
            Err(AuthorizeError::Redirect(refusal)) => refusal.way,
            other => panic!("{other:?}"),
        }
    };
    let server = Server::new();
    let uris = [CALLBACK, "http://127.0.0.1/cb", "com.example.app:/cb"];
    let answer = server.register(&serde_json::json!({
        "redirect_uris": uris, "token_endpoint_auth_method": "none",
    }));
    let id = body(&answer)["client_id"].as_str().unwrap().to_owned();
    let ways = uris.map(|uri| way(&server, &id, uri));
    assert_eq!(ways, [Way::Link, Way::Redirect, Way::Link]);

    let there = [
        "https://client.example/cb",
        "https://client.example:8443/cb",
        "https://other.example/cb",
        "http://localhost:7/cb",
        "cursor://cb",
    ];
    let document = serde_json::json!({
        "client_id": URL, "client_name": "Editor", "redirect_uris": there,
    });
    let server = serving(URL, json_answer(&[], &document));
    let ways = there.map(|uri| way(&server, URL, uri));
    assert_eq!(
        ways,
        [
            Way::Redirect,
            Way::Link,
            Way::Link,
            Way::Redirect,
            Way::Link
        ]
    );
}

// rule: clients/redirect-leads-elsewhere
#[test]
fn a_client_that_this_server_is_part_of_comes_back_here_and_nobody_else() {
    let own = "https://mcp.example.com/own/callback";
    let mut server = Server::new();
    server.settings.own_redirect_uri = Some(own.to_owned());
    let register = |server: &Server| {
        outcome(&server.register(&serde_json::json!({
            "redirect_uris": [own], "token_endpoint_auth_method": "none",
        })))
    };
    assert_eq!(register(&server), "201 ok", "where it has no document");
    server.settings.own_document = Some(OwnDocument {
        path: "/own/client.json",
        body: serde_json::json!({
            "client_id": "https://mcp.example.com/own/client.json", "client_name": "Own", "redirect_uris": [own],
        })
        .to_string(),
    });
    assert_eq!(register(&server), "400 invalid_redirect_uri");
    let id = "https://mcp.example.com/own/client.json";
    let request = server
        .authorize(&query(id, &[("redirect_uri", own)]))
        .unwrap();
    assert_eq!(request.redirect_uri.as_str(), own);
}
