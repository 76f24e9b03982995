//! Refreshing tokens, and the end of a grant.
// file rule: test-client/refresh: refresh with `resource`; `invalid_grant` ends, passing trouble
//    does not [RFC 6749 §6, RFC 8707]

use mcp_test_client::client::oauth::ClientChoice;
use serde_json::json;

use crate::world::*;

async fn signed_in() -> World {
    let world = World::new(whole());
    world.authorizer().unauthorized(None).await.unwrap();
    world
}

#[tokio::test]
async fn a_token_that_has_ended_is_refreshed_before_it_is_used() {
    let before = signed_in().await;
    let world = before.then(script().discovery().post(TOKEN, 200, tokens(2)));
    assert_eq!(
        shown(world.authorizer().token().await.unwrap()).as_deref(),
        Some("access-1")
    );
    pass(3595);
    assert_eq!(
        shown(world.authorizer().token().await.unwrap()).as_deref(),
        Some("access-2")
    );
    let form = &world.forms(TOKEN)[0];
    assert_eq!(value(form, "grant_type"), Some("refresh_token"));
    assert_eq!(value(form, "refresh_token"), Some("refresh-1"));
    assert_eq!(value(form, "resource"), Some(SERVER));
    assert_eq!(value(form, "client_id"), Some("client-1"));
    assert_eq!(world.visits(), 1, "no browser");
    // The next run uses the new one.
    let next = world.then(script());
    assert_eq!(
        shown(next.authorizer().token().await.unwrap()).as_deref(),
        Some("access-2")
    );
}

#[tokio::test]
async fn a_401_refreshes_once_and_then_signs_in() {
    let before = signed_in().await;
    let kept = changed(tokens(2), json!({ "refresh_token": null }));
    let world = before.then(script().discovery().post(TOKEN, 200, kept).post(
        TOKEN,
        200,
        tokens(3),
    ));
    let mut authorizer = world.authorizer();
    authorizer.unauthorized(None).await.unwrap();
    assert_eq!((world.forms(TOKEN).len(), world.visits()), (1, 1));
    authorizer.unauthorized(None).await.unwrap();
    let forms = world.forms(TOKEN);
    assert_eq!(
        value(&forms[1], "grant_type"),
        Some("authorization_code"),
        "the refreshed one was refused too"
    );
    assert_eq!(world.visits(), 2);
}

#[tokio::test]
async fn a_server_that_keeps_its_refresh_token_need_not_repeat_it() {
    let before = signed_in().await;
    let kept = changed(tokens(2), json!({ "refresh_token": null }));
    let world = before.then(script().discovery().post(TOKEN, 200, kept).post(
        TOKEN,
        200,
        tokens(3),
    ));
    pass(4000);
    let mut authorizer = world.authorizer();
    authorizer.token().await.unwrap();
    pass(4000);
    authorizer.token().await.unwrap();
    assert_eq!(
        value(&world.forms(TOKEN)[1], "refresh_token"),
        Some("refresh-1")
    );
}

#[tokio::test]
async fn a_revoked_grant_is_forgotten_and_a_person_signs_in() {
    let before = signed_in().await;
    let world = before.then(
        script()
            .discovery()
            .post(
                TOKEN,
                400,
                json!({ "error": "invalid_grant", "error_description": "revoked" }),
            )
            .post(TOKEN, 200, tokens(2)),
    );
    let mut authorizer = world.authorizer();
    authorizer.unauthorized(None).await.unwrap();
    assert_eq!(
        shown(authorizer.token().await.unwrap()).as_deref(),
        Some("access-2")
    );
    assert_eq!(world.visits(), 2);
    let notes = world.notes.borrow().join("\n");
    assert!(
        notes.contains("the sign-in is over") && notes.contains("revoked"),
        "{notes}"
    );
}

#[tokio::test]
async fn passing_trouble_keeps_the_tokens_and_opens_no_browser() {
    let before = signed_in().await;
    let busy = || json!({ "error": "temporarily_unavailable" });
    let world = before.then(script().discovery().post(TOKEN, 503, busy()).post(
        TOKEN,
        200,
        tokens(2),
    ));
    pass(4000);
    let error = world.authorizer().token().await.unwrap_err();
    assert!(
        error.to_string().contains("503 temporarily_unavailable"),
        "{error}"
    );
    assert_eq!(world.visits(), 1);
    assert_eq!(
        shown(world.authorizer().token().await.unwrap()).as_deref(),
        Some("access-2"),
        "and tries again"
    );
}

// rule: test-client/registration
#[tokio::test]
async fn a_client_that_is_forgotten_registers_again() {
    let before = signed_in().await;
    let world = before.then(
        script()
            .discovery()
            .post(REGISTER, 201, json!({ "client_id": "client-2" }))
            .post(TOKEN, 401, json!({ "error": "invalid_client" }))
            .post(TOKEN, 200, tokens(2)),
    );
    world.authorizer().unauthorized(None).await.unwrap();
    let forms = world.forms(TOKEN);
    assert_eq!(value(&forms[0], "client_id"), Some("client-1"));
    assert_eq!(value(&forms[1], "client_id"), Some("client-2"));

    // The same if only the redemption reveals it.
    let world = World::new(whole());
    world.authorizer().sign_in_anew(None).await.unwrap();
    world.authorizer().sign_out().await.unwrap_err();
    let world = world.then(
        script()
            .discovery()
            .post(REGISTER, 201, json!({ "client_id": "client-2" }))
            .post(TOKEN, 401, json!({ "error": "invalid_client" }))
            .post(TOKEN, 200, tokens(2)),
    );
    world.authorizer().unauthorized(None).await.unwrap();
    assert_eq!(value(&world.forms(TOKEN)[1], "client_id"), Some("client-2"));
}

#[tokio::test]
async fn a_document_refreshes_without_a_secret() {
    let world = World::new(script().discovery().post(TOKEN, 200, tokens(1)).post(
        TOKEN,
        200,
        tokens(2),
    ));
    let mut authorizer = world.with(World::settings(ClientChoice::Document(DOCUMENT.to_owned())));
    authorizer.unauthorized(None).await.unwrap();
    pass(4000);
    authorizer.token().await.unwrap();
    assert_eq!(value(&world.forms(TOKEN)[1], "client_id"), Some(DOCUMENT));
}

#[tokio::test]
async fn what_another_run_has_refreshed_is_used() {
    let before = signed_in().await;
    let here = before.then(script());
    let mut authorizer = here.authorizer();
    authorizer.token().await.unwrap();
    pass(4000);
    let there = before.then(script().discovery().post(TOKEN, 200, tokens(2)));
    there.authorizer().token().await.unwrap();
    assert_eq!(
        shown(authorizer.token().await.unwrap()).as_deref(),
        Some("access-2")
    );
    assert!(
        here.asked().is_empty(),
        "its own refresh token is old by now"
    );
}
