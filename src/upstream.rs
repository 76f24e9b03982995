//! Sentry as this worker's own OAuth server, and who somebody is to it.

pub mod person;
pub mod sentry;
