//! `/_control/`: what tests may do to the server. The crate's own page lists it all.

pub(crate) mod faults;
pub(crate) mod requests;
pub(crate) mod reset;
pub(crate) mod settings;
pub(crate) mod tokens;

/// Everything below it is out of reach of faults and of the log.
pub(crate) const PREFIX: &str = "/_control/";
