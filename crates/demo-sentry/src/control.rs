//! `/_control/`: endpoints with which tests control the server. The documentation of this crate lists them.

pub(crate) mod faults;
pub(crate) mod requests;
pub(crate) mod reset;
pub(crate) mod settings;
pub(crate) mod tokens;

/// The prefix of paths that faults and the log do not apply to.
pub(crate) const PREFIX: &str = "/_control/";
