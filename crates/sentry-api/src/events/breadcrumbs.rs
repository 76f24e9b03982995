use crate::json::Value;
use crate::member::{filled, member};

/// What happened before.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Breadcrumb<'a> {
    /// ISO 8601.
    pub timestamp: Option<String>,
    /// Such as `error`, `info`.
    pub level: Option<String>,
    /// Such as `http`, `ui.click`.
    pub category: Option<String>,
    /// Such as `default`, `http`, `navigation`.
    pub kind: Option<String>,
    /// What it says.
    pub message: Option<String>,
    /// What belongs to it, such as a URL and a status: an object, as a rule.
    pub data: Option<Value<'a>>,
}

impl<'a> Breadcrumb<'a> {
    pub(super) fn read(value: Value<'a>) -> Option<Self> {
        let data = Some(member(value, "data")).filter(|data| !data.is_null());
        value.is_object().then(|| Self {
            timestamp: filled(value, "timestamp"),
            level: filled(value, "level"),
            category: filled(value, "category"),
            kind: filled(value, "type"),
            message: filled(value, "message"),
            data,
        })
    }
}
