//! What an assertion must be, and that it is good once (RFC 7523 §3).

use std::cell::RefCell;
use std::time::Duration;

use oauth_provider::store::{Claim, Claimant, OnceStore, StoreError, Stored};
use serde_json::json;

use crate::client_documents::URL;
use crate::support::assertion::{
    Es256, TYPE, WRONG_KEY, assert_refused, base64url, claims, jwks, knowing, registered, show,
    shown, usual, with,
};
use crate::support::server::outcome;
use crate::support::{NOW, ORIGIN};

// rule: tokens/private-key-jwt: `private_key_jwt`: claims, header, form; five minutes, 30 s of skew
//    [RFC 7523 §3]
#[test]
fn claims_one_by_one() {
    let token_endpoint = format!("{ORIGIN}/oauth/token");
    let long = "j".repeat(257);
    let now = NOW.0;
    let good = [
        json!({"aud": token_endpoint}),
        json!({"aud": format!("{ORIGIN}/mcp")}),
        json!({"aud": format!("{ORIGIN}/mcp/acme/web")}),
        json!({"aud": ["https://other.example", ORIGIN]}),
        json!({"exp": now + 329}),
        json!({"exp": now - 29}),
        json!({"exp": 1_800_000_060.5}),
        json!({"nbf": now + 29, "iat": now + 29}),
        json!({"iat": now - 400}),
        json!({"jti": "j".repeat(256)}),
        json!({"extra": {"a": []}}),
    ];
    for (index, change) in good.into_iter().enumerate() {
        let claims = with(claims(&format!("good {index}")), change.clone());
        let assertion = Es256(1).sign(&json!({"alg": "ES256"}), &claims);
        assert_eq!(outcome(&show(&usual(), &assertion)), "200", "{change}");
    }
    let bad = [
        (json!({"iss": null}), "iss and sub"),
        (
            json!({"iss": "https://client.example/other"}),
            "iss and sub",
        ),
        (json!({"sub": null}), "sub"),
        (json!({"sub": 7}), "sub"),
        (json!({"aud": null}), "aud"),
        (json!({"aud": []}), "aud"),
        (json!({"aud": format!("{ORIGIN}/")}), "aud"),
        (json!({"aud": format!("{ORIGIN}.evil.example")}), "aud"),
        (json!({"aud": format!("{ORIGIN}/oauth/authorize")}), "aud"),
        (json!({"aud": "https://other.example"}), "aud"),
        (json!({"aud": {"0": ORIGIN}}), "aud"),
        (json!({"exp": null}), "exp is missing"),
        (json!({"exp": "1800000100"}), "exp must be a number"),
        (json!({"exp": -1}), "exp must be a number"),
        (json!({"exp": 1e300}), "exp must be a number"),
        (json!({"exp": u64::MAX}), "at most 300 s ahead"),
        (json!({"exp": now + 331}), "at most 300 s ahead"),
        (json!({"exp": now - 30}), "exp has passed"),
        (json!({"nbf": now + 31}), "nbf lies in the future"),
        (json!({"nbf": true}), "nbf must be a number"),
        (json!({"iat": now + 31}), "iat lies in the future"),
        (json!({"exp": now - 10, "iat": now}), "after its exp"),
        (json!({"jti": null}), "jti"),
        (json!({"jti": ""}), "jti"),
        (json!({"jti": 7}), "jti"),
        (json!({"jti": long}), "jti"),
    ];
    for (change, because) in bad {
        let assertion = Es256(1).sign(&json!({"alg": "ES256"}), &with(claims("1"), change));
        let server = usual();
        assert_refused(&show(&server, &assertion), because);
        assert!(
            server.fetch.requests().is_empty(),
            "{because}: nothing is fetched for it"
        );
    }
}

