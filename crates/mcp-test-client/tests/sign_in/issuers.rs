//! Two authorization servers: credentials of one are not sent to the other.
// file rule: test-client/credentials-of-issuer: credentials stay with their issuer [MCP
//    client-registration, Authorization Server Binding]

use mcp_test_client::client::oauth::ClientChoice;
use serde_json::json;

use crate::world::*;

const OTHER: &str = "https://other.example";

fn moved() -> Script {
    script()
        .get(
            RESOURCE_METADATA,
            changed(
                resource_metadata(),
                json!({ "authorization_servers": [OTHER] }),
            ),
        )
        .get(
            "https://other.example/.well-known/oauth-authorization-server",
            server_metadata(OTHER),
        )
        .post(
            "https://other.example/register",
            201,
            json!({ "client_id": "client-2" }),
        )
        .post("https://other.example/token", 200, tokens(2))
}

#[tokio::test]
async fn a_server_that_moves_to_another_issuer_gets_a_new_registration_and_a_new_sign_in() {
    let before = World::new(whole());
    before.authorizer().unauthorized(None).await.unwrap();
    let world = before.then(moved());
    world.authorizer().unauthorized(None).await.unwrap();
    assert_eq!(world.visits(), 2);
    let link = world.person.visited.borrow()[1].clone();
    assert!(link.as_str().starts_with(OTHER));
    for request in world.fetch.requests() {
        let text = format!(
            "{} {}",
            request.url,
            String::from_utf8_lossy(&request.body.unwrap_or_default())
        );
        for old in ["client-1", "access-1", "refresh-1"] {
            assert!(!text.contains(old), "{old} went to the new one: {text}");
        }
    }
    assert!(!link.as_str().contains("client-1"));
    // Going back: the first registration is still there.
    let back = world.then(script().discovery().post(TOKEN, 200, tokens(3)));
    back.authorizer().unauthorized(None).await.unwrap();
    assert_eq!(value(&back.forms(TOKEN)[0], "client_id"), Some("client-1"));
}

#[tokio::test]
async fn a_token_that_has_ended_is_not_refreshed_at_another_issuer() {
    let before = World::new(whole());
    before.authorizer().unauthorized(None).await.unwrap();
    pass(4000);
    let world = before.then(moved());
    assert_eq!(shown(world.authorizer().token().await.unwrap()), None);
    assert!(world.forms("https://other.example/token").is_empty());
}

#[tokio::test]
async fn a_client_registered_by_hand_stays_where_it_was_registered() {
    let client = || ClientChoice::Registered {
        id: "mine".to_owned(),
        secret: None,
        issuer: None,
    };
    let before = World::new(whole());
    before
        .with(World::settings(client()))
        .unauthorized(None)
        .await
        .unwrap();
    let world = before.then(moved());
    let error = world
        .with(World::settings(client()))
        .unauthorized(None)
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("--issuer https://other.example"),
        "{error}"
    );
    assert!(
        !world
            .asked()
            .iter()
            .any(|url| url.contains("/token") || url.contains("/register"))
    );
    assert_eq!(world.visits(), 1);
}

#[tokio::test]
async fn two_issuers_of_one_server() {
    let both = changed(
        resource_metadata(),
        json!({ "authorization_servers": [OTHER, ISSUER] }),
    );
    let script = || whole_at_both().get(RESOURCE_METADATA, both.clone());
    let world = World::new(script());
    world.authorizer().unauthorized(None).await.unwrap();
    assert!(
        world.person.visited.borrow()[0].as_str().starts_with(OTHER),
        "the first, where nobody chose"
    );

    let world = World::new(script());
    let mut settings = World::settings(ClientChoice::Register);
    settings.issuer = Some(ISSUER.to_owned());
    world.with(settings).unauthorized(None).await.unwrap();
    assert!(
        world.person.visited.borrow()[0]
            .as_str()
            .starts_with(ISSUER)
    );

    let world = World::new(script());
    let mut settings = World::settings(ClientChoice::Register);
    settings.issuer = Some("https://third.example".to_owned());
    let error = world.with(settings).unauthorized(None).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("does not trust the issuer https://third.example"),
        "{error}"
    );
}

fn whole_at_both() -> Script {
    script()
        .get(SERVER_METADATA, server_metadata(ISSUER))
        .registration()
        .post(TOKEN, 200, tokens(1))
        .get(
            "https://other.example/.well-known/oauth-authorization-server",
            server_metadata(OTHER),
        )
        .post(
            "https://other.example/register",
            201,
            json!({ "client_id": "client-2" }),
        )
        .post("https://other.example/token", 200, tokens(2))
}
