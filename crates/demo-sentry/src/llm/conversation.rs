//! The request: messages, and the tools that may be called.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::finding::short_id;

#[derive(Deserialize)]
pub(crate) struct ChatRequest {
    pub(super) model: Option<String>,
    #[serde(default)]
    pub(super) messages: Vec<Message>,
    #[serde(default)]
    pub(super) tools: Vec<Tool>,
    pub(super) stream: Option<bool>,
    stream_options: Option<StreamOptions>,
}

#[derive(Deserialize)]
struct StreamOptions {
    include_usage: Option<bool>,
}

#[derive(Clone, Deserialize, Serialize)]
pub(super) struct Message {
    pub(super) role: String,
    /// A string, an array of parts, or null beside tool calls.
    #[serde(default)]
    content: Value,
    #[serde(default)]
    pub(super) tool_calls: Vec<ToolCall>,
    #[serde(default)]
    pub(super) tool_call_id: Option<String>,
}

#[derive(Clone, Deserialize, Serialize)]
pub(super) struct ToolCall {
    pub(super) id: String,
    pub(super) function: FunctionCall,
}

#[derive(Clone, Deserialize, Serialize)]
pub(super) struct FunctionCall {
    pub(super) name: String,
    /// The arguments: JSON in a string.
    pub(super) arguments: String,
}

#[derive(Deserialize, Serialize)]
pub(super) struct Tool {
    pub(super) function: Function,
}

#[derive(Deserialize, Serialize)]
pub(super) struct Function {
    pub(super) name: String,
    #[serde(default)]
    pub(super) parameters: Value,
}

impl ChatRequest {
    pub(super) fn wants_usage(&self) -> bool {
        let options = self.stream_options.as_ref();
        options
            .and_then(|options| options.include_usage)
            .unwrap_or(false)
    }

    pub(super) fn tool(&self, name: &str) -> Option<&Function> {
        let functions = self.tools.iter().map(|tool| &tool.function);
        functions.into_iter().find(|function| function.name == name)
    }

    /// The last question, and the messages after it.
    pub(super) fn last_question(&self) -> (String, &[Message]) {
        let place = self
            .messages
            .iter()
            .rposition(|message| message.role == "user");
        let place = place.unwrap_or_default();
        let question = self
            .messages
            .get(place)
            .map(Message::text)
            .unwrap_or_default();
        (question, self.messages.get(place + 1..).unwrap_or_default())
    }

    /// The issue that was talked about before the last question: the first that the last message with any names.
    pub(super) fn issue_before(&self) -> Option<String> {
        let mut before = self.messages.iter().rev();
        before.by_ref().find(|message| message.role == "user");
        before.find_map(|message| short_id(&message.text()))
    }

    /// The text of all messages, separated by line breaks.
    pub(super) fn said(&self) -> String {
        let texts: Vec<String> = self.messages.iter().map(Message::text).collect();
        texts.join("\n")
    }
}

impl Message {
    /// The text without the marks that a client may put around a tool's answer, each on a line of its own.
    pub(super) fn text(&self) -> String {
        match &self.content {
            Value::String(text) if self.role == "tool" => {
                let inner = text
                    .strip_prefix("<tool_output>\n")
                    .and_then(|text| text.strip_suffix("\n</tool_output>"));
                inner.unwrap_or(text).to_owned()
            }
            Value::String(text) => text.clone(),
            Value::Array(parts) => {
                let texts = parts.iter().filter_map(|part| part.get("text")?.as_str());
                texts.collect::<Vec<_>>().join("\n")
            }
            _ => String::new(),
        }
    }
}

impl Function {
    pub(super) fn takes(&self, parameter: &str) -> bool {
        let properties = self.parameters.get("properties");
        properties.is_some_and(|properties| properties.get(parameter).is_some())
    }
}
