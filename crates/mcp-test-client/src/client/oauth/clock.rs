use std::time::{SystemTime, UNIX_EPOCH};

/// Returns the current time in seconds since the epoch; tests use a fixed one.
pub type Clock = fn() -> u64;

/// The clock of this computer.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place of this crate that asks for the time"
)]
#[must_use]
pub fn system_clock() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
