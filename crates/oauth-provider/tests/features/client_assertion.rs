//! Client authentication by `private_key_jwt` (RFC 7523 §3).

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek as ed25519;
use fetch::scripted::Scripted;
use fetch::{FetchError, Method};
use oauth_provider::crypto::{RustCrypto, SignatureAlgorithm, SignatureVerifier};
use oauth_provider::http::Response;
use oauth_provider::store::{OnceStore, StoreError, Stored};
use p256::ecdsa;
use p256::ecdsa::signature::Signer;
use serde_json::{Value, json};

use crate::client_documents::{URL, answer, document, json_answer, serving};
use crate::support::server::{CALLBACK, Server, body, now, outcome, redemption};
use crate::support::{NOW, ORIGIN};

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const KEYS: &str = "https://keys.example/jwks.json";
/// Made by Node's OpenSSL: a key of 2,048 bits and one of 1,024, and assertions signed with them.
const RSA: &str = include_str!("support/rsa_assertions.json");

fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A client's key, by a number.
#[derive(Clone, Copy)]
struct Es256(u8);

impl Es256 {
    fn secret(self) -> ecdsa::SigningKey {
        ecdsa::SigningKey::from_slice(&[self.0; 32]).unwrap()
    }

    fn jwk(self, more: Value) -> Value {
        let point = self.secret().verifying_key().to_sec1_point(false);
        let mut key = json!({
            "kty": "EC", "crv": "P-256", "x": base64url(point.x().unwrap()), "y": base64url(point.y().unwrap()),
        });
        let members = key.as_object_mut().unwrap();
        members.extend(more.as_object().unwrap().clone());
        key
    }

    fn sign(self, header: &Value, claims: &Value) -> String {
        let text = unsigned(header, claims);
        let signature: ecdsa::Signature = self.secret().sign(text.as_bytes());
        format!("{text}.{}", base64url(signature.to_bytes()))
    }

    /// An assertion that is right.
    fn good(self, jti: &str) -> String {
        self.sign(&json!({"alg": "ES256"}), &claims(jti))
    }
}

fn unsigned(header: &Value, claims: &Value) -> String {
    format!(
        "{}.{}",
        base64url(header.to_string()),
        base64url(claims.to_string())
    )
}

fn claims(jti: &str) -> Value {
    json!({"iss": URL, "sub": URL, "aud": ORIGIN, "exp": NOW.0 + 120, "jti": jti})
}

fn with(mut value: Value, changes: Value) -> Value {
    let members = value.as_object_mut().unwrap();
    for (name, change) in changes.as_object().unwrap() {
        match change {
            Value::Null => members.remove(name),
            other => members.insert(name.clone(), other.clone()),
        };
    }
    value
}

fn keyed(changes: Value) -> Value {
    let method = json!({"token_endpoint_auth_method": "private_key_jwt"});
    with(with(document(URL), method), changes)
}

fn jwks(keys: &[Value]) -> Value {
    json!({"jwks": {"keys": keys}})
}

/// A server that finds this client at its URL.
fn knowing(changes: Value) -> Server {
    serving(URL, json_answer(&[], &keyed(changes)))
}

fn usual() -> Server {
    knowing(jwks(&[Es256(1).jwk(json!({}))]))
}

fn shown<'a>(assertion: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [
        ("client_assertion_type", TYPE),
        ("client_assertion", assertion),
    ];
    [&usual, more].concat()
}

/// Shows an assertion where it decides alone.
fn show(server: &Server, assertion: &str) -> Response {
    server.revoke(&shown(assertion, &[("token", "x")]))
}

