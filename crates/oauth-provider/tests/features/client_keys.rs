//! Clients that authenticate with keys: how they came by them, and where their keys are (RFC 7591 §2).

use std::time::Duration;

use fetch::scripted::Scripted;
use fetch::{FetchError, Method};
use oauth_provider::client::renew;
use oauth_provider::http::Response;
use serde_json::{Value, json};

use crate::client_documents::{URL, answer, json_answer, serving};
use crate::support::assertion::{
    Es256, KEYS, RSA, WRONG_KEY, assert_refused, claims, jwks, keyed, knowing, registered, show,
    shown, usual, with,
};
use crate::support::server::{CALLBACK, Server, body, now, outcome, redemption};

#[test]
fn a_client_with_keys_signs_in_and_stays() {
    let server = usual();
    let code = server.sign_in(URL);
    assert_refused(&server.redeem(URL, &code), "method it registered");
    let first = Es256(1).good("1");
    let redeem = [&shown(&first, &[])[..], &redemption(URL, &code)].concat();
    let tokens = body(&server.token(&redeem));
    let refresh_token = tokens["refresh_token"].as_str().unwrap();
    assert_refused(&server.refresh(URL, refresh_token), "method it registered");
    let refresh = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token),
    ];
    let second = Es256(1).good("2");
    assert_eq!(outcome(&server.token(&shown(&second, &refresh))), "200 ok");
    let access = [("token", tokens["access_token"].as_str().unwrap())];
    let third = Es256(1).good("3");
    let told = server.introspect(&shown(&third, &access));
    assert_eq!(body(&told)["active"], true);
    let told = server.introspect(&[("client_id", URL), access[0]]);
    assert_eq!(body(&told)["active"], false, "without its key");
}

// rule: tokens/both-methods-offered: a client that offers both methods may use either, and never
//    less than before
#[test]
fn who_offers_both_may_use_either_and_never_less_than_before() {
    let both = json!({"token_endpoint_auth_methods_supported": ["none", "private_key_jwt"]});
    for single in [Value::Null, json!("none"), json!("private_key_jwt")] {
        let method = json!({"token_endpoint_auth_method": single});
        let server = knowing(with(
            with(jwks(&[Es256(1).jwk(json!({}))]), both.clone()),
            method,
        ));
        let (_, refresh_token) = server.tokens(URL);
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", &*refresh_token),
        ];
        let wrong = Es256(2).good("1");
        assert_refused(&server.token(&shown(&wrong, &form)), WRONG_KEY);
        assert_eq!(
            outcome(&server.refresh(URL, &refresh_token)),
            "200 ok",
            "none"
        );
        let good = Es256(1).good("2");
        let answer = server.token(&shown(&good, &form));
        assert_eq!(outcome(&answer), "200 ok", "{}", answer.body);
        assert_refused(&server.refresh(URL, &refresh_token), "method it registered");
    }
}

#[test]
fn registered_clients() {
    let server = Server::with(Scripted::new().json(
        Method::Get,
        KEYS,
        200,
        &jwks(&[Es256(2).jwk(json!({}))])["jwks"].to_string(),
    ));
    let by_value = registered(&server, jwks(&[Es256(1).jwk(json!({}))]));
    let by_reference = registered(&server, json!({"jwks_uri": KEYS}));
    let assertion = |id: &str, number: u8| {
        let claims = with(claims(&format!("{number}")), json!({"iss": id, "sub": id}));
        Es256(number).sign(&json!({"alg": "ES256"}), &claims)
    };
    assert_eq!(outcome(&show(&server, &assertion(&by_value, 1))), "200");
    assert_eq!(outcome(&show(&server, &assertion(&by_reference, 2))), "200");
    let code = server.sign_in(&by_value);
    assert_refused(&server.redeem(&by_value, &code), "method it registered");
    // Unknown clients, public ones and wrong keys are answered alike.
    let public = server.public();
    let wrong = show(&server, &assertion(&by_value, 3));
    assert_refused(&wrong, WRONG_KEY);
    assert_eq!(show(&server, &assertion("unknown", 1)), wrong);
    assert_eq!(show(&server, &assertion(&public, 1)), wrong);
}

