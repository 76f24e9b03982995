//! Client authentication at the token and revocation endpoints (RFC 6749 §2.3).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use oauth_provider::client::Credentials;
use oauth_provider::http::{Request, Response};
use oauth_provider::params::Params;

use crate::support::VERIFIER;
use crate::support::server::{Server, body, form_body, outcome, post, redemption};

fn basic(text: &str) -> String {
    format!("Basic {}", STANDARD.encode(text))
}

/// Redeems a code with the given header and additions to the form.
fn redeem(server: &Server, code: &str, header: Option<&str>, form: &[(&str, &str)]) -> Response {
    let mut whole = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("code_verifier", VERIFIER),
    ];
    whole.extend(form);
    let body = form_body(&whole);
    let request = Request {
        authorization: header,
        ..post(body.as_bytes())
    };
    server.token_at(&request, &server.store, &server.store)
}

// rule: tokens/client-authentication: one way of client authentication, the registered one; basic
//    and post where none was [RFC 6749 §2.3]
#[test]
fn the_registered_method_and_no_other() {
    // Registered as, sent by Basic, sent by form, sent nothing.
    for (method, by_basic, by_form) in [
        (Some("client_secret_basic"), "200 ok", "401 invalid_client"),
        (Some("client_secret_post"), "401 invalid_client", "200 ok"),
        (None, "200 ok", "200 ok"),
    ] {
        let server = Server::new();
        let (id, secret) = server.confidential(method);
        let header = basic(&format!("{id}:{secret}"));
        let code = server.sign_in(&id);
        let nothing = redeem(&server, &code, None, &[("client_id", &id)]);
        assert_eq!(outcome(&nothing), "401 invalid_client", "{method:?}");
        let found = redeem(&server, &code, Some(&header), &[]);
        assert_eq!(outcome(&found), by_basic, "{method:?}");
        let code = server.sign_in(&id);
        let form = [("client_id", &*id), ("client_secret", &*secret)];
        assert_eq!(
            outcome(&redeem(&server, &code, None, &form)),
            by_form,
            "{method:?}"
        );
    }
}

// rule: tokens/client-authentication
#[test]
fn a_public_client_shows_nothing() {
    let server = Server::new();
    let id = server.public();
    let code = server.sign_in(&id);
    let secret = [("client_id", &*id), ("client_secret", "x")];
    assert_eq!(
        outcome(&redeem(&server, &code, None, &secret)),
        "401 invalid_client"
    );
    let header = basic(&format!("{id}:x"));
    assert_eq!(
        outcome(&redeem(&server, &code, Some(&header), &[])),
        "401 invalid_client"
    );
    assert_eq!(outcome(&server.redeem(&id, &code)), "200 ok");
}

