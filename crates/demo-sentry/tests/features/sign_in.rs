//! The authorization page and the redirect after its form.

use crate::support::*;

async fn page(fields: &[(&str, &str)]) -> Reply {
    let path = format!("/oauth/authorize/?{}", encode(fields));
    sentry().get_with(&path, "").await
}

fn replaced<'a>(name: &str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut fields = authorization("org:read");
    fields
        .iter_mut()
        .filter(|(field, _)| *field == name)
        .for_each(|field| field.1 = value);
    fields
}

#[tokio::test]
async fn the_page_is_one_form_that_repeats_the_request() {
    let reply = page(&authorization("org:read event:write")).await;
    assert_eq!(reply.status, 200);
    assert!(reply.header("content-type").starts_with("text/html"));
    assert!(
        reply
            .header("content-security-policy")
            .contains("default-src 'none'")
    );
    assert_eq!(reply.text.matches("<form ").count(), 1);
    for part in [
        r#"<form method="post" action="/oauth/authorize/">"#,
        r#"<input type="hidden" name="state" value="s&#38;t=1">"#,
        r#"<input type="radio" name="user" value="1001" required checked>"#,
        r#"<input type="radio" name="user" value="1002" required>"#,
        r#"<button type="submit" name="action" value="approve""#,
        r#"<button type="submit" name="action" value="deny""#,
        "<code>event:write</code>",
        "http://localhost:8788",
    ] {
        assert!(reply.text.contains(part), "{part}\n{}", reply.text);
    }
    assert!(!reply.text.contains("<script"));
}

#[tokio::test]
async fn approval_answers_with_code_and_state() {
    let sentry = sentry();
    let mut fields = authorization("org:read");
    fields.extend([("user", "1001"), ("action", "approve")]);
    let reply = sentry.form("/oauth/authorize/", &fields).await;
    assert_eq!(reply.redirected("state").as_deref(), Some("s&t=1"));
    assert!(
        reply
            .redirected("code")
            .is_some_and(|code| code.len() == 43)
    );
    assert_eq!(reply.redirected("error"), None);
}

#[tokio::test]
async fn denial_answers_with_an_error_and_state() {
    let mut fields = authorization("org:read");
    fields.extend([("user", "1001"), ("action", "deny")]);
    let reply = sentry().form("/oauth/authorize/", &fields).await;
    assert_eq!(reply.redirected("error").as_deref(), Some("access_denied"));
    assert_eq!(reply.redirected("state").as_deref(), Some("s&t=1"));
    assert_eq!(reply.redirected("code"), None);
}

#[tokio::test]
async fn what_cannot_be_sent_back_is_a_page() {
    for (name, value) in [
        ("client_id", "someone-else"),
        ("client_id", ""),
        ("redirect_uri", "javascript:alert(1)"),
        ("redirect_uri", ""),
    ] {
        let reply = page(&replaced(name, value)).await;
        assert_eq!(reply.status, 400, "{name}={value}");
        assert_eq!(reply.header("location"), "");
        assert!(reply.text.contains("cannot be approved"));
    }
    let evil = page(&replaced("client_id", "<script>alert(1)</script>")).await;
    assert!(!evil.text.contains("<script"), "{}", evil.text);
}

#[tokio::test]
async fn what_can_be_sent_back_is() {
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge", "too-short", "invalid_request"),
        ("scope", "org:read org:fly", "invalid_scope"),
    ] {
        let fields = replaced(name, value);
        assert_eq!(
            page(&fields).await.redirected("error").as_deref(),
            Some(error),
            "{name}={value}"
        );
        let mut form = fields.clone();
        form.extend([("user", "1001"), ("action", "approve")]);
        let posted = sentry().form("/oauth/authorize/", &form).await;
        assert_eq!(
            posted.redirected("error").as_deref(),
            Some(error),
            "the form is checked again"
        );
    }
}

#[tokio::test]
async fn the_form_names_a_user_and_an_action() {
    for extra in [
        vec![("action", "approve")],
        vec![("user", "9999"), ("action", "approve")],
        vec![("user", "1001")],
        vec![("user", "1001"), ("action", "perhaps")],
    ] {
        let mut fields = authorization("org:read");
        fields.extend(extra.clone());
        assert_eq!(
            sentry().form("/oauth/authorize/", &fields).await.status,
            400,
            "{extra:?}"
        );
    }
}
