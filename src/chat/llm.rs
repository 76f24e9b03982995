//! The language model: one request, its answer read as it comes.

use agent::{Agent, Reply, ReplyError, Said};
use event_stream::Parser;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::events;
use crate::config::Model;
use crate::runtime::edge::{self, Outlet};

/// The most bytes of an event, and of an answer in one piece.
const MOST: usize = 256 * 1024;

/// The most bytes of all pieces of an answer.
const MOST_IN_ALL: usize = 8 * MOST;

/// Why the model gave no answer. It holds nothing that the service said, since services quote keys.
#[derive(Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The code by which the page's script chooses what it shows.
    pub code: &'static str,
    /// For the person.
    pub message: &'static str,
    /// For the log.
    pub detail: String,
}

/// Asks the model, and hands on its words as they come.
pub async fn ask(agent: &Agent, model: &Model, outlet: &Outlet) -> Result<Said, Trouble> {
    let authorization = ["Bearer ", model.key.expose()].concat();
    let headers = [
        ("authorization", authorization.as_str()),
        ("content-type", "application/json"),
        ("accept", "text/event-stream, application/json"),
    ];
    let head = edge::head_of(&headers).ok_or_else(|| unreachable("the key has a line break"))?;
    let milliseconds = u32::try_from(model.timeout.as_millis()).unwrap_or(u32::MAX);
    let body = agent.body(&model.name, true);
    let begun = edge::begin(outlet, model.url.as_str(), &head, &body, milliseconds);
    let begun = JsFuture::from(begun)
        .await
        .map_err(|error| failed(&error))?;
    let begun: Array = begun.unchecked_into();
    let reader = begun.get(2);
    let status = begun.get(0).as_f64().unwrap_or_default();
    let kind = begun.get(1).as_string().unwrap_or_default();
    let mut answer = Answer::new(status, &kind);
    loop {
        let piece = JsFuture::from(edge::piece(outlet, &reader)).await;
        let piece = piece.map_err(|error| failed(&error))?;
        let Some(bytes) = piece.dyn_ref::<Uint8Array>() else {
            return answer.end();
        };
        let text = answer.take(&bytes.to_vec());
        if text.is_err() || answer.reply.is_closed() {
            edge::stop_reading(&reader);
        }
        let text = text?;
        if !text.is_empty() {
            outlet.write(&events::text(&text));
        }
    }
}

/// Reads an answer in pieces: server-sent events, or one JSON document.
struct Answer {
    status: u16,
    parser: Option<Parser>,
    reply: Reply,
    whole: Vec<u8>,
    length: usize,
}

impl Answer {
    fn new(status: f64, kind: &str) -> Self {
        // Invariant: the runtime's statuses are between 101 and 599.
        let status = status as u16;
        let in_pieces = status == 200 && kind.starts_with("text/event-stream");
        Self {
            status,
            parser: in_pieces.then(|| Parser::new(MOST)),
            reply: Reply::default(),
            whole: Vec::new(),
            length: 0,
        }
    }

    /// Reads more, and answers what it adds to the text.
    fn take(&mut self, bytes: &[u8]) -> Result<String, Trouble> {
        self.length = self.length.saturating_add(bytes.len());
        let mut text = String::new();
        let Some(parser) = &mut self.parser else {
            if self.length > MOST {
                return Err(no_answer(&ReplyError::TooLong));
            }
            self.whole.extend_from_slice(bytes);
            return Ok(text);
        };
        let events = match parser.push(bytes) {
            Ok(events) if self.length <= MOST_IN_ALL => events,
            _ => return Err(no_answer(&ReplyError::TooLong)),
        };
        for event in events {
            match self.reply.piece(&event.data) {
                Ok(more) => text.push_str(&more),
                Err(error) => return Err(no_answer(&error)),
            }
        }
        Ok(text)
    }

    /// All of it, when nothing more comes.
    fn end(self) -> Result<Said, Trouble> {
        if self.status != 200 {
            return Err(refused(self.status, &self.whole));
        }
        let said = match self.parser {
            Some(_) => self.reply.end(),
            None => Said::whole(&self.whole),
        };
        said.map_err(|error| no_answer(&error))
    }
}

fn unreachable(detail: &str) -> Trouble {
    Trouble {
        code: "model_unreachable",
        message: UNREACHABLE,
        detail: detail.to_owned(),
    }
}

