//! What the table of events is made of: events of issues, and the rows of the other datasets.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Searchable;
use crate::data::event::Event;
use crate::data::issue::Issue;
use crate::data::project::Project;
use crate::data::row::Row;

/// One row of a dataset.
pub(crate) struct Record<'a> {
    pub(crate) project: &'a Project,
    pub(crate) source: Source<'a>,
}

pub(crate) enum Source<'a> {
    Event { event: &'a Event, issue: &'a Issue },
    Row(&'a Row),
}

impl Record<'_> {
    pub(crate) fn time(&self) -> Timestamp {
        match self.source {
            Source::Event { event, .. } => event.date_created,
            Source::Row(row) => row.time,
        }
    }

    fn id(&self) -> &str {
        match self.source {
            Source::Event { event, .. } => &event.id,
            Source::Row(row) => &row.id,
        }
    }

    /// The value in a column; null where there is none.
    pub(crate) fn value(&self, field: &str) -> Value {
        let field = field
            .strip_prefix("tags[")
            .and_then(|name| name.strip_suffix(']'))
            .map_or(field, |name| name.split(',').next().unwrap_or(name));
        match field {
            "id" | "sentry.item_id" | "span_id" => json!(self.id()),
            "timestamp" => json!(written(self.time())),
            "project" | "project.name" => json!(self.project.slug),
            "project.id" | "project_id" => {
                json!(self.project.id.parse::<u64>().unwrap_or_default())
            }
            "platform" | "platform.name" => json!(self.platform()),
            field => match self.source {
                Source::Event { event, issue } => event_value(event, issue, field),
                Source::Row(row) => row.fields.get(field).cloned().unwrap_or_default(),
            },
        }
    }

    fn platform(&self) -> &str {
        match self.source {
            Source::Event { event, .. } => event.platform(self.project),
            Source::Row(_) => &self.project.platform,
        }
    }
}

/// As the table of events writes times: with an offset, not with a Z.
pub(crate) fn written(time: Timestamp) -> String {
    time.to_string().replace('Z', "+00:00")
}

fn event_value(event: &Event, issue: &Issue, field: &str) -> Value {
    let metadata = |key: &str| issue.metadata.get(key).cloned();
    let listed = |value: Option<Value>| json!(value.into_iter().collect::<Vec<_>>());
    let unhandled = u8::from(issue.is_unhandled);
    match field {
        "issue" => json!(issue.short_id),
        "issue.id" => json!(issue.id.parse::<u64>().unwrap_or_default()),
        "title" => json!(issue.title),
        "culprit" => json!(issue.culprit),
        "level" => json!(event.tags.get("level").unwrap_or(&issue.level)),
        "message" => json!(if event.message.is_empty() {
            &issue.title
        } else {
            &event.message
        }),
        "event.type" => json!(issue.kind),
        "location" => metadata("filename").unwrap_or_default(),
        "error.type" => listed(metadata("type")),
        "error.value" => listed(metadata("value")),
        "error.unhandled" => json!(unhandled),
        "error.handled" => json!(1 - unhandled),
        "trace" => json!(event.trace_id()),
        "user" => event
            .user_values("user.id")
            .first()
            .map_or(Value::Null, |id| json!(format!("id:{id}"))),
        "user.display" => ["user.email", "user.username", "user.id", "user.ip"]
            .iter()
            .find_map(|key| event.user_values(key).pop())
            .map_or(Value::Null, Value::String),
        key if key.starts_with("user.") => event
            .user_values(key)
            .pop()
            .map_or(Value::Null, Value::String),
        key => json!(event.tags.get(key)),
    }
}

impl Searchable for Record<'_> {
    fn values(&self, key: &str) -> Vec<String> {
        let value = match key {
            // In a query an instant is compared, so it is written as it is read.
            "timestamp" => json!(self.time()),
            // Stored as a number, asked for in words.
            "error.handled" | "error.unhandled" => json!(self.value(key) == 1),
            key => self.value(key),
        };
        let text = |value: &Value| match value {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        };
        match &value {
            Value::Array(values) => values.iter().filter_map(text).collect(),
            value => text(value).into_iter().collect(),
        }
    }

    fn text(&self) -> String {
        let fields = match self.source {
            Source::Event { .. } => ["title", "message", "culprit"],
            Source::Row(_) => ["span.description", "message", "metric.name"],
        };
        let parts = fields.map(|field| self.values(field).join(" "));
        format!(
            "{}\n{}",
            parts.join("\n"),
            self.values("transaction").join(" ")
        )
    }
}
