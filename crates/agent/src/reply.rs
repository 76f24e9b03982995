//! A model's reply, in one piece or as a stream.

use serde_json::Value;

use crate::message::Asked;

/// Maximum length, in bytes, of a model's text, and of the arguments of all its calls together.
const TEXT: usize = 64 * 1024;

/// Maximum number of calls that are read. How many of them are run is limited by [`crate::Limits::calls`].
const CALLS: usize = 32;

/// A complete reply.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// The text; may be empty if there are calls.
    pub text: String,
    /// The calls, unchecked.
    pub calls: Vec<Asked>,
    /// Tokens read and written for this reply, if the service reports them.
    pub tokens: Option<u64>,
}

/// Why there is no usable reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplyError {
    /// The service answered with an error; these are its own words.
    Refused(String),
    /// It is not a chat completion.
    Garbage,
    /// It exceeds a limit of this crate.
    TooLong,
    /// The stream ended in the middle of the reply.
    Incomplete,
}

impl Said {
    /// Reads a reply that came in one piece.
    ///
    /// # Errors
    /// If it is not a usable reply.
    pub fn whole(body: &[u8]) -> Result<Self, ReplyError> {
        let mut reply = Reply::default();
        reply.read(body, "message")?;
        reply.ended = true;
        reply.end()
    }
}

/// A streamed reply that is being read.
#[derive(Debug, Default)]
pub struct Reply {
    said: Said,
    /// The service's index of each call in [`Said::calls`].
    indexes: Vec<Option<u64>>,
    arguments: usize,
    ended: bool,
    closed: bool,
    any: bool,
}

impl Reply {
    /// Reads the data of one event, and returns the text that it adds.
    ///
    /// # Errors
    /// If it is not part of a reply, or the reply exceeds a limit.
    pub fn piece(&mut self, data: &str) -> Result<String, ReplyError> {
        if data.trim() == "[DONE]" {
            self.ended = true;
            self.closed = true;
            return Ok(String::new());
        }
        self.read(data.as_bytes(), "delta")
    }

