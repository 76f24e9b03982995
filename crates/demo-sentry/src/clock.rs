//! The one clock: data counts back from its start, token lifetimes run with it.

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// Counts on from a given instant, so that a run with `--now` is coherent throughout.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    start: Timestamp,
    since: Instant,
}

impl Clock {
    pub(crate) fn starting_at(start: Timestamp) -> Self {
        Self { start, since: Instant::now() }
    }

    /// The instant the data counts back from: the same for the whole run.
    pub(crate) fn start(self) -> Timestamp {
        self.start
    }

    /// The running time, for what expires.
    pub(crate) fn now(self) -> Timestamp {
        let elapsed = SignedDuration::try_from(self.since.elapsed()).unwrap_or(SignedDuration::ZERO);
        self.start.checked_add(elapsed).unwrap_or(Timestamp::MAX)
    }
}
