//! Faults on demand. A dropped connection needs a socket, so it is tested in `running.rs`.

use std::time::Duration;

use axum::http::Method;
use serde_json::json;
use tokio::time::Instant;

use crate::support::*;

const LIST: &str = "/api/0/organizations/";

#[tokio::test]
async fn a_status_as_often_as_asked() {
    let sentry = sentry();
    let fault = json!({"path": "/api/0/organizations/", "kind": "status", "status": 429, "retryAfter": 7, "times": 2});
    assert_eq!(
        sentry
            .control(Method::POST, "faults", fault.clone())
            .await
            .status,
        201
    );
    assert_eq!(
        sentry
            .control(Method::GET, "faults", json!({}))
            .await
            .json(),
        json!({"faults": [fault]})
    );
    for _ in 0..2 {
        let reply = sentry.get(LIST).await;
        assert_eq!(
            (reply.status.as_u16(), reply.header("retry-after")),
            (429, "7")
        );
        assert!(reply.json()["detail"].is_string());
        assert_eq!(
            sentry.get("/api/0/auth/").await.status,
            200,
            "only below its path"
        );
    }
    assert_eq!(sentry.get(LIST).await.status, 200);
    assert_eq!(
        sentry
            .control(Method::GET, "faults", json!({}))
            .await
            .json(),
        json!({"faults": []})
    );
}

#[tokio::test]
async fn a_body_and_a_method_of_ones_choice() {
    let sentry = sentry();
    let fault = json!({"path": "/", "method": "post", "kind": "status", "status": 502, "body": "<html>down</html>"});
    sentry.control(Method::POST, "faults", fault).await;
    assert_eq!(sentry.get(LIST).await.status, 200);
    let reply = sentry.form("/oauth/token/", &[]).await;
    assert_eq!(
        (reply.status.as_u16(), reply.text.as_str()),
        (502, "<html>down</html>")
    );
}

#[tokio::test]
async fn malformed_json() {
    let sentry = sentry();
    sentry
        .control(
            Method::POST,
            "faults",
            json!({"path": LIST, "kind": "malformed"}),
        )
        .await;
    let reply = sentry.get(LIST).await;
    assert_eq!(
        (reply.status.as_u16(), reply.header("content-type")),
        (200, "application/json")
    );
    assert!(serde_json::from_str::<serde_json::Value>(&reply.text).is_err());
}

#[tokio::test(start_paused = true)]
async fn latency() {
    let sentry = sentry();
    sentry
        .control(
            Method::POST,
            "faults",
            json!({"path": LIST, "kind": "latency_ms", "ms": 300}),
        )
        .await;
    let before = Instant::now();
    assert_eq!(sentry.get(LIST).await.status, 200);
    assert!(before.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn clearing_and_bad_faults() {
    let sentry = sentry();
    sentry
        .control(
            Method::POST,
            "faults",
            json!({"path": "/", "kind": "malformed", "times": 9}),
        )
        .await;
    assert_eq!(
        sentry
            .control(Method::DELETE, "faults", json!({}))
            .await
            .status,
        204
    );
    assert_eq!(sentry.get(LIST).await.status, 200);
    for bad in [
        json!({"path": "/", "kind": "status", "status": 200}),
        json!({"path": "/", "kind": "malformed", "times": 0}),
        json!({"path": "/", "kind": "earthquake"}),
        json!({"kind": "malformed"}),
    ] {
        assert!(
            sentry
                .control(Method::POST, "faults", bad.clone())
                .await
                .status
                .is_client_error(),
            "{bad}"
        );
    }
    assert_eq!(
        sentry
            .control(Method::GET, "requests", json!({}))
            .await
            .status,
        200,
        "out of their reach"
    );
}
