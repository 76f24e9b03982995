use std::time::Duration;

/// Lifetimes and limits of grants.
#[derive(Debug, Clone)]
pub struct Policy {
    /// From the callback to the redemption; a minute by default.
    pub code: Duration,
    /// Lifetime of an access token; an hour by default.
    pub access: Duration,
    /// Lifetime of a refresh token, 30 days by default; slides with every rotation.
    pub refresh: Duration,
    /// Lifetime of the whole grant, 90 days by default; does not slide.
    pub absolute: Duration,
    /// What an old refresh token does to its grant.
    pub reuse: Reuse,
    /// How long a refresh token stays freely good after its first use, while its successor is unused.
    pub grace: Duration,
    /// How long after its first use a refresh token may be retried at all, while its successor is unused.
    pub late: Duration,
    /// How many retries after the grace.
    pub late_retries: u8,
    /// Wrong tries with the right code before the grant closes.
    pub wrong_tries: u8,
    /// Live access tokens; the oldest goes.
    pub access_tokens: usize,
}

impl Default for Policy {
    fn default() -> Self {
        let days = |n: u64| Duration::from_secs(n * 86_400);
        Self {
            code: Duration::from_secs(60),
            access: Duration::from_secs(3600),
            refresh: days(30),
            absolute: days(90),
            reuse: Reuse::Mark,
            grace: Duration::from_secs(60),
            late: days(14),
            late_retries: 8,
            wrong_tries: 5,
            access_tokens: 64,
        }
    }
}

/// What the use of a refresh token that is neither current nor the direct predecessor does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reuse {
    /// It fails alone and marks the grant: editors with several windows do this every day.
    Mark,
    /// It closes the grant (RFC 9700 §4.14.2), and the predecessor has its grace only.
    Close,
}
