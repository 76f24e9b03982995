//! Complete sign-ins.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use mcp_test_client::client::oauth::{ClientChoice, Secret};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::world::*;

// rule: test-client/pkce-s256
// rule: test-client/registration: registration: `application_type`, what the server makes of it,
//    its refusals; again only where it must [RFC 7591 §3.2]
#[tokio::test]
async fn by_registration_from_the_first_401_to_a_token() {
    let world = World::new(whole());
    let mut authorizer = world.authorizer();
    assert_eq!(
        shown(authorizer.token().await.unwrap()),
        None,
        "asked without at first"
    );
    let challenge = challenge(Some("read"), Some(RESOURCE_METADATA));
    authorizer.unauthorized(Some(&challenge)).await.unwrap();
    assert_eq!(
        shown(authorizer.token().await.unwrap()).as_deref(),
        Some("access-1")
    );
    assert_eq!(
        world.asked(),
        [RESOURCE_METADATA, SERVER_METADATA, REGISTER, TOKEN]
    );

    let requests = world.fetch.requests();
    let registered: serde_json::Value =
        serde_json::from_slice(requests[2].body.as_deref().unwrap()).unwrap();
    assert_eq!(registered["application_type"], "native");
    assert_eq!(
        registered["redirect_uris"],
        json!(["http://127.0.0.1:4000/callback"])
    );
    assert_eq!(
        registered["grant_types"],
        json!(["authorization_code", "refresh_token"])
    );
    assert_eq!(registered["token_endpoint_auth_method"], "none");

    let link = world.person.visited.borrow()[0].clone();
    let asked = |name| parameter(&link, name).unwrap_or_default();
    assert_eq!(asked("client_id"), "client-1");
    assert_eq!(asked("redirect_uri"), "http://127.0.0.1:4000/callback");
    assert_eq!(
        asked("scope"),
        "read",
        "the challenge's, not all of the metadata's"
    );
    assert_eq!(asked("resource"), SERVER);
    assert_eq!(asked("code_challenge_method"), "S256");

    let form = &world.forms(TOKEN)[0];
    assert_eq!(value(form, "resource"), Some(SERVER));
    assert_eq!(value(form, "code"), Some("code-1"));
    assert_eq!(value(form, "client_id"), Some("client-1"));
    assert_eq!(value(form, "client_secret"), None);
    let verifier = value(form, "code_verifier").unwrap();
    assert_eq!(
        URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)),
        asked("code_challenge")
    );
}

#[tokio::test]
async fn the_next_run_uses_what_was_kept() {
    let first = World::new(whole());
    first.authorizer().unauthorized(None).await.unwrap();
    let second = first.then(script());
    assert_eq!(
        shown(second.authorizer().token().await.unwrap()).as_deref(),
        Some("access-1")
    );
    assert!(second.asked().is_empty());
}

// rule: test-client/registration
#[tokio::test]
async fn a_registration_is_used_again_at_its_own_port_only() {
    let first = World::new(whole());
    first.authorizer().unauthorized(None).await.unwrap();
    let refused = || {
        script()
            .discovery()
            .registration()
            .post(TOKEN, 400, json!({ "error": "invalid_grant" }))
            .post(TOKEN, 200, tokens(2))
    };
    let again = first.then(refused());
    again.authorizer().unauthorized(None).await.unwrap();
    assert!(
        !again.asked().contains(&REGISTER.to_owned()),
        "{:?}",
        again.asked()
    );

    let taken = first.then(refused());
    taken.person.port.set(Some(4001));
    taken.authorizer().unauthorized(None).await.unwrap();
    assert!(
        taken.asked().contains(&REGISTER.to_owned()),
        "its port was taken: it registers with the new one"
    );
}

// rule: test-client/by-document: by document nothing is registered, and not where documents are not
//    taken [CIMD §6]
#[tokio::test]
async fn by_metadata_document_nothing_is_registered() {
    let world = World::new(script().discovery().post(TOKEN, 200, tokens(1)));
    let mut authorizer = world.with(World::settings(ClientChoice::Document(DOCUMENT.to_owned())));
    authorizer.unauthorized(None).await.unwrap();
    assert_eq!(world.asked(), [RESOURCE_METADATA, SERVER_METADATA, TOKEN]);
    assert_eq!(
        parameter(&world.person.visited.borrow()[0], "client_id").as_deref(),
        Some(DOCUMENT)
    );
    assert_eq!(value(&world.forms(TOKEN)[0], "client_id"), Some(DOCUMENT));
    assert_eq!(
        shown(world.authorizer().token().await.unwrap()),
        None,
        "its tokens are no other client's"
    );
}

