use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::client::Error;

/// 256 random bits in base64url, for a `state` or a code verifier (as RFC 7636 §4.1 recommends).
///
/// # Errors
/// If this computer has no source of randomness.
pub fn random() -> Result<String, Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| {
        Error::Local(format!(
            "this computer has no source of randomness: {error}"
        ))
    })?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The PKCE code verifier, which is secret until the code is redeemed.
#[derive(Clone)]
pub struct Verifier(String);

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier(…)")
    }
}

impl Verifier {
    /// Creates a random verifier.
    ///
    /// # Errors
    /// The same as [`random`].
    pub fn new() -> Result<Self, Error> {
        random().map(Self)
    }

    /// The verifier as sent in the token request.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The code challenge: `BASE64URL(SHA256(verifier))` (RFC 7636 §4.2).
    #[must_use]
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: test-client/pkce-s256: PKCE with S256 or nothing [RFC 7636, MCP authorization]
    #[test]
    fn rfc_7636_appendix_b() {
        let verifier = Verifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned());
        assert_eq!(
            verifier.challenge(),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    // rule: test-client/pkce-s256
    #[test]
    fn random_ones_differ_and_are_silent() {
        let (one, two) = (Verifier::new().unwrap(), Verifier::new().unwrap());
        assert_ne!(one.reveal(), two.reveal());
        assert_eq!(one.reveal().len(), 43);
        assert!(!format!("{one:?}").contains(one.reveal()));
    }
}
