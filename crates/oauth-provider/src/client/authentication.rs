//! How a client shows at the endpoints that it calls itself that it is the one: secrets, assertions, key sets.

mod assertion;
mod authenticate;
mod by_assertion;
mod credentials;
mod key_set;
mod once_store;

use crate::settings::Settings;
use crate::time::UnixTime;

pub use authenticate::{Presented, authenticate, authenticate_known};
pub use credentials::Credentials;
pub use once_store::{Claim, Claimant, OnceStore};

/// All that it can take to know who sends a request. A public client costs nothing of it, a secret one read of the
/// store, and an assertion the rest.
pub struct Authenticator<'a, C, F: ?Sized, V, O> {
    /// Of this server.
    pub settings: &'a Settings,
    /// Registrations, and what is kept of documents and key sets.
    pub store: &'a C,
    /// To documents and key sets.
    pub fetch: &'a F,
    /// Of assertions.
    pub signatures: &'a V,
    /// For assertions, each of which is good once.
    pub once: &'a O,
    /// The time of the request.
    pub now: UnixTime,
}
