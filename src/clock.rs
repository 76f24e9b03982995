//! The time, asked once here and handed on as a value.

use oauth_provider::UnixTime;
use worker::Date;

pub fn now() -> UnixTime {
    UnixTime(milliseconds() / 1000)
}

/// In a worker this stands still while nothing is awaited.
pub fn milliseconds() -> u64 {
    Date::now().as_millis()
}
