//! Streamable HTTP without sessions: one POST, one JSON answer.
//!
//! What stands before this (method, path, `Origin`, size, the bearer token) is the adapter's; what comes after it
//! (`no-store`, CORS) too. A body's JSON may nest 128 deep, which is serde_json's own limit.

mod negotiation;

use serde_json::{Value, json};

use crate::dispatch::{self, INITIALIZE};
use crate::error::RpcError;
use crate::handler::Handler;
use crate::message::{Malformed, Message};
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
    /// The whole body, at most [`MAX_BODY`] bytes.
    pub body: &'a [u8],
}

/// What to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// 200, 202, 400, 406 or 415.
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
    let (version, body) = match read(&request) {
        Ok(read) => read,
        Err(refused) => return Ok(refused),
    };
    match body {
        Body::One(message) => {
            let answer = dispatch::answer(handler, version, message).await?;
            Ok(answer.map_or(ACCEPTED, ok))
        }
        Body::Batch(messages) => {
            let mut answers = Vec::new();
            for message in messages {
                answers.extend(dispatch::answer(handler, version, message).await?);
            }
            Ok(if answers.is_empty() {
                ACCEPTED
            } else {
                ok(format!("[{}]", answers.join(",")))
            })
        }
    }
}

/// "If the server accepts the input, the server MUST return HTTP status code 202 Accepted with no body"
/// (MCP 2025-11-25 transports), for notifications and responses.
const ACCEPTED: Response = Response {
    status: 202,
    body: None,
};

enum Body {
    One(Message),
    Batch(Vec<Message>),
}

fn read(request: &Request<'_>) -> Result<(Version, Body), Response> {
    if !negotiation::is_json(request.content_type) {
        return Err(refuse(415, "The body must be `application/json`."));
    }
    if !negotiation::admits_json_or_events(request.accept) {
        return Err(refuse(
            406,
            "`Accept` must admit `application/json` or `text/event-stream`.",
        ));
    }
    let version = version_of(request.protocol_version)?;
    let value: Value = serde_json::from_slice(request.body).map_err(|_| {
        let error = RpcError::new(RpcError::PARSE_ERROR, "The body is not JSON that we read.");
        bad_request(&error)
    })?;
    let body = match value {
        Value::Array(values) => Body::Batch(batch(version, values)?),
        value => Body::One(message(value)?),
    };
    Ok((version, body))
}

/// "If the server receives a request with an invalid or unsupported `MCP-Protocol-Version`, it MUST respond with
/// 400 Bad Request" (MCP 2025-06-18 transports).
fn version_of(header: Option<&str>) -> Result<Version, Response> {
    let Some(asked) = header else {
        return Ok(Version::WITHOUT_HEADER);
    };
    Version::parse(asked).ok_or_else(|| {
        let supported = Version::ALL.map(Version::as_str);
        let error = RpcError::new(
            RpcError::INVALID_REQUEST,
            "`MCP-Protocol-Version` names a version that this server does not speak.",
        );
        bad_request(&error.with_data(json!({ "supported": supported, "requested": asked })))
    })
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
    let initializes = |message: &Message| matches!(message, Message::Request { method, .. } if method == INITIALIZE);
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

const fn ok(body: String) -> Response {
    Response {
        status: 200,
        body: Some(body),
    }
}

fn bad_request(error: &RpcError) -> Response {
    Response {
        status: 400,
        body: Some(error.to_json(None)),
    }
}

fn refuse(status: u16, message: &str) -> Response {
    Response {
        status,
        ..bad_request(&RpcError::new(RpcError::INVALID_REQUEST, message))
    }
}
