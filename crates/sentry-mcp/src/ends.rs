//! How the program ends: failures and their exit statuses.

use std::process::ExitCode;

/// Why the program failed. The text is for people, on standard error.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// An option or a variable has an invalid value.
    #[error("{0}")]
    Usage(String),
    /// Nobody is signed in, or the sign-in was denied, refused or too late.
    #[error("{0}")]
    NotSignedIn(String),
    /// Sentry cannot be reached, or has an internal error.
    #[error("{0}")]
    Unreachable(String),
    /// Any other failure, such as a file that cannot be written.
    #[error("{0}")]
    Other(String),
}

impl Failure {
    /// The exit status, as listed in `docs/STDIO.md` and `--help`.
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
