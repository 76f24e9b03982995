//! Writing JSON as text: structured answers and schemas are built from data, and a derived writer per shape costs more
//! than all of them.

use mcp::CallToolResult;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::vocabulary::failure::Failure;
use crate::vocabulary::tool::Answer;

/// JSON under way. Names are ours and need no escapes.
#[derive(Default)]
pub(crate) struct Json(String);

impl Json {
    /// An object under way.
    pub(crate) fn object() -> Self {
        Self("{".to_owned())
    }

    /// The next member or element begins.
    fn separate(&mut self) {
        if !self.0.ends_with(['{', '[', ':']) {
            self.0.push(',');
        }
    }

    fn name(&mut self, name: &str) {
        self.separate();
        for part in ["\"", name, "\":"] {
            self.0.push_str(part);
        }
    }

    /// A member that is a string.
    pub(crate) fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        self.string(value);
    }

    /// A member that is a string, left out where there is none.
    pub(crate) fn maybe(&mut self, name: &str, value: &Option<String>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    /// A member of encoded JSON.
    pub(crate) fn raw(&mut self, name: &str, json: &str) {
        self.name(name);
        self.0.push_str(json);
    }

    pub(crate) fn flag(&mut self, name: &str, value: bool) {
        self.raw(name, if value { "true" } else { "false" });
    }

    /// A member that is a number, left out where there is none.
    pub(crate) fn count(&mut self, name: &str, value: Option<u64>) {
        if let Some(value) = value {
            self.raw(name, &value.to_string());
        }
    }

    /// A member that is an array of strings.
    pub(crate) fn texts(&mut self, name: &str, values: &[impl AsRef<str>]) {
        self.begin(name, '[');
        for value in values {
            self.separate();
            self.string(value.as_ref());
        }
        self.end(']');
    }

    fn string(&mut self, value: &str) {
        self.0.push_str(&Value::from(value).to_string());
    }

    /// A member that is an object or array (`{`, `[`) begins.
    pub(crate) fn begin(&mut self, name: &str, bracket: char) {
        self.name(name);
        self.0.push(bracket);
    }

    /// An element that is an object begins.
    pub(crate) fn element(&mut self) {
        self.separate();
        self.0.push('{');
    }

    /// What has begun last ends.
    pub(crate) fn end(&mut self, bracket: char) {
        self.0.push(bracket);
    }

    /// The whole object, encoded.
    pub(crate) fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }

    /// The whole object as the structured answer of a tool, whose `outputSchema` it satisfies.
    pub(crate) fn answer(self) -> Answer {
        RawValue::from_string(self.finish())
            .map(CallToolResult::structured)
            .map_err(|_| Failure::Api(sentry_api::ApiError::Malformed("encodable")))
    }
}