// rule: test-client/client-authentication: client authentication as the server takes it [RFC 6749
//    §2.3.1]
#[tokio::test]
async fn a_client_of_its_own_authenticates_as_the_server_takes_it() {
    for (methods, is_basic) in [
        (json!(["client_secret_basic", "client_secret_post"]), true),
        (json!(["client_secret_post"]), false),
        (json!(null), true),
    ] {
        let metadata = changed(
            server_metadata(ISSUER),
            json!({ "token_endpoint_auth_methods_supported": methods }),
        );
        let world = World::new(
            script()
                .get(RESOURCE_METADATA, resource_metadata())
                .get(SERVER_METADATA, metadata)
                .post(TOKEN, 200, tokens(1)),
        );
        let client = ClientChoice::Registered {
            id: "a client".to_owned(),
            secret: Some(Secret::new("s:e+c".to_owned())),
            issuer: Some(ISSUER.to_owned()),
        };
        world
            .with(World::settings(client))
            .unauthorized(None)
            .await
            .unwrap();
        let requests = world.fetch.requests();
        let header = requests[2]
            .headers
            .iter()
            .find(|(name, _)| *name == "authorization");
        let form = &world.forms(TOKEN)[0];
        if is_basic {
            // Form-encoded first (RFC 6749 §2.3.1).
            let expected = format!("Basic {}", STANDARD.encode("a+client:s%3Ae%2Bc"));
            assert_eq!(header.unwrap().1, expected);
            assert_eq!(
                (value(form, "client_id"), value(form, "client_secret")),
                (None, None)
            );
        } else {
            assert!(header.is_none());
            assert_eq!(value(form, "client_secret"), Some("s:e+c"));
        }
    }
}

// rule: test-client/client-authentication
#[tokio::test]
async fn a_clients_own_token_needs_nobody() {
    let world = World::new(script().discovery().post(TOKEN, 200, tokens(1)));
    let mut settings = World::settings(ClientChoice::Registered {
        id: "me".to_owned(),
        secret: None,
        issuer: None,
    });
    settings.own = true;
    world
        .with(settings)
        .unauthorized(Some(&challenge(Some("read"), None)))
        .await
        .unwrap();
    assert_eq!(world.visits(), 0);
    let form = &world.forms(TOKEN)[0];
    assert_eq!(value(form, "grant_type"), Some("client_credentials"));
    assert_eq!(value(form, "resource"), Some(SERVER));
    assert_eq!(value(form, "scope"), Some("read"));
}

// rule: test-client/scopes: scopes: the challenge's, else the resource's, else none;
//    `offline_access` where it is offered [MCP authorization, Scope Selection Strategy]
#[tokio::test]
async fn what_is_asked_for() {
    let scope = async |challenged: Option<&str>, resource, server| {
        let world = World::new(
            script()
                .get(RESOURCE_METADATA, changed(resource_metadata(), resource))
                .get(SERVER_METADATA, changed(server_metadata(ISSUER), server))
                .registration()
                .post(TOKEN, 200, tokens(1)),
        );
        world
            .authorizer()
            .unauthorized(Some(&challenge(challenged, None)))
            .await
            .unwrap();
        let link = world.person.visited.borrow()[0].clone();
        parameter(&link, "scope")
    };
    let none = || json!({});
    assert_eq!(scope(Some("a"), none(), none()).await.as_deref(), Some("a"));
    assert_eq!(
        scope(None, none(), none()).await.as_deref(),
        Some("read write")
    );
    assert_eq!(
        scope(None, json!({ "scopes_supported": null }), none()).await,
        None
    );
    let offline = || json!({ "scopes_supported": ["offline_access"] });
    assert_eq!(
        scope(Some("a"), none(), offline()).await.as_deref(),
        Some("a offline_access")
    );
    assert_eq!(
        scope(None, json!({ "scopes_supported": null }), offline()).await,
        None
    );
}

// rule: test-client/step-up: more scope by the union, twice at most, and never where it would
//    change nothing [MCP authorization, Step-Up Authorization Flow]
#[tokio::test]
async fn more_scope_is_asked_for_together_with_what_there_was() {
    let world = World::new(whole().post(
        TOKEN,
        200,
        changed(tokens(2), json!({ "scope": "read write" })),
    ));
    let mut authorizer = world.authorizer();
    authorizer
        .unauthorized(Some(&challenge(Some("read"), None)))
        .await
        .unwrap();
    authorizer.accepted();
    authorizer
        .insufficient(&challenge(Some("write"), None))
        .await
        .unwrap();
    let link = world.person.visited.borrow()[1].clone();
    assert_eq!(parameter(&link, "scope").as_deref(), Some("read write"));
    let refusal = authorizer
        .insufficient(&challenge(Some("write"), None))
        .await
        .unwrap_err();
    assert!(
        refusal.to_string().contains("would change nothing"),
        "{refusal}"
    );
    assert_eq!(world.visits(), 2);
}

#[tokio::test]
async fn signing_out_tells_the_server_and_forgets() {
    let world = World::new(whole().post("https://as.example/revoke", 200, json!({})));
    let mut authorizer = world.authorizer();
    authorizer.unauthorized(None).await.unwrap();
    assert!(authorizer.sign_out().await.unwrap());
    assert_eq!(
        value(&world.forms("https://as.example/revoke")[0], "token"),
        Some("refresh-1")
    );
    assert_eq!(shown(world.authorizer().token().await.unwrap()), None);
    assert!(!world.authorizer().sign_out().await.unwrap());
}