fn description(answer: &Response) -> String {
    body(answer)["error_description"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn assert_refused(answer: &Response, because: &str) {
    assert_eq!(outcome(answer), "401 invalid_client", "{because}");
    let description = description(answer);
    assert!(description.contains(because), "{because}: {description}");
    assert_eq!(answer.get("www-authenticate"), None);
}

const WRONG_KEY: &str = "is not signed with a key";

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
fn every_algorithm_that_is_advertised() {
    let rsa: Value = serde_json::from_str(RSA).unwrap();
    let edwards = ed25519::SigningKey::from_bytes(&[7; 32]);
    let okp = json!({"kty": "OKP", "crv": "Ed25519", "x": base64url(edwards.verifying_key())});
    let server = || {
        knowing(jwks(&[
            rsa["weak_key"].clone(),
            Es256(1).jwk(json!({})),
            okp.clone(),
            rsa["key"].clone(),
        ]))
    };
    let text = unsigned(&json!({"alg": "EdDSA"}), &claims("eddsa"));
    let eddsa = format!(
        "{text}.{}",
        base64url(edwards.sign(text.as_bytes()).to_bytes())
    );
    for assertion in [
        &Es256(1).good("es256"),
        &eddsa,
        rsa["rs256"].as_str().unwrap(),
        rsa["ps256"].as_str().unwrap(),
    ] {
        assert_eq!(outcome(&show(&server(), assertion)), "200");
    }
    let weak = rsa["weak_rs256"].as_str().unwrap();
    assert_refused(&show(&server(), weak), WRONG_KEY);
}

#[test]
fn vectors() {
    // RFC 7515 A.3 and A.2, RFC 8037 A.4.
    let claims = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let ec = json!({
        "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    });
    let rsa = json!({
        "kty": "RSA", "e": "AQAB",
        "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2\
              lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBE\
              Ma2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2\
              PAcDTW9gb54h4FRWyuXpoQ",
    });
    let okp =
        json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    let rows = [
        (
            SignatureAlgorithm::Es256,
            ec,
            format!("eyJhbGciOiJFUzI1NiJ9.{claims}"),
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
        ),
        (
            SignatureAlgorithm::Rs256,
            rsa,
            format!("eyJhbGciOiJSUzI1NiJ9.{claims}"),
            "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9\
             CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOL\
             n6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtV\
             rBp0igcN_IoypGlUPQGe77Rw",
        ),
        (
            SignatureAlgorithm::EdDsa,
            okp,
            "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc".to_owned(),
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
        ),
    ];
    for (algorithm, jwk, text, signature) in rows {
        let key = public_key(&jwk);
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let verify = |text: &str, signature: &[u8]| {
            now(RustCrypto.verify(algorithm, &key, text.as_bytes(), signature))
        };
        assert!(verify(&text, &signature), "{algorithm:?}");
        assert!(!verify(&format!("{text}A"), &signature), "{algorithm:?}");
        assert!(!verify(&text, signature.get(1..).unwrap()), "{algorithm:?}");
        let other = match algorithm {
            SignatureAlgorithm::Rs256 => SignatureAlgorithm::Ps256,
            _ => SignatureAlgorithm::Rs256,
        };
        assert!(!now(RustCrypto.verify(
            other,
            &key,
            text.as_bytes(),
            &signature
        )));
        assert_eq!(serde_json::from_str::<Value>(&key.to_jwk()).unwrap(), jwk);
    }
}

fn public_key(jwk: &Value) -> oauth_provider::crypto::PublicKey {
    use oauth_provider::crypto::PublicKey;
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
    match jwk["kty"].as_str().unwrap() {
        "EC" => PublicKey::P256 {
            x: bytes("x").try_into().unwrap(),
            y: bytes("y").try_into().unwrap(),
        },
        "OKP" => PublicKey::Ed25519 {
            x: bytes("x").try_into().unwrap(),
        },
        _ => PublicKey::Rsa {
            n: bytes("n"),
            e: bytes("e"),
        },
    }
}

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
    fn claim(&self, _: [u8; 32], _: Duration) -> Stored<'_, bool> {
        Box::pin(async { Err(StoreError("SECRET detail".to_owned())) })
    }
}

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

fn registered(server: &Server, changes: Value) -> String {
    let usual =
        json!({"redirect_uris": [CALLBACK], "token_endpoint_auth_method": "private_key_jwt"});
    let answer = server.register(&with(usual, changes));
    assert_eq!(answer.status, 201, "{}", answer.body);
    let answer = body(&answer);
    assert_eq!(answer["token_endpoint_auth_method"], "private_key_jwt");
    assert!(answer.get("client_secret").is_none(), "{answer}");
    answer["client_id"].as_str().unwrap().to_owned()
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
    ] {
        let server = knowing(json!({"jwks_uri": uri}));
        assert_refused(&show(&server, &Es256(1).good("1")), uri);
        assert_eq!(server.fetch.requests().len(), 1, "{uri}");
    }
    for (wrong, because) in [
        (answer(302, &[("location", KEYS)], ""), "status is 200"),
        (
            answer(200, &[("content-type", "text/html")], "{}"),
            "content type",
        ),
        (json_answer(&[], &json!([])), "key set is JSON"),
        (json_answer(&[], &json!({})), "has keys"),
        (
            json_answer(&[], &json!({"keys": [{"kty": "oct", "k": "AA"}]})),
            "holds no secret",
        ),
        (
            json_answer(&[], &json!({"keys": ["x".repeat(70_000)]})),
            "can be fetched",
        ),
    ] {
        let server = by_uri(vec![wrong]);
        assert_refused(&at(&server, 1, "1"), because);
    }
}

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
        (Err(FetchError::OverBudget), "429 temporarily_unavailable"),
    ] {
        let server = by_uri(vec![trouble.clone(), key_set(1, &[])]);
        let answer = at(&server, 1, "1");
        assert_eq!(outcome(&answer), expected);
        assert_eq!(answer.get("retry-after"), Some("5"));
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

#[test]
fn a_document_that_is_gone_says_why() {
    let server = serving(URL, answer(404, &[], ""));
    assert_refused(&at(&server, 1, "1"), "status is 200: found 404");
    let mut server = usual();
    server.settings.metadata_documents = false;
    assert_refused(&at(&server, 1, "1"), "not taken");
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