#[test]
fn registrations_without_usable_keys() {
    let server = Server::new();
    let rsa: Value = serde_json::from_str(RSA).unwrap();
    for changes in [
        json!({}),
        jwks(&[]),
        jwks(&[rsa["weak_key"].clone()]),
        json!({"jwks": [Es256(1).jwk(json!({}))]}),
        json!({"jwks_uri": "http://keys.example/jwks"}),
        json!({"jwks_uri": "https://keys.example/a/../jwks"}),
        jwks(&[Es256(1).jwk(json!({"d": "AA"}))]),
        json!({"token_endpoint_auth_method": "client_secret_jwt"}),
    ] {
        let usual =
            json!({"redirect_uris": [CALLBACK], "token_endpoint_auth_method": "private_key_jwt"});
        let answer = server.register(&with(usual, changes.clone()));
        assert_eq!(outcome(&answer), "400 invalid_client_metadata", "{changes}");
    }
}

#[test]
fn documents_that_offer_what_they_cannot() {
    for changes in [
        json!({}),
        jwks(&[]),
        jwks(&[Es256(1).jwk(json!({"use": "enc"}))]),
        json!({"jwks_uri": "http://keys.example/jwks"}),
        json!({"jwks_uri": "nowhere"}),
    ] {
        let server = knowing(changes.clone());
        assert!(
            server
                .authorize(&crate::support::server::query(URL, &[]))
                .is_err(),
            "{changes}"
        );
    }
}

// rule: clients/words-for-developers
#[test]
fn a_document_that_is_gone_says_why() {
    let server = serving(URL, answer(404, &[], ""));
    assert_refused(&at(&server, 1, "1"), "status is 200: found 404");
    let mut server = usual();
    server.settings.metadata_documents = false;
    assert_refused(&at(&server, 1, "1"), "not taken");
}

fn key_set(number: u8, headers: &[(&str, &str)]) -> Result<fetch::Response, FetchError> {
    json_answer(headers, &json!({"keys": [Es256(number).jwk(json!({}))]}))
}

fn by_uri(answers: Vec<Result<fetch::Response, FetchError>>) -> Server {
    let document = keyed(json!({"jwks_uri": KEYS}));
    let long = [("cache-control", "max-age=86400")];
    let mut script = Scripted::new().on(Method::Get, URL, json_answer(&long, &document));
    for answer in answers {
        script = script.on(Method::Get, KEYS, answer);
    }
    Server::with(script)
}

fn looks(server: &Server) -> usize {
    let requests = server.fetch.requests();
    requests
        .iter()
        .filter(|request| request.url.as_str() == KEYS)
        .count()
}

fn at(server: &Server, number: u8, jti: &str) -> Response {
    let claims = with(claims(jti), json!({"exp": server.time().0 + 60}));
    show(
        server,
        &Es256(number).sign(&json!({"alg": "ES256"}), &claims),
    )
}

// rule: clients/never-this-server
// rule: tokens/key-set-by-reference: a key set by reference is fetched under the rules of
//    documents, 64 KiB
#[test]
fn a_key_set_by_reference_is_fetched_as_documents_are() {
    let server = by_uri(vec![key_set(1, &[])]);
    assert_eq!(outcome(&at(&server, 1, "1")), "200");
    let request = server.fetch.requests().pop().unwrap();
    assert_eq!(request.url.as_str(), KEYS);
    assert_eq!((request.max_body, request.timeout.as_secs()), (65_536, 10));
    let names: Vec<_> = request.headers.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["accept"]);
    for uri in [
        "https://10.0.0.1/jwks",
        "https://localhost/jwks",
        "https://mcp.example.com/jwks",
        "https://mcp.example.com.:8443/jwks",
    ] {
        let server = knowing(json!({"jwks_uri": uri}));
        assert_refused(&show(&server, &Es256(1).good("1")), uri);
        assert_eq!(server.fetch.requests().len(), 1, "{uri}");
    }
    for (wrong, because) in [
        (
            answer(200, &[("content-type", "text/plain")], "{}"),
            "content type",
        ),
        (json_answer(&[], &json!([])), "key set is JSON"),
        (json_answer(&[], &json!({})), "has keys"),
        (
            json_answer(&[], &json!({"keys": [{"kty": "oct", "k": "AA"}]})),
            "holds no secret",
        ),
    ] {
        let server = by_uri(vec![wrong]);
        assert_refused(&at(&server, 1, "1"), because);
    }
    let long = json_answer(&[], &json!({"keys": ["x".repeat(70_000)]}));
    let refused = at(&by_uri(vec![long]), 1, "1");
    assert_eq!(outcome(&refused), "503 temporarily_unavailable");
    assert!(refused.body.contains("65536 bytes"), "{}", refused.body);
}

