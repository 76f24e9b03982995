//! The token endpoint, and the lifetime of its tokens.

use axum::http::Method;
use serde_json::json;

use crate::support::*;

#[tokio::test]
async fn a_code_becomes_tokens_of_the_chosen_user() {
    let sentry = sentry();
    let code = sentry.approve("1002", "event:read org:read").await;
    let reply = sentry.redeem(&code, REDIRECT, VERIFIER).await;
    assert_eq!(reply.header("cache-control"), "no-store");
    let tokens = reply.json();
    assert_eq!(tokens["token_type"], "bearer");
    assert_eq!(tokens["expires_in"], 2_592_000);
    assert!(
        tokens["expires_at"]
            .as_str()
            .unwrap()
            .starts_with("2026-04-09T12:00:0")
    );
    assert_eq!(tokens["scope"], "event:read org:read");
    assert_eq!(
        tokens["user"],
        json!({"id": "1002", "name": "Bo Tanaka", "email": "bo@quiet-harbor.example"})
    );
    let auth = sentry
        .get_with("/api/0/auth/", tokens["access_token"].as_str().unwrap())
        .await;
    assert_eq!(auth.json()["email"], "bo@quiet-harbor.example");
}

#[tokio::test]
async fn a_code_is_good_once() {
    let sentry = sentry();
    let code = sentry.approve("1001", "org:read").await;
    assert_eq!(sentry.redeem(&code, REDIRECT, VERIFIER).await.status, 200);
    let again = sentry.redeem(&code, REDIRECT, VERIFIER).await;
    assert_eq!(
        (again.status.as_u16(), &again.json()["error"]),
        (400, &json!("invalid_grant"))
    );
}

#[tokio::test]
async fn the_verifier_and_the_redirect_address_must_fit() {
    let sentry = sentry();
    for (redirect, verifier) in [
        (REDIRECT, "another-verifier-of-at-least-forty-three-chars"),
        (REDIRECT, ""),
        ("http://localhost:8788/oauth/elsewhere", VERIFIER),
        ("http://localhost:8788/oauth/callback/", VERIFIER),
    ] {
        let code = sentry.approve("1001", "org:read").await;
        let reply = sentry.redeem(&code, redirect, verifier).await;
        assert_eq!(
            reply.json()["error"],
            "invalid_grant",
            "{redirect} {verifier}"
        );
    }
}

#[tokio::test]
async fn a_verifier_without_a_challenge_is_refused() {
    let sentry = sentry();
    let mut fields = authorization("org:read");
    fields.retain(|(name, _)| !name.starts_with("code_challenge"));
    fields.extend([("user", "1001"), ("action", "approve")]);
    let code = sentry
        .form("/oauth/authorize/", &fields)
        .await
        .redirected("code")
        .unwrap();
    assert_eq!(
        sentry.redeem(&code, REDIRECT, VERIFIER).await.json()["error"],
        "invalid_grant"
    );
}

#[tokio::test]
async fn malformed_requests_have_their_codes() {
    let sentry = sentry();
    let known = [
        ("client_id", "demo-client"),
        ("client_secret", "demo-secret"),
    ];
    for (fields, status, error) in [
        (vec![], 400, "invalid_request"),
        (
            vec![("grant_type", "authorization_code")],
            401,
            "invalid_client",
        ),
        (
            vec![
                ("grant_type", "refresh_token"),
                ("client_id", "demo-client"),
                ("client_secret", "x"),
            ],
            401,
            "invalid_client",
        ),
        (
            [vec![("grant_type", "password")], known.to_vec()].concat(),
            400,
            "unsupported_grant_type",
        ),
        (
            [vec![("grant_type", "authorization_code")], known.to_vec()].concat(),
            400,
            "invalid_request",
        ),
        (
            [
                vec![("grant_type", "refresh_token"), ("refresh_token", "x")],
                known.to_vec(),
            ]
            .concat(),
            400,
            "invalid_grant",
        ),
    ] {
        let reply = sentry.form("/oauth/token/", &fields).await;
        assert_eq!(
            (
                reply.status.as_u16(),
                reply.json()["error"].as_str().unwrap()
            ),
            (status, error),
            "{fields:?}"
        );
        assert_eq!(reply.header("cache-control"), "no-store");
    }
    let json = sentry
        .send_json(Method::POST, "/oauth/token/", "none", json!({}))
        .await;
    assert_eq!(
        (json.status.as_u16(), &json.json()["error"]),
        (400, &json!("invalid_request"))
    );
}

