//! Values that travel through a browser or another server and come back: JSON and its HMAC, both base64url.

use crate::from_json;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::bytes::{base64url, from_base64url};
use super::keys::{KeyRing, Purpose};
use super::secret::{constant_time_eq, hmac_sha256};

impl KeyRing {
    /// `<JSON>.<HMAC>`: readable by anybody, made only here, for this purpose only. Expiry is a member of `value`.
    #[must_use]
    pub fn sign(&self, purpose: Purpose, value: &impl Serialize) -> String {
        // Invariant: our own structs of strings and numbers always serialize.
        let payload = base64url(&serde_json::to_vec(value).unwrap_or_default());
        let tag = base64url(&hmac_sha256(&self.current(purpose), &[payload.as_bytes()]));
        format!("{payload}.{tag}")
    }

    /// The value, if any listed key signed it for this purpose.
    #[must_use]
    pub fn verify<T: DeserializeOwned>(&self, purpose: Purpose, text: &str) -> Option<T> {
        self.verify_naming_key(purpose, text)
            .map(|(value, _)| value)
    }

    /// As [`Self::verify`], with the place of the key in the list.
    pub(crate) fn verify_naming_key<T: DeserializeOwned>(
        &self,
        purpose: Purpose,
        text: &str,
    ) -> Option<(T, usize)> {
        let (payload, tag) = text.split_once('.')?;
        let tag = from_base64url(tag)?;
        let key = self
            .all(purpose)
            .position(|key| constant_time_eq(&hmac_sha256(&key, &[payload.as_bytes()]), &tag))?;
        Some((from_json(&from_base64url(payload)?).ok()?, key))
    }

    /// A keyed digest under the key at a place in the list; under the current one where there is none.
    pub(crate) fn digest_under(&self, key: usize, purpose: Purpose, data: &[u8]) -> [u8; 32] {
        hmac_sha256(
            &self
                .all(purpose)
                .nth(key)
                .unwrap_or_else(|| self.current(purpose)),
            &[data],
        )
    }

    /// A keyed digest of `data`, under the current key: for values that are compared, not read.
    #[must_use]
    pub fn digest(&self, purpose: Purpose, data: &[u8]) -> [u8; 32] {
        hmac_sha256(&self.current(purpose), &[data])
    }

    /// Whether `digest` is that of `data` under any listed key.
    #[must_use]
    pub fn digest_matches(&self, purpose: Purpose, data: &[u8], digest: &[u8]) -> bool {
        self.all(purpose)
            .any(|key| constant_time_eq(&hmac_sha256(&key, &[data]), digest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(text: &str) -> KeyRing {
        KeyRing::parse(text, 1).unwrap()
    }

    // rule: tokens/key-per-use
    #[test]
    fn verifies_under_any_listed_key_for_the_same_purpose_only() {
        let text = ring("old").sign(Purpose::Form, &"value");
        assert_eq!(
            ring("new,old").verify(Purpose::Form, &text),
            Some("value".to_owned())
        );
        assert_eq!(ring("new").verify::<String>(Purpose::Form, &text), None);
        assert_eq!(
            ring("old").verify::<String>(Purpose::UpstreamState, &text),
            None
        );
    }

    #[test]
    fn no_altered_character_verifies() {
        let keys = ring("key");
        let text = keys.sign(Purpose::Form, &"value");
        for i in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[i] = if bytes[i] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(bytes).unwrap();
            assert_eq!(
                keys.verify::<String>(Purpose::Form, &altered),
                None,
                "{altered}"
            );
        }
    }
}
