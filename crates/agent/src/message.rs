use mcp::json::{Object, array};
use serde_json::Value;

use crate::prompt;

/// A message of a conversation, as in chat completions, except for the rules that precede it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// A message of the person.
    User(String),
    /// A message of the model, with the tools that it called.
    Assistant {
        /// The text; may be empty if there are calls.
        text: String,
        /// The calls, in the model's order.
        calls: Vec<Asked>,
    },
    /// The answer to a call.
    Tool {
        /// The call's id.
        id: String,
        /// The answer, as the tool gave it.
        text: String,
    },
}

/// A call as the model made it. Nothing about it has been checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The call's id, unique within a conversation.
    pub id: String,
    /// The name of the tool.
    pub name: String,
    /// The arguments. They should be JSON.
    pub arguments: String,
}

impl Message {
    /// Reads a message from an untrusted source.
    ///
    /// # Errors
    /// What is wrong with the message.
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
            Some("assistant") => {
                let mut calls = Vec::new();
                match value.get("tool_calls") {
                    None | Some(Value::Null) => {}
                    Some(Value::Array(made)) => {
                        for call in made {
                            calls.push(Asked::read(call)?);
                        }
                    }
                    Some(_) => return Err("`tool_calls` must be an array"),
                }
                Ok(Self::Assistant {
                    text: content,
                    calls,
                })
            }
            Some("tool") => Ok(Self::Tool {
                id: text(value, "tool_call_id").ok_or("`tool_call_id` must be a string")?,
                text: content,
            }),
            _ => Err("`role` must be user, assistant or tool"),
        }
    }

    /// Writes the message for the model, with a tool's answer between marks.
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

    /// Its approximate size in bytes.
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
    /// The longest id, in bytes, that is accepted from outside.
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

    /// Writes the call as an object of the chat completions format.
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
