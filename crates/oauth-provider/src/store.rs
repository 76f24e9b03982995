//! Everything that a store implements. Each trait is defined beside what it stores, and re-exported here.

pub use crate::client::{Claim, Claimant, ClientStore, KeptDocument, OnceStore};
pub use crate::grant::{GrantError, GrantStore};
pub use crate::par::PushedRequests;
pub use crate::stored::{StoreError, Stored};

#[cfg(feature = "contract")]
pub mod contract;
