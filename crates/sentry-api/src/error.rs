use std::time::Duration;

use fetch::FetchError;

use crate::path::InvalidSegment;
use crate::token::TokenError;

/// Why a request has no result. `Display` is for logs; callers write their own words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// 401, also after the token was renewed once; or the sign-in has ended. Signing in again is the only way on.
    #[error("Sentry refused the token")]
    Unauthorized,
    /// 403: the token or the person may not do this.
    #[error("Sentry forbids it")]
    Forbidden,
    /// 404, or a redirect: what the path names is not there, or no longer under that name.
    #[error("Sentry does not have it")]
    NotFound,
    /// Another 4xx: the request was understood and not accepted.
    #[error("Sentry answered {0}")]
    Rejected(u16),
    /// A 400 with Sentry's reason, which may quote what was sent: somebody else's words, in at most 300 characters.
    #[error("Sentry answered 400")]
    Refused(String),
    /// 429, after the retries that its `Retry-After` allowed.
    #[error("Sentry limits the rate of requests")]
    RateLimited {
        /// What `Retry-After` said, when it was in seconds.
        retry_after: Option<Duration>,
    },
    /// A 5xx, after the retries where they make sense.
    #[error("Sentry answered {0}")]
    Unavailable(u16),
    /// No answer: too slow, too long, or no connection.
    #[error(transparent)]
    Transport(#[from] FetchError),
    /// A change was sent, and its answer failed or could not be read: nobody knows whether it was made.
    #[error("a change was sent, and it is not known whether it was made")]
    Unsure,
    /// An answer that is not what the API describes. The text names the type, for logs.
    #[error("Sentry's answer is not {0}")]
    Malformed(&'static str),
    /// An answer with more in it than is read at once, however few bytes it may have.
    #[error("Sentry's answer has more in it than is read at once")]
    TooMuch,
    /// The answers that are read or held just now leave no room for this one. Nothing is wrong with it.
    #[error("there is no room for Sentry's answer just now")]
    NoRoom,
    /// The token could not be renewed just now.
    #[error("the token could not be renewed just now")]
    TokenUnavailable,
    /// A value that cannot stand in a path.
    #[error(transparent)]
    InvalidSegment(#[from] InvalidSegment),
}

impl From<TokenError> for ApiError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Ended => Self::Unauthorized,
            TokenError::Unavailable => Self::TokenUnavailable,
        }
    }
}
