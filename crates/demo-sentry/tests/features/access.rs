//! Which callers may use which endpoints.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::json;

use crate::support::*;

const ORG: &str = "/api/0/organizations/lighthouse-books";

#[tokio::test]
async fn no_token_and_bad_tokens_are_401() {
    let sentry = sentry();
    let bare = sentry
        .send(Request::get("/api/0/auth/").body(Body::empty()).unwrap())
        .await;
    assert_eq!(bare.status, 401);
    assert_eq!(
        bare.json()["detail"],
        "Authentication credentials were not provided."
    );
    assert!(bare.header("www-authenticate").starts_with("Bearer"));
    for (token, detail) in [
        ("nonsense", "Invalid token"),
        ("demo-token-ada-expired", "Token expired"),
    ] {
        let reply = sentry.get_with("/api/0/organizations/", token).await;
        assert_eq!(
            (reply.status.as_u16(), &reply.json()["detail"]),
            (401, &json!(detail))
        );
    }
    let basic = Request::get("/api/0/auth/").header("authorization", "Basic ZGVtbw==");
    assert_eq!(
        sentry.send(basic.body(Body::empty()).unwrap()).await.status,
        401
    );
}

#[tokio::test]
async fn a_missing_scope_is_403() {
    let sentry = sentry();
    for (scope, path, status) in [
        ("org:read", "/api/0/organizations/", 200),
        ("event:read", "/api/0/organizations/", 403),
        ("org:read", ORG, 200),
        ("project:read", ORG, 403),
        ("event:read", &format!("{ORG}/projects"), 403),
        ("project:read", &format!("{ORG}/projects"), 200),
        ("team:read", &format!("{ORG}/teams"), 200),
        ("event:read", &format!("{ORG}/teams"), 403),
        ("event:read", &format!("{ORG}/issues"), 200),
        ("event:write", &format!("{ORG}/issues"), 200),
        (
            "org:read project:read team:read",
            &format!("{ORG}/issues"),
            403,
        ),
        (
            "org:read",
            &format!("{ORG}/issues/CHECKOUT-1/events/latest"),
            403,
        ),
        ("org:read", "/api/0/projects/lighthouse-books/checkout", 403),
        ("", "/api/0/auth", 200),
    ] {
        let tokens = sentry.sign_in(scope).await;
        let path = format!("{}/", path.trim_end_matches('/'));
        let reply = sentry
            .get_with(&path, tokens["access_token"].as_str().unwrap())
            .await;
        assert_eq!(reply.status, status, "{scope} {path}: {}", reply.text);
    }
    let body = json!({"status": "resolved"});
    let path = format!("{ORG}/issues/CHECKOUT-1/");
    let reply = sentry
        .send_json(Method::PUT, &path, "demo-token-ada-readonly", body)
        .await;
    assert_eq!(reply.status, 403);
    assert_eq!(
        reply.json()["detail"],
        "You do not have permission to perform this action."
    );
}

#[tokio::test]
async fn what_does_not_exist_is_404_and_what_is_of_others_403() {
    let sentry = sentry();
    for path in [
        "/api/0/organizations/nowhere/",
        "/api/0/organizations/nowhere/issues/",
        "/api/0/organizations/lighthouse-books/issues/CHECKOUT-99/",
        "/api/0/organizations/quiet-harbor/issues/CHECKOUT-1/",
        "/api/0/projects/lighthouse-books/nowhere/",
        "/api/0/projects/quiet-harbor/checkout/",
        "/api/0/never/heard/of/",
    ] {
        let reply = sentry.get(path).await;
        assert_eq!(reply.status, 404, "{path}");
        assert_eq!(
            reply.json()["detail"],
            "The requested resource does not exist",
            "{path}"
        );
    }
    for path in [
        ORG.to_owned() + "/",
        ORG.to_owned() + "/issues/",
        ORG.to_owned() + "/issues/CHECKOUT-1/",
    ] {
        assert_eq!(
            sentry.get_with(&path, "demo-token-bo").await.status,
            403,
            "{path}"
        );
    }
}
