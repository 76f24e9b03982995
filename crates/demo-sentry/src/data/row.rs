//! Rows of the datasets other than errors: spans, logs, metrics and profiles.

use jiff::Timestamp;
use serde_json::{Map, Value};

#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) id: String,
    /// The project's slug.
    pub(crate) project: String,
    pub(crate) time: Timestamp,
    pub(crate) fields: Map<String, Value>,
}

/// The rows of each dataset, newest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows {
    pub(crate) spans: Vec<Row>,
    pub(crate) logs: Vec<Row>,
    pub(crate) metrics: Vec<Row>,
    pub(crate) profiles: Vec<Row>,
}

impl Rows {
    pub(super) fn all_mut(&mut self) -> [&mut Vec<Row>; 4] {
        [
            &mut self.spans,
            &mut self.logs,
            &mut self.metrics,
            &mut self.profiles,
        ]
    }

    pub(super) fn sort(&mut self) {
        for rows in self.all_mut() {
            rows.sort_by_key(|row| std::cmp::Reverse(row.time));
        }
    }
}
