//! Takes one message and returns at most one message: the part of the protocol that all transports share.

use std::rc::Rc;

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::completion::CompletionCall;
use crate::error::RpcError;
use crate::handler::{CallError, Handler, List, Outcome, PromptCall, ResourceCall, ToolCall};
use crate::input::{ClientCapabilities, Input, InputRequired};
use crate::json::{self, Object};
use crate::message::{Id, Message};
use crate::meta;
use crate::method::Method;
use crate::resource::ResourceContents;
use crate::server_info;
use crate::told::Ended;
use crate::version::Version;

/// How long a client may cache a list, in milliseconds. Lists change with a deployment and with a grant's skills.
const LIST_TTL: &str = "300000";

/// How long a client may cache a resource, in milliseconds. Issues change at any moment, so they are not cached.
const RESOURCE_TTL: &str = "0";

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The complete response message, as JSON.
    pub body: String,
    /// The HTTP status that the specification prescribes for this answer. Other transports ignore it.
    pub status: u16,
    /// How it ended, for a log.
    pub ended: Ended,
}

/// Answers one message in the given protocol `version`; `None` for a notification or a response. `initialize`
/// negotiates a version of its own.
///
/// # Errors
/// The handler's refusal of a call; the transport has to answer it.
pub async fn answer<H: Handler>(
    handler: &H,
    version: Version,
    message: Message,
) -> Result<Option<Answered>, H::Refusal> {
    let Message::Request { id, method, params } = message else {
        return Ok(None);
    };
    let (status, body, ended) = match request(handler, version, &id, &method, params).await {
        Ok((body, ended)) => (200, body, ended),
        Err(Failure::Rpc(status, error)) => (status, error.to_json(Some(&id)), Ended::with(&error)),
        Err(Failure::Refused(refusal)) => return Err(refusal),
    };
    Ok(Some(Answered {
        body,
        status,
        ended,
    }))
}

enum Failure<R> {
    Rpc(u16, RpcError),
    Refused(R),
}

impl<R> From<RpcError> for Failure<R> {
    fn from(error: RpcError) -> Self {
        Self::Rpc(200, error)
    }
}

impl<R> From<CallError<R>> for Failure<R> {
    fn from(error: CallError<R>) -> Self {
        match error {
            CallError::Unknown => RpcError::invalid_params("There is nothing of that name.").into(),
            CallError::Invalid(message) => RpcError::invalid_params(message).into(),
            CallError::Failed(message) => RpcError::new(RpcError::INTERNAL_ERROR, message).into(),
            CallError::Refused(refusal) => Self::Refused(refusal),
        }
    }
}

