//! How the program ends.

use std::process::ExitCode;

/// Why it did not do what it was asked. The words are for people, on standard error.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// An option or variable that cannot be used.
    #[error("{0}")]
    Usage(String),
    /// Nobody is signed in, or the sign-in was refused, denied or came too late.
    #[error("{0}")]
    NotSignedIn(String),
    /// Sentry cannot be reached, or fails.
    #[error("{0}")]
    Unreachable(String),
    /// Anything else: a file that cannot be written, a broken terminal.
    #[error("{0}")]
    Other(String),
}

impl Failure {
    /// As `docs/STDIO.md` and `--help` list them.
    #[must_use]
    pub const fn code(&self) -> u8 {
        match self {
            Self::Other(_) => 1,
            Self::Usage(_) => 2,
            Self::NotSignedIn(_) => 3,
            Self::Unreachable(_) => 4,
        }
    }
}

impl From<Failure> for ExitCode {
    fn from(failure: Failure) -> Self {
        Self::from(failure.code())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Other(error.to_string())
    }
}
