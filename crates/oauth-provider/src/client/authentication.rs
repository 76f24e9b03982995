//! How a client shows at the endpoints that it calls itself that it is the one: secrets, assertions, key sets.

mod assertion;
mod authenticate;
mod key_set;
mod once_store;

pub use authenticate::{Authenticator, Credentials, Presented, authenticate, authenticate_known};
pub use once_store::{Claim, Claimant, OnceStore};
