//! One message in, at most one message out: the part of the protocol that every transport shares.

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::error::{RpcError, result_json};
use crate::handler::{CallError, Handler, Implementation, ToolCall};
use crate::message::{Id, Message};
use crate::version::Version;

/// The method that negotiates a version.
pub(crate) const INITIALIZE: &str = "initialize";

type Params = Option<Map<String, Value>>;

/// Answers one message spoken in `version`: the response's JSON for a request, `None` for a notification or a
/// response. `initialize` negotiates a version of its own.
///
/// # Errors
/// The handler's refusal of a tool call, for the transport to answer.
pub async fn answer<H: Handler>(
    handler: &H,
    version: Version,
    message: Message,
) -> Result<Option<String>, H::Refusal> {
    let Message::Request { id, method, params } = message else {
        return Ok(None);
    };
    let json = match request(handler, version, &id, &method, params).await {
        Ok(json) => json,
        Err(Failure::Rpc(error)) => error.to_json(Some(&id)),
        Err(Failure::Refused(refusal)) => return Err(refusal),
    };
    Ok(Some(json))
}

enum Failure<R> {
    Rpc(RpcError),
    Refused(R),
}

impl<R> From<RpcError> for Failure<R> {
    fn from(error: RpcError) -> Self {
        Self::Rpc(error)
    }
}

async fn request<H: Handler>(
    handler: &H,
    version: Version,
    id: &Id,
    method: &str,
    params: Params,
) -> Result<String, Failure<H::Refusal>> {
    match method {
        INITIALIZE => Ok(initialize(handler, id, params.as_ref())?),
        "ping" => Ok(result_json(id, &json!({}))),
        "tools/list" => Ok(list_tools(handler, version, id, params.as_ref())?),
        "tools/call" => call_tool(handler, version, id, params).await,
        _ => Err(RpcError::new(
            RpcError::METHOD_NOT_FOUND,
            "This server does not have that method.",
        )
        .into()),
    }
}

/// MCP 2025-11-25 lifecycle, Initialization. Of the parameters only the version decides anything here, so that a
/// client which leaves out its own name card is served.
fn initialize<H: Handler>(
    handler: &H,
    id: &Id,
    params: Option<&Map<String, Value>>,
) -> Result<String, RpcError> {
    let asked = params
        .and_then(|params| params.get("protocolVersion"))
        .and_then(Value::as_str)
        .ok_or_else(|| invalid_params("`protocolVersion` must be a string."))?;
    let version = Version::negotiate(asked);
    Ok(result_json(
        id,
        &InitializeResult {
            protocol_version: version.as_str(),
            capabilities: json!({ "tools": {} }),
            server_info: ServerInfo::new(handler.implementation(), version),
            instructions: handler.instructions(),
        },
    ))
}

/// The list is one page, so that every cursor is one that we never gave: "Invalid cursors SHOULD result in an error
/// with code -32602" (MCP 2025-11-25 pagination).
fn list_tools<H: Handler>(
    handler: &H,
    version: Version,
    id: &Id,
    params: Option<&Map<String, Value>>,
) -> Result<String, RpcError> {
    #[derive(Serialize)]
    struct ListToolsResult<'a> {
        tools: &'a RawValue,
    }
    match params.and_then(|params| params.get("cursor")) {
        None | Some(Value::Null) => {}
        Some(_) => return Err(invalid_params("The list has no such `cursor`.")),
    }
    let tools = handler.tools(version);
    Ok(result_json(id, &ListToolsResult { tools: &tools }))
}

async fn call_tool<H: Handler>(
    handler: &H,
    version: Version,
    id: &Id,
    params: Params,
) -> Result<String, Failure<H::Refusal>> {
    let mut params = params.unwrap_or_default();
    let Some(Value::String(name)) = params.remove("name") else {
        return Err(invalid_params("`name` must be a string.").into());
    };
    let arguments = match params.remove("arguments") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(arguments)) => arguments,
        Some(_) => return Err(invalid_params("`arguments` must be an object.").into()),
    };
    match handler.call_tool(ToolCall::new(name, arguments)).await {
        Ok(result) => Ok(result_json(id, &result.for_version(version))),
        Err(CallError::UnknownTool) => Err(invalid_params("There is no tool of that name.").into()),
        Err(CallError::Refused(refusal)) => Err(Failure::Refused(refusal)),
    }
}

fn invalid_params(message: &str) -> RpcError {
    RpcError::new(RpcError::INVALID_PARAMS, message)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InitializeResult<'a> {
    protocol_version: &'static str,
    /// Only what works is declared (MCP 2025-11-25 lifecycle, Capability Negotiation).
    capabilities: Value,
    server_info: ServerInfo<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instructions: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ServerInfo<'a> {
    name: &'a str,
    version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    website_url: Option<&'a str>,
}

impl<'a> ServerInfo<'a> {
    fn new(implementation: Implementation<'a>, version: Version) -> Self {
        let described = version.has_descriptions();
        Self {
            name: implementation.name,
            version: implementation.version,
            title: version.has_titles().then_some(implementation.title),
            description: described.then_some(implementation.description),
            website_url: implementation.website_url.filter(|_| described),
        }
    }
}
