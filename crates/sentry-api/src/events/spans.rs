use crate::json::{Members, Value};
use crate::member::{filled, member, number};

/// A span of a transaction, as its event holds it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventSpan<'a> {
    /// 16 hexadecimal digits.
    pub id: Option<String>,
    /// Of the span around it.
    pub parent_id: Option<String>,
    /// Such as `db`.
    pub operation: Option<String>,
    /// What it does, such as a query.
    pub description: Option<String>,
    /// Such as `ok`, `internal_error`.
    pub status: Option<String>,
    /// The same for spans that do the same.
    pub hash: Option<String>,
    /// In milliseconds.
    pub duration: Option<f64>,
    /// What else belongs to it, such as the place in the code.
    pub data: Members<'a>,
}

impl<'a> EventSpan<'a> {
    pub(super) fn read(value: Value<'a>) -> Option<Self> {
        let start = number(value, "start_timestamp");
        let end = number(value, "timestamp");
        let between = start.zip(end).map(|(start, end)| (end - start) * 1_000.0);
        value.is_object().then(|| Self {
            id: filled(value, "span_id"),
            parent_id: filled(value, "parent_span_id"),
            operation: filled(value, "op"),
            description: filled(value, "description"),
            status: filled(value, "status"),
            hash: filled(value, "hash"),
            duration: between
                .or_else(|| number(value, "exclusive_time"))
                .filter(|duration| duration.is_finite() && *duration >= 0.0),
            data: member(value, "data").members(),
        })
    }
}
