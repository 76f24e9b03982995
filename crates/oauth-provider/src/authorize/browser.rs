use rand_core::CryptoRng;

use crate::crypto::{KeyRing, Purpose, base64url, from_base64url};

/// One browser, told from others by a cookie with a random value that only this server can have set.
#[derive(Clone, PartialEq, Eq)]
pub struct Browser([u8; 16]);

impl Browser {
    /// A browser that was not seen before.
    #[must_use]
    pub fn draw(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 16];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// Reads the cookie's value. One that verifies is kept, so that two tabs share it.
    #[must_use]
    pub fn from_cookie(value: &str, keys: &KeyRing) -> Option<Self> {
        let bytes = from_base64url(value)?;
        let (random, tag) = bytes.split_first_chunk::<16>()?;
        keys.digest_matches(Purpose::Browser, random, tag)
            .then_some(Self(*random))
    }

    /// The cookie's value.
    #[must_use]
    pub fn cookie_value(&self, keys: &KeyRing) -> String {
        base64url(&[self.0.as_slice(), &keys.digest(Purpose::Browser, &self.0)].concat())
    }

    pub(super) const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl std::fmt::Debug for Browser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Browser(…)")
    }
}
