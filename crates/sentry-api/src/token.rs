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

    /// Reads a token that somebody configured. It is sent in a header (RFC 6750 §2.1), and mistakes of configuration are told
    /// before it is.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence that does not show it.
    pub fn read(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        let quotes = [
            '"', '\'', '`', '\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}',
        ];
        let is_variable = |open: &str| text.starts_with(open);
        Err(if text.is_empty() {
            "the token is empty: the variable or option that should hold it has no value"
        } else if text.contains("${") || ["$", "%", "{{", "<"].into_iter().any(is_variable) {
            "in place of the token stands the name of a variable, such as ${TOKEN}, which nobody has filled in"
        } else if text.starts_with(quotes) || text.ends_with(quotes) {
            "the token stands in quotes, which are not part of it: leave them out"
        } else if text.contains([' ', '\t', ',', '\r', '\n']) {
            "there are several words where one token belongs: send one alone, without the name of a scheme"
        } else if !text.bytes().all(|b| b.is_ascii_graphic()) {
            "the token has a character that no token has, such as a byte order mark: copy it again"
        } else {
            return Ok(Self::new(text));
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    // rule: resource/token-mistakes: a token that is empty, quoted, a placeholder, or several is told as such, and not sent
    #[test]
    fn mistakes_of_configuration_are_told_and_the_token_is_not_shown() {
        for (text, words) in [
            ("", "empty"),
            (" \t", "empty"),
            ("${SENTRY_ACCESS_TOKEN}", "variable"),
            ("prefix-${env:TOKEN}", "variable"),
            ("$TOKEN", "variable"),
            ("%TOKEN%", "variable"),
            ("{{token}}", "variable"),
            ("<your-token>", "variable"),
            ("\"sntryu_secret\"", "quotes"),
            ("'sntryu_secret", "quotes"),
            ("\u{201c}sntryu_secret\u{201d}", "quotes"),
            ("sntryu_secret sntryu_other", "several"),
            ("Bearer sntryu_secret", "several"),
            ("sntryu_secret,sntryu_other", "several"),
            ("\u{feff}sntryu_secret", "byte order mark"),
            ("sntryu_secr\u{e9}t", "copy it again"),
            ("a\0b", "copy it again"),
        ] {
            let told = Token::read(text).unwrap_err();
            assert!(told.contains(words), "{text:?}: {told}");
            assert!(!told.contains("sntryu"));
        }
        assert_eq!(
            Token::read(" sntryu_secret\n"),
            Ok(Token::new("sntryu_secret"))
        );
    }
}