// rule: tokens/keys-looked-at-again: keys in metadata or at `jwks_uri`, looked at again [RFC 7591
//    §2]
#[test]
fn a_key_set_is_kept_and_looked_at_again_when_a_key_is_not_in_it() {
    let long = [("cache-control", "max-age=7200")];
    let server = by_uri(vec![key_set(1, &long), key_set(2, &long)]);
    assert_eq!(outcome(&at(&server, 1, "1")), "200");
    assert_eq!(outcome(&at(&server, 1, "2")), "200");
    assert_eq!(looks(&server), 1);
    server.wait(59);
    assert_refused(&at(&server, 2, "3"), WRONG_KEY);
    assert_eq!(looks(&server), 1, "within the minute");
    server.wait(1);
    assert_eq!(outcome(&at(&server, 2, "3")), "200");
    assert_refused(&at(&server, 1, "4"), WRONG_KEY);
    assert_eq!(looks(&server), 2);
    server.wait(7200);
    assert_eq!(outcome(&at(&server, 2, "5")), "200");
    assert_eq!(looks(&server), 3, "its time is over");
    let server = by_uri(vec![key_set(1, &[("cache-control", "no-store")])]);
    assert_eq!(outcome(&at(&server, 1, "1")), "200");
    assert_eq!(outcome(&at(&server, 1, "2")), "200");
    assert_eq!(looks(&server), 2, "not to be kept");
}

// rule: tokens/keys-looked-at-again
#[test]
fn keys_in_a_kept_document_change_too() {
    let first = keyed(jwks(&[Es256(1).jwk(json!({}))]));
    let second = keyed(jwks(&[Es256(2).jwk(json!({}))]));
    let script = Scripted::new()
        .on(Method::Get, URL, json_answer(&[], &first))
        .on(Method::Get, URL, json_answer(&[], &second));
    let server = Server::with(script);
    assert_eq!(outcome(&at(&server, 1, "1")), "200");
    assert_refused(&at(&server, 2, "2"), WRONG_KEY);
    server.wait(60);
    assert_eq!(outcome(&at(&server, 2, "2")), "200");
    assert_eq!(server.fetch.requests().len(), 2);
}

