//! The severity of what a check found.

use serde::Serialize;

/// The severity of what a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The rule holds.
    Ok,
    /// Works with many clients, or cannot be decided from outside.
    Warning,
    /// The server breaks a MUST.
    Failure,
    /// The rule could not be judged.
    Skipped,
}

impl Severity {
    /// The word that is printed in the report.
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
