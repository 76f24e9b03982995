//! The server has two times: sample data is dated relative to one fixed instant, while token lifetimes use the real
//! time.

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::config::Config;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    data_now: Timestamp,
    start: Timestamp,
    since: Instant,
}

impl Clock {
    pub(crate) fn of(config: &Config) -> Self {
        let whole = Timestamp::from_second(config.data_now.as_second());
        Self {
            data_now: whole.unwrap_or(config.data_now),
            start: config.now,
            since: Instant::now(),
        }
    }

    /// The fixed time of the sample data, the same for the whole run.
    pub(crate) fn data_now(self) -> Timestamp {
        self.data_now
    }

    /// The real time, for expiry, in microseconds as Sentry writes times.
    pub(crate) fn now(self) -> Timestamp {
        let elapsed =
            SignedDuration::try_from(self.since.elapsed()).unwrap_or(SignedDuration::ZERO);
        let now = self.start.checked_add(elapsed).unwrap_or(Timestamp::MAX);
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }
}
