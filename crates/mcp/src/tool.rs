use serde::Serialize;
use serde_json::value::RawValue;

use crate::content::Content;
use crate::json::{self, Object};
use crate::told::{Ended, Why};
use crate::version::Version;

/// A tool as it appears in `tools/list`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tool<'a, S> {
    /// 1 to 128 characters of `A-Z a-z 0-9 _ - .` (MCP 2025-11-25 tools, Tool Names).
    pub name: &'a str,
    /// The name shown to people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<&'a str>,
    /// For the model: what it does and when to choose it.
    pub description: &'a str,
    /// The schema of the arguments, a JSON Schema object.
    pub input_schema: S,
    /// A JSON Schema object that every `structuredContent` of this tool satisfies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_schema: Option<Box<RawValue>>,
    /// Hints about what the tool does. All four are always sent, because their defaults assume the worst.
    pub annotations: Annotations<'a>,
}

/// What effects a tool has, in the words of MCP's `ToolAnnotations`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Annotations<'a> {
    /// The name shown to people, in versions without [`Tool::title`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<&'a str>,
    /// The tool changes nothing.
    pub read_only_hint: bool,
    /// The tool may delete or overwrite something.
    pub destructive_hint: bool,
    /// Calling the tool again with the same arguments has no further effect. `None` if this does not apply, as for
    /// tools that only read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotent_hint: Option<bool>,
    /// The tool talks to something outside this server.
    pub open_world_hint: bool,
}

impl<S> Tool<'_, S> {
    /// Removes what `version` does not know, and moves the title to where that version expects it.
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

/// The result of a tool call, which may be a failure that the model can act on.
#[derive(Debug, Clone)]
pub struct CallToolResult {
    /// The content for the model, in order.
    pub content: Vec<Content>,
    /// The content for programs: a JSON object that satisfies the tool's `outputSchema`.
    pub structured_content: Option<Box<RawValue>>,
    /// Whether the tool failed; `content` then says why.
    pub is_error: bool,
    /// Members of `_meta` beside those of the protocol: a key with its prefix (MCP 2025-11-25 basic, `_meta`), and JSON.
    pub meta: Vec<(&'static str, Box<RawValue>)>,
    /// Of a failure, for a log. Never sent.
    pub why: Why,
}

impl CallToolResult {
    /// A result that consists of one text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            content: vec![Content::Text { text: text.into() }],
            structured_content: None,
            is_error: false,
            meta: Vec::new(),
            why: Why::default(),
        }
    }

    /// A failure that the model can read and may be able to correct.
    #[must_use]
    pub fn error(text: impl Into<String>) -> Self {
        Self {
            is_error: true,
            ..Self::text(text)
        }
    }

    /// The same failure, with words for a log: the call was at fault.
    #[must_use]
    pub fn because(self, words: &'static str) -> Self {
        let why = Why {
            words,
            is_trouble: false,
        };
        Self { why, ..self }
    }

    pub(crate) const fn ended(&self) -> Ended {
        if self.is_error {
            Ended::ToolFailed(self.why)
        } else {
            Ended::Well
        }
    }

    /// Structured output, together with the same JSON as text: "a tool that returns structured content SHOULD also
    /// return the serialized JSON in a `TextContent` block" (MCP 2025-11-25 tools). `json` must be an object.
    #[must_use]
    pub fn structured(json: Box<RawValue>) -> Self {
        Self {
            structured_content: Some(json.clone()),
            ..Self::text(json.get())
        }
    }

    /// Writes the result, without the members that `version` does not know.
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
