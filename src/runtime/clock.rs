//! The time, asked once here and handed on as a value.

use oauth_provider::UnixTime;

/// The time in seconds.
pub fn now() -> UnixTime {
    UnixTime(milliseconds() / 1000)
}

/// In a worker this stands still while nothing is awaited.
pub fn milliseconds() -> u64 {
    js_sys::Date::now() as u64
}
