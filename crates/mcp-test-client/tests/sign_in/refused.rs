//! What is refused, and what has not been sent by then.

use mcp_test_client::client::Error;
use mcp_test_client::client::oauth::ClientChoice;
use serde_json::{Value, json};

use crate::world::*;

fn section(error: &Error) -> &str {
    let Error::SignIn { section, .. } = error else {
        panic!("{error}");
    };
    section
}

/// The error for a server with these changes to its documents. Nobody was registered and no browser opened.
async fn refusal(resource: Value, server: Value, client: ClientChoice) -> Error {
    let world = World::new(
        script()
            .get(RESOURCE_METADATA, changed(resource_metadata(), resource))
            .get(SERVER_METADATA, changed(server_metadata(ISSUER), server))
            .registration()
            .post(TOKEN, 200, tokens(1)),
    );
    let error = world
        .with(World::settings(client))
        .unauthorized(None)
        .await
        .unwrap_err();
    assert_eq!(world.visits(), 0, "{error}");
    let asked = world.asked();
    assert!(
        !asked.contains(&REGISTER.to_owned()) && !asked.contains(&TOKEN.to_owned()),
        "{error}: {asked:?}"
    );
    assert_eq!(error.exit_status(), 4);
    error
}

// rule: test-client/resource-metadata-about
// rule: test-client/server-metadata
// rule: test-client/https-or-this-computer
#[tokio::test]
async fn documents_that_break_a_rule() {
    let none = || json!({});
    for (resource, server, expected) in [
        (
            json!({ "resource": "https://evil.example/mcp" }),
            none(),
            "RFC 9728 §3.3",
        ),
        (
            json!({ "resource": "https://mcp.example/other" }),
            none(),
            "RFC 9728 §3.3",
        ),
        (
            json!({ "authorization_servers": [] }),
            none(),
            "Authorization Server Location",
        ),
        (
            json!({ "authorization_servers": ["http://as.example"] }),
            none(),
            "RFC 8414 §2",
        ),
        (
            json!({ "authorization_servers": ["https://as.example?a=b"] }),
            none(),
            "RFC 8414 §2",
        ),
        (
            json!({ "authorization_servers": ["http://localhost:1"] }),
            none(),
            "RFC 9728 §7.7",
        ),
        (
            none(),
            json!({ "issuer": "https://as.example/x" }),
            "RFC 8414 §3.3",
        ),
        (
            none(),
            json!({ "issuer": "https://evil.example" }),
            "RFC 8414 §3.3",
        ),
        (
            none(),
            json!({ "code_challenge_methods_supported": null }),
            "Code Protection",
        ),
        (
            none(),
            json!({ "code_challenge_methods_supported": ["plain"] }),
            "Code Protection",
        ),
        (
            none(),
            json!({ "authorization_endpoint": null }),
            "RFC 8414 §2",
        ),
        (
            none(),
            json!({ "authorization_endpoint": "http://as.example/a" }),
            "RFC 8414 §2",
        ),
        (
            none(),
            json!({ "token_endpoint": "http://as.example/t" }),
            "RFC 8414 §2",
        ),
        (
            none(),
            json!({ "token_endpoint": "https://localhost/t" }),
            "RFC 9728 §7.7",
        ),
        (
            none(),
            json!({ "registration_endpoint": null }),
            "MCP client registration",
        ),
        (
            none(),
            json!({ "token_endpoint_auth_methods_supported": ["private_key_jwt"] }),
            "RFC 8414 §2",
        ),
    ] {
        let shown = format!("{resource} {server}");
        let error = refusal(resource, server, ClientChoice::Register).await;
        assert!(section(&error).contains(expected), "{shown}: {error}");
    }
}

// rule: test-client/by-document
#[tokio::test]
async fn a_document_where_documents_are_not_taken() {
    let server = json!({ "client_id_metadata_document_supported": null });
    let error = refusal(
        json!({}),
        server,
        ClientChoice::Document(DOCUMENT.to_owned()),
    )
    .await;
    assert!(
        section(&error).contains("Metadata Document -02 §6"),
        "{error}"
    );
}

