//! The same for what is signed, here or by clients: assertions, keys, cookies, forms, states, request URIs.

use fetch::scripted::Scripted;
use oauth_provider::authorize::{
    Approval, ApprovalError, Browser, ConsentTicket, Shown, TicketError,
};
use oauth_provider::client::{Authenticator, Credentials, KeySet, authenticate};
use oauth_provider::crypto::{
    PublicKey, Purpose, RustCrypto, SignatureAlgorithm, SignatureVerifier, sha256,
};
use oauth_provider::http::Error;
use oauth_provider::par::RequestUri;
use oauth_provider::params::Params;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use serde_json::{Value, json};

use super::checks::{NOW, ORIGIN, Store, keys, now, post, register_at, settings, store};

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A value that comes back through a browser: only what was signed verifies, and only for its purpose.
pub fn signed_state(text: &str) {
    let ring = keys();
    assert_eq!(ring.verify::<String>(Purpose::Form, text), None);
    let good = ring.sign(Purpose::Form, &text);
    assert_eq!(ring.verify(Purpose::Form, &good), Some(text.to_owned()));
    assert_eq!(ring.verify::<String>(Purpose::UpstreamState, &good), None);
    let mut cut = good;
    cut.pop();
    assert_eq!(ring.verify::<String>(Purpose::Form, &cut), None);
}

/// The cookie of a browser, and forms and states that come with it.
pub fn cookies_and_forms(cookie: &str, text: &str) {
    let ring = keys();
    assert!(Browser::from_cookie(cookie, &ring).is_none());
    let rng = &mut ChaCha20Rng::seed_from_u64(3);
    let mine = Browser::draw(rng);
    let kept = mine.cookie_value(&ring);
    assert_eq!(Browser::from_cookie(&kept, &ring), Some(mine.clone()));
    assert!(Browser::from_cookie(&format!("{kept}{cookie}A"), &ring).is_none());
    let forged = ConsentTicket::open(text, Some(&mine), &ring, NOW);
    assert_eq!(forged.err(), Some(TicketError::Forged));
    let shown = Shown {
        name: Some(text.to_owned()),
        verified_host: None,
        agreed: None,
        redirect_uri: cookie.to_owned(),
    };
    let ticket = ConsentTicket::sign(text, shown.clone(), &mine, &ring, NOW, rng);
    let opened = ConsentTicket::open(&ticket, Some(&mine), &ring, NOW).unwrap();
    assert_eq!(
        (opened.query.as_str(), opened.shown()),
        (text, Some(&shown))
    );
    let unbound = ConsentTicket::open(&ticket, None, &ring, NOW);
    assert_eq!(unbound.err(), Some(TicketError::OtherBrowser));
    // A form is no state, whatever cookies come along.
    for state in [text, &ticket] {
        let resumed = Approval::resume(state, |_| Some(cookie.to_owned()), &ring, NOW);
        assert_eq!(resumed.err(), Some(ApprovalError::Forged));
    }
}

/// A reference to a pushed request is written as it is read.
pub fn request_uri(text: &str) {
    if let Some(uri) = RequestUri::parse(text) {
        assert_eq!(uri.expose_text(), text);
        assert!(!text.contains(uri.name().as_str()));
    }
}

/// Takes every signature for good.
struct Credulous;

impl SignatureVerifier for Credulous {
    async fn verify(&self, _: SignatureAlgorithm, _: &PublicKey, _: &[u8], _: &[u8]) -> bool {
        true
    }
}

/// Header and claims of an assertion whose signature is good: what is taken keeps every rule on claims, and is good
/// once. Whether it was taken.
pub fn assertion(header: &str, claims: &str) -> bool {
    let store = store();
    let key = json!({"kty": "EC", "crv": "P-256", "x": "A".repeat(43), "y": "A".repeat(43)});
    let client = keyed(&store, &json!({"keys": [key]})).unwrap();
    let claims = claims.replace("CLIENT", &client);
    let assertion = [header, &claims, "signature"].map(base64url).join(".");
    if show(&store, &assertion, &Credulous).is_err() {
        return false;
    }
    let header: Value = serde_json::from_str(header).unwrap();
    let claims: Value = serde_json::from_str(&claims).unwrap();
    assert_eq!(header["alg"], "ES256");
    assert!(header.get("crit").is_none());
    assert_eq!(
        (&claims["iss"], &claims["sub"]),
        (&json!(client), &json!(client))
    );
    let audiences = match &claims["aud"] {
        Value::Array(several) => several.clone(),
        one => vec![one.clone()],
    };
    let ours = |one: &Value| one.as_str().is_some_and(|text| text.starts_with(ORIGIN));
    assert!(audiences.iter().any(ours));
    let ends = claims["exp"].as_f64().unwrap();
    assert!(ends > NOW.0 as f64 - 31.0 && ends <= NOW.0 as f64 + 331.0);
    assert!(!claims["jti"].as_str().unwrap().is_empty());
    assert!(show(&store, &assertion, &Credulous).is_err(), "good once");
    true
}

/// A key set: what registers verifies nothing that its keys did not sign. Whether it registered.
pub fn key_set(text: &str) -> bool {
    let Ok(jwks) = serde_json::from_str::<Value>(text) else {
        return false;
    };
    if KeySet::read(&jwks).is_some() {
        assert!(jwks["keys"].is_array());
    }
    let store = store();
    let Some(client) = keyed(&store, &jwks) else {
        return false;
    };
    for algorithm in SignatureAlgorithm::ALL {
        let header = json!({"alg": algorithm.as_str()}).to_string();
        let claims =
            json!({"iss": client, "sub": client, "aud": ORIGIN, "exp": NOW.0 + 60, "jti": "1"});
        for length in [64, 256] {
            let signature = sha256(text.as_bytes()).repeat(length / 32);
            let parts = [
                base64url(&header),
                base64url(claims.to_string()),
                base64url(signature),
            ];
            assert!(show(&store, &parts.join("."), &RustCrypto).is_err());
        }
    }
    true
}

/// Registers a client with these keys, if they can be used.
fn keyed(store: &Store, jwks: &Value) -> Option<String> {
    let body = json!({
        "redirect_uris": ["https://app.example/cb"], "token_endpoint_auth_method": "private_key_jwt", "jwks": jwks,
    });
    let answer = register_at(store, body.to_string().as_bytes()).ok()?;
    let answer: Value = serde_json::from_str(&answer.body).unwrap();
    Some(answer["client_id"].as_str().unwrap().to_owned())
}

fn show(store: &Store, assertion: &str, signatures: &impl SignatureVerifier) -> Result<(), Error> {
    let form = Params::parse("")
        .with("client_assertion_type", TYPE)
        .with("client_assertion", assertion);
    let credentials = Credentials::read(&post(b""), &form)?;
    let (settings, fetch) = (settings(), Scripted::new());
    let clients = Authenticator {
        settings: &settings,
        store,
        fetch: &fetch,
        signatures,
        once: store,
        now: NOW,
    };
    now(authenticate(&credentials, &clients)).map(|_| ())
}

/// As in a JWT; by hand, so that the fuzz targets need no more crates.
fn base64url(bytes: impl AsRef<[u8]>) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.as_ref().chunks(3) {
        let [a, b, c] = [0, 1, 2].map(|i| chunk.get(i).copied().unwrap_or(0));
        let bits = u32::from_be_bytes([0, a, b, c]);
        for place in 0..=chunk.len() {
            let index = (bits >> (18 - 6 * place)) as usize & 63;
            text.push(char::from(ALPHABET[index]));
        }
    }
    text
}
