//! Streamable HTTP without sessions: one POST, one JSON answer.
//!
//! The adapter checks what comes before this (method, path, `Origin`, size, the bearer token) and adds what comes after
//! it (`no-store`, CORS). JSON in a body may nest 128 levels deep, which is serde_json's own limit; a lower one would
//! not be safer, since nothing here recurses deeper. Progress notifications need a stream, so none are sent; the
//! specification leaves that to the server (MCP 2026-07-28 progress). Cancellations are accepted but have no effect:
//! the request that they name is answered on another connection, and ends when that one is closed.

mod mirrored;
mod negotiation;

use serde_json::Value;

use crate::dispatch;
use crate::error::RpcError;
use crate::handler::Handler;
use crate::message::{Id, Malformed, Message};
use crate::meta;
use crate::method::Method;
use crate::told::{About, Ended};
use crate::version::Version;

/// The largest body, in bytes, that an adapter should read before it answers 413: 1 MiB.
pub const MAX_BODY: usize = 1 << 20;

/// The largest number of messages in one batch. Each of them may cause calls to another server.
pub const MAX_BATCH: usize = 20;

/// The parts of an authenticated `POST` that decide its answer. Header values are as received.
#[derive(Debug, Clone, Copy, Default)]
pub struct Request<'a> {
    /// `Content-Type`
    pub content_type: Option<&'a str>,
    /// `Accept`
    pub accept: Option<&'a str>,
    /// `MCP-Protocol-Version`
    pub protocol_version: Option<&'a str>,
    /// `Mcp-Method`
    pub method: Option<&'a str>,
    /// `Mcp-Name`
    pub name: Option<&'a str>,
    /// The whole body, at most [`MAX_BODY`] bytes.
    pub body: &'a [u8],
}

/// The HTTP response to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// 200, 202, 400, 404, 406 or 415.
    pub status: u16,
    /// JSON (`application/json`); `None` with 202, which has no body.
    pub body: Option<String>,
    /// How it ended, for a log: of a batch, what ended worst.
    pub ended: Ended,
}

/// Answers one request.
///
/// # Errors
/// The handler's refusal of a tool call. In a batch it is the first refusal; the messages after it have not run.
pub async fn respond<H: Handler>(
    handler: &H,
    request: Request<'_>,
) -> Result<Response, H::Refusal> {
    match read(&request) {
        Ok(messages) => messages.answer(handler).await,
        Err(refused) => Ok(refused),
    }
}

/// The messages of a request. All are read and checked, and none has run yet.
#[derive(Debug)]
pub struct Messages {
    version: Version,
    body: Body,
}

impl Messages {
    /// The number of messages: more than one only in a batch, and at most [`MAX_BATCH`].
    #[must_use]
    pub const fn count(&self) -> usize {
        match &self.body {
            Body::One(_) => 1,
            Body::Batch(messages) => messages.len(),
        }
    }

    /// What they are about, for a log.
    #[must_use]
    pub fn about(&self) -> About<'_> {
        match &self.body {
            Body::One(message) => About::one(self.version, message),
            Body::Batch(_) => About::batch(self.version),
        }
    }

    /// Answers the messages in order, one at a time.
    ///
    /// # Errors
    /// The same as [`respond`].
    pub async fn answer<H: Handler>(self, handler: &H) -> Result<Response, H::Refusal> {
        match self.body {
            Body::One(message) => {
                let answered = dispatch::answer(handler, self.version, message).await?;
                Ok(answered.map_or(ACCEPTED, |answered| Response {
                    status: answered.status,
                    body: Some(answered.body),
                    ended: answered.ended,
                }))
            }
            Body::Batch(messages) => batched(handler, self.version, messages).await,
        }
    }
}

async fn batched<H: Handler>(
    handler: &H,
    version: Version,
    messages: Vec<Message>,
) -> Result<Response, H::Refusal> {
    let mut all = String::from("[");
    let mut worst = Ended::Well;
    for message in messages {
        if let Some(answered) = dispatch::answer(handler, version, message).await? {
            if all.len() > 1 {
                all.push(',');
            }
            all.push_str(&answered.body);
            worst = worst.max(answered.ended);
        }
    }
    if all.len() == 1 {
        return Ok(ACCEPTED);
    }
    all.push(']');
    Ok(Response {
        status: 200,
        body: Some(all),
        ended: worst,
    })
}

/// "If the server accepts the input, the server MUST return HTTP status code 202 Accepted with no body"
/// (MCP 2025-11-25 transports), for notifications and responses.
const ACCEPTED: Response = Response {
    status: 202,
    body: None,
    ended: Ended::Well,
};

