use crate::crypto::KeyRing;
use crate::time::UnixTime;

use super::approval::{Approval, ApprovalError};
use super::sign_in::SignIn;

/// What somebody has come back from the upstream with. Each way has a key of its own, so that one is never read as the
/// other; why it cannot go on is told for each, since the person is told something else.
#[derive(Debug)]
pub enum Returned {
    /// They approved what a client asks.
    Approval(Result<Box<Approval>, ApprovalError>),
    /// They want a page of this server.
    SignIn(Result<SignIn, ApprovalError>),
}

impl Returned {
    /// Reads a `state`; none that this server did not sign. `cookie` looks a cookie up by its name without prefix.
    #[must_use]
    pub fn read(
        state: &str,
        cookie: impl Fn(&str) -> Option<String>,
        keys: &KeyRing,
        now: UnixTime,
    ) -> Option<Self> {
        match Approval::resume(state, &cookie, keys, now) {
            Err(ApprovalError::Forged) => {}
            outcome => return Some(Self::Approval(outcome.map(Box::new))),
        }
        match SignIn::resume(state, &cookie, keys, now) {
            Err(ApprovalError::Forged) => None,
            outcome => Some(Self::SignIn(outcome)),
        }
    }
}