    /// Whether the last event has been read, so that nothing more follows.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.closed
    }

    /// Ends the stream.
    ///
    /// # Errors
    /// If it ended before the reply did.
    pub fn end(self) -> Result<Said, ReplyError> {
        if !self.any {
            return Err(ReplyError::Garbage);
        }
        if self.ended {
            Ok(self.said)
        } else {
            Err(ReplyError::Incomplete)
        }
    }

    fn read(&mut self, json: &[u8], member: &str) -> Result<String, ReplyError> {
        let value: Value = serde_json::from_slice(json).map_err(|_| ReplyError::Garbage)?;
        if let Some(error) = value.get("error").filter(|error| !error.is_null()) {
            let words = error.get("message").unwrap_or(error).as_str();
            return Err(ReplyError::Refused(words.unwrap_or_default().to_owned()));
        }
        let tokens = value
            .get("usage")
            .and_then(|usage| usage.get("total_tokens"));
        if let Some(tokens) = tokens.and_then(Value::as_u64) {
            self.said.tokens = Some(tokens);
        }
        let choices = value.get("choices").and_then(Value::as_array);
        // The last piece of a stream may contain only the usage.
        let Some(choice) = choices.ok_or(ReplyError::Garbage)?.first() else {
            return Ok(String::new());
        };
        self.any = true;
        self.ended |= choice.get("finish_reason").is_some_and(Value::is_string);
        let part = choice.get(member).unwrap_or(&Value::Null);
        let calls = part.get("tool_calls").and_then(Value::as_array);
        for call in calls.into_iter().flatten() {
            self.call(call)?;
        }
        let text = part.get("content").and_then(Value::as_str);
        let text = text.unwrap_or_default();
        if self.said.text.len() + text.len() > TEXT {
            return Err(ReplyError::TooLong);
        }
        self.said.text.push_str(text);
        Ok(text.to_owned())
    }

    /// Reads a call, or a piece of one. Its index says which call a piece belongs to. Some services leave the index out
    /// or always send 0; there, a new id begins a new call.
    fn call(&mut self, piece: &Value) -> Result<(), ReplyError> {
        let index = piece.get("index").and_then(Value::as_u64);
        let text = |of: &Value, name| of.get(name).and_then(Value::as_str).map(str::to_owned);
        let id = text(piece, "id").unwrap_or_default();
        let known = match index {
            Some(_) => self.indexes.iter().rposition(|known| *known == index),
            None => self.indexes.len().checked_sub(1),
        };
        let calls = &mut self.said.calls;
        let continued = known.filter(|at| {
            let call = calls.get(*at);
            call.is_some_and(|call| id.is_empty() || id == call.id)
        });
        let at = continued.unwrap_or(calls.len());
        if continued.is_none() {
            if at >= CALLS {
                return Err(ReplyError::TooLong);
            }
            self.indexes.push(index);
            calls.push(Asked {
                id,
                ..Asked::default()
            });
        }
        let function = piece.get("function").unwrap_or(&Value::Null);
        let name = text(function, "name").unwrap_or_default();
        let arguments = match function.get("arguments") {
            Some(Value::String(arguments)) => arguments.clone(),
            // Should be a string, but an object is unambiguous.
            Some(arguments @ Value::Object(_)) => {
                serde_json::to_string(arguments).unwrap_or_default()
            }
            _ => String::new(),
        };
        self.arguments += name.len() + arguments.len();
        if self.arguments > TEXT {
            return Err(ReplyError::TooLong);
        }
        if let Some(call) = calls.get_mut(at) {
            call.name.push_str(&name);
            call.arguments.push_str(&arguments);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn streamed(pieces: &[Value]) -> Result<Said, ReplyError> {
        let mut reply = Reply::default();
        for piece in pieces {
            reply.piece(&piece.to_string())?;
        }
        reply.piece("[DONE]")?;
        reply.end()
    }

    fn delta(delta: Value) -> Value {
        json!({ "choices": [{ "index": 0, "delta": delta, "finish_reason": null }] })
    }

    fn asked(id: &str, name: &str, arguments: &str) -> Asked {
        Asked {
            id: id.to_owned(),
            name: name.to_owned(),
            arguments: arguments.to_owned(),
        }
    }

    // rule: chat/chat-completions: chat completions, whole and in pieces, also where calls are
    //    numbered badly
    #[test]
    fn the_same_answer_whole_and_in_pieces() {
        let whole = json!({ "choices": [{ "message": {
            "role": "assistant", "content": "Let me see.",
            "tool_calls": [
                { "id": "1", "type": "function", "function": { "name": "a", "arguments": "{\"x\":1}" } },
                { "id": "2", "type": "function", "function": { "name": "b", "arguments": "{}" } },
            ],
        }, "finish_reason": "tool_calls" }], "usage": { "total_tokens": 7 } });
        let pieces = [
            delta(json!({ "role": "assistant", "content": "" })),
            delta(json!({ "content": "Let me " })),
            delta(json!({ "content": "see." })),
            delta(
                json!({ "tool_calls": [{ "index": 0, "id": "1", "function": { "name": "a", "arguments": "" } }] }),
            ),
            delta(
                json!({ "tool_calls": [{ "index": 1, "id": "2", "function": { "name": "b", "arguments": "{" } }] }),
            ),
            delta(json!({ "tool_calls": [{ "index": 0, "function": { "arguments": "{\"x\"" } }] })),
            delta(json!({ "tool_calls": [
                { "index": 1, "function": { "arguments": "}" } },
                { "index": 0, "function": { "arguments": ":1}" } },
            ] })),
            json!({ "choices": [], "usage": { "total_tokens": 7 } }),
        ];
        let said = Said::whole(whole.to_string().as_bytes()).unwrap();
        assert_eq!(
            said.calls,
            [asked("1", "a", "{\"x\":1}"), asked("2", "b", "{}")]
        );
        assert_eq!(streamed(&pieces), Ok(said));
    }

    // rule: chat/chat-completions
    #[test]
    fn services_that_number_calls_badly() {
        let call = |id: &str, index: Value| {
            delta(
                json!({ "tool_calls": [{ "index": index, "id": id, "function": { "name": id, "arguments": "{}" } }] }),
            )
        };
        for index in [json!(0), json!(null)] {
            let said = streamed(&[call("a", index.clone()), call("b", index)]).unwrap();
            assert_eq!(said.calls, [asked("a", "a", "{}"), asked("b", "b", "{}")]);
        }
    }

    // rule: chat/chat-completions
    #[test]
    fn what_is_no_answer() {
        let refused = json!({ "error": { "message": "No credit." } }).to_string();
        let words = ReplyError::Refused("No credit.".to_owned());
        assert_eq!(Said::whole(refused.as_bytes()), Err(words.clone()));
        assert_eq!(Reply::default().piece(&refused), Err(words));
        for garbage in [
            "",
            "null",
            "[]",
            "{}",
            "{\"choices\": 1}",
            "{\"choices\": []}",
            "<html>",
        ] {
            assert_eq!(
                Said::whole(garbage.as_bytes()),
                Err(ReplyError::Garbage),
                "{garbage}"
            );
        }
        assert_eq!(Reply::default().end(), Err(ReplyError::Garbage));
        let mut cut = Reply::default();
        cut.piece(&delta(json!({ "content": "I am abo" })).to_string())
            .unwrap();
        assert_eq!(cut.end(), Err(ReplyError::Incomplete));
    }

    #[test]
    fn a_finish_reason_ends_it_as_well() {
        let mut reply = Reply::default();
        let last =
            json!({ "choices": [{ "delta": { "content": "Yes." }, "finish_reason": "stop" }] });
        assert_eq!(reply.piece(&last.to_string()), Ok("Yes.".to_owned()));
        assert_eq!(reply.end().map(|said| said.text), Ok("Yes.".to_owned()));
    }

    #[test]
    fn an_answer_without_end_is_given_up() {
        let mut reply = Reply::default();
        let piece = delta(json!({ "content": "x".repeat(30_000) })).to_string();
        assert!(reply.piece(&piece).is_ok() && reply.piece(&piece).is_ok());
        assert_eq!(reply.piece(&piece), Err(ReplyError::TooLong));

        let mut reply = Reply::default();
        let piece = delta(
            json!({ "tool_calls": [{ "index": 0, "function": { "arguments": "x".repeat(60_000) } }] }),
        );
        assert!(reply.piece(&piece.to_string()).is_ok());
        assert_eq!(reply.piece(&piece.to_string()), Err(ReplyError::TooLong));

        let calls: Vec<_> = (0..33).map(|index| json!({ "index": index })).collect();
        let piece = delta(json!({ "tool_calls": calls })).to_string();
        assert_eq!(Reply::default().piece(&piece), Err(ReplyError::TooLong));
    }
}
