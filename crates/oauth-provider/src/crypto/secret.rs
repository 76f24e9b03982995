use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use rand_core::CryptoRng;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::bytes::{Bytes, base64url, from_base64url, from_hex};

/// 256 bits that only their holder may know. No `Display`, a `Debug` that says nothing, wiped when dropped, never
/// stored: a [`SecretHash`] is.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret([u8; 32]);

impl Secret {
    /// A fresh secret.
    #[must_use]
    pub fn draw(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// A secret that was computed.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads 43 base64url characters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        from_base64url(text)?.try_into().ok().map(Self)
    }

    /// The bytes themselves, for derivation and for the one answer that hands them out.
    #[must_use]
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// 43 base64url characters, for the one answer that hands the secret out.
    #[must_use]
    pub fn expose_text(&self) -> String {
        base64url(&self.0)
    }

    /// What may be stored.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        SecretHash(sha256(&self.0))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Secrets travel in messages to the grant that knows them, and nowhere else.
impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&base64url(&self.0))
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = Bytes::deserialize(deserializer)?;
        bytes
            .0
            .try_into()
            .map(Self)
            .map_err(|_| D::Error::custom("not 32 bytes"))
    }
}

/// The SHA-256 of a [`Secret`]. With 256 random bits behind it, no salt or stretching is needed.
#[derive(Debug, Clone, Copy)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// The hash of a secret that is text, such as a client's.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        Self(sha256(text.as_bytes()))
    }

    /// Reads 64 hexadecimal digits, as an operator gets them from `sha256sum`.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        from_hex(text).map(Self)
    }

    /// Whether this is the hash of a secret that is text, in constant time.
    #[must_use]
    pub fn matches_text(&self, text: &str) -> bool {
        constant_time_eq(&self.0, &sha256(text.as_bytes()))
    }

    /// Whether this is the hash of `secret`, in constant time.
    #[must_use]
    pub fn matches(&self, secret: &Secret) -> bool {
        constant_time_eq(&self.0, &sha256(&secret.0))
    }
}

impl Serialize for SecretHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&base64url(&self.0))
    }
}

impl<'de> Deserialize<'de> for SecretHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = Bytes::deserialize(deserializer)?;
        bytes
            .0
            .try_into()
            .map(Self)
            .map_err(|_| D::Error::custom("not 32 bytes"))
    }
}

/// SHA-256 (FIPS 180-4).
#[must_use]
pub fn sha256(data: &[u8]) -> [u8; 32] {
    Sha256::digest(data).into()
}

/// HMAC-SHA-256 (RFC 2104) over several parts, which the caller delimits where that matters.
pub(crate) fn hmac_sha256(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // RFC 2104 §2 pads the key with zeros to the hash's block; doing so here spares a constructor that could fail.
    let mut block = [0; 64];
    for (to, from) in block.iter_mut().zip(key) {
        *to = *from;
    }
    let mut mac = Hmac::<Sha256>::new(&block.into());
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Whether two byte strings are equal, in time that depends on their lengths only.
#[must_use]
pub fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|b| format!("{b:02x}")).collect()
    }

    // rule: others/hmac-and-sha-vectors: vectors of RFC 4231 §4.2 and §4.3, FIPS 180-4
    /// RFC 4231 §4.2 and §4.3; HMAC pads a shorter key with zeros, and so do these.
    #[test]
    fn hmac_examples_of_the_rfc() {
        let key = |text: &[u8]| {
            let mut key = [0; 32];
            key[..text.len()].copy_from_slice(text);
            key
        };
        assert_eq!(
            hex(&hmac_sha256(&key(&[0x0b; 20]), &[b"Hi ", b"There"])),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        );
        assert_eq!(
            hex(&hmac_sha256(
                &key(b"Jefe"),
                &[b"what do ya want for nothing?"]
            )),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    // rule: others/hmac-and-sha-vectors
    /// FIPS 180-4
    #[test]
    fn sha256_of_abc() {
        assert_eq!(
            hex(&sha256(b"abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn a_hash_matches_its_secret_only() {
        let (secret, other) = (Secret::from_bytes([1; 32]), Secret::from_bytes([2; 32]));
        assert!(secret.hash().matches(&secret));
        assert!(!secret.hash().matches(&other));
        assert!(Secret::parse(&secret.expose_text()).is_some());
        assert!(Secret::parse("short").is_none());
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }

    /// `==` ends at the first byte that differs, which tells how many were right.
    #[test]
    fn secrets_have_no_comparison_but_the_constant_one() {
        use std::marker::PhantomData;

        struct Of<T>(PhantomData<T>);
        trait Otherwise {
            const COMPARABLE: bool = false;
        }
        impl<T> Otherwise for Of<T> {}
        /// An inherent method takes precedence over the trait's.
        impl<T: PartialEq> Of<T> {
            const COMPARABLE: bool = true;
        }
        let known = [Of::<[u8; 32]>::COMPARABLE, Of::<String>::COMPARABLE];
        assert_eq!(known, [true, true], "the probe works");
        assert!(![Of::<Secret>::COMPARABLE, Of::<SecretHash>::COMPARABLE].contains(&true));
    }

    #[test]
    fn equality_of_bytes() {
        assert!(constant_time_eq(b"", b""));
        assert!(constant_time_eq(b"ab", b"ab"));
        assert!(!constant_time_eq(b"ab", b"ac"));
        assert!(!constant_time_eq(b"ab", b"a"));
    }
}