async fn request<H: Handler>(
    handler: &H,
    version: Version,
    id: &Id,
    method: &str,
    params: Option<Map<String, Value>>,
) -> Result<(String, Ended), Failure<H::Refusal>> {
    let client = if version.is_stateless() {
        // "On HTTP, the response status MUST be 400" (MCP 2026-07-28 basic, Per-request protocol fields).
        meta::capabilities(params.as_ref()).map_err(|error| Failure::Rpc(400, error))?
    } else {
        ClientCapabilities::NONE
    };
    let Some(method) = Method::find(method, version, handler.capabilities()) else {
        // "it MUST respond with 404 Not Found" (MCP 2026-07-28 streamable-http, Protocol Version Header).
        let status = if version.is_stateless() { 404 } else { 200 };
        let message = "This server does not have that method.";
        let error = RpcError::new(RpcError::METHOD_NOT_FOUND, message);
        return Err(Failure::Rpc(status, error));
    };
    let mut params = params.unwrap_or_default();
    let mut body = String::with_capacity(512);
    body.push_str("{\"jsonrpc\":\"2.0\",\"id\":");
    id.write(&mut body);
    body.push_str(",\"result\":");
    let mut result = Object::begin(&mut body);
    let mut question = None;
    let mut meta = Vec::new();
    let mut ended = Ended::Well;
    match method {
        Method::Ping => {}
        Method::Initialize => server_info::initialized(handler, asked(&params)?, &mut result),
        Method::Discover => server_info::discovered(handler, &mut result),
        Method::List(list) => {
            let items = listed(handler, list, version, &params)?;
            let out = result.name(array_name(list));
            out.reserve(items.get().len() + 256);
            out.push_str(items.get());
        }
        Method::CallTool => {
            let (name, arguments, input) = named(client, &mut params)?;
            let call = ToolCall::new(name, arguments).with_input(input);
            match handler.call_tool(call).await? {
                Outcome::Complete(called) => {
                    called.write(version, &mut result);
                    ended = called.ended();
                    meta = called.meta;
                }
                Outcome::InputRequired(input) => question = Some(input),
            }
        }
        Method::GetPrompt => {
            let (name, arguments, input) = named(client, &mut params)?;
            let call = PromptCall {
                name,
                arguments,
                input,
            };
            match handler.prompt(call).await? {
                Outcome::Complete(prompt) => prompt.write(&mut result),
                Outcome::InputRequired(input) => question = Some(input),
            }
        }
        Method::ReadResource => {
            let uri = text(&mut params, "uri")?;
            let input = Input::read(client, &mut params)?;
            let call = ResourceCall {
                uri: uri.clone(),
                input,
            };
            match handler.read(call).await {
                Ok(Outcome::Complete(contents)) => {
                    json::array(result.name("contents"), &contents, ResourceContents::write);
                }
                Ok(Outcome::InputRequired(input)) => question = Some(input),
                Err(CallError::Unknown) => return Err(no_resource(version, &uri).into()),
                Err(error) => return Err(error.into()),
            }
        }
        Method::Complete => {
            let completion = handler.complete(CompletionCall::read(params)?).await?;
            completion.write(&mut result);
        }
    }
    if let Some(question) = &question {
        ask(question, client, version, &mut result)?;
        ended = Ended::Asked;
    }
    if version.is_stateless() {
        stateless(method, question.is_none(), &mut result);
    }
    if version.is_stateless() || !meta.is_empty() {
        let mut members = Object::begin(result.name("_meta"));
        for (name, value) in &meta {
            members.raw(name, value.get());
        }
        if version.is_stateless() {
            let whole = (method == Method::Discover).then_some(version);
            server_info::signature(handler.implementation(), whole, &mut members);
        }
        members.end();
    }
    result.end();
    body.push('}');
    Ok((body, ended))
}

/// The error for a version that this server does not speak. It lists the versions that it does (MCP 2026-07-28
/// versioning).
pub(crate) fn unsupported(asked: &str) -> RpcError {
    let mut data = String::new();
    let mut object = Object::begin(&mut data);
    server_info::supported(object.name("supported"));
    object.text("requested", asked).end();
    let message = "This server does not speak that protocol version.";
    RpcError::new(RpcError::UNSUPPORTED_VERSION, message).with_data(data)
}

/// Sends the server's questions. "On HTTP, the response status MUST be 400" if the client lacks a capability that they
/// need (MCP 2026-07-28 basic).
fn ask<R>(
    question: &InputRequired,
    client: ClientCapabilities,
    version: Version,
    result: &mut Object<'_>,
) -> Result<(), Failure<R>> {
    if !version.is_stateless() {
        let message = "This needs an answer for which this protocol version has no place here.";
        return Err(RpcError::new(RpcError::INTERNAL_ERROR, message).into());
    }
    question
        .check(client)
        .map_err(|error| Failure::Rpc(400, error))?;
    question.write(result);
    Ok(())
}

