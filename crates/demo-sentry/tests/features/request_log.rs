//! The log of requests.

use axum::http::Method;
use serde_json::json;

use crate::support::*;

#[tokio::test]
async fn requests_are_listed_in_order_and_without_tokens() {
    let sentry = sentry();
    let tokens = sentry.sign_in("org:read").await;
    sentry
        .refresh(tokens["refresh_token"].as_str().unwrap())
        .await;
    sentry.get("/api/0/organizations/?per_page=1").await;
    sentry.get("/api/0/organizations/nowhere/").await;
    let reply = sentry.control(Method::GET, "requests", json!({})).await;
    assert_eq!(
        reply.json(),
        json!({"total": 5, "requests": [
            {"method": "POST", "path": "/oauth/authorize/", "status": 302},
            {"method": "POST", "path": "/oauth/token/", "status": 200, "grant": "authorization_code"},
            {"method": "POST", "path": "/oauth/token/", "status": 200, "grant": "refresh_token"},
            {"method": "GET", "path": "/api/0/organizations/?per_page=1", "status": 200},
            {"method": "GET", "path": "/api/0/organizations/nowhere/", "status": 404},
        ]})
    );
    for secret in [
        ADA,
        tokens["access_token"].as_str().unwrap(),
        tokens["refresh_token"].as_str().unwrap(),
    ] {
        assert!(!reply.text.contains(secret));
    }
}

#[tokio::test]
async fn it_can_be_narrowed_and_cleared() {
    let sentry = sentry();
    sentry.get("/api/0/auth/").await;
    sentry.get("/").await;
    let total = async |path: &str| {
        sentry.control(Method::GET, path, json!({})).await.json()["total"].clone()
    };
    assert_eq!(total("requests").await, 2);
    assert_eq!(total("requests?path=/api/0/auth").await, 1);
    assert_eq!(
        sentry
            .control(Method::DELETE, "requests", json!({}))
            .await
            .status,
        204
    );
    assert_eq!(total("requests").await, 0);
}

#[tokio::test]
async fn faults_are_logged_as_what_they_answered() {
    let sentry = sentry();
    for fault in [
        json!({"kind": "status", "status": 503}),
        json!({"kind": "drop"}),
    ] {
        let mut fault = fault;
        fault["path"] = json!("/api/");
        sentry.control(Method::POST, "faults", fault).await;
    }
    sentry.get("/api/0/auth/").await;
    sentry.get("/api/0/auth/").await;
    let log = sentry
        .control(Method::GET, "requests", json!({}))
        .await
        .json();
    assert_eq!(
        (&log["requests"][0]["status"], &log["requests"][1]["status"]),
        (&json!(503), &json!(null))
    );
}
