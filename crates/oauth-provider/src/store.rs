//! All that is kept, for whoever writes a store. Each port stands beside its noun.

pub use crate::client::{Claim, Claimant, ClientStore, KeptDocument, OnceStore};
pub use crate::grant::{GrantError, GrantStore};
pub use crate::par::PushedRequests;
pub use crate::stored::{StoreError, Stored};

#[cfg(feature = "contract")]
pub mod contract;
