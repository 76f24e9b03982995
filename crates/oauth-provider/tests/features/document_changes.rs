//! A document that changes after a person agreed: what its old grants may still do, and when the person is asked anew.
// file rule: clients/old-document-holds: a grant keeps to what the document allowed when a person agreed: a method that is
//    not weaker, and a key that it published then or beside such a one since; other keys need a new sign-in [CIMD §8.4,
//    §8.4.1]

use fetch::Method;
use fetch::scripted::Scripted;
use oauth_provider::authorize::Shown;
use oauth_provider::http::Response;
use serde_json::{Value, json};

use crate::client_documents::{URL, document, json_answer};
use crate::support::assertion::{
    Es256, KEYS, WRONG_KEY, assert_refused, claims, jwks, keyed, shown, with,
};
use crate::support::server::{CALLBACK, Server, body, outcome, query, redemption};

const OTHER_KEYS: &str = "https://keys.example/other";
/// A copy of a document is looked at again after a minute at the earliest.
const LOOKED_AT_AGAIN: u64 = 61;

/// A server on which these documents are found in turn, one at each look.
fn becoming(documents: Vec<Value>) -> Server {
    let mut script = Scripted::new();
    for document in documents {
        let short = [("cache-control", "max-age=60")];
        script = script.on(Method::Get, URL, json_answer(&short, &document));
    }
    for number in [1, 2] {
        let keys = json!({"keys": [Es256(number).jwk(json!({}))]});
        script = script.on(
            Method::Get,
            KEYS,
            json_answer(&[("cache-control", "no-store")], &keys),
        );
        script = script.on(Method::Get, OTHER_KEYS, json_answer(&[], &keys));
    }
    Server::with(script)
}

fn holding(numbers: &[u8]) -> Value {
    let all: Vec<_> = numbers
        .iter()
        .map(|number| Es256(*number).jwk(json!({})))
        .collect();
    keyed(jwks(&all))
}

fn signed(server: &Server, number: u8, jti: &str, form: &[(&str, &str)]) -> Response {
    let claims = with(claims(jti), json!({"exp": server.time().0 + 60}));
    let assertion = Es256(number).sign(&json!({"alg": "ES256"}), &claims);
    server.token(&shown(&assertion, form))
}

/// The refresh token of a sign-in in which this key was shown.
fn signed_in(server: &Server, number: u8) -> String {
    let code = server.sign_in(URL);
    let answer = signed(
        server,
        number,
        &format!("redeem {number}"),
        &redemption(URL, &code),
    );
    assert_eq!(outcome(&answer), "200 ok", "{}", answer.body);
    token_of(&answer)
}

fn token_of(answer: &Response) -> String {
    body(answer)["refresh_token"].as_str().unwrap().to_owned()
}

fn refreshed(server: &Server, number: u8, jti: &str, token: &str) -> Response {
    let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
    signed(server, number, jti, &form)
}

#[test]
fn keys_that_replace_all_others_are_good_for_new_sign_ins_only() {
    let server = becoming(vec![holding(&[1]), holding(&[2])]);
    let token = signed_in(&server, 1);
    server.wait(LOOKED_AT_AGAIN);
    let answer = refreshed(&server, 2, "1", &token);
    assert_eq!(outcome(&answer), "400 invalid_grant");
    assert!(answer.body.contains("sign in again"), "{}", answer.body);
    // Nothing was used up, and the key that was taken out is nobody's any more.
    assert_refused(&refreshed(&server, 1, "2", &token), WRONG_KEY);
    let anew = signed_in(&server, 2);
    assert_eq!(outcome(&refreshed(&server, 2, "3", &anew)), "200 ok");
}

#[test]
fn nor_is_a_code_good_for_them() {
    let server = becoming(vec![holding(&[1]), holding(&[2])]);
    let code = server.sign_in(URL);
    server.wait(LOOKED_AT_AGAIN);
    let answer = signed(&server, 2, "1", &redemption(URL, &code));
    assert_eq!(outcome(&answer), "400 invalid_grant");
}

#[test]
fn a_key_that_stood_beside_the_old_one_may_follow_it() {
    let server = becoming(vec![holding(&[1]), holding(&[1, 2]), holding(&[2])]);
    let token = signed_in(&server, 1);
    server.wait(LOOKED_AT_AGAIN);
    let second = refreshed(&server, 1, "1", &token);
    assert_eq!(outcome(&second), "200 ok", "both stand there");
    server.wait(LOOKED_AT_AGAIN);
    let third = refreshed(&server, 2, "2", &token_of(&second));
    assert_eq!(outcome(&third), "200 ok", "{}", third.body);
}

#[test]
fn keys_at_an_address_follow_one_another_and_another_address_is_another_client_to_its_grants() {
    let at = |uri: &str| keyed(json!({"jwks_uri": uri}));
    let server = becoming(vec![at(KEYS), at(KEYS), at(OTHER_KEYS)]);
    let token = signed_in(&server, 1);
    server.wait(LOOKED_AT_AGAIN);
    let second = refreshed(&server, 2, "1", &token);
    assert_eq!(outcome(&second), "200 ok", "{}", second.body);
    server.wait(LOOKED_AT_AGAIN);
    let third = refreshed(&server, 1, "2", &token_of(&second));
    assert_eq!(outcome(&third), "400 invalid_grant", "{}", third.body);
}

#[test]
fn a_method_is_never_weaker_than_the_one_that_was_agreed_to() {
    let server = becoming(vec![holding(&[1]), document(URL)]);
    let token = signed_in(&server, 1);
    server.wait(LOOKED_AT_AGAIN);
    assert_refused(&server.refresh(URL, &token), "method it registered");
    // The other way round the old grant keeps what the old document allowed, until its client shows more.
    let server = becoming(vec![document(URL), holding(&[1])]);
    let (_, token) = server.tokens(URL);
    server.wait(LOOKED_AT_AGAIN);
    let second = server.refresh(URL, &token);
    assert_eq!(outcome(&second), "200 ok");
    let third = refreshed(&server, 1, "1", &token_of(&second));
    assert_eq!(outcome(&third), "200 ok");
    assert_refused(
        &server.refresh(URL, &token_of(&third)),
        "method it registered",
    );
    assert_refused(&refreshed(&server, 2, "2", &token_of(&third)), WRONG_KEY);
}

// rule: authorization/good-for-what-was-shown
#[test]
fn an_approval_is_for_the_redirect_uris_method_and_keys_of_its_page() {
    let shown = |document: &Value| {
        let server = becoming(vec![document.clone()]);
        Shown::from(&server.authorize(&query(URL, &[])).unwrap())
    };
    let first = shown(&holding(&[1]));
    assert_eq!(first, shown(&holding(&[1])));
    let more = [CALLBACK, "https://client.example/new"];
    for other in [
        holding(&[2]),
        holding(&[1, 2]),
        keyed(json!({"jwks_uri": KEYS})),
        document(URL),
        with(holding(&[1]), json!({"redirect_uris": more})),
        with(
            holding(&[1]),
            json!({"tos_uri": "https://client.example/tos"}),
        ),
    ] {
        assert_ne!(first, shown(&other), "{other}");
    }
}
