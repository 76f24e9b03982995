//! What a request asks for: columns and functions.

use serde_json::Value;

use super::aggregate::Aggregate;
use super::dataset::{Dataset, Kind};
use crate::search::records::Record;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Column {
    Field(String),
    Aggregate(Aggregate),
}

impl Column {
    /// Parses a column or a function. The error is for the client.
    pub(super) fn parse(text: &str, dataset: Dataset) -> Result<Self, String> {
        match Aggregate::parse(text, dataset) {
            Some(aggregate) => aggregate.map(Self::Aggregate),
            None => Ok(Self::Field(text.to_owned())),
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Field(name) => name,
            Self::Aggregate(aggregate) => &aggregate.text,
        }
    }

    pub(super) fn is_aggregate(&self) -> bool {
        matches!(self, Self::Aggregate(_))
    }

    pub(super) fn kind(&self, dataset: Dataset) -> Kind {
        match self {
            Self::Field(name) => dataset.kind(name).unwrap_or(Kind::Text),
            Self::Aggregate(aggregate) => aggregate.kind(dataset),
        }
    }

    /// The value for a group of rows, which all have the same values in the plain columns.
    pub(super) fn of(&self, group: &[&Record<'_>], seconds: f64) -> Value {
        match self {
            Self::Field(name) => group
                .first()
                .map_or(Value::Null, |record| record.value(name)),
            Self::Aggregate(aggregate) => aggregate.of(group, seconds),
        }
    }

    /// Whether a sort order names this column: `count()` or, as older clients write it, `count`.
    pub(super) fn is(&self, asked: &str) -> bool {
        self.name() == asked || (self.is_aggregate() && alias(self.name()) == alias(asked))
    }
}

/// The name without brackets: `p95(span.duration)` becomes `p95_span_duration`.
fn alias(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    plain.trim_end_matches('_').to_owned()
}
