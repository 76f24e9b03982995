//! Traces: their spans, and the errors that occurred in them.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::row::Row;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trace {
    /// 32 lower-case hexadecimal digits.
    pub(crate) id: String,
    pub(crate) start: Timestamp,
    pub(crate) environment: String,
    /// The spans; a parent comes before its children.
    pub(crate) spans: Vec<Span>,
    /// Pairs of an event's id and the id of the span in which it occurred.
    pub(crate) errors: Vec<(String, String)>,
}

/// A span. In data files it is an array: id, parent, project, op, description, transaction, offset, duration.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "Columns")]
pub(crate) struct Span {
    pub(crate) id: String,
    pub(crate) parent: Option<String>,
    /// The project's slug.
    pub(crate) project: String,
    pub(crate) op: String,
    pub(crate) description: String,
    pub(crate) transaction: String,
    /// Start of the span, in milliseconds after the start of the trace.
    offset: u32,
    /// Duration in milliseconds.
    pub(crate) duration: u32,
}

type Columns = (
    String,
    Option<String>,
    String,
    String,
    String,
    String,
    u32,
    u32,
);

impl From<Columns> for Span {
    fn from(
        (id, parent, project, op, description, transaction, offset, duration): Columns,
    ) -> Self {
        Self {
            id,
            parent,
            project,
            op,
            description,
            transaction,
            offset,
            duration,
        }
    }
}

impl Trace {
    pub(crate) fn starts(&self, span: &Span) -> Timestamp {
        later(self.start, span.offset)
    }

    pub(crate) fn ends(&self, span: &Span) -> Timestamp {
        later(self.start, span.offset.saturating_add(span.duration))
    }

    /// Whether a span begins a transaction: it has no parent, or its parent belongs to another one.
    pub(crate) fn is_transaction(&self, span: &Span) -> bool {
        let parent = self
            .spans
            .iter()
            .find(|other| Some(&other.id) == span.parent.as_ref());
        parent.is_none_or(|parent| parent.transaction != span.transaction)
    }

    /// The span as a row of the dataset `spans`.
    pub(super) fn row(&self, span: &Span, release: &str) -> Row {
        let fields = json!({
            "span.op": span.op,
            "span.description": span.description,
            "span.duration": span.duration,
            "span.self_time": span.duration,
            "span.status": if self.failed(span) { "internal_error" } else { "ok" },
            "transaction": span.transaction,
            "is_transaction": self.is_transaction(span),
            "parent_span": span.parent,
            "trace": self.id,
            "environment": self.environment,
            "release": release,
        });
        Row {
            id: span.id.clone(),
            project: span.project.clone(),
            time: self.starts(span),
            fields: members(fields),
        }
    }

    fn failed(&self, span: &Span) -> bool {
        self.errors.iter().any(|(_, within)| within == &span.id)
    }
}

pub(super) fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn later(time: Timestamp, milliseconds: u32) -> Timestamp {
    time.checked_add(SignedDuration::from_millis(i64::from(milliseconds)))
        .unwrap_or(time)
}
