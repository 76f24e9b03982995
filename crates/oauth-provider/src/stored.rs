//! What every store answers with.

/// Storage did not answer. The text is for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("storage: {0}")]
pub struct StoreError(pub String);

/// A result of storage.
pub type Stored<T> = Result<T, StoreError>;
