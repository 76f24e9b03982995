use std::fmt;

use fetch::LocalFuture;
use zeroize::Zeroizing;

/// A Sentry access token. `Debug` does not show it and there is no `Display`; dropping it wipes it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Zeroizing<String>);

impl Token {
    /// Takes a token as Sentry issued it.
    #[must_use]
    pub fn new(secret: impl Into<String>) -> Self {
        Self(Zeroizing::new(secret.into()))
    }

    /// The secret, for the `Authorization` header or for hashing. Never for a log.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Why there is no token to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Sentry no longer accepts the sign-in: only the person can help, by signing in again.
    #[error("the sign-in at Sentry has ended")]
    Ended,
    /// A new token could not be had just now. The old one is kept; trying again later may work.
    #[error("the token could not be renewed just now")]
    Unavailable,
}

/// Where the client's token comes from, and comes anew.
///
/// Several requests of one client run at once, so that [`TokenSource::renew`] may be called several times for the
/// same failed token: an implementation renews once, and hands the later callers the token that came of it.
pub trait TokenSource {
    /// The token to send now.
    fn current(&self) -> LocalFuture<'_, Result<Token, TokenError>>;

    /// A token to send instead of `failed`, which Sentry has just answered with 401. It is asked once per request; if
    /// the new token is refused too, the request fails with [`crate::ApiError::Unauthorized`].
    fn renew<'a>(&'a self, failed: &'a Token) -> LocalFuture<'a, Result<Token, TokenError>>;
}

/// A token that somebody else looks after: `Sentry-Bearer`, or one from the environment. It is never renewed.
#[derive(Debug, Clone)]
pub struct Fixed(pub Token);

impl TokenSource for Fixed {
    fn current(&self) -> LocalFuture<'_, Result<Token, TokenError>> {
        let token = self.0.clone();
        Box::pin(async move { Ok(token) })
    }

    fn renew<'a>(&'a self, _failed: &'a Token) -> LocalFuture<'a, Result<Token, TokenError>> {
        Box::pin(async { Err(TokenError::Ended) })
    }
}
