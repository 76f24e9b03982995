use std::ops::Add;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Whole seconds since 1970-01-01T00:00:00Z. Always handed in, never asked of a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnixTime(pub u64);

impl UnixTime {
    /// The time from `earlier` until now; zero when `earlier` lies ahead, as after a clock was set back.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_secs(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for UnixTime {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration.as_secs()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_set_back_and_one_that_runs_over() {
        assert_eq!(UnixTime(10).since(UnixTime(4)), Duration::from_secs(6));
        assert_eq!(UnixTime(4).since(UnixTime(10)), Duration::ZERO);
        let end = UnixTime(u64::MAX);
        assert_eq!(end + Duration::from_secs(1), end);
    }
}
