//! Signatures of clients, verified by WebCrypto.

use js_sys::{Array, JSON, Object, Reflect, Uint8Array, global};
use oauth_provider::crypto::{PublicKey, SignatureAlgorithm, SignatureVerifier};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Crypto, CryptoKey};

/// Verifies with the runtime's `crypto.subtle`.
#[derive(Debug, Clone, Copy)]
pub struct WebCrypto;

impl SignatureVerifier for WebCrypto {
    async fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        key: &PublicKey,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        verify(algorithm, key, message, signature)
            .await
            .is_ok_and(|verified| verified.is_truthy())
    }
}

/// Rejects a malformed key or signature.
async fn verify(
    algorithm: SignatureAlgorithm,
    key: &PublicKey,
    message: &[u8],
    signature: &[u8],
) -> Result<JsValue, JsValue> {
    let subtle = Reflect::get(&global(), &"crypto".into())?
        .unchecked_into::<Crypto>()
        .subtle();
    // One object for both calls: importing the key and verifying each read the members that they need.
    let algorithm = object(match algorithm {
        SignatureAlgorithm::Es256 => r#"{"name":"ECDSA","namedCurve":"P-256","hash":"SHA-256"}"#,
        SignatureAlgorithm::EdDsa => r#"{"name":"Ed25519"}"#,
        SignatureAlgorithm::Rs256 => r#"{"name":"RSASSA-PKCS1-v1_5","hash":"SHA-256"}"#,
        SignatureAlgorithm::Ps256 => r#"{"name":"RSA-PSS","hash":"SHA-256","saltLength":32}"#,
    })?;
    let jwk = object(&key.to_jwk())?;
    let uses = Array::of1(&"verify".into());
    let key = subtle.import_key_with_object("jwk", &jwk, &algorithm, false, &uses)?;
    let key: CryptoKey = JsFuture::from(key).await?.unchecked_into();
    // Copies: wasm's memory may move while this waits.
    let (signature, message) = (Uint8Array::from(signature), Uint8Array::from(message));
    let verified = subtle.verify_with_object_and_buffer_source_and_buffer_source(
        &algorithm, &key, &signature, &message,
    )?;
    JsFuture::from(verified).await
}

fn object(json: &str) -> Result<Object, JsValue> {
    Ok(JSON::parse(json)?.unchecked_into())
}
