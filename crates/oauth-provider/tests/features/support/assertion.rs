//! A client with keys of its own, and the assertions that it signs (RFC 7523).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth_provider::http::Response;
use p256::ecdsa;
use p256::ecdsa::signature::Signer;
use serde_json::{Value, json};

use super::server::{CALLBACK, Server, body, outcome};
use super::{NOW, ORIGIN};
use crate::client_documents::{URL, document, json_answer, serving};

pub const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
pub const KEYS: &str = "https://keys.example/jwks.json";
/// Made by Node's OpenSSL: a key of 2,048 bits and one of 1,024, and assertions signed with them.
pub const RSA: &str = include_str!("rsa_assertions.json");

pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A client's key, by a number.
#[derive(Clone, Copy)]
pub struct Es256(pub u8);

impl Es256 {
    pub fn secret(self) -> ecdsa::SigningKey {
        ecdsa::SigningKey::from_slice(&[self.0; 32]).unwrap()
    }

    pub fn jwk(self, more: Value) -> Value {
        let point = self.secret().verifying_key().to_sec1_point(false);
        let mut key = json!({
            "kty": "EC", "crv": "P-256", "x": base64url(point.x().unwrap()), "y": base64url(point.y().unwrap()),
        });
        let members = key.as_object_mut().unwrap();
        members.extend(more.as_object().unwrap().clone());
        key
    }

    pub fn sign(self, header: &Value, claims: &Value) -> String {
        let text = unsigned(header, claims);
        let signature: ecdsa::Signature = self.secret().sign(text.as_bytes());
        format!("{text}.{}", base64url(signature.to_bytes()))
    }

    /// An assertion that is right.
    pub fn good(self, jti: &str) -> String {
        self.sign(&json!({"alg": "ES256"}), &claims(jti))
    }
}

pub fn unsigned(header: &Value, claims: &Value) -> String {
    format!(
        "{}.{}",
        base64url(header.to_string()),
        base64url(claims.to_string())
    )
}

pub fn claims(jti: &str) -> Value {
    json!({"iss": URL, "sub": URL, "aud": ORIGIN, "exp": NOW.0 + 120, "jti": jti})
}

pub fn with(mut value: Value, changes: Value) -> Value {
    let members = value.as_object_mut().unwrap();
    for (name, change) in changes.as_object().unwrap() {
        match change {
            Value::Null => members.remove(name),
            other => members.insert(name.clone(), other.clone()),
        };
    }
    value
}

pub fn keyed(changes: Value) -> Value {
    let method = json!({"token_endpoint_auth_method": "private_key_jwt"});
    with(with(document(URL), method), changes)
}

pub fn jwks(keys: &[Value]) -> Value {
    json!({"jwks": {"keys": keys}})
}

/// A server that finds this client at its URL.
pub fn knowing(changes: Value) -> Server {
    serving(URL, json_answer(&[], &keyed(changes)))
}

pub fn usual() -> Server {
    knowing(jwks(&[Es256(1).jwk(json!({}))]))
}

pub fn shown<'a>(assertion: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [
        ("client_assertion_type", TYPE),
        ("client_assertion", assertion),
    ];
    [&usual, more].concat()
}

/// Shows an assertion where it decides alone.
pub fn show(server: &Server, assertion: &str) -> Response {
    server.revoke(&shown(assertion, &[("token", "x")]))
}

pub fn description(answer: &Response) -> String {
    body(answer)["error_description"]
        .as_str()
        .unwrap()
        .to_owned()
}

pub fn assert_refused(answer: &Response, because: &str) {
    assert_eq!(outcome(answer), "401 invalid_client", "{because}");
    let description = description(answer);
    assert!(description.contains(because), "{because}: {description}");
    assert_eq!(answer.get("www-authenticate"), None);
}

pub const WRONG_KEY: &str = "is not signed with a key";

pub fn registered(server: &Server, changes: Value) -> String {
    let usual =
        json!({"redirect_uris": [CALLBACK], "token_endpoint_auth_method": "private_key_jwt"});
    let answer = server.register(&with(usual, changes));
    assert_eq!(answer.status, 201, "{}", answer.body);
    let answer = body(&answer);
    assert_eq!(answer["token_endpoint_auth_method"], "private_key_jwt");
    assert!(answer.get("client_secret").is_none(), "{answer}");
    answer["client_id"].as_str().unwrap().to_owned()
}
