//! A rule of a document, and how one is broken.

/// A rule, in words that a developer of the client can act on.
pub(in crate::client) struct Rule {
    pub(in crate::client) check: &'static str,
    pub(in crate::client) expected: &'static str,
    pub(in crate::client) section: &'static str,
}

/// How a rule is broken.
pub(in crate::client) struct Breach {
    pub(in crate::client) found: String,
    /// Overrides [`Rule::expected`] if something more exact can be said.
    pub(in crate::client) expected: Option<String>,
    pub(in crate::client) standing: Standing,
}

/// What a breach says of the document.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::client) enum Standing {
    /// It is not there any more, or not a valid one.
    Gone,
    /// It may be fine: its answer was no verdict.
    Silent,
    /// It may be fine: this server does not fetch it.
    Refused,
    /// It may be fine, and trying again can help.
    Transient,
    /// It may be fine: it was not fetched, since the budget for that is spent.
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