/// Adds what every result of a stateless version has beside its `_meta`: its type, and cache hints if it is a list or a
/// resource (MCP 2026-07-28 caching). Caches are always private, because lists depend on a grant's skills.
fn stateless(method: Method, complete: bool, result: &mut Object<'_>) {
    let kind = if complete {
        "\"complete\""
    } else {
        "\"input_required\""
    };
    result.raw("resultType", kind);
    let ttl = match method {
        Method::Discover | Method::List(_) => Some(LIST_TTL),
        Method::ReadResource if complete => Some(RESOURCE_TTL),
        _ => None,
    };
    if let Some(ttl) = ttl {
        result.raw("ttlMs", ttl).raw("cacheScope", "\"private\"");
    }
}

/// The version that `initialize` asks for (MCP 2025-11-25 lifecycle, Initialization). The other parameters decide
/// nothing here, so a client that leaves out `clientInfo` is served too.
fn asked(params: &Map<String, Value>) -> Result<Version, RpcError> {
    match params.get("protocolVersion") {
        Some(Value::String(asked)) => Ok(Version::negotiate(asked)),
        _ => Err(RpcError::invalid_params(
            "`protocolVersion` must be a string.",
        )),
    }
}

/// Answers a list. Every list fits on one page, so no cursor can be one that we issued: "Invalid cursors SHOULD result
/// in an error with code -32602" (MCP 2025-11-25 pagination).
fn listed<H: Handler>(
    handler: &H,
    list: List,
    version: Version,
    params: &Map<String, Value>,
) -> Result<Rc<RawValue>, RpcError> {
    match params.get("cursor") {
        None | Some(Value::Null) => Ok(handler.list(list, version)),
        Some(Value::String(none)) if none.is_empty() => Ok(handler.list(list, version)),
        Some(_) => Err(RpcError::invalid_params("The list has no such `cursor`.")),
    }
}

const fn array_name(list: List) -> &'static str {
    match list {
        List::Tools => "tools",
        List::Prompts => "prompts",
        List::Resources => "resources",
        List::ResourceTemplates => "resourceTemplates",
    }
}

fn named(
    client: ClientCapabilities,
    params: &mut Map<String, Value>,
) -> Result<(String, Map<String, Value>, Input), RpcError> {
    let name = text(params, "name")?;
    let sent = params.remove("arguments").unwrap_or_default();
    let arguments = arguments(sent).ok_or_else(|| {
        RpcError::invalid_params("`arguments` must be an object, or the text of a JSON object.")
    })?;
    Ok((name, arguments, Input::read(client, params)?))
}

/// Arguments as clients write them: an object, its text, or one of the ways to write that there are none.
#[must_use]
pub fn arguments(sent: Value) -> Option<Map<String, Value>> {
    match sent {
        Value::Null => Some(Map::new()),
        Value::Object(arguments) => Some(arguments),
        Value::Array(none) => none.is_empty().then(Map::new),
        Value::String(text) if text.trim().is_empty() => Some(Map::new()),
        Value::String(text) => match serde_json::from_slice(text.as_bytes()) {
            Ok(Value::String(_)) | Err(_) => None,
            Ok(value) => arguments(value),
        },
        _ => None,
    }
}

fn text(params: &mut Map<String, Value>, name: &'static str) -> Result<String, RpcError> {
    match params.remove(name) {
        Some(Value::String(text)) => Ok(text),
        _ => Err(RpcError::invalid_params(format!(
            "`{name}` must be a string."
        ))),
    }
}

/// The error for a resource that does not exist: −32002 up to 2025-11-25; since then "servers MUST return a JSON-RPC
/// error with code `-32602`" (MCP 2026-07-28 resources). Both name the resource in `data`.
fn no_resource(version: Version, uri: &str) -> RpcError {
    let code = if version.is_stateless() {
        RpcError::INVALID_PARAMS
    } else {
        RpcError::RESOURCE_NOT_FOUND
    };
    let mut data = String::new();
    Object::begin(&mut data).text("uri", uri).end();
    RpcError::new(code, "There is no such resource.").with_data(data)
}
