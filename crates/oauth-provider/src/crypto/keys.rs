use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// What a key is for. Each use has its own, derived by HKDF-SHA256 (RFC 5869), so that a signature made for one
/// purpose means nothing for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The cookie that tells one browser from another.
    Browser,
    /// The consent form's signed request.
    Form,
    /// The `state` that travels through the upstream authorization server.
    UpstreamState,
    /// The cookie that binds an approved flow to its browser.
    Flow,
    /// The PKCE verifier towards the upstream authorization server.
    UpstreamVerifier,
    /// The authorization code of an approval that came back from the upstream.
    Code,
    /// The `state` of a person's own sign-in, for a page of this server.
    SignInState,
    /// The cookie of a person who is signed in.
    Session,
    /// The token in a page's form that shows that the page was made for this session.
    SessionProof,
    /// What a client that is a part of this server keeps in a browser.
    OwnClient,
    /// A mark for each person who has signed in with a client, which tells them apart without naming them.
    Acquaintance,
    /// What a person is called in a log, which tells them apart without naming them.
    LogPerson,
    /// Wrapping a grant's props key for a secret.
    Wrap,
}

impl Purpose {
    const fn info(self) -> &'static [u8] {
        match self {
            Self::Browser => b"smcp/1/browser",
            Self::Form => b"smcp/1/form",
            Self::UpstreamState => b"smcp/1/upstream-state",
            Self::Flow => b"smcp/1/flow",
            Self::UpstreamVerifier => b"smcp/1/upstream-verifier",
            Self::Code => b"smcp/1/code",
            Self::SignInState => b"smcp/1/sign-in-state",
            Self::Session => b"smcp/1/session",
            Self::SessionProof => b"smcp/1/session-proof",
            Self::OwnClient => b"smcp/1/own-client",
            Self::Acquaintance => b"smcp/1/acquaintance",
            Self::LogPerson => b"smcp/1/log-person",
            Self::Wrap => b"smcp/1/wrap",
        }
    }
}

/// The server's key values: the first signs and wraps, all verify and unwrap (rotation).
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct KeyRing {
    current: Vec<u8>,
    older: Vec<Vec<u8>>,
}

/// Why a configured list of keys is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyRingError {
    /// Nothing but commas and white space.
    #[error("no key value")]
    Empty,
    /// One value has too little to be a key.
    #[error("a key value has {found} bytes, at least {minimum} are needed")]
    TooShort {
        /// Its length in bytes.
        found: usize,
        /// What is asked for.
        minimum: usize,
    },
}

impl KeyRing {
    /// Reads values separated by commas; white space around them does not count.
    ///
    /// # Errors
    /// When there is none, or one is shorter than `minimum` bytes.
    pub fn parse(text: &str, minimum: usize) -> Result<Self, KeyRingError> {
        let mut values = text
            .split(',')
            .map(str::trim)
            .filter(|value| !value.is_empty());
        if let Some(short) = values.clone().find(|value| value.len() < minimum) {
            return Err(KeyRingError::TooShort {
                found: short.len(),
                minimum,
            });
        }
        let current = values
            .next()
            .ok_or(KeyRingError::Empty)?
            .as_bytes()
            .to_vec();
        Ok(Self {
            current,
            older: values.map(|value| value.as_bytes().to_vec()).collect(),
        })
    }

    /// The key that signs and wraps.
    pub(crate) fn current(&self, purpose: Purpose) -> [u8; 32] {
        derive(&self.current, purpose)
    }

    /// Every key that verifies and unwraps, the current one first.
    pub(crate) fn all(&self, purpose: Purpose) -> impl Iterator<Item = [u8; 32]> + '_ {
        std::iter::once(&self.current)
            .chain(&self.older)
            .map(move |value| derive(value, purpose))
    }
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeyRing({} values)", self.older.len() + 1)
    }
}

fn derive(value: &[u8], purpose: Purpose) -> [u8; 32] {
    let mut key = [0; 32];
    // Invariant: HKDF-SHA256 yields up to 8,160 bytes, so 32 never fail.
    let _ = Hkdf::<Sha256>::new(None, value).expand(purpose.info(), &mut key);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: tokens/key-per-use
    #[test]
    fn each_purpose_and_each_value_has_its_own_key() {
        let ring = KeyRing::parse(
            "first-first-first-first-first-first, second-second-second-second-second",
            32,
        )
        .unwrap();
        let mut keys: Vec<_> = ring
            .all(Purpose::Form)
            .chain(ring.all(Purpose::Wrap))
            .collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 4);
        assert_eq!(
            Some(ring.current(Purpose::Form)),
            ring.all(Purpose::Form).next()
        );
    }

    // rule: tokens/key-per-use: each use has its own key, HKDF with info `smcp/1/<use>`; short
    //    values are for local work [RFC 5869]
    /// Computed by another implementation of RFC 5869, with no salt and these infos: what was signed or wrapped must
    /// stay so whatever is changed here.
    #[test]
    fn each_key_is_hkdf_of_the_value_with_its_use_as_info() {
        use Purpose::{Browser, Flow, Form, UpstreamState, UpstreamVerifier, Wrap};
        let ring = KeyRing::parse("first-first-first-first-first-first", 32).unwrap();
        for (purpose, info, key) in [
            (
                Browser,
                "smcp/1/browser",
                "c3ea5c685e3d35ebc7d3423b3624bbdc5a0cf14ad4d4beaee99402388a4d0b20",
            ),
            (
                Form,
                "smcp/1/form",
                "a7d148aefaaba573d12ea0b6f16d3d5f5199f2c6e22d693b6b09428bd3cf20bd",
            ),
            (
                UpstreamState,
                "smcp/1/upstream-state",
                "bd85a8996e3fbc04e6dfb2002d46ed4e0a307aa9537c45749cf1cff48321f7a8",
            ),
            (
                Flow,
                "smcp/1/flow",
                "ee665369bca81166f8eb269724546f54c1a52828853732bf4f978570ce0dd483",
            ),
            (
                UpstreamVerifier,
                "smcp/1/upstream-verifier",
                "b9b4f1060f4bbba29763b9d0f0194cd6879460fe8d509f523c54e5d298000b8a",
            ),
            (
                Wrap,
                "smcp/1/wrap",
                "9cb7047eaa9e4359151c25d9fcd1374e0abf0eae9d6a0cae38ab9428ded87be7",
            ),
        ] {
            assert_eq!(purpose.info(), info.as_bytes());
            let found = ring.current(purpose);
            let hex: String = found.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(hex, key, "{purpose:?}");
        }
    }

    // rule: tokens/key-per-use
    #[test]
    fn short_and_missing_values_are_refused() {
        assert_eq!(KeyRing::parse(" , ", 32).unwrap_err(), KeyRingError::Empty);
        assert_eq!(
            KeyRing::parse("short", 32).unwrap_err(),
            KeyRingError::TooShort {
                found: 5,
                minimum: 32
            }
        );
        assert!(KeyRing::parse("short", 1).is_ok());
    }
}
