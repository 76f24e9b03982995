//! Turns a question into the tools to call.

use serde_json::{Map, Value, json};

use super::conversation::{ChatRequest, Function};
use super::finding::short_id;
use crate::data::chance::id;

/// The person's intention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Intent {
    /// `what broke today?`
    Broken,
    /// `resolve CHECKOUT-1`
    Resolve(String),
    /// `why does CHECKOUT-1 happen?`
    Analyze(String),
    /// `CHECKOUT-1`, with whatever words around it
    Show(String),
    /// `who am I?`
    WhoAmI,
    /// `which projects are there?`
    Projects,
    /// Any other question.
    Talk,
}

impl Intent {
    /// Reads a question. `before` is the conversation so far: `resolve it` refers to the issue that was named last.
    pub(super) fn of(question: &str, before: &str) -> Self {
        let text = question.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        let id = short_id(question).or_else(|| {
            let it = text
                .split(|c: char| !c.is_alphanumeric())
                .any(|word| word == "it" || word == "that");
            it.then(|| before.lines().rev().find_map(short_id))
                .flatten()
        });
        match id {
            Some(id) if has(&["resolve", "close"]) => Self::Resolve(id),
            Some(id) if has(&["why", "analy", "root cause", "seer"]) => Self::Analyze(id),
            Some(id) => Self::Show(id),
            None if has(&["broke", "broken", "wrong", "errors", "issues", "failing"]) => {
                Self::Broken
            }
            None if has(&["who am i", "whoami", "signed in"]) => Self::WhoAmI,
            None if has(&["projects"]) => Self::Projects,
            None => Self::Talk,
        }
    }
}

/// A call of a tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    id: String,
    pub(super) name: String,
    /// The arguments: JSON in a string.
    pub(super) arguments: String,
}

impl Call {
    /// A call of a tool that is offered, or that `execute_sentry_tool` can run; `None` if it is neither.
    pub(super) fn of(request: &ChatRequest, name: &str, arguments: Value) -> Option<Self> {
        let (name, arguments) = match (request.tool(name), request.tool("execute_sentry_tool")) {
            (Some(tool), _) => (name, only_taken(tool, arguments)),
            (None, Some(_)) => (
                "execute_sentry_tool",
                json!({"name": name, "arguments": arguments}),
            ),
            (None, None) => return None,
        };
        let arguments = arguments.to_string();
        let turn = request.messages.len().to_string();
        Some(Self {
            id: format!("call_{}", id(&[name, &arguments, &turn], 24)),
            name: name.to_owned(),
            arguments,
        })
    }

    pub(super) fn wire(&self) -> Value {
        json!({
            "id": self.id,
            "type": "function",
            "function": {"name": self.name, "arguments": self.arguments},
        })
    }
}

/// The arguments without those that the tool does not have, such as the organization in a session that fixes it.
fn only_taken(tool: &Function, arguments: Value) -> Value {
    match arguments {
        Value::Object(members) => {
            let taken = members.into_iter().filter(|(name, _)| tool.takes(name));
            Value::Object(taken.collect::<Map<_, _>>())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intents() {
        let before = "1. SHOP-WINDOW-1\n2. CHECKOUT-1 is the latest";
        for (question, intent) in [
            ("What broke today?", Intent::Broken),
            (
                "resolve checkout-4 please",
                Intent::Resolve("CHECKOUT-4".into()),
            ),
            ("Resolve it", Intent::Resolve("CHECKOUT-1".into())),
            (
                "why does SHOP-WINDOW-1 happen?",
                Intent::Analyze("SHOP-WINDOW-1".into()),
            ),
            (
                "tell me about PARCEL-POST-1",
                Intent::Show("PARCEL-POST-1".into()),
            ),
            ("Who am I?", Intent::WhoAmI),
            ("hello", Intent::Talk),
        ] {
            assert_eq!(Intent::of(question, before), intent, "{question}");
        }
    }
}
