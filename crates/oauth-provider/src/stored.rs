//! What every store answers with.

use fetch::LocalFuture;

/// Storage did not answer. The text is for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("storage: {0}")]
pub struct StoreError(pub String);

/// A result of storage.
pub type Stored<'a, T> = LocalFuture<'a, Result<T, StoreError>>;
