//! Proof Key for Code Exchange (RFC 7636), `S256` only.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::crypto::{base64url, constant_time_eq, from_base64url, sha256};

/// An `S256` challenge: the base64url form of a SHA-256 (RFC 7636 §4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeChallenge([u8; 32]);

impl CodeChallenge {
    /// Reads 43 base64url characters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        from_base64url(text)?.try_into().ok().map(Self)
    }

    /// The challenge of a verifier, for those who are a client themselves.
    #[must_use]
    pub fn of(verifier: &CodeVerifier) -> Self {
        Self(sha256(verifier.0.as_bytes()))
    }

    /// As it is sent.
    #[must_use]
    pub fn to_text(&self) -> String {
        base64url(&self.0)
    }

    /// Whether `verifier` is behind this challenge, in constant time (RFC 7636 §4.6).
    #[must_use]
    pub fn matches(&self, verifier: &CodeVerifier) -> bool {
        constant_time_eq(&self.0, &sha256(verifier.0.as_bytes()))
    }
}

impl Serialize for CodeChallenge {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_text())
    }
}

impl<'de> Deserialize<'de> for CodeChallenge {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("not an S256 challenge"))
    }
}

/// 43 to 128 unreserved characters (RFC 7636 §4.1).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct CodeVerifier(String);

impl CodeVerifier {
    /// Checks length and alphabet.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let unreserved =
            |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
        ((43..=128).contains(&text.len()) && text.bytes().all(unreserved))
            .then(|| Self(text.to_owned()))
    }

    /// A verifier made of 256 bits.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(base64url(bytes))
    }

    /// For the one request that sends it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for CodeVerifier {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not a code verifier")
    }
}

impl std::fmt::Debug for CodeVerifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CodeVerifier(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: authorization/pkce-s256-only: PKCE `S256` only [RFC 7636]
    /// RFC 7636 appendix B
    #[test]
    fn example_of_the_rfc() {
        let verifier = CodeVerifier::parse("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").unwrap();
        let challenge =
            CodeChallenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap();
        assert!(challenge.matches(&verifier));
        assert_eq!(CodeChallenge::of(&verifier), challenge);
    }

    // rule: authorization/pkce-s256-only
    // rule: authorization/pkce-verifier
    #[test]
    fn malformed_ones_are_refused() {
        assert!(CodeVerifier::parse(&"a".repeat(42)).is_none());
        assert!(CodeVerifier::parse(&"a".repeat(129)).is_none());
        assert!(CodeVerifier::parse(&"ä".repeat(43)).is_none());
        assert!(CodeChallenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=").is_none());
        assert!(CodeChallenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c").is_none());
    }
}