// rule: tokens/private-key-jwt
// rule: tokens/key-members
#[test]
fn headers_one_by_one() {
    let key = |id: &str, number: u8| Es256(number).jwk(json!({"kid": id}));
    let server = || knowing(jwks(&[key("a", 1), key("b", 2)]));
    for (header, number) in [
        (json!({"alg": "ES256"}), 1),
        (json!({"alg": "ES256"}), 2),
        (json!({"alg": "ES256", "kid": "b"}), 2),
        (json!({"alg": "ES256", "typ": "JWT"}), 1),
        (
            json!({"alg": "ES256", "typ": "client-authentication+jwt"}),
            1,
        ),
        (
            json!({"alg": "ES256", "jku": "https://evil.example/", "jwk": key("a", 3)}),
            1,
        ),
    ] {
        let assertion = Es256(number).sign(&header, &claims("1"));
        assert_eq!(outcome(&show(&server(), &assertion)), "200", "{header}");
    }
    for (header, number, because) in [
        (json!({"alg": "ES256"}), 3, WRONG_KEY),
        (json!({"alg": "ES256", "jwk": key("a", 3)}), 3, WRONG_KEY),
        (json!({"alg": "ES256", "kid": "a"}), 2, WRONG_KEY),
        (json!({"alg": "ES256", "kid": "c"}), 1, WRONG_KEY),
        (json!({"alg": "RS256"}), 1, WRONG_KEY),
        (json!({"alg": "ES256", "kid": 1}), 1, "kid"),
        (json!({"alg": "ES256", "kid": "a".repeat(257)}), 1, "kid"),
        (json!({"alg": "ES256", "typ": "at+jwt"}), 1, "typ"),
        (json!({"alg": "ES256", "crit": ["exp"]}), 1, "crit"),
        (json!({"alg": "none"}), 1, "alg"),
        (json!({"alg": "HS256"}), 1, "alg"),
        (json!({"alg": "es256"}), 1, "alg"),
        (json!({"alg": "ES384"}), 1, "alg"),
        (json!({}), 1, "alg"),
    ] {
        let assertion = Es256(number).sign(&header, &claims("1"));
        assert_refused(&show(&server(), &assertion), because);
    }
}

