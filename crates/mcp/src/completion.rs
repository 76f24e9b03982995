use serde_json::{Map, Value};

use crate::error::RpcError;
use crate::json::{self, Object};

/// The parameters of `completion/complete`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CompletionCall {
    /// The prompt or resource template that the argument belongs to.
    pub reference: Reference,
    /// The name of the argument to complete.
    pub argument: String,
    /// The part of the value that the user has typed so far.
    pub value: String,
    /// Values already chosen for other arguments (`context.arguments`). They are strings; nothing else about them is
    /// checked.
    pub known: Map<String, Value>,
}

/// The prompt or resource template that an argument belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// A prompt, by its name.
    Prompt(String),
    /// A resource template, by its URI template.
    Resource(String),
}

/// Suggested values, the likeliest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completion {
    /// The suggestions. At most [`Self::MOST`] of them are sent.
    pub values: Vec<String>,
    /// Whether the server knows more suggestions than these.
    pub has_more: bool,
}

impl Completion {
    /// "Maximum 100 items per response" (MCP completion, Completion Results).
    pub const MOST: usize = 100;

    pub(crate) fn write(&self, result: &mut Object<'_>) {
        let values = self.values.iter().take(Self::MOST);
        let mut completion = Object::begin(result.name("completion"));
        json::array(completion.name("values"), values, |out, value| {
            json::text(out, value);
        });
        completion
            .flag("hasMore", self.has_more || self.values.len() > Self::MOST)
            .end();
    }
}

impl CompletionCall {
    pub(crate) fn read(mut params: Map<String, Value>) -> Result<Self, RpcError> {
        let member = |of: &str, name: &str| Some(params.get(of)?.get(name)?.as_str()?.to_owned());
        let reference = match member("ref", "type").as_deref() {
            Some("ref/prompt") => member("ref", "name").map(Reference::Prompt),
            Some("ref/resource") => member("ref", "uri").map(Reference::Resource),
            _ => None,
        };
        let (Some(reference), Some(argument), Some(value)) = (
            reference,
            member("argument", "name"),
            member("argument", "value"),
        ) else {
            return Err(RpcError::invalid_params(
                "`ref` must name a prompt or a resource, `argument` must have a string `name` and `value`.",
            ));
        };
        let known = match params
            .get_mut("context")
            .and_then(|c| c.get_mut("arguments"))
        {
            Some(Value::Object(known)) => std::mem::take(known),
            _ => Map::new(),
        };
        Ok(Self {
            reference,
            argument,
            value,
            known,
        })
    }
}