// rule: tokens/unknown-and-wrong-alike: an unknown client and a wrong secret are answered alike
#[test]
fn unknown_and_wrong_are_answered_alike() {
    let server = Server::new();
    let (id, _) = server.confidential(None);
    let zero = "A".repeat(43);
    let public = server.public();
    let url = "https://client.example/c";
    let answers: Vec<_> = [&*id, "unknown", &public, url]
        .into_iter()
        .flat_map(|id| ["wrong", &zero].map(|secret| (id, secret)))
        .map(|(id, secret)| {
            redeem(
                &server,
                "x",
                None,
                &[("client_id", id), ("client_secret", secret)],
            )
        })
        .collect();
    assert_eq!(outcome(&answers[0]), "401 invalid_client");
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

// rule: tokens/basic-header
#[test]
fn headers() {
    let server = Server::new();
    let (id, secret) = server.confidential(Some("client_secret_basic"));
    let good = format!("{id}:{secret}");
    let encoded: String = good
        .bytes()
        .map(|b| {
            if b == b':' {
                ":".to_owned()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect();
    let rows = [
        (basic(&good), "200 ok"),
        (basic(&encoded), "200 ok"),
        (format!("bAsIc {}", STANDARD.encode(&good)), "200 ok"),
        (basic(&id), "401 invalid_client"),
        (basic(":"), "401 invalid_client"),
        (basic(&format!("{id}:")), "401 invalid_client"),
        (basic(&format!("{id}:%FF")), "401 invalid_client"),
        (basic(&format!("{id}:wrong")), "401 invalid_client"),
        (basic(&format!("{good}x")), "401 invalid_client"),
        ("Basic".to_owned(), "401 invalid_client"),
        ("Basic ***".to_owned(), "401 invalid_client"),
        (
            format!("Basic {}", STANDARD.encode(b"\xff:\xff")),
            "401 invalid_client",
        ),
    ];
    for (header, expected) in rows {
        let code = server.sign_in(&id);
        let answer = redeem(&server, &code, Some(&header), &[]);
        assert_eq!(outcome(&answer), expected, "{header}");
        let challenge = (answer.status == 401).then_some("Basic realm=\"Example MCP\"");
        assert_eq!(answer.get("www-authenticate"), challenge, "{header}");
    }
    let form = [("client_id", "unknown"), ("client_secret", "x")];
    let answer = redeem(&server, "x", None, &form);
    assert_eq!(answer.get("www-authenticate"), None, "Basic was not used");
}

/// Headers that authenticate nobody.
const OF_OTHER_SCHEMES: [&str; 5] = ["Bearer stale", "Bearer", "", "Token x", "Bearer Basic YTpi"];

// rule: tokens/other-schemes-ignored: a header of another scheme than Basic is no client
//    authentication, and is ignored
#[test]
fn a_bearer_token_along_with_a_request_is_ignored() {
    let server = Server::new();
    let public = server.public();
    let (id, secret) = server.confidential(Some("client_secret_post"));
    for header in OF_OTHER_SCHEMES {
        let with = |code: &str, form: &[(&str, &str)]| redeem(&server, code, Some(header), form);
        let code = server.sign_in(&public);
        assert_eq!(
            outcome(&with(&code, &[("client_id", &public)])),
            "200 ok",
            "{header}"
        );
        let code = server.sign_in(&id);
        let wrong = with(&code, &[("client_id", &id), ("client_secret", "x")]);
        assert_eq!(outcome(&wrong), "401 invalid_client", "{header}");
        let right = with(&code, &[("client_id", &id), ("client_secret", &secret)]);
        assert_eq!(outcome(&right), "200 ok", "{header}");
        let nobody = with("x", &[]);
        assert_eq!(outcome(&nobody), "401 invalid_client", "{header}");
        assert_eq!(nobody.get("www-authenticate"), None, "Basic was not used");
    }
}

// rule: tokens/other-schemes-ignored
#[test]
fn revocation_and_introspection_ignore_it_too() {
    let server = Server::new();
    let client = server.public();
    let (access, refresh) = server.tokens(&client);
    let own = format!("Bearer {access}");
    for header in OF_OTHER_SCHEMES.iter().copied().chain([&*own]) {
        let form = form_body(&[("client_id", &client), ("token", &access)]);
        let request = Request {
            authorization: Some(header),
            ..post(form.as_bytes())
        };
        let found = server.introspect_at(&request);
        assert_eq!(body(&found)["active"], true, "{header}");
    }
    let form = form_body(&[("client_id", &client), ("token", &refresh)]);
    let request = Request {
        authorization: Some(&own),
        ..post(form.as_bytes())
    };
    let answer = server.revoke_at(&request, &server.store, &server.store);
    assert_eq!(outcome(&answer), "200");
    assert_eq!(
        outcome(&server.refresh(&client, &refresh)),
        "400 invalid_grant"
    );
}

// rule: tokens/empty-password: Basic with an empty password shows nothing but the client's id
//    [RFC 6749 §2.3.1]
#[test]
fn an_empty_password_is_no_secret() {
    let server = Server::new();
    let public = server.public();
    let (id, secret) = server.confidential(Some("client_secret_post"));
    let header = basic(&format!("{public}:"));
    for form in [
        &[][..],
        &[("client_id", &*public)],
        &[("client_secret", "")],
    ] {
        let code = server.sign_in(&public);
        let answer = redeem(&server, &code, Some(&header), form);
        assert_eq!(outcome(&answer), "200 ok", "{form:?}");
    }
    let other = redeem(&server, "x", Some(&header), &[("client_id", &id)]);
    assert_eq!(outcome(&other), "400 invalid_request");
    // Whoever has a secret must show it, in the one way or the other.
    let header = basic(&format!("{id}:"));
    let code = server.sign_in(&id);
    let without = redeem(&server, &code, Some(&header), &[]);
    assert_eq!(outcome(&without), "401 invalid_client");
    assert!(without.get("www-authenticate").is_some());
    let with = redeem(&server, &code, Some(&header), &[("client_secret", &secret)]);
    assert_eq!(outcome(&with), "200 ok");
    for unknown in ["unknown:", "%20:"] {
        let answer = redeem(&server, "x", Some(&basic(unknown)), &[]);
        assert_eq!(outcome(&answer), "401 invalid_client", "{unknown}");
        assert!(answer.get("www-authenticate").is_some(), "{unknown}");
    }
}

// rule: tokens/client-authentication
#[test]
fn one_way_at_a_time() {
    let server = Server::new();
    let (id, secret) = server.confidential(None);
    let header = basic(&format!("{id}:{secret}"));
    let code = server.sign_in(&id);
    let rows: [(&[(&str, &str)], &str); 7] = [
        (&[("client_secret", &secret)], "400 invalid_request"),
        (&[("client_id", "another")], "400 invalid_request"),
        (&[("client_assertion", "eyJ")], "400 invalid_request"),
        (
            &[("client_id", &id), ("client_id", &id)],
            "400 invalid_request",
        ),
        (
            &[("client_secret", "a"), ("client_secret", "a")],
            "400 invalid_request",
        ),
        (&[("client_id", &id), ("client_secret", "")], "200 ok"),
        (&[], "400 invalid_grant"),
    ];
    for (form, expected) in rows {
        let answer = redeem(&server, &code, Some(&header), form);
        assert_eq!(outcome(&answer), expected, "{form:?}");
        let challenged = answer.get("www-authenticate").is_some();
        assert_eq!(challenged, answer.status == 401, "{form:?}");
    }
    assert_eq!(
        outcome(&redeem(&server, &code, None, &[])),
        "401 invalid_client",
        "nobody"
    );
}

// rule: tokens/client-authentication
#[test]
fn revocation_asks_the_same() {
    let server = Server::new();
    let (id, secret) = server.confidential(Some("client_secret_post"));
    let rows: [(&[(&str, &str)], &str); 5] = [
        (
            &[("client_id", &id), ("client_secret", "wrong")],
            "401 invalid_client",
        ),
        (&[("client_id", "unknown")], "401 invalid_client"),
        (&[], "401 invalid_client"),
        (&[("client_id", &id), ("client_secret", &secret)], "200"),
        (&[("client_id", &id)], "200"),
    ];
    for (form, expected) in rows {
        let form = [form, &[("token", "x")]].concat();
        assert_eq!(outcome(&server.revoke(&form)), expected, "{form:?}");
    }
}

#[test]
fn what_was_sent_stands_in_no_debug_form() {
    let body = form_body(&redemption("id", "the-code")) + "&client_secret=the-secret";
    let request = Request {
        authorization: Some("Basic dGhlLXNlY3JldA=="),
        ..post(body.as_bytes())
    };
    let form = Params::parse(&body);
    let bare = Request {
        authorization: None,
        ..request
    };
    let credentials = Credentials::read(&bare, &form).unwrap();
    let shown = format!("{request:?} {form:?} {credentials:?}");
    for secret in ["the-secret", "the-code", "dGhlLXNlY3JldA", VERIFIER] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
