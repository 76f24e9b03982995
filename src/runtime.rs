//! The crossing to JavaScript: requests and answers, fetch, clock, randomness, log, metrics.

pub mod address;
pub mod bindings;
pub mod clock;
pub mod date;
pub mod edge;
pub mod facts;
pub mod family;
pub mod fetch;
pub mod hex;
pub mod incoming;
pub mod limits;
pub mod log;
pub mod metrics;
pub mod networks;
pub mod random;
pub mod respond;
pub mod signatures;
pub mod trace;
pub mod version;
