use crate::json::Value;
use crate::member::{filled, member};

/// A log message.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Message<'a> {
    /// With its parameters filled in.
    pub formatted: Option<String>,
    /// Without them, such as `no book %s`.
    pub template: Option<String>,
    /// What the template was filled with: a list or an object.
    pub params: Option<Value<'a>>,
}

impl<'a> Message<'a> {
    pub(super) fn read(value: Value<'a>) -> Option<Self> {
        let params = Some(member(value, "params")).filter(|params| !params.is_null());
        value.is_object().then(|| Self {
            formatted: filled(value, "formatted"),
            template: filled(value, "message"),
            params,
        })
    }

    /// As people read it.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.formatted.as_deref().or(self.template.as_deref())
    }
}
