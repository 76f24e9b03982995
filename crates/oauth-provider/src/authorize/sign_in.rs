use rand_core::CryptoRng;

use crate::crypto::{KeyRing, Purpose, base64url};
use crate::pkce::CodeVerifier;
use crate::time::UnixTime;

use super::approval::{ApprovalError, Approved, FLOW_LIFETIME, is_here};

/// A person's own way through the upstream, to see a page of this server: no client asks, and no grant comes of it. It
/// travels as an [`super::Approval`] does, in the upstream's `state` and bound to a cookie, under a key of its own: the
/// one can never be read as the other. Nothing is used up by it: coming back twice signs in twice.
/// In the `state` a list of texts: 16 random bytes, and the end.
#[derive(Debug, Clone)]
pub struct SignIn {
    way: String,
    expires_at: UnixTime,
    /// Which of the server's keys signed it, counted from the current one.
    key: usize,
}

impl SignIn {
    /// A new way.
    #[must_use]
    pub fn begin(now: UnixTime, rng: &mut impl CryptoRng) -> Self {
        let mut way = [0; 16];
        rng.fill_bytes(&mut way);
        Self {
            way: base64url(&way),
            expires_at: now + FLOW_LIFETIME,
            key: 0,
        }
    }

    /// Signs it for the way through the upstream.
    #[must_use]
    pub fn sign(&self, keys: &KeyRing) -> Approved {
        let parts = vec![self.way.clone(), self.expires_at.0.to_string()];
        let state = keys.sign(Purpose::SignInState, &parts);
        Approved::new(state, &self.upstream_verifier(keys), keys)
    }

    /// Reads it back at the callback. `cookie` looks a cookie up by its name without prefix.
    ///
    /// # Errors
    /// When it is not this server's, too old, or another browser's.
    pub fn resume(
        state: &str,
        cookie: impl FnOnce(&str) -> Option<String>,
        keys: &KeyRing,
        now: UnixTime,
    ) -> Result<Self, ApprovalError> {
        let read = keys.verify_naming_key(Purpose::SignInState, state);
        let sign_in = read.and_then(|(parts, key)| Self::read(parts, key));
        let sign_in = sign_in.ok_or(ApprovalError::Forged)?;
        is_here(state, cookie, keys)?;
        if sign_in.expires_at <= now {
            return Err(ApprovalError::Expired);
        }
        Ok(sign_in)
    }

    fn read(parts: Vec<String>, key: usize) -> Option<Self> {
        let [way, end] = parts.try_into().ok()?;
        let expires_at = UnixTime(end.parse().ok()?);
        Some(Self {
            way,
            expires_at,
            key,
        })
    }

    /// The verifier towards the upstream: computed, so it stands in no URL and no cookie. What it is made of is shorter
    /// than a grant's id, so it is the verifier of no grant.
    #[must_use]
    pub fn upstream_verifier(&self, keys: &KeyRing) -> CodeVerifier {
        CodeVerifier::from_bytes(&keys.digest_under(
            self.key,
            Purpose::UpstreamVerifier,
            self.way.as_bytes(),
        ))
    }
}
