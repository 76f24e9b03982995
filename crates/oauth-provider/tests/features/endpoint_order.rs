//! The endpoints for clients: what is checked in which order, and with which status.
// file rule: tokens/order-at-endpoints: the order at the endpoints; 405, 413 and 415 are OAuth's
//    JSON too, and nobody may keep an answer [RFC 6749 §5.1, §5.2]

use oauth_provider::http::{MAX_BODY, Request};

use crate::support::server::{CALLBACK, FORM, Server, form_body, outcome, post};

const LARGE: Option<&[u8]> = None;

#[test]
fn token_and_revocation_endpoints() {
    let server = Server::new();
    let fine = form_body(&[
        ("client_id", "unknown"),
        ("grant_type", "x"),
        ("token", "x"),
    ]);
    let fine = Some(fine.as_bytes());
    let twice: Option<&[u8]> = Some(b"a=1&a=2&grant_type=password");
    let latin: Option<&[u8]> = Some(b"grant_type=%E9&token=x");
    let bytes: Option<&[u8]> = Some(b"grant_type=\xe9");
    let text = Some("text/plain");
    // method, content type, body, token endpoint, revocation endpoint
    let rows = [
        (
            "GET",
            None,
            LARGE,
            "405 invalid_request",
            "405 invalid_request",
        ),
        (
            "PUT",
            text,
            LARGE,
            "405 invalid_request",
            "405 invalid_request",
        ),
        (
            "post",
            Some(FORM),
            fine,
            "405 invalid_request",
            "405 invalid_request",
        ),
        (
            "POST",
            None,
            fine,
            "415 invalid_request",
            "415 invalid_request",
        ),
        (
            "POST",
            text,
            LARGE,
            "415 invalid_request",
            "415 invalid_request",
        ),
        (
            "POST",
            Some("application/json"),
            fine,
            "415 invalid_request",
            "415 invalid_request",
        ),
        (
            "POST",
            Some(FORM),
            LARGE,
            "413 invalid_request",
            "413 invalid_request",
        ),
        (
            "POST",
            Some(FORM),
            bytes,
            "400 invalid_request",
            "400 invalid_request",
        ),
        (
            "POST",
            Some(FORM),
            latin,
            "400 invalid_request",
            "400 invalid_request",
        ),
        (
            "POST",
            Some(FORM),
            twice,
            "400 invalid_request",
            "400 invalid_request",
        ),
        (
            "POST",
            Some(FORM),
            fine,
            "400 unsupported_grant_type",
            "401 invalid_client",
        ),
        (
            "POST",
            Some("Application/X-WWW-Form-Urlencoded ; charset=UTF-8"),
            fine,
            "400 unsupported_grant_type",
            "401 invalid_client",
        ),
    ];
    for (method, content_type, body, at_token, at_revoke) in rows {
        let request = Request {
            method,
            content_type,
            authorization: Some("Basic ***"),
            body,
        };
        let answer = server.token_at(&request, &server.store, &server.store);
        assert_eq!(outcome(&answer), at_token, "{request:?}");
        let answer_too = server.revoke_at(&request, &server.store, &server.store);
        assert_eq!(outcome(&answer_too), at_revoke, "{request:?}");
        let allow = (answer.status == 405).then_some("POST, OPTIONS");
        assert_eq!(
            (answer.get("allow"), answer_too.get("allow")),
            (allow, allow)
        );
    }
}

// rule: clients/registration-refused
#[test]
fn registration_endpoint() {
    let server = Server::new();
    let fine = format!("{{\"redirect_uris\":[\"{CALLBACK}\"]}}");
    let padded = |bytes: usize| format!("{fine}{}", " ".repeat(bytes - fine.len()));
    let (largest, too_large) = (padded(MAX_BODY), padded(MAX_BODY + 1));
    let json = Some("application/json");
    for (method, content_type, body, expected) in [
        ("GET", json, &fine, "405 invalid_request"),
        ("POST", Some(FORM), &too_large, "415 invalid_request"),
        ("POST", None, &fine, "415 invalid_request"),
        ("POST", json, &too_large, "413 invalid_request"),
        ("POST", json, &largest, "201 ok"),
        (
            "POST",
            Some("application/json; charset=utf-8"),
            &fine,
            "201 ok",
        ),
    ] {
        let request = Request {
            method,
            content_type,
            ..post(body.as_bytes())
        };
        let answer = server.register_at(&request, &server.store);
        assert_eq!(outcome(&answer), expected, "{request:?}");
    }
}

/// Each with its breach, in the order in which they are looked for. A request with any two is answered by the first.
#[test]
fn the_order_at_the_token_endpoint() {
    let server = Server::new();
    let client = server.public();
    let code = server.sign_in(&client);
    let usual = crate::support::server::redemption(&client, &code);
    let breaches: [(&str, &[(&str, &str)]); 7] = [
        (
            "400 invalid_request: the parameter scope was given more than once",
            &[("scope", "a"), ("scope", "b")],
        ),
        (
            "400 unsupported_grant_type: grant_type must be authorization_code or refresh_token",
            &[("grant_type", "password")],
        ),
        (
            "401 invalid_client: client_assertion_type must be urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            &[("client_assertion", "eyJ")],
        ),
        (
            "401 invalid_client: no client is registered under this client_id",
            &[("client_id", "unknown")],
        ),
        (
            "400 invalid_request: code_verifier must be 43 to 128 unreserved characters",
            &[("code_verifier", "short")],
        ),
        (
            "400 invalid_target: resource is not one of this server's",
            &[("resource", "https://evil.example/mcp")],
        ),
        (
            "400 invalid_grant: unknown, expired, already used, revoked, or issued to another client",
            &[("code", "smcp_c_x.y")],
        ),
    ];
    let answer = |changes: &[(&str, &str)]| {
        let kept = usual
            .iter()
            .filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        let form: Vec<_> = kept.chain(changes).copied().collect();
        let response = server.token(&form);
        let body = crate::support::server::body(&response);
        format!(
            "{}: {}",
            outcome(&response),
            body["error_description"].as_str().unwrap_or_default()
        )
    };
    for (i, (first, breach)) in breaches.iter().enumerate() {
        assert_eq!(answer(breach), *first);
        for (second, other) in &breaches[i + 1..] {
            assert_eq!(
                answer(&[*breach, *other].concat()),
                *first,
                "before {second}"
            );
        }
    }
    assert_eq!(answer(&[]), "200 ok: ", "none of them consumed the code");
}
