//! When a GET is tried again, and after how long.

use std::time::Duration;

use fetch::Response;

/// How often a request is tried again.
pub(crate) const RETRIES: u32 = 2;

/// The longest wait before a retry. A server that wants more gets its answer handed on instead: an agent that is told
/// when to come back is better served than one that hangs.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// How long to wait before trying again for the `attempt`-th time (from 0), or `None` to let the answer stand.
pub(crate) fn wait(response: &Response, attempt: u32) -> Option<Duration> {
    if attempt >= RETRIES || !matches!(response.status, 429 | 502 | 503 | 504) {
        return None;
    }
    let backoff = Duration::from_millis(500 << attempt);
    let wait = retry_after(response).unwrap_or(backoff).max(backoff);
    (wait <= LONGEST_WAIT).then_some(wait)
}

/// `Retry-After` in seconds. Its other form, a date (RFC 9110 §10.2.3), needs a clock, which this crate has not.
pub(crate) fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.header("retry-after")?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}
