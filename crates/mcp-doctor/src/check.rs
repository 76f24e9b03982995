//! A check: a rule as data, and one pure function that judges the evidence.

use crate::evidence::Evidence;
use crate::severity::Severity;
use crate::verdict::Verdict;

/// A rule for servers, and the function that judges it.
pub struct Check {
    /// A unique short name, at most 25 characters.
    pub name: &'static str,
    /// What a server should do.
    pub expected: &'static str,
    /// The specification and section of the rule.
    pub section: &'static str,
    /// How bad a breach is: a failure if the rule is a MUST, otherwise a warning.
    pub severity: Severity,
    /// Judges the evidence. It sends no request.
    pub run: fn(&Evidence) -> Verdict,
}
