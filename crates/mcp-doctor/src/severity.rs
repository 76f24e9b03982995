//! How much it matters what a check found.

use serde::Serialize;

/// How much what a check found matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The rule holds.
    Ok,
    /// Works for many clients, or cannot be decided from outside.
    Warning,
    /// Breaks a MUST.
    Failure,
    /// Nothing can be said.
    Skipped,
}

impl Severity {
    /// The word that is printed.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failure => "failure",
            Self::Skipped => "skipped",
        }
    }
}
