//! Client keys.

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::*;

const KEYS: &str = "/api/0/projects/lighthouse-books/checkout/keys/";

#[tokio::test]
async fn a_new_key_is_listed_and_has_a_dsn_of_its_own() {
    let sentry = sentry();
    assert_eq!(
        sentry.get(KEYS).await.each("name"),
        ["Default", "Payment terminals"]
    );
    let reply = sentry
        .send_json(Method::POST, KEYS, ADA, json!({"name": " Kiosk "}))
        .await;
    assert_eq!(reply.status, 201);
    let key = reply.json();
    assert_eq!(
        (&key["name"], &key["label"]),
        (&json!("Kiosk"), &json!("Kiosk"))
    );
    assert_eq!(
        key["dsn"]["public"],
        format!(
            "http://{}@127.0.0.1:9797/610001",
            key["id"].as_str().unwrap()
        )
    );
    assert_eq!(key["isActive"], true);
    let listed = sentry.json(KEYS).await;
    assert_eq!(listed[2], key);
    let mut ids: Vec<Value> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["id"].clone())
        .collect();
    ids.dedup();
    assert_eq!(ids.len(), 3);
    assert_eq!(
        sentry
            .get("/api/0/projects/lighthouse-books/shop-window/keys/")
            .await
            .each("name"),
        ["Default"]
    );
}

#[tokio::test]
async fn a_name_is_short_and_not_blank() {
    let sentry = sentry();
    for (name, message) in [
        ("  ", "This field may not be blank."),
        (
            &"x".repeat(65),
            "Ensure this field has no more than 64 characters.",
        ),
    ] {
        let reply = sentry
            .send_json(Method::POST, KEYS, ADA, json!({"name": name}))
            .await;
        assert_eq!(
            (reply.status.as_u16(), reply.json()),
            (400, json!({"name": [message]}))
        );
    }
    let unnamed = sentry.send_json(Method::POST, KEYS, ADA, json!({})).await;
    assert_eq!(unnamed.json()["name"], "Unnamed");
}
