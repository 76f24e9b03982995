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
    pub data: Members<'a>,
}

impl<'a> EventProblem<'a> {
    pub(super) fn read(value: Value<'a>) -> Option<Self> {
        value.is_object().then(|| Self {
            kind: filled(value, "type"),
            message: filled(value, "message"),
            data: member(value, "data").members(),
        })
    }

    /// The first of these members of its data that is a text.
    #[must_use]
    pub fn first(&self, names: &[&str]) -> Option<&str> {
        let mut texts = names.iter().filter_map(|name| self.data.get(name).as_str());
        texts.find(|text| !text.is_empty())
    }
}
