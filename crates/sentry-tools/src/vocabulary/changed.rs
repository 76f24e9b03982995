//! What calls have changed in Sentry, for whoever keeps a record of it. A record outlives what it is about and is read by
//! others, so it names things and never quotes them: ids, slugs and words of a fixed list; no title, note or name.

use std::cell::RefCell;

use sentry_api::ApiError;

/// The most characters of a name or value.
const LONGEST: usize = 100;

/// One thing that a call has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The tool that did it.
    pub tool: &'static str,
    /// What it was done to: `acme/WEB-1A`, an organization with an issue or project of it.
    pub on: String,
    /// What is different now.
    pub values: Vec<Value>,
    /// The change was sent and its answer is not known, so that it may have been made or not.
    pub unsure: bool,
}

/// One value that a call has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// Its name, as the tool's parameter has it.
    pub name: &'static str,
    /// What it was, where that is known and there was something.
    pub before: Option<String>,
    /// What it is, where that can be named.
    pub after: Option<String>,
}

/// The changes of a session's calls, in the order in which they were made.
#[derive(Debug, Default)]
pub struct Changes(RefCell<Vec<Changed>>);

impl Changes {
    /// All that was changed since the last look.
    #[must_use]
    pub fn take(&self) -> Vec<Changed> {
        self.0.take()
    }

    /// A change that Sentry has confirmed.
    pub(crate) fn add(&self, tool: &'static str, on: &str, values: Vec<Value>) {
        self.push(tool, on, values, false);
    }

    /// The outcome of a change that was sent. One that is known to have failed changed nothing.
    pub(crate) fn sent<T>(
        &self,
        tool: &'static str,
        on: &str,
        outcome: Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        if matches!(outcome, Err(ApiError::Unsure)) {
            self.push(tool, on, Vec::new(), true);
        }
        outcome
    }

    fn push(&self, tool: &'static str, on: &str, values: Vec<Value>, unsure: bool) {
        self.0.borrow_mut().push(Changed {
            tool,
            on: name(on),
            values,
            unsure,
        });
    }
}

impl Value {
    /// From what it was to what it is.
    pub(crate) fn new(name: &'static str, before: Option<&str>, after: Option<&str>) -> Self {
        Self {
            name,
            before: before.map(self::name),
            after: after.map(self::name),
        }
    }
}

/// What ids and slugs are made of; all else is left out.
fn name(text: &str) -> String {
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || "-_.:/".contains(*c);
    text.chars().filter(is_plain).take(LONGEST).collect()
}