// rule: test-client/credentials-of-issuer
#[tokio::test]
async fn a_client_that_belongs_to_another_issuer() {
    let client = ClientChoice::Registered {
        id: "mine".to_owned(),
        secret: None,
        issuer: Some("https://other.example".to_owned()),
    };
    let error = refusal(json!({}), json!({}), client).await;
    assert!(section(&error).contains("Server Binding"), "{error}");
}

// rule: test-client/state-and-iss-first
#[tokio::test]
async fn answers_that_are_not_to_be_believed_send_no_code_anywhere() {
    type Answer = fn(&str) -> String;
    let cases: [(Answer, &str); 6] = [
        (
            |_| format!("code=c&state=other&iss={ISSUER}"),
            "RFC 6749 §10.12",
        ),
        (|_| format!("code=c&iss={ISSUER}"), "RFC 6749 §10.12"),
        (
            |state| format!("code=c&state={state}&iss=https://evil.example"),
            "RFC 9207 §2.4",
        ),
        (
            |state| format!("code=c&state={state}&iss={ISSUER}/"),
            "RFC 9207 §2.4",
        ),
        (|state| format!("code=c&state={state}"), "RFC 9207 §2.4"),
        (
            |state| {
                format!("error=access_denied&error_description=Nope&state={state}&iss={ISSUER}")
            },
            "RFC 6749 §4.1.2.1",
        ),
    ];
    for (answer, expected) in cases {
        let world =
            World::new(whole()).answering(move |link| answer(&parameter(link, "state").unwrap()));
        let mut authorizer = world.authorizer();
        let error = authorizer.unauthorized(None).await.unwrap_err();
        assert_eq!(section(&error), expected, "{error}");
        assert!(world.forms(TOKEN).is_empty(), "{error}");
        assert_eq!(shown(authorizer.token().await.unwrap()), None);
    }
}

// rule: test-client/registration
#[tokio::test]
async fn registrations_and_tokens_that_are_none() {
    for (status, body, expected) in [
        (
            400,
            json!({ "error": "invalid_redirect_uri", "error_description": "no loopback" }),
            "invalid_redirect_uri: no loopback",
        ),
        (201, json!({}), "cannot be read"),
        (
            201,
            json!({ "client_id": "x", "token_endpoint_auth_method": "client_secret_basic" }),
            "nothing to show",
        ),
        (
            201,
            json!({ "client_id": "x", "token_endpoint_auth_method": "private_key_jwt" }),
            "nothing to show",
        ),
    ] {
        let world = World::new(script().discovery().post(REGISTER, status, body));
        let error = world.authorizer().unauthorized(None).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(world.visits(), 0);
    }
    for (status, body, expected) in [
        (
            200,
            changed(tokens(1), json!({ "token_type": "DPoP" })),
            "type DPoP",
        ),
        (200, json!({ "token_type": "Bearer" }), "cannot be read"),
        (
            400,
            json!({ "error": "invalid_grant", "error_description": "too late" }),
            "invalid_grant: too late",
        ),
        (502, json!("<html>"), "(no error code)"),
    ] {
        let world = World::new(
            script()
                .discovery()
                .registration()
                .post(TOKEN, status, body),
        );
        let mut authorizer = world.authorizer();
        let error = authorizer.unauthorized(None).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(shown(authorizer.token().await.unwrap()), None);
    }
}

// rule: test-client/refused-new-token: a token that was just given and is refused ends it
#[tokio::test]
async fn a_token_that_was_just_given_is_refused() {
    let world = World::new(whole());
    let mut authorizer = world.authorizer();
    authorizer.unauthorized(None).await.unwrap();
    let mut why = challenge(None, None);
    why.error_description = Some("wrong audience".to_owned());
    let error = authorizer.unauthorized(Some(&why)).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("has just been given: wrong audience"),
        "{error}"
    );
    assert_eq!(world.visits(), 1);
}
