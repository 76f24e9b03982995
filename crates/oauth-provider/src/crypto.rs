//! Secrets, keys, signatures and sealed bytes. Everything random is drawn from a generator that is handed in.

mod bytes;
mod keys;
#[cfg(feature = "native")]
mod native;
mod seal;
mod secret;
mod signature;
mod signed;

pub use bytes::Bytes;
pub(crate) use bytes::{base64url, from_base64url, from_hex};
pub use keys::{KeyRing, KeyRingError, Purpose};
#[cfg(feature = "native")]
pub use native::RustCrypto;
pub(crate) use seal::{Sealed, Wrapped};
pub(crate) use secret::hmac_sha256;
pub use secret::{Secret, SecretHash, constant_time_eq, sha256};
pub use signature::{PublicKey, SignatureAlgorithm, SignatureVerifier};
