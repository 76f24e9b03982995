//! What is wrong with a client metadata document, or with the way to it.

use std::fmt;

use crate::client::text::for_display;

use super::rule::{Breach, Rule, Standing};

/// A rule that a document breaks, in words that a developer of the client can act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentProblem {
    /// The rule.
    pub check: &'static str,
    /// What was there.
    pub found: String,
    /// What should have been there.
    pub expected: String,
    /// The specification and section of the rule.
    pub section: &'static str,
    /// Whether the network is at fault and the document may be fine: trying again can help.
    pub transient: bool,
    /// Whether the budget for fetching documents is used up, so that nobody is at fault.
    pub over_budget: bool,
    /// Whether this says that the document is not there any more, or not a valid one.
    gone: bool,
    /// Whether this server does not fetch it, now or later.
    refused: bool,
}

impl DocumentProblem {
    pub(in crate::client) fn of(rule: &Rule, breach: Breach) -> Self {
        // What was found comes from a stranger, and a page shows it.
        let found = for_display(&breach.found, 300).unwrap_or_else(|| "nothing".to_owned());
        Self {
            check: rule.check,
            found,
            expected: breach.expected.unwrap_or_else(|| rule.expected.to_owned()),
            section: rule.section,
            transient: matches!(breach.standing, Standing::Transient | Standing::OverBudget),
            over_budget: breach.standing == Standing::OverBudget,
            gone: breach.standing == Standing::Gone,
            refused: breach.standing == Standing::Refused,
        }
    }

    pub(in crate::client) const fn is_gone(&self) -> bool {
        self.gone
    }

    pub(in crate::client) const fn is_refused(&self) -> bool {
        self.refused
    }
}

impl fmt::Display for DocumentProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: found {}; expected {} ({})",
            self.check, self.found, self.expected, self.section
        )
    }
}