#[tokio::test]
async fn a_refresh_replaces_both_tokens() {
    let sentry = sentry();
    let first = sentry.sign_in("org:read").await;
    let (access, refresh) = (
        first["access_token"].as_str().unwrap(),
        first["refresh_token"].as_str().unwrap(),
    );

    let second = sentry.refresh(refresh).await.json();
    assert_eq!(second["scope"], "org:read");
    assert_eq!(second["user"]["id"], "1001");
    assert_ne!(second["access_token"], first["access_token"]);
    assert_ne!(second["refresh_token"], first["refresh_token"]);

    assert_eq!(sentry.get_with("/api/0/auth/", access).await.status, 401);
    assert_eq!(
        sentry
            .get_with("/api/0/auth/", second["access_token"].as_str().unwrap())
            .await
            .status,
        200
    );
    assert_eq!(
        sentry.refresh(refresh).await.json()["error"],
        "invalid_grant"
    );
    assert_eq!(
        sentry
            .refresh(second["refresh_token"].as_str().unwrap())
            .await
            .status,
        200
    );
}

#[tokio::test(start_paused = true)]
async fn an_access_token_ends_by_itself() {
    let sentry = sentry();
    let change = json!({"expiresIn": 60});
    let settings = sentry
        .control(Method::PATCH, "settings", change)
        .await
        .json();
    assert_eq!(settings["expiresIn"], 60);
    let tokens = sentry.sign_in("org:read").await;
    assert_eq!(tokens["expires_in"], 60);
    let access = tokens["access_token"].as_str().unwrap();
    tokio::time::advance(std::time::Duration::from_secs(59)).await;
    assert_eq!(sentry.get_with("/api/0/auth/", access).await.status, 200);
    tokio::time::advance(std::time::Duration::from_secs(1)).await;
    assert_eq!(
        sentry.get_with("/api/0/auth/", access).await.json()["detail"],
        "Token expired"
    );
    assert_eq!(
        sentry
            .refresh(tokens["refresh_token"].as_str().unwrap())
            .await
            .status,
        200
    );
}

#[tokio::test(start_paused = true)]
async fn a_code_ends_after_ten_minutes() {
    let sentry = sentry();
    let code = sentry.approve("1001", "org:read").await;
    tokio::time::advance(std::time::Duration::from_secs(601)).await;
    assert_eq!(
        sentry.redeem(&code, REDIRECT, VERIFIER).await.json()["error"],
        "invalid_grant"
    );
}

#[tokio::test]
async fn tests_can_end_and_forget_tokens() {
    let sentry = sentry();
    let tokens = sentry.sign_in("org:read").await;
    let (access, refresh) = (
        tokens["access_token"].as_str().unwrap(),
        tokens["refresh_token"].as_str().unwrap(),
    );

    let expired = sentry
        .control(Method::POST, "tokens/expire", json!({"token": access}))
        .await;
    assert_eq!(expired.json(), json!({"changed": 1}));
    assert_eq!(
        sentry.get_with("/api/0/auth/", access).await.json()["detail"],
        "Token expired"
    );
    assert_eq!(
        sentry.get("/api/0/auth/").await.status,
        200,
        "the others live on"
    );

    let renewed = sentry.refresh(refresh).await.json();
    let revoked = sentry
        .control(Method::POST, "tokens/revoke", json!({"user": "1001"}))
        .await;
    assert_eq!(
        revoked.json(),
        json!({"changed": 4}),
        "the grant and Ada's three dev tokens"
    );
    let gone = sentry
        .get_with("/api/0/auth/", renewed["access_token"].as_str().unwrap())
        .await;
    assert_eq!(
        (gone.status.as_u16(), &gone.json()["detail"]),
        (401, &json!("Invalid token"))
    );
    assert_eq!(
        sentry
            .refresh(renewed["refresh_token"].as_str().unwrap())
            .await
            .json()["error"],
        "invalid_grant"
    );

    assert_eq!(
        sentry
            .control(Method::POST, "reset", json!({}))
            .await
            .status,
        204
    );
    assert_eq!(
        sentry.get("/api/0/auth/").await.status,
        200,
        "a reset brings the dev tokens back"
    );
}
