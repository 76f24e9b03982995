//! Streamable HTTP without sessions: one POST, one JSON answer.
//!
//! What stands before this (method, path, `Origin`, size, the bearer token) is the adapter's; what comes after it
//! (`no-store`, CORS) too. A body's JSON may nest 128 deep, which is serde_json's own limit: less would not be safer,
//! since nothing here recurses deeper than it. Progress is not sent, which is the server's choice (MCP 2026-07-28
//! progress): it needs a stream. A cancellation is accepted; what it wants to stop answers to another connection, and
//! ends with that.

mod mirrored;
mod negotiation;

use serde_json::Value;

use crate::dispatch::{self, Answered};
use crate::error::RpcError;
use crate::handler::Handler;
use crate::message::{Id, Malformed, Message};
use crate::meta;
use crate::method::Method;
use crate::version::Version;

/// The most bytes of body that an adapter should read before it answers 413: 1 MiB.
pub const MAX_BODY: usize = 1 << 20;

/// The most messages in one batch: each may cost calls to another server.
pub const MAX_BATCH: usize = 20;

/// The parts of an authenticated `POST` that decide its answer. Header values are as they came.
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

/// What to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// 200, 202, 400, 404, 406 or 415.
    pub status: u16,
    /// JSON (`application/json`), or nothing at all with 202.
    pub body: Option<String>,
}

/// Answers one request.
///
/// # Errors
/// The handler's refusal, when it refused a tool call: in a batch, the first one, and nothing after it ran.
pub async fn respond<H: Handler>(
    handler: &H,
    request: Request<'_>,
) -> Result<Response, H::Refusal> {
    match read(&request) {
        Ok(messages) => messages.answer(handler).await,
        Err(refused) => Ok(refused),
    }
}

/// What a request asks: all of it is read and checked, and nothing of it has run.
#[derive(Debug)]
pub struct Messages {
    version: Version,
    body: Body,
}

impl Messages {
    /// How many they are: more than one in a batch only, and at most [`MAX_BATCH`].
    #[must_use]
    pub const fn count(&self) -> usize {
        match &self.body {
            Body::One(_) => 1,
            Body::Batch(messages) => messages.len(),
        }
    }

    /// Answers them, one after the other.
    ///
    /// # Errors
    /// As [`respond`].
    pub async fn answer<H: Handler>(self, handler: &H) -> Result<Response, H::Refusal> {
        match self.body {
            Body::One(message) => {
                let answered = dispatch::answer(handler, self.version, message).await?;
                Ok(
                    answered.map_or(ACCEPTED, |Answered { body, status }| Response {
                        status,
                        body: Some(body),
                    }),
                )
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
    for message in messages {
        if let Some(answered) = dispatch::answer(handler, version, message).await? {
            if all.len() > 1 {
                all.push(',');
            }
            all.push_str(&answered.body);
        }
    }
    if all.len() == 1 {
        return Ok(ACCEPTED);
    }
    all.push(']');
    Ok(Response {
        status: 200,
        body: Some(all),
    })
}

/// "If the server accepts the input, the server MUST return HTTP status code 202 Accepted with no body"
/// (MCP 2025-11-25 transports), for notifications and responses.
const ACCEPTED: Response = Response {
    status: 202,
    body: None,
};

#[derive(Debug)]
enum Body {
    One(Message),
    Batch(Vec<Message>),
}

/// Reads a request, for whoever must know how much it asks before any of it is done.
///
/// # Errors
/// The answer to a request that is not one: 400, 406 or 415.
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

/// The version of a message alone in its body, when its headers are right for it.
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

/// The version that header and body agree on. A body that names one is of a stateless version, whose header "MUST
/// match the `io.modelcontextprotocol/protocolVersion` field" (MCP 2026-07-28 streamable-http, Protocol Version
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

/// The whole batch is read before any of it runs. "The initialize request MUST NOT be part of a JSON-RPC batch"
/// (MCP 2025-03-26 lifecycle).
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
    })
}

fn bad_request(error: &RpcError, id: Option<&Id>) -> Response {
    Response {
        status: 400,
        body: Some(error.to_json(id)),
    }
}

fn refuse(status: u16, message: &'static str) -> Response {
    Response {
        status,
        ..bad_request(&RpcError::new(RpcError::INVALID_REQUEST, message), None)
    }
}
