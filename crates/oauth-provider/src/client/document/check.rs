//! One run through the rules of a document for two readers: a sign-in stops at the first that is broken, and the
//! developer of a client sees what became of each.

use fetch::Exchange;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::client::resolve::own_document;
use crate::client::text::for_display;
use crate::settings::Settings;

use super::content::{self, read_document};
use super::fetching::{self, fetch_into};
use super::{ClientIdUrl, DocumentProblem};

/// A rule, in words that a developer of the client can act on.
pub(in crate::client) struct Rule {
    pub(in crate::client) check: &'static str,
    pub(in crate::client) expected: &'static str,
    pub(in crate::client) section: &'static str,
}

/// How a rule is broken.
pub(in crate::client) struct Breach {
    pub(in crate::client) found: String,
    /// Where that can be said better than by the rule.
    pub(in crate::client) expected: Option<String>,
    pub(in crate::client) standing: Standing,
}

/// What a breach says of the document.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::client) enum Standing {
    /// It is not there any more, or not a valid one.
    Gone,
    /// Nothing.
    Silent,
    /// Nothing, and trying again can help.
    Transient,
    /// Nothing: it was not asked for.
    OverBudget,
}

impl Breach {
    pub(in crate::client) fn found(found: impl Into<String>) -> Self {
        Self {
            found: found.into(),
            expected: None,
            standing: Standing::Gone,
        }
    }

    pub(in crate::client) fn expected(self, expected: impl Into<String>) -> Self {
        Self {
            expected: Some(expected.into()),
            ..self
        }
    }

    pub(in crate::client) fn standing(self, standing: Standing) -> Self {
        Self { standing, ..self }
    }
}

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
    /// Where the rule stands.
    pub section: &'static str,
}

/// Every rule of a live document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// As it was asked for, fit to be shown.
    pub client_id: String,
    /// Whether a person can sign in with it.
    pub ok: bool,
    /// In the order in which a sign-in checks.
    pub checks: Vec<Check>,
    /// Rules that nothing can be said about, since one before them is broken.
    pub unchecked: Vec<&'static str>,
    /// Whether the document was not asked for, since the budget for that is used up.
    #[serde(skip)]
    pub over_budget: bool,
}

/// Fetches the document of a client id past the cache, and looks at every rule.
pub async fn check(
    client_id: &str,
    settings: &Settings,
    fetch: &(impl Exchange + ?Sized),
) -> Report {
    let mut list = Checklist::of_all();
    let outcome = run(client_id, settings, fetch, &mut list).await;
    let checks = list.seen.unwrap_or_default();
    let mut unchecked = Vec::new();
    for rule in RULES.iter().copied().flatten() {
        if !checks.iter().any(|check| check.check == rule.check) {
            unchecked.push(rule.check);
        }
    }
    Report {
        client_id: for_display(client_id, 2048).unwrap_or_default(),
        ok: outcome.is_ok(),
        over_budget: outcome.is_err_and(|problem| problem.over_budget),
        checks,
        unchecked,
    }
}

async fn run(
    client_id: &str,
    settings: &Settings,
    fetch: &(impl Exchange + ?Sized),
    list: &mut Checklist,
) -> Result<(), DocumentProblem> {
    let form = ClientIdUrl::parse(client_id, &settings.origin)
        .map_err(|error| Breach::found(client_id).expected(format!("a URL that {error}")));
    let url = list.must(&FORM, form, There::Text(client_id))?;
    match own_document(&url, settings) {
        Some(own) => read_document(&url, &own.body, settings, list).map(|_| ()),
        None => fetch_into(&url, settings, fetch, list).await.map(|_| ()),
    }
}

const FORM: Rule = Rule {
    check: "the client id is a well-formed URL",
    expected: "an https URL with a path, in plain spelling",
    section: "CIMD §3",
};

/// Every rule there is, in the order of a sign-in.
const RULES: [&[&Rule]; 3] = [&[&FORM], fetching::RULES, content::RULES];

/// What is there where a rule holds; put into words only for whoever wants to know.
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

    const fn of_all() -> Self {
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

    fn broken(&mut self, rule: &Rule, breach: Breach) -> DocumentProblem {
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
