use serde::Serialize;
use serde_json::value::RawValue;

use crate::content::Content;
use crate::json::{self, Object};
use crate::version::Version;

/// A tool as `tools/list` shows it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tool<'a, S> {
    /// 1 to 128 characters of `A-Z a-z 0-9 _ - .` (MCP 2025-11-25 tools, Tool Names).
    pub name: &'a str,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<&'a str>,
    /// For the model: what it does and when to choose it.
    pub description: &'a str,
    /// A JSON Schema object.
    pub input_schema: S,
    /// A JSON Schema object that every `structuredContent` of this tool satisfies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_schema: Option<&'a RawValue>,
    /// Hints; all four are always said, since their defaults are the dangerous ones.
    pub annotations: Annotations<'a>,
}

/// What a tool does to the world, in the words of MCP's `ToolAnnotations`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Annotations<'a> {
    /// For people; where [`Tool::title`] does not exist yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<&'a str>,
    /// Changes nothing.
    pub read_only_hint: bool,
    /// May delete or overwrite.
    pub destructive_hint: bool,
    /// Doing it twice is doing it once. Left out where it says nothing (`None`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotent_hint: Option<bool>,
    /// Talks to something outside this server.
    pub open_world_hint: bool,
}

impl<S> Tool<'_, S> {
    /// Leaves out what `version` does not know, and says the title where that version looks for it.
    #[must_use]
    pub fn for_version(mut self, version: Version) -> Self {
        if !version.has_structured_content() {
            self.output_schema = None;
        }
        if !version.has_titles() {
            self.annotations.title = self.title.take();
        }
        self
    }
}

/// What a tool answers, failures that the model can act on included.
#[derive(Debug, Clone)]
pub struct CallToolResult {
    /// For the model, in order.
    pub content: Vec<Content>,
    /// For programs: a JSON object that satisfies the tool's `outputSchema`.
    pub structured_content: Option<Box<RawValue>>,
    /// The tool failed and `content` says why.
    pub is_error: bool,
    /// Members of `_meta` beside those of the protocol: a key with its prefix (MCP 2025-11-25 basic, `_meta`), and JSON.
    pub meta: Vec<(&'static str, Box<RawValue>)>,
}

impl CallToolResult {
    /// A result of one text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            content: vec![Content::Text { text: text.into() }],
            structured_content: None,
            is_error: false,
            meta: Vec::new(),
        }
    }

    /// A failure that the model reads and may correct.
    #[must_use]
    pub fn error(text: impl Into<String>) -> Self {
        Self {
            is_error: true,
            ..Self::text(text)
        }
    }

    /// Structured output, and the same JSON as text: "a tool that returns structured content SHOULD also return the
    /// serialized JSON in a `TextContent` block" (MCP 2025-11-25 tools). `json` is an object.
    #[must_use]
    pub fn structured(json: Box<RawValue>) -> Self {
        Self {
            structured_content: Some(json.clone()),
            ..Self::text(json.get())
        }
    }

    /// Leaves out what `version` does not know.
    pub(crate) fn write(&self, version: Version, result: &mut Object<'_>) {
        json::array(result.name("content"), &self.content, Content::write);
        if let Some(structured) = &self.structured_content
            && version.has_structured_content()
        {
            result.raw("structuredContent", structured.get());
        }
        if self.is_error {
            result.flag("isError", true);
        }
    }
}
