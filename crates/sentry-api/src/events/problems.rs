use crate::json::{Members, Value};
use crate::member::{filled, member};

/// Something that went wrong when Sentry processed an event, such as a source map that was not found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventProblem<'a> {
    /// Such as `js_no_source`, `native_missing_dsym`.
    pub kind: Option<String>,
    /// In words.
    pub message: Option<String>,
    /// What it is about, such as `url`, `image_path`.
    pub data: Option<Members<'a>>,
}

impl<'a> EventProblem<'a> {
    pub(super) fn read(value: Value<'a>) -> Option<Self> {
        value.is_object().then(|| Self {
            kind: filled(value, "type"),
            message: filled(value, "message"),
            data: member(value, "data").as_object(),
        })
    }

    /// The first of these members of its data that is a text.
    #[must_use]
    pub fn first(&self, names: &[&str]) -> Option<&str> {
        let data = self.data?;
        let texts = names
            .iter()
            .filter_map(|name| data.get(name).and_then(Value::as_str));
        texts.into_iter().find(|text| !text.is_empty())
    }
}
