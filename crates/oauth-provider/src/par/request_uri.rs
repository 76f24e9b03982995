use std::fmt;

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::crypto::{Secret, base64url, sha256};

/// RFC 9126 §2.2: "The format of the `request_uri` value is at the discretion of the authorization server"; this is
/// the registered form of its example.
const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// The reference to a pushed request. With it and the right `client_id` its consent page can be opened.
#[derive(Clone)]
pub struct RequestUri(Secret);

impl RequestUri {
    /// A fresh one: §7.1, "request URIs MUST contain a cryptographically random part".
    #[must_use]
    pub fn draw(rng: &mut impl CryptoRng) -> Self {
        Self(Secret::draw(rng))
    }

    /// Reads one of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Secret::parse(text.strip_prefix(PREFIX)?).map(Self)
    }

    /// Whether this has our prefix, so that it is one of ours or pretends to be.
    pub(crate) fn looks_like_ours(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    /// The URI, for the one answer that hands it out.
    #[must_use]
    pub fn expose_text(&self) -> String {
        format!("{PREFIX}{}", self.0.expose_text())
    }

    /// Under which its request is kept.
    #[must_use]
    pub fn name(&self) -> PushedName {
        PushedName(base64url(&sha256(self.0.expose())))
    }
}

impl fmt::Debug for RequestUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RequestUri(…)")
    }
}

/// The name of a pushed request: a hash of its URI, which stands in forms and storage in its stead.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PushedName(String);

impl PushedName {
    /// 43 base64url characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;

    #[test]
    fn there_and_back() {
        let uri = RequestUri::draw(&mut ChaCha20Rng::seed_from_u64(1));
        let text = uri.expose_text();
        assert_eq!(text.len(), PREFIX.len() + 43);
        assert_eq!(RequestUri::parse(&text).unwrap().name(), uri.name());
        assert!(!text.contains(uri.name().as_str()));
        assert_eq!(format!("{uri:?}"), "RequestUri(…)");
        for other in [
            "",
            PREFIX,
            text.trim_start_matches('u'),
            text.split_at(text.len() - 1).0,
            &format!("{text}A"),
        ] {
            assert!(RequestUri::parse(other).is_none(), "{other}");
        }
    }
}
