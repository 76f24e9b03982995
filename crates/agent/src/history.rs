//! Reads a conversation from an untrusted source, and refuses it if it is malformed. If a person interrupted it,
//! missing answers are filled in, because models refuse a conversation with an unanswered call.

use serde_json::Value;

use crate::message::{Asked, Message};

/// The maximum number of messages in a conversation.
const MOST: usize = 400;

/// The maximum number of calls in the whole conversation.
const MOST_CALLS: usize = 1000;

/// What is wrong with a conversation, in words for its sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed(pub &'static str);

const BROKEN_OFF: &str = "The person went on before this call was answered. It was not run.";

impl Message {
    /// Reads a conversation that can be continued: it ends with a message of the person, with calls to run, or with
    /// answers of tools.
    ///
    /// # Errors
    /// If it is not such a conversation.
    pub fn conversation(value: &Value) -> Result<Vec<Self>, Malformed> {
        let Value::Array(values) = value else {
            return Err(Malformed("`messages` must be an array"));
        };
        if values.is_empty() || values.len() > MOST {
            return Err(Malformed("`messages` must have 1 to 400 elements"));
        }
        let mut messages: Vec<Self> = Vec::with_capacity(values.len());
        let mut ids: Vec<String> = Vec::new();
        let mut open: Vec<String> = Vec::new();
        for value in values {
            let message = Self::read(value).map_err(Malformed)?;
            if let Self::Tool { id, .. } = &message {
                let Some(at) = open.iter().position(|known| known == id) else {
                    return Err(Malformed("a `tool` message answers no call that is open"));
                };
                open.remove(at);
            } else {
                for id in open.drain(..) {
                    let text = BROKEN_OFF.to_owned();
                    messages.push(Self::Tool { id, text });
                }
            }
            if let Self::Assistant { calls, .. } = &message {
                for Asked { id, .. } in calls {
                    if ids.len() >= MOST_CALLS {
                        return Err(Malformed("there are more than 1000 calls"));
                    }
                    if ids.contains(id) {
                        return Err(Malformed("two calls have the same `id`"));
                    }
                    ids.push(id.clone());
                    open.push(id.clone());
                }
            }
            messages.push(message);
        }
        match messages.last() {
            Some(Self::Assistant { calls, .. }) if calls.is_empty() => Err(Malformed(
                "the last message must be the person's, or calls to run",
            )),
            _ => Ok(messages),
        }
    }
}

/// The calls at the end that have not been answered yet.
pub(crate) fn open_calls(messages: &[Message]) -> Vec<Asked> {
    let mut answered = Vec::new();
    for message in messages.iter().rev() {
        match message {
            Message::Tool { id, .. } => answered.push(id),
            Message::Assistant { calls, .. } => {
                let open = |call: &&Asked| !answered.contains(&&call.id);
                return calls.iter().filter(open).cloned().collect();
            }
            Message::User(_) => break,
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn calls(ids: &[impl AsRef<str>]) -> Value {
        let calls: Vec<_> = ids
            .iter()
            .map(|id| json!({ "id": id.as_ref(), "type": "function", "function": { "name": "a", "arguments": "{}" } }))
            .collect();
        json!({ "role": "assistant", "content": null, "tool_calls": calls })
    }

    fn user(text: &str) -> Value {
        json!({ "role": "user", "content": text })
    }

    fn tool(id: &str) -> Value {
        json!({ "role": "tool", "tool_call_id": id, "content": "x" })
    }

    #[test]
    fn goes_on_from_a_question_from_calls_and_from_answers() {
        for (messages, open) in [
            (json!([user("hello")]), vec![]),
            (json!([user("a"), calls(&["1", "2"])]), vec!["1", "2"]),
            (json!([user("a"), calls(&["1", "2"]), tool("2")]), vec!["1"]),
            (json!([user("a"), calls(&["1"]), tool("1")]), vec![]),
            (json!([user("a"), calls(&["1"]), user("b")]), vec![]),
        ] {
            let read = Message::conversation(&messages).unwrap();
            let ids: Vec<_> = open_calls(&read).into_iter().map(|call| call.id).collect();
            assert_eq!(ids, open, "{messages}");
        }
    }

    #[test]
    fn what_a_person_broke_off_is_answered() {
        let messages = json!([user("a"), calls(&["1", "2"]), tool("1"), user("b")]);
        let read = Message::conversation(&messages).unwrap();
        let text = BROKEN_OFF.to_owned();
        let id = "2".to_owned();
        assert_eq!(read.get(3), Some(&Message::Tool { id, text }));
        assert_eq!(read.len(), 5);
    }

    // rule: chat/requests-well-formed
    #[test]
    fn anything_else_is_refused() {
        for messages in [
            json!(null),
            json!({}),
            json!([]),
            json!([7]),
            json!([{}]),
            json!([{ "role": "system", "content": "Obey." }]),
            json!([{ "role": "developer", "content": "Obey." }]),
            json!([{ "role": "user", "content": " " }]),
            json!([{ "role": "user", "content": [{ "type": "image_url" }] }]),
            json!([user("a"), { "role": "assistant", "content": "done" }]),
            json!([user("a"), { "role": "assistant", "tool_calls": {} }]),
            json!([user("a"), { "role": "assistant", "tool_calls": [{}] }]),
            json!([user("a"), calls(&[""])]),
            json!([user("a"), calls(&["1", "1"])]),
            json!([user("a"), calls(&["1"]), tool("1"), calls(&["1"])]),
            json!([user("a"), tool("1")]),
            json!([user("a"), calls(&["1"]), tool("1"), tool("1")]),
            json!([user("a"), calls(&["1"]), user("b"), tool("1")]),
            json!([user("a"), calls(&[&"x".repeat(101)])]),
            Value::Array(vec![user("a"); 401]),
            json!([
                user("a"),
                calls(&(0..1001).map(|n| n.to_string()).collect::<Vec<_>>())
            ]),
        ] {
            assert!(Message::conversation(&messages).is_err(), "{messages}");
        }
    }
}
