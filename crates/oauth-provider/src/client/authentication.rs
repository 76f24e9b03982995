//! Client authentication at the endpoints that clients call themselves: secrets, assertions, key sets.

mod assertion;
mod authenticate;
mod basic;
mod by_assertion;
mod credentials;
mod key_set;
mod once_store;
mod unresolved;

use crate::settings::Settings;
use crate::time::UnixTime;

pub use authenticate::{Presented, authenticate, authenticate_known};
pub use credentials::Credentials;
pub use once_store::{Claim, Claimant, OnceStore};
pub(crate) use unresolved::unresolved;

/// Everything that authenticating a client may need. A public client needs none of it, a secret takes one read of the
/// store, and an assertion may take all.
pub struct Authenticator<'a, C, F: ?Sized, V, O> {
    /// The configuration of this server.
    pub settings: &'a Settings,
    /// Registrations, and what is kept of documents and key sets.
    pub store: &'a C,
    /// For documents and key sets.
    pub fetch: &'a F,
    /// Verifies the signatures of assertions.
    pub signatures: &'a V,
    /// For assertions, each of which is good once.
    pub once: &'a O,
    /// The time of the request.
    pub now: UnixTime,
}
