//! One run through the rules of a document for two readers: a sign-in stops at the first that is broken, and the
//! developer of a client sees what became of each.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::client::text::for_display;

use super::problem::DocumentProblem;
use super::rule::{Breach, Rule};

/// What became of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The rule.
    pub check: &'static str,
    /// Whether it holds.
    pub ok: bool,
    /// What was there.
    pub found: String,
    /// What should be there.
    pub expected: String,
    /// The specification and section of the rule.
    pub section: &'static str,
}

/// What was found where a rule holds; put into words only for a report.
#[derive(Clone, Copy)]
pub(super) enum There<'a> {
    Text(&'a str),
    /// These members, as far as they are there.
    Members(&'a Map<String, Value>, &'a [&'static str]),
}

impl There<'_> {
    fn text(self) -> String {
        let (object, members) = match self {
            Self::Text(text) => return text.to_owned(),
            Self::Members(object, members) => (object, members),
        };
        let mut text = String::new();
        for member in members {
            let Some(value) = object.get(*member) else {
                continue;
            };
            if !text.is_empty() {
                text.push_str("; ");
            }
            match value {
                Value::String(plain) => text.push_str(plain),
                value => text.push_str(&value.to_string()),
            }
        }
        if text.is_empty() {
            text.push_str("no ");
            text.push_str(&members.join(", no "));
        }
        text
    }
}

/// Takes the outcome of each rule, and tells whether to go on.
pub(in crate::client) struct Checklist {
    /// `None` for a sign-in: the first breach is the end.
    seen: Option<Vec<Check>>,
    first: Option<DocumentProblem>,
}

impl Checklist {
    /// For a sign-in.
    pub(in crate::client) const fn until_broken() -> Self {
        Self {
            seen: None,
            first: None,
        }
    }

    /// For the developer of a client.
    pub(super) const fn of_all() -> Self {
        Self {
            seen: Some(Vec::new()),
            first: None,
        }
    }

    /// A rule without which others can be looked at all the same: `Ok(None)` where it is broken and all are wanted.
    /// `there` is what was found where it holds.
    pub(super) fn take<T>(
        &mut self,
        rule: &Rule,
        outcome: Result<T, Breach>,
        there: There<'_>,
    ) -> Result<Option<T>, DocumentProblem> {
        match self.must(rule, outcome, there) {
            Ok(value) => Ok(Some(value)),
            Err(_) if self.wants_all() => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    /// A rule on which the following rest.
    pub(super) fn must<T>(
        &mut self,
        rule: &Rule,
        outcome: Result<T, Breach>,
        there: There<'_>,
    ) -> Result<T, DocumentProblem> {
        match outcome {
            Ok(value) => {
                self.holds(rule, there);
                Ok(value)
            }
            Err(breach) => Err(self.broken(rule, breach)),
        }
    }

    /// The first breach of those that were passed over.
    pub(super) fn passed(&mut self) -> Result<(), DocumentProblem> {
        self.first.take().map_or(Ok(()), Err)
    }

    /// Whether somebody wants to know of every rule.
    pub(super) const fn wants_all(&self) -> bool {
        self.seen.is_some()
    }

    /// What became of each rule, in the order of the checks.
    pub(super) fn seen(self) -> Vec<Check> {
        self.seen.unwrap_or_default()
    }

    fn holds(&mut self, rule: &Rule, there: There<'_>) {
        if let Some(seen) = &mut self.seen {
            seen.push(Check {
                check: rule.check,
                ok: true,
                found: for_display(&there.text(), 300).unwrap_or_default(),
                expected: rule.expected.to_owned(),
                section: rule.section,
            });
        }
    }

    /// Notes a breach.
    pub(super) fn broken(&mut self, rule: &Rule, breach: Breach) -> DocumentProblem {
        let problem = DocumentProblem::of(rule, breach);
        if let Some(seen) = &mut self.seen {
            seen.push(Check {
                check: rule.check,
                ok: false,
                found: problem.found.clone(),
                expected: problem.expected.clone(),
                section: rule.section,
            });
            self.first.get_or_insert_with(|| problem.clone());
        }
        problem
    }
}
