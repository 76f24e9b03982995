//! The result of a check.

/// What was found, if the rule holds; otherwise why it does not, or why that cannot be decided.
pub type Verdict = Result<String, Finding>;

/// Why a rule does not hold, or cannot be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The rule is broken; the text says what the server did instead.
    Broken(String),
    /// Cannot be decided from outside, but a person should look; the text says what the server did.
    Doubtful(String),
    /// The rule cannot be judged, for this reason.
    Skipped(&'static str),
}

/// The rule holds if the condition does; `found` says what the server did.
pub fn holds(condition: bool, found: impl Into<String>) -> Verdict {
    if condition {
        Ok(found.into())
    } else {
        Err(Finding::Broken(found.into()))
    }
}