#[derive(Debug)]
enum Body {
    One(Message),
    Batch(Vec<Message>),
}

/// Reads a request without running it, for callers that need to know first how many messages it holds.
///
/// # Errors
/// The response to a malformed request: 400, 406 or 415.
pub fn read(request: &Request<'_>) -> Result<Messages, Response> {
    if !negotiation::is_json(request.content_type) {
        return Err(refuse(415, "The body must be `application/json`."));
    }
    if !negotiation::admits_json_or_events(request.accept) {
        return Err(refuse(
            406,
            "`Accept` must admit `application/json` or `text/event-stream`.",
        ));
    }
    let value: Value = serde_json::from_slice(request.body).map_err(|_| {
        let error = RpcError::new(RpcError::PARSE_ERROR, "The body is not JSON that we read.");
        bad_request(&error, None)
    })?;
    match value {
        Value::Array(values) => {
            let version = spoken(request.protocol_version, None, None)?;
            let body = Body::Batch(batch(version, values)?);
            Ok(Messages { version, body })
        }
        value => {
            let message = message(value)?;
            let version = admit(request, &message)?;
            let body = Body::One(message);
            Ok(Messages { version, body })
        }
    }
}

/// The protocol version of a message that is alone in its body, provided that the headers are right for it.
fn admit(request: &Request<'_>, message: &Message) -> Result<Version, Response> {
    let Message::Request { id, method, params } = message else {
        let version = spoken(request.protocol_version, None, None)?;
        if version.is_stateless() && *message == Message::Response {
            // "The client MUST NOT send JSON-RPC responses" (MCP 2026-07-28 streamable-http, Sending Messages).
            return Err(refuse(
                400,
                "This protocol version has no responses of clients.",
            ));
        }
        return Ok(version);
    };
    let params = params.as_ref();
    let version = spoken(request.protocol_version, meta::version(params), Some(id))?;
    if version.is_stateless() {
        mirrored::check(request.method, request.name, method, params)
            .map_err(|error| bad_request(&error, Some(id)))?;
    }
    Ok(version)
}

/// The version that header and body agree on. Only stateless versions name the version in the body, and then the header
/// "MUST match the `io.modelcontextprotocol/protocolVersion` field" (MCP 2026-07-28 streamable-http, Protocol Version
/// Header). "If the server receives a request with an invalid or unsupported `MCP-Protocol-Version`, it MUST respond
/// with 400 Bad Request" (MCP 2025-06-18 transports).
fn spoken(header: Option<&str>, body: Option<&str>, id: Option<&Id>) -> Result<Version, Response> {
    let header = header.map(str::trim);
    if body.is_some() && header != body {
        let message = "`MCP-Protocol-Version` does not name the version that the body names.";
        return Err(bad_request(
            &RpcError::new(RpcError::HEADER_MISMATCH, message),
            id,
        ));
    }
    let Some(asked) = header else {
        return Ok(Version::WITHOUT_HEADER);
    };
    Version::parse(asked).ok_or_else(|| bad_request(&dispatch::unsupported(asked), id))
}

/// Reads the whole batch before any of it runs. "The initialize request MUST NOT be part of a JSON-RPC batch" (MCP
/// 2025-03-26 lifecycle).
fn batch(version: Version, values: Vec<Value>) -> Result<Vec<Message>, Response> {
    if !version.has_batches() {
        return Err(refuse(
            400,
            "This protocol version has no batches: send one message.",
        ));
    }
    if values.is_empty() || values.len() > MAX_BATCH {
        return Err(refuse(400, "A batch holds 1 to 20 messages."));
    }
    let messages: Vec<_> = values.into_iter().map(message).collect::<Result<_, _>>()?;
    let initializes = |message: &Message| matches!(message, Message::Request { method, .. } if Method::is_initialize(method));
    if messages.iter().any(initializes) {
        return Err(refuse(400, "`initialize` must not be part of a batch."));
    }
    Ok(messages)
}

fn message(value: Value) -> Result<Message, Response> {
    Message::parse(value).map_err(|Malformed { id, error }| Response {
        status: 400,
        body: Some(error.to_json(id.as_ref())),
        ended: Ended::with(&error),
    })
}

fn bad_request(error: &RpcError, id: Option<&Id>) -> Response {
    Response {
        status: 400,
        body: Some(error.to_json(id)),
        ended: Ended::with(error),
    }
}

fn refuse(status: u16, message: &'static str) -> Response {
    Response {
        status,
        ..bad_request(&RpcError::new(RpcError::INVALID_REQUEST, message), None)
    }
}