fn failed(error: &JsValue) -> Trouble {
    let error = error.dyn_ref::<js_sys::Error>();
    let name = error.map(|error| String::from(error.name()));
    if name.as_deref() == Some("TimeoutError") {
        return Trouble {
            code: "model_timeout",
            message: "The language model took too long. Try again, or ask for less at once.",
            detail: "timeout".to_owned(),
        };
    }
    unreachable("no connection")
}

fn no_answer(error: &ReplyError) -> Trouble {
    unreachable(match error {
        ReplyError::Refused(_) => {
            return Trouble {
                code: "model_refused",
                message: "The language model refused to answer.",
                detail: "an error in its answer".to_owned(),
            };
        }
        ReplyError::Garbage => "its answer is no chat completion",
        ReplyError::TooLong => "its answer is too long",
        ReplyError::Incomplete => "its answer stops in the middle",
    })
}

fn refused(status: u16, body: &[u8]) -> Trouble {
    // Services say in different words that a conversation is too long; this word is in all of them.
    let is_long = || String::from_utf8_lossy(body).contains("context");
    let (code, message) = match status {
        413 => ("too_long", TOO_LONG),
        400 if is_long() => ("too_long", TOO_LONG),
        429 => (
            "model_rate_limited",
            "The language model is asked too often at the moment. Wait a minute.",
        ),
        400..500 => (
            "model_refused",
            "The language model's service refuses the request. Its operator finds the reason in the log.",
        ),
        _ => ("model_unreachable", UNREACHABLE),
    };
    Trouble {
        code,
        message,
        detail: ["status ", &status.to_string()].concat(),
    }
}

const UNREACHABLE: &str = "The language model does not answer at the moment. Try again.";

/// For the person, if the conversation does not fit.
pub const TOO_LONG: &str = "This conversation is too long for the language model. Begin a new one.";

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: &str = "text/event-stream; charset=utf-8";

    fn code(status: f64, kind: &str, body: &str) -> &'static str {
        let mut answer = Answer::new(status, kind);
        let taken = answer.take(body.as_bytes());
        match taken.and_then(|_| answer.end()) {
            Ok(_) => "",
            Err(trouble) => trouble.code,
        }
    }

    // rule: chat/model-failures
    #[test]
    fn what_a_service_says_becomes_a_code() {
        let whole = r#"{"choices":[{"message":{"content":"Yes."}}]}"#;
        let piece = "data: {\"choices\":[{\"delta\":{\"content\":\"Yes.\"}}]}\n\n";
        let done = [piece, "data: [DONE]\n\n"].concat();
        let error = "data: {\"error\":{\"message\":\"No.\"}}\n\n";
        let long = r#"{"error":{"code":"context_length_exceeded"}}"#;
        for (status, kind, body, expected) in [
            (200.0, "application/json", whole, ""),
            (200.0, EVENTS, &done, ""),
            (200.0, EVENTS, piece, "model_unreachable"),
            (200.0, EVENTS, "", "model_unreachable"),
            (200.0, EVENTS, error, "model_refused"),
            (200.0, "text/html", "<html>", "model_unreachable"),
            (400.0, "application/json", long, "too_long"),
            (400.0, "application/json", "{}", "model_refused"),
            (401.0, "application/json", "{}", "model_refused"),
            (413.0, "text/html", "", "too_long"),
            (429.0, "application/json", "{}", "model_rate_limited"),
            (302.0, "", "", "model_unreachable"),
            (503.0, EVENTS, &done, "model_unreachable"),
        ] {
            assert_eq!(code(status, kind, body), expected, "{status} {body}");
        }
    }

    // rule: chat/model-failures
    #[test]
    fn an_answer_without_end_is_given_up() {
        let bytes = vec![b'x'; MOST + 1];
        assert!(Answer::new(200.0, "application/json").take(&bytes).is_err());
        assert!(Answer::new(500.0, EVENTS).take(&bytes).is_err());
        assert!(Answer::new(200.0, EVENTS).take(&bytes).is_err());
        let mut answer = Answer::new(200.0, EVENTS);
        let comment = [b":".repeat(MOST / 2), b"\n".to_vec()].concat();
        assert!((0..20).any(|_| answer.take(&comment).is_err()));
    }
}
