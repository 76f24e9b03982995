//! Traces: the spans of one, and the errors that happened in them.

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
    /// A parent comes before its children.
    pub(crate) spans: Vec<Span>,
    /// Id of an event, and of the span that it happened in.
    pub(crate) errors: Vec<(String, String)>,
}

/// In data files a list: id, parent, project, op, description, transaction, offset, duration.
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
    /// Milliseconds after the start of the trace.
    offset: u32,
    /// Milliseconds.
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

    /// A span that begins a transaction: its parent is of another one, or there is none.
    pub(crate) fn is_transaction(&self, span: &Span) -> bool {
        let parent = self
            .spans
            .iter()
            .find(|other| Some(&other.id) == span.parent.as_ref());
        parent.is_none_or(|parent| parent.transaction != span.transaction)
    }

    /// As the dataset `spans` has it.
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
