//! How the program ends: failures and their exit statuses.

use std::io::{self, Write as _};
use std::process::ExitCode;

use serde_json::json;

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

    /// The name of the kind, for programs.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Other(_) => "other",
            Self::Usage(_) => "usage",
            Self::NotSignedIn(_) => "not_signed_in",
            Self::Unreachable(_) => "unreachable",
        }
    }
}

/// Tells what failed: in words on standard error, or as JSON on standard output.
#[must_use]
pub fn tell(failure: &Failure, as_json: bool) -> ExitCode {
    say(
        failure.kind(),
        &failure.to_string(),
        failure.code(),
        as_json,
    );
    ExitCode::from(failure.code())
}

/// Prints what is wrong with the arguments, as JSON if they ask for it, or the help that they ask for.
#[must_use]
pub fn refuse(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() || !std::env::args_os().any(|argument| argument == "--json") {
        // If the stream is closed, there is nobody to tell.
        let _ = error.print();
    } else {
        let text = error.to_string();
        let text = text.strip_prefix("error: ").unwrap_or(&text).trim_end();
        say("usage", text, 2, true);
    }
    ExitCode::from(if error.use_stderr() { 2 } else { 0 })
}

fn say(kind: &str, words: &str, status: u8, as_json: bool) {
    // If the stream is closed, there is nobody to tell.
    let _ = if as_json {
        let told = json!({ "error": { "kind": kind, "message": words, "status": status } });
        writeln!(io::stdout(), "{told}")
    } else {
        writeln!(io::stderr(), "sentry-mcp: {words}")
    };
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Other(error.to_string())
    }
}
