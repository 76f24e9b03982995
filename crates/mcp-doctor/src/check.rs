//! A check: data and one pure function over the evidence.

use crate::evidence::Evidence;
use crate::severity::Severity;
use crate::verdict::Verdict;

/// A rule for servers, and how it is judged.
pub struct Check {
    /// Unique and short, at most 25 characters.
    pub name: &'static str,
    /// What a server should do.
    pub expected: &'static str,
    /// The specification and section of the rule.
    pub section: &'static str,
    /// What a breach is: a failure where the rule is a MUST, else a warning.
    pub severity: Severity,
    /// Judges the evidence; sends nothing.
    pub run: fn(&Evidence) -> Verdict,
}