// rule: tokens/private-key-jwt
#[test]
fn the_form_of_an_assertion() {
    let good = Es256(1).good("1");
    let (text, signature) = good.rsplit_once('.').unwrap();
    let twice = format!(
        "{}.{}",
        base64url(r#"{"alg":"ES256","alg":"none"}"#),
        base64url(claims("1").to_string())
    );
    let long = Es256(1).sign(
        &json!({"alg": "ES256"}),
        &with(claims("1"), json!({"long": "x".repeat(8192)})),
    );
    for wrong in [
        "x".to_owned(),
        text.to_owned(),
        format!("{text}."),
        format!("{good}.x"),
        format!("{good}="),
        format!("{text}.{}", signature.get(..84).unwrap()),
        format!("{text}.!{}", signature.get(1..).unwrap()),
        format!("W10.{}", good.split_once('.').unwrap().1),
        format!("{twice}.{signature}"),
        long,
    ] {
        let answer = show(&usual(), &wrong);
        assert_eq!(outcome(&answer), "401 invalid_client", "{wrong}");
    }
}

#[test]
fn one_way_at_a_time() {
    let good = Es256(1).good("1");
    let rows: [(&[(&str, &str)], &str); 8] = [
        (&[], "401 invalid_client"),
        (&[("client_assertion_type", "jwt")], "401 invalid_client"),
        (
            &[("client_assertion_type", TYPE), ("client_id", "x")],
            "401 invalid_client",
        ),
        (
            &[("client_assertion_type", TYPE), ("client_secret", "x")],
            "400 invalid_request",
        ),
        (
            &[("client_assertion_type", TYPE), ("client_assertion", "x")],
            "400 invalid_request",
        ),
        (
            &[("client_assertion_type", TYPE), ("client_id", URL)],
            "200",
        ),
        (&[("client_assertion_type", TYPE)], "401 invalid_client"),
        (
            &[("client_assertion_type", TYPE), ("client_id", "")],
            "401 invalid_client",
        ),
    ];
    let server = usual();
    for (form, expected) in rows {
        let form = [form, &[("client_assertion", &*good), ("token", "x")]].concat();
        assert_eq!(outcome(&server.revoke(&form)), expected, "{form:?}");
    }
    let form = [
        ("client_id", URL),
        ("client_assertion_type", TYPE),
        ("token", "x"),
    ];
    assert_eq!(outcome(&server.revoke(&form)), "400 invalid_request");
}

// rule: tokens/jti-once: a `jti` is good once, and no forgery uses it up [RFC 7523 §3]
#[test]
fn an_assertion_is_good_once() {
    let server = usual();
    let forged = Es256(2).sign(&json!({"alg": "ES256"}), &claims("1"));
    assert_refused(&show(&server, &forged), WRONG_KEY);
    assert_eq!(
        outcome(&show(&server, &Es256(1).good("1"))),
        "200",
        "not used up by a forgery"
    );
    assert_refused(&show(&server, &Es256(1).good("1")), "used before");
    // The same jti in another assertion is no other assertion.
    let later = with(claims("1"), json!({"exp": NOW.0 + 200}));
    let later = Es256(1).sign(&json!({"alg": "ES256"}), &later);
    assert_refused(&show(&server, &later), "used before");
    server.wait(149);
    assert_refused(&show(&server, &Es256(1).good("1")), "used before");
    server.wait(1);
    assert_refused(&show(&server, &Es256(1).good("1")), "exp has passed");
}

#[test]
fn two_clients_may_draw_the_same_jti() {
    let server = usual();
    let id = registered(&server, jwks(&[Es256(1).jwk(json!({}))]));
    let theirs = with(claims("1"), json!({"iss": id, "sub": id}));
    let theirs = Es256(1).sign(&json!({"alg": "ES256"}), &theirs);
    assert_eq!(outcome(&show(&server, &Es256(1).good("1"))), "200");
    assert_eq!(outcome(&show(&server, &theirs)), "200");
}

/// Does not answer.
struct Forgetful;

impl OnceStore for Forgetful {
    async fn claim(&self, _: Claimant<'_>, _: [u8; 32], _: Duration) -> Stored<Claim> {
        Err(StoreError("SECRET detail".to_owned()))
    }
}

/// Keeps no more for now, and remembers of whom.
#[derive(Default)]
struct Full(RefCell<Vec<(String, bool)>>);

impl OnceStore for Full {
    async fn claim(&self, by: Claimant<'_>, _: [u8; 32], _: Duration) -> Stored<Claim> {
        self.0
            .borrow_mut()
            .push((by.client_id.to_owned(), by.is_known));
        Ok(Claim::TooMany)
    }
}

// rule: clients/assertion-ids-limited: ids of assertions are limited by address, and by client once
//    it is known; 429 ends nothing and uses nothing up [RFC 7523 §3]
#[test]
fn too_many_assertions_are_no_end_of_a_session_and_use_nothing_up() {
    let server = usual();
    let good = Es256(1).good("1");
    let form = shown(&good, &[("token", "x")]);
    let full = Full::default();
    let answer = server.revoke_once(&form, &full);
    assert_eq!(outcome(&answer), "429 temporarily_unavailable");
    assert_eq!(answer.get("retry-after"), Some("60"));
    let forged = Es256(2).good("1");
    let refused = server.revoke_once(&shown(&forged, &[("token", "x")]), &full);
    assert_eq!(outcome(&refused), "401 invalid_client");
    assert_eq!(full.0.take().len(), 1, "a forgery counts for nobody");
    assert_eq!(outcome(&server.revoke(&form)), "200");
}

// rule: tokens/transient-never-fatal
#[test]
fn what_cannot_be_remembered_is_not_taken() {
    let server = usual();
    let good = Es256(1).good("1");
    let form = shown(&good, &[("token", "x")]);
    let answer = server.revoke_once(&form, &Forgetful);
    assert_eq!(outcome(&answer), "503 temporarily_unavailable");
    assert_eq!(answer.get("retry-after"), Some("5"));
    assert!(!answer.body.contains("SECRET"));
    assert_eq!(outcome(&server.revoke(&form)), "200");
}
