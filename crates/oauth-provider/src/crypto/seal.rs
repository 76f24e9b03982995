//! Bytes at rest: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha) with a random 192-bit nonce, so that one key may
//! seal any number of messages, bound to the grant by its id as associated data.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use super::bytes::{Bytes, base64url, from_base64url};
use super::keys::{KeyRing, Purpose};
use super::secret::{Secret, hmac_sha256};

const NONCE: usize = 24;

/// Nonce and ciphertext.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Sealed(Bytes);

impl Sealed {
    /// Encrypts `plain`. `None` only where the plaintext exceeds the cipher's 256 GiB.
    pub(crate) fn seal(
        key: &Secret,
        about: &[u8],
        plain: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Option<Self> {
        let mut nonce = [0; NONCE];
        rng.fill_bytes(&mut nonce);
        let cipher = XChaCha20Poly1305::new(key.expose().into());
        let sealed = cipher
            .encrypt(
                &XNonce::from(nonce),
                Payload {
                    msg: plain,
                    aad: about,
                },
            )
            .ok()?;
        Some(Self(Bytes([nonce.as_slice(), &sealed].concat())))
    }

    /// Decrypts, or `None` for another key, other associated data or altered bytes.
    pub(crate) fn open(&self, key: &Secret, about: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = self.0.0.split_first_chunk::<NONCE>()?;
        let cipher = XChaCha20Poly1305::new(key.expose().into());
        cipher
            .decrypt(
                &XNonce::from(*nonce),
                Payload {
                    msg: sealed,
                    aad: about,
                },
            )
            .ok()
    }
}

impl KeyRing {
    /// A value that travels through a browser and that nobody reads on the way: base64url of nonce and ciphertext. It
    /// opens for the same purpose and with the same words only. Expiry is a part of `plain`. `None` only where the
    /// plaintext exceeds the cipher's 256 GiB.
    #[must_use]
    pub fn seal(
        &self,
        purpose: Purpose,
        about: &str,
        plain: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Option<String> {
        let key = Secret::from_bytes(self.current(purpose));
        let sealed = Sealed::seal(&key, about.as_bytes(), plain, rng)?;
        Some(base64url(&sealed.0.0))
    }

    /// What was sealed, if any listed key sealed it.
    #[must_use]
    pub fn open(&self, purpose: Purpose, about: &str, text: &str) -> Option<Vec<u8>> {
        let sealed = Sealed(Bytes(from_base64url(text)?));
        self.all(purpose)
            .find_map(|key| sealed.open(&Secret::from_bytes(key), about.as_bytes()))
    }
}

/// A grant's props key, wrapped for one live secret: it opens with that secret **and** one of the server's keys.
/// Neither a dump of the storage nor a stolen token suffices.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Wrapped {
    /// Names the server key that was used, so that unwrapping tries one and not all.
    #[serde(rename = "k")]
    key_id: Bytes,
    #[serde(rename = "s")]
    sealed: Sealed,
}

impl Wrapped {
    /// Wraps `props_key` under the server's current key.
    pub(crate) fn wrap(
        keys: &KeyRing,
        secret: &Secret,
        about: &[u8],
        props_key: &Secret,
        rng: &mut impl CryptoRng,
    ) -> Option<Self> {
        let server = keys.current(Purpose::Wrap);
        let sealed = Sealed::seal(
            &wrapping_key(&server, secret),
            about,
            props_key.expose(),
            rng,
        )?;
        Some(Self {
            key_id: key_id(&server),
            sealed,
        })
    }

    /// Unwraps with whichever server key was used, while that is still listed.
    pub(crate) fn unwrap(&self, keys: &KeyRing, secret: &Secret, about: &[u8]) -> Option<Secret> {
        let server = keys
            .all(Purpose::Wrap)
            .find(|server| key_id(server) == self.key_id)?;
        let plain = self.sealed.open(&wrapping_key(&server, secret), about)?;
        plain.try_into().ok().map(Secret::from_bytes)
    }
}

fn wrapping_key(server: &[u8; 32], secret: &Secret) -> Secret {
    Secret::from_bytes(hmac_sha256(server, &[b"wrapping key", secret.expose()]))
}

fn key_id(server: &[u8; 32]) -> Bytes {
    Bytes(
        hmac_sha256(server, &[b"key id"])
            .iter()
            .take(6)
            .copied()
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;

    const OLD: &str = "old-old-old-old-old-old-old-old-old-";
    const NEW: &str = "new-new-new-new-new-new-new-new-new-";

    // rule: tokens/sealed-props
    #[test]
    fn opens_with_secret_and_listed_server_key_only() {
        let rng = &mut ChaCha20Rng::seed_from_u64(1);
        let (props_key, secret, other) = (Secret::draw(rng), Secret::draw(rng), Secret::draw(rng));
        let old = KeyRing::parse(OLD, 32).unwrap();
        let wrapped = Wrapped::wrap(&old, &secret, b"grant", &props_key, rng).unwrap();

        let rotated = KeyRing::parse(&format!("{NEW},{OLD}"), 32).unwrap();
        let dropped = KeyRing::parse(NEW, 32).unwrap();
        let open =
            |keys, secret, about: &[u8]| wrapped.unwrap(keys, secret, about).map(|k| *k.expose());
        assert_eq!(open(&old, &secret, b"grant"), Some(*props_key.expose()));
        assert_eq!(open(&rotated, &secret, b"grant"), Some(*props_key.expose()));
        assert_eq!(open(&dropped, &secret, b"grant"), None);
        assert_eq!(open(&old, &other, b"grant"), None);
        assert_eq!(open(&old, &secret, b"another grant"), None);
    }

    // rule: chat/sealed-cookie
    #[test]
    fn a_sealed_text_opens_for_its_purpose_and_its_words_only() {
        let rng = &mut ChaCha20Rng::seed_from_u64(2);
        let old = KeyRing::parse(OLD, 32).unwrap();
        let text = old
            .seal(Purpose::OwnClient, "tokens", b"a token", rng)
            .unwrap();
        assert!(!text.contains("token"));
        let open =
            |keys: &KeyRing, purpose, about: &str, text: &str| keys.open(purpose, about, text);
        let plain = Some(b"a token".to_vec());
        let rotated = KeyRing::parse(&format!("{NEW},{OLD}"), 32).unwrap();
        for keys in [&old, &rotated] {
            assert_eq!(open(keys, Purpose::OwnClient, "tokens", &text), plain);
        }
        let dropped = KeyRing::parse(NEW, 32).unwrap();
        assert_eq!(open(&dropped, Purpose::OwnClient, "tokens", &text), None);
        assert_eq!(open(&old, Purpose::Session, "tokens", &text), None);
        assert_eq!(open(&old, Purpose::OwnClient, "flow", &text), None);
        for i in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[i] = if bytes[i] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(bytes).unwrap();
            assert_eq!(
                open(&old, Purpose::OwnClient, "tokens", &forged),
                None,
                "{i}"
            );
        }
    }
}
