//! The rules of stdio, with one message per line (MCP 2025-11-25 transports, stdio), without I/O: [`Lines`] splits the
//! bytes into lines, and a [`Peer`] reads the lines and keeps track of the protocol version. The program decides who
//! answers, in which order, and when to stop accepting requests.

mod id_of;
mod lines;

use serde_json::{Map, Value};

use crate::dispatch::unsupported;
use crate::error::RpcError;
use crate::http::MAX_BATCH;
use crate::message::{Id, Malformed, Message, read_id};
use crate::meta;
use crate::method::Method;
use crate::version::Version;

pub use lines::{Line, Lines};

/// The maximum length of a line in bytes, the same as for a body over HTTP: 1 MiB.
pub const MAX_LINE: usize = crate::http::MAX_BODY;

/// A message as the line that is written, with its end.
///
/// JSON allows U+2028 and U+2029 in strings, but many readers split lines at them (Python's `splitlines` is one), so
/// they are escaped. In JSON they can stand nowhere else.
#[must_use]
pub fn line(mut message: String) -> String {
    for (sign, escaped) in [('\u{2028}', "\\u2028"), ('\u{2029}', "\\u2029")] {
        if message.contains(sign) {
            message = message.replace(sign, escaped);
        }
    }
    message.push('\n');
    message
}

/// The client at the other end of the pipe.
///
/// A client of a version with a handshake states its version once, a client of 2026-07-28 with every request. A client
/// that states none is assumed to speak the same version as over HTTP without a header ([`Version::WITHOUT_HEADER`]).
#[derive(Debug, Clone)]
pub struct Peer {
    version: Version,
}

/// The content of a line.
#[derive(Debug, Clone, PartialEq)]
pub enum Incoming {
    /// Requests to answer with [`crate::dispatch::answer`]. A batch is answered with a single line.
    Requests {
        /// The protocol version of the requests.
        version: Version,
        /// One request, or those of a batch.
        requests: Vec<Message>,
        /// Whether the responses must be sent as an array, even if there is only one.
        batch: bool,
    },
    /// The client cancels the request with this id. "The receiver SHOULD stop processing and not send a response" (MCP
    /// 2025-11-25 cancellation).
    Cancel(Id),
    /// There is nothing to answer: a notification, a response or an empty line.
    Nothing,
    /// The line is refused; send this response at once.
    Refused(String),
}

impl Default for Peer {
    fn default() -> Self {
        Self {
            version: Version::WITHOUT_HEADER,
        }
    }
}

impl Peer {
    /// Reads a line. A line that cannot be read is refused, and has no effect on how the next one is read.
    pub fn read(&mut self, line: &Line) -> Incoming {
        let line = match line {
            Line::Whole(line) => line,
            Line::TooLong(id) => return refuse(id.as_ref(), "The line is longer than 1 MiB."),
        };
        if line.trim_ascii().is_empty() {
            return Incoming::Nothing;
        }
        match serde_json::from_slice(line) {
            Err(_) => {
                let error = RpcError::new(RpcError::PARSE_ERROR, "The line is not JSON.");
                Incoming::Refused(error.to_json(None))
            }
            Ok(Value::Array(values)) => self.batch(values),
            Ok(value) => match Message::parse(value) {
                Ok(message) => self.message(message),
                Err(malformed) => refused(&malformed),
            },
        }
    }

    fn message(&mut self, message: Message) -> Incoming {
        let (id, method, params) = match &message {
            Message::Response => return Incoming::Nothing,
            Message::Notification { method, params } => {
                return cancelled(method, params.as_ref())
                    .map_or(Incoming::Nothing, Incoming::Cancel);
            }
            Message::Request { id, method, params } => (id, method, params.as_ref()),
        };
        let version = match meta::version(params) {
            None => self.version,
            Some(asked) => match Version::parse(asked) {
                Some(version) => version,
                None => return Incoming::Refused(unsupported(asked).to_json(Some(id))),
            },
        };
        if Method::is_initialize(method)
            && let Some(Value::String(asked)) = params.and_then(|p| p.get("protocolVersion"))
        {
            self.version = Version::negotiate(asked);
        }
        Incoming::Requests {
            version,
            requests: vec![message],
            batch: false,
        }
    }

    /// As over HTTP, the batch is read as a whole before any of it runs (MCP 2025-03-26 basic, Batching).
    fn batch(&self, values: Vec<Value>) -> Incoming {
        if !self.version.has_batches() {
            return refuse(
                None,
                "This protocol version has no batches: send one message a line.",
            );
        }
        if values.is_empty() || values.len() > MAX_BATCH {
            return refuse(None, "A batch holds 1 to 20 messages.");
        }
        let mut requests = Vec::with_capacity(values.len());
        for value in values {
            match Message::parse(value) {
                Err(malformed) => return refused(&malformed),
                Ok(Message::Request { method, .. }) if Method::is_initialize(&method) => {
                    return refuse(None, "`initialize` must not be part of a batch.");
                }
                Ok(message @ Message::Request { .. }) => requests.push(message),
                Ok(_) => {}
            }
        }
        if requests.is_empty() {
            return Incoming::Nothing;
        }
        Incoming::Requests {
            version: self.version,
            requests,
            batch: true,
        }
    }
}

/// The id of the request that a notification cancels. "Invalid cancellation notifications SHOULD be ignored" (MCP
/// 2025-11-25 cancellation, Error Handling).
fn cancelled(method: &str, params: Option<&Map<String, Value>>) -> Option<Id> {
    if method != "notifications/cancelled" {
        return None;
    }
    read_id(params?.get("requestId")?.clone())
}

fn refused(Malformed { id, error }: &Malformed) -> Incoming {
    Incoming::Refused(error.to_json(id.as_ref()))
}

fn refuse(id: Option<&Id>, message: &'static str) -> Incoming {
    Incoming::Refused(RpcError::new(RpcError::INVALID_REQUEST, message).to_json(id))
}
