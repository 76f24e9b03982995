//! Sign-in on another device.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::*;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

async fn begin(sentry: &Sentry) -> Value {
    let reply = sentry
        .form(
            "/oauth/device/code/",
            &[
                ("client_id", "demo-client"),
                ("scope", "org:read event:read"),
            ],
        )
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.header("cache-control"), "no-store");
    reply.json()
}

async fn poll(sentry: &Sentry, begun: &Value) -> Reply {
    let code = begun["device_code"].as_str().unwrap();
    sentry
        .form(
            "/oauth/token/",
            &[
                ("grant_type", GRANT),
                ("client_id", "demo-client"),
                ("device_code", code),
            ],
        )
        .await
}

async fn answer(sentry: &Sentry, code: &str, action: &str) -> u16 {
    let fields = [("user_code", code), ("user", "1001"), ("action", action)];
    sentry.form("/oauth/device/", &fields).await.status.as_u16()
}

#[tokio::test]
async fn a_person_approves_and_the_device_gets_a_token_once() {
    let sentry = sentry();
    let begun = begin(&sentry).await;
    assert_eq!(
        (&begun["interval"], &begun["expires_in"]),
        (&json!(5), &json!(600))
    );
    let pending = poll(&sentry, &begun).await;
    assert_eq!(
        (pending.status.as_u16(), &pending.json()["error"]),
        (400, &json!("authorization_pending"))
    );

    let code = begun["user_code"].as_str().unwrap();
    let address = begun["verification_uri_complete"].as_str().unwrap();
    let page = sentry
        .get(address.strip_prefix("http://127.0.0.1:9797").unwrap())
        .await;
    assert!(
        page.text.contains(code) && page.text.contains("Ada Marlowe"),
        "{}",
        page.text
    );
    assert_eq!(
        answer(&sentry, &code.replace('-', "").to_lowercase(), "approve").await,
        200
    );
    assert_eq!(answer(&sentry, code, "deny").await, 400, "answered once");

    let tokens = poll(&sentry, &begun).await.json();
    assert_eq!(
        (&tokens["scope"], &tokens["user"]["id"]),
        (&json!("event:read org:read"), &json!("1001"))
    );
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(
        sentry.get_with("/api/0/auth/", access).await.json()["id"],
        "1001"
    );
    assert_eq!(
        poll(&sentry, &begun).await.json()["error"],
        "expired_token",
        "a code is used once"
    );

    let refresh = |token: String| {
        let sentry = &sentry;
        async move {
            let fields = [
                ("grant_type", "refresh_token"),
                ("client_id", "demo-client"),
                ("refresh_token", &token),
            ];
            sentry.form("/oauth/token/", &fields).await
        }
    };
    let renewed = refresh(tokens["refresh_token"].as_str().unwrap().to_owned()).await;
    assert_eq!(
        renewed.status, 200,
        "a device has no secret to show: {}",
        renewed.text
    );
    let others = sentry.sign_in("org:read").await;
    let stolen = refresh(others["refresh_token"].as_str().unwrap().to_owned()).await;
    assert_eq!(
        stolen.json()["error"],
        "invalid_client",
        "others must show theirs"
    );
}

#[tokio::test]
async fn a_no_and_a_late_yes() {
    let sentry = sentry();
    let begun = begin(&sentry).await;
    assert_eq!(
        answer(&sentry, begun["user_code"].as_str().unwrap(), "deny").await,
        200
    );
    assert_eq!(poll(&sentry, &begun).await.json()["error"], "access_denied");

    tokio::time::pause();
    let begun = begin(&sentry).await;
    tokio::time::advance(Duration::from_secs(600)).await;
    assert_eq!(
        answer(&sentry, begun["user_code"].as_str().unwrap(), "approve").await,
        400
    );
    assert_eq!(poll(&sentry, &begun).await.json()["error"], "expired_token");
}

#[tokio::test]
async fn bad_requests() {
    let sentry = sentry();
    for (fields, error) in [
        (vec![("client_id", "other")], "invalid_client"),
        (
            vec![("client_id", "demo-client"), ("scope", "org:fly")],
            "invalid_scope",
        ),
    ] {
        assert_eq!(
            sentry.form("/oauth/device/code/", &fields).await.json()["error"],
            error
        );
    }
    assert_eq!(answer(&sentry, "BCDF-GHJK", "approve").await, 400);
    let wrong = sentry
        .form(
            "/oauth/token/",
            &[
                ("grant_type", GRANT),
                ("client_id", "demo-client"),
                ("client_secret", "no"),
                ("device_code", "x"),
            ],
        )
        .await;
    assert_eq!(
        wrong.json()["error"],
        "invalid_client",
        "a wrong secret is wrong"
    );
    let codes = sentry
        .form(
            "/oauth/token/",
            &[
                ("grant_type", "authorization_code"),
                ("client_id", "demo-client"),
                ("code", "x"),
            ],
        )
        .await;
    assert_eq!(
        codes.json()["error"],
        "invalid_client",
        "a code needs the secret"
    );
}
