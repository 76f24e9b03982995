use crate::content::Content;
use crate::json::{self, Object};

/// A prompt with its arguments filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// A description of the prompt, for people.
    pub description: Option<String>,
    /// The messages, in the order of the conversation.
    pub messages: Vec<PromptMessage>,
}

/// One message of a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptMessage {
    /// The speaker.
    pub role: Role,
    /// The content of the message.
    pub content: Content,
}

/// The speaker of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The user.
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
