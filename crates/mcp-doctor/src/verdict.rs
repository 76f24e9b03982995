//! What a check says of a server.

/// What was found where the rule holds, else why it cannot be said to hold.
pub type Verdict = Result<String, Finding>;

/// Why a rule does not hold, or cannot be said to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The rule is broken: what the server did instead.
    Broken(String),
    /// From outside it cannot be told, but a person should look: what the server did.
    Doubtful(String),
    /// Nothing can be said: why not.
    Skipped(&'static str),
}

/// Says that the rule holds if the condition does; `found` is what the server did.
pub fn holds(condition: bool, found: impl Into<String>) -> Verdict {
    if condition {
        Ok(found.into())
    } else {
        Err(Finding::Broken(found.into()))
    }
}
