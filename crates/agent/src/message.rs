use mcp::json::{Object, array};
use serde_json::Value;

use crate::prompt;

/// A part of a conversation, as chat completions have it. The rules that stand before it are not a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// What the person said.
    User(String),
    /// What the model said, and what it called.
    Assistant {
        /// May be empty beside calls.
        text: String,
        /// In the model's order.
        calls: Vec<Asked>,
    },
    /// What a call was answered with.
    Tool {
        /// Of the call.
        id: String,
        /// As the tool said it.
        text: String,
    },
}

/// A call as the model made it. Nothing about it was checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Tells calls of one conversation apart.
    pub id: String,
    /// Of the tool.
    pub name: String,
    /// JSON, if the model did right.
    pub arguments: String,
}

impl Message {
    /// Reads one as a stranger sends it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn read(value: &Value) -> Result<Self, &'static str> {
        let content = match value.get("content") {
            None | Some(Value::Null) => "",
            Some(Value::String(text)) => text,
            Some(_) => return Err("`content` must be a string"),
        };
        let content = content.to_owned();
        match value.get("role").and_then(Value::as_str) {
            Some("user") if content.trim().is_empty() => Err("a question must not be empty"),
            Some("user") => Ok(Self::User(content)),
            Some("assistant") => Ok(Self::Assistant {
                text: content,
                calls: match value.get("tool_calls") {
                    None | Some(Value::Null) => Vec::new(),
                    Some(Value::Array(calls)) => {
                        calls.iter().map(Asked::read).collect::<Result<_, _>>()?
                    }
                    Some(_) => return Err("`tool_calls` must be an array"),
                },
            }),
            Some("tool") => Ok(Self::Tool {
                id: text(value, "tool_call_id").ok_or("`tool_call_id` must be a string")?,
                text: content,
            }),
            _ => Err("`role` must be user, assistant or tool"),
        }
    }

    /// As the model gets it: what a tool said stands between marks.
    pub(crate) fn write(&self, out: &mut String) {
        let mut object = Object::begin(out);
        match self {
            Self::User(text) => {
                object.text("role", "user").text("content", text);
            }
            Self::Assistant { text, calls } => {
                object.text("role", "assistant");
                if text.is_empty() && !calls.is_empty() {
                    object.raw("content", "null");
                } else {
                    object.text("content", text);
                }
                if !calls.is_empty() {
                    array(object.name("tool_calls"), calls, |out, call| {
                        call.write(out)
                    });
                }
            }
            Self::Tool { id, text } => {
                object
                    .text("role", "tool")
                    .text("tool_call_id", id)
                    .text("content", &prompt::marked(text));
            }
        }
        object.end();
    }

    /// About as many bytes as it takes.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::User(text) => text.len(),
            Self::Assistant { text, calls } => calls.iter().fold(text.len(), |size, call| {
                size + call.id.len() + call.name.len() + call.arguments.len()
            }),
            Self::Tool { id, text } => id.len() + text.len(),
        }
    }
}

impl Asked {
    /// The longest id that is taken from elsewhere.
    pub(crate) const ID: usize = 100;

    fn read(value: &Value) -> Result<Self, &'static str> {
        let function = value.get("function").unwrap_or(&Value::Null);
        let call = Self {
            id: text(value, "id").ok_or("a call needs an `id`")?,
            name: text(function, "name").ok_or("a call needs a `function.name`")?,
            arguments: text(function, "arguments").unwrap_or_default(),
        };
        if call.id.is_empty() || call.id.len() > Self::ID {
            return Err("a call's `id` has 1 to 100 bytes");
        }
        Ok(call)
    }

    /// The object of the shape that chat completions have.
    pub(crate) fn write(&self, out: &mut String) {
        let mut object = Object::begin(out);
        object.text("id", &self.id).raw("type", "\"function\"");
        let mut function = Object::begin(object.name("function"));
        function
            .text("name", &self.name)
            .text("arguments", &self.arguments)
            .end();
        object.end();
    }
}

fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name)?.as_str().map(str::to_owned)
}