// rule: tokens/transient-never-fatal: transient is never fatal, nothing used up, `Retry-After` on
//    each 503 and 429
#[test]
fn trouble_on_the_way_is_never_the_end() {
    let unreachable = || Err(FetchError::Unreachable("SECRET address".to_owned()));
    for (trouble, expected) in [
        (unreachable(), "503 temporarily_unavailable"),
        (
            Err(FetchError::Timeout(Duration::from_secs(10))),
            "503 temporarily_unavailable",
        ),
        (answer(500, &[], ""), "503 temporarily_unavailable"),
        (answer(429, &[], ""), "503 temporarily_unavailable"),
        (
            answer(502, &[], &"x".repeat(70_000)),
            "503 temporarily_unavailable",
        ),
        (
            answer(200, &[("content-type", "text/html")], "<html>"),
            "503 temporarily_unavailable",
        ),
        (Err(FetchError::OverBudget), "429 temporarily_unavailable"),
    ] {
        let server = by_uri(vec![trouble.clone(), key_set(1, &[])]);
        let answer = at(&server, 1, "1");
        assert_eq!(outcome(&answer), expected);
        let status = answer.status;
        assert_eq!(
            answer.get("retry-after"),
            Some(if status == 429 { "60" } else { "5" })
        );
        assert!(!answer.body.contains("SECRET"));
        assert_eq!(outcome(&at(&server, 1, "1")), "200", "nothing was used up");
        let script = Scripted::new().on(Method::Get, URL, trouble).on(
            Method::Get,
            URL,
            json_answer(&[], &keyed(jwks(&[Es256(1).jwk(json!({}))]))),
        );
        let server = Server::with(script);
        assert_eq!(outcome(&at(&server, 1, "1")), expected, "the document");
        assert_eq!(outcome(&at(&server, 1, "1")), "200");
    }
    // A new key that cannot be looked for yet.
    let server = by_uri(vec![key_set(1, &[]), unreachable(), key_set(2, &[])]);
    assert_eq!(outcome(&at(&server, 1, "1")), "200");
    server.wait(60);
    assert_eq!(outcome(&at(&server, 2, "2")), "503 temporarily_unavailable");
    assert_eq!(outcome(&at(&server, 2, "2")), "200");
}

// rule: tokens/gone-at-two-looks: a client with keys whose document or key set is gone hears
//    `invalid_client` an hour after the look that found it so first, and until then that it may pass
#[test]
fn one_look_that_finds_nothing_costs_nothing() {
    let gone = || answer(404, &[], "");
    let good = || json_answer(&[], &keyed(jwks(&[Es256(1).jwk(json!({}))])));
    let answers = [good(), gone(), gone(), gone(), good(), answer(410, &[], "")];
    let script = answers.into_iter().fold(Scripted::new(), |script, answer| {
        script.on(Method::Get, URL, answer)
    });
    let server = Server::with(script);
    assert_eq!(outcome(&at(&server, 1, "1")), "200");
    let (keys, time) = (&server.store.keys, server.time());
    let met = renew(URL, Some("7"), keys, &server.settings, &server.store, time);
    now(met).unwrap();
    for (wait, jti, expected) in [
        (3600, "2", "503 temporarily_unavailable"),
        (3599, "3", "503 temporarily_unavailable"),
        (1, "4", "401 invalid_client"),
        (1, "5", "200"),
        (3600, "6", "503 temporarily_unavailable"),
    ] {
        server.wait(wait);
        let found = at(&server, 1, jti);
        assert_eq!(outcome(&found), expected, "{jti}");
        let says_why = found.body.contains("the status is 200: found 4");
        assert_eq!(says_why, expected != "200", "{}", found.body);
    }
}

// rule: tokens/gone-at-two-looks
#[test]
fn a_key_set_that_is_missing_for_a_moment_costs_nothing() {
    let gone = || answer(404, &[], "");
    let script = [key_set(1, &[]), gone(), key_set(1, &[])];
    let server = by_uri(script.into());
    assert_eq!(outcome(&at(&server, 1, "1")), "200");
    // The copy lacks the new key, and what would have it is not there.
    server.wait(60);
    assert_eq!(outcome(&at(&server, 2, "2")), "503 temporarily_unavailable");
    assert_eq!(outcome(&at(&server, 1, "3")), "200");
    // Where there never was one, nothing can come back.
    let server = by_uri(vec![gone()]);
    assert_refused(&at(&server, 1, "1"), "found 404");
}

// rule: tokens/transient-never-fatal
#[test]
fn an_answer_that_says_nothing_is_no_verdict() {
    for silent in [
        answer(302, &[("location", KEYS)], ""),
        answer(401, &[], ""),
        answer(403, &[], "are you a robot?"),
        Err(FetchError::TooLarge(5120)),
    ] {
        let server = by_uri(vec![silent.clone(), key_set(1, &[])]);
        assert_eq!(outcome(&at(&server, 1, "1")), "503 temporarily_unavailable");
        assert_eq!(outcome(&at(&server, 1, "1")), "200");
        let server = serving(URL, silent);
        assert_eq!(outcome(&at(&server, 1, "1")), "503 temporarily_unavailable");
    }
}
