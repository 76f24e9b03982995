use crate::content::Content;
use crate::json::{self, Object};

/// A prompt, filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// What it is for.
    pub description: Option<String>,
    /// In order.
    pub messages: Vec<PromptMessage>,
}

/// One message of a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptMessage {
    /// Whose.
    pub role: Role,
    /// What it says.
    pub content: Content,
}

/// Who speaks in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The person.
    User,
    /// The model.
    Assistant,
}

impl Prompt {
    pub(crate) fn write(&self, result: &mut Object<'_>) {
        result.maybe("description", self.description.as_deref());
        json::array(result.name("messages"), &self.messages, |out, message| {
            let mut object = Object::begin(out);
            let role = match message.role {
                Role::User => "\"user\"",
                Role::Assistant => "\"assistant\"",
            };
            object.raw("role", role);
            Content::write(object.name("content"), &message.content);
            object.end();
        });
    }
}
