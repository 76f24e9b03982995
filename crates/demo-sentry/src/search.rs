//! Sentry's search syntax, as much of it as the sample data can tell apart.
//!
//! A query is a list of terms that all must hold: `key:value`, `key:[one, two]`, `key:"two words"`,
//! `has:key`, `key:*glob*`, `timesSeen:>100`, `firstSeen:-24h`, free text; each with a leading `!` for its
//! opposite. `AND`, `OR` and brackets are for the table of events ([`boolean`]); others refuse them, as Sentry's
//! issue search does.

pub(crate) mod boolean;
pub(crate) mod events;
pub(crate) mod issues;
pub(crate) mod lexer;
mod pattern;
pub(crate) mod period;
pub(crate) mod records;
pub(crate) mod sort;
mod term;

use jiff::Timestamp;

use term::Term;

/// What a query is asked of.
pub(crate) trait Searchable {
    /// Every value that the key has here; none when it has no such key.
    fn values(&self, key: &str) -> Vec<String>;
    /// What free text is looked for in.
    fn text(&self) -> String;
}

/// A parsed query.
#[derive(Debug, PartialEq)]
pub(crate) struct Query(Vec<Term>);

/// Why a query cannot be answered; the text goes to the client.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum QueryError {
    #[error("Error parsing search query: a quote is opened and not closed")]
    UnclosedQuote,
    #[error("Error parsing search query: a list is opened and not closed")]
    UnclosedList,
    #[error("Boolean statements containing \"OR\" or \"AND\" are not supported in this search")]
    Boolean,
    #[error("Error parsing search query: {0}: has no value")]
    NoValue(String),
    #[error("Invalid key for this search: is")]
    IssuesOnly,
    #[error("Parse error: brackets, AND and OR do not fit together")]
    Brackets,
    #[error("Conditions on functions cannot be alternatives")]
    GroupsAmongAlternatives,
    #[error("{value}: Invalid value for \"{key}\"")]
    InvalidValue { key: String, value: String },
    #[error("Invalid value for \"is\" search, valid values are {}", issues::IS.join(", "))]
    UnknownIs,
}

impl Query {
    /// `now` is what relative times in the query count from.
    pub(crate) fn parse(text: &str, now: Timestamp) -> Result<Self, QueryError> {
        let terms = lexer::split(text)?;
        if terms
            .iter()
            .any(|term| term == "OR" || term == "AND" || term.starts_with('('))
        {
            return Err(QueryError::Boolean);
        }
        terms
            .iter()
            .map(|term| Term::parse(term, now))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    pub(crate) fn matches(&self, item: &impl Searchable) -> bool {
        self.0.iter().all(|term| term.matches(item))
    }

    /// The event id, when that is all the query is: Sentry then looks the event up.
    pub(crate) fn event_id(&self) -> Option<String> {
        let [term] = self.0.as_slice() else {
            return None;
        };
        let id = term.as_text()?.replace('-', "");
        (id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(id)
    }
}

#[cfg(test)]
mod tests;
