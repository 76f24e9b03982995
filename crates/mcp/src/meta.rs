//! What a request of a stateless version says about itself in `_meta` (MCP 2026-07-28 basic, `_meta`).

use serde_json::{Map, Value};

use crate::error::RpcError;
use crate::input::ClientCapabilities;

const PROTOCOL_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
const CLIENT_INFO: &str = "io.modelcontextprotocol/clientInfo";
const CLIENT_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";

type Params<'a> = Option<&'a Map<String, Value>>;

fn member<'a>(params: Params<'a>, name: &str) -> Option<&'a Value> {
    params?.get("_meta")?.get(name)
}

/// The version that the body names. Versions before 2026-07-28 have no such member.
pub(crate) fn version(params: Params<'_>) -> Option<&str> {
    member(params, PROTOCOL_VERSION)?.as_str()
}

/// What the client calls itself: in `clientInfo` of `initialize`, or in `_meta` since versions have no handshake.
pub(crate) fn client(params: Params<'_>, initializes: bool) -> Option<&str> {
    let info = if initializes {
        params?.get("clientInfo")
    } else {
        member(params, CLIENT_INFO)
    };
    info?.get("name")?.as_str()
}

/// Reads the client's capabilities. "A request missing any required field is malformed; the server MUST reject it with
/// JSON-RPC error code −32602" (MCP 2026-07-28 basic, Per-request protocol fields).
pub(crate) fn capabilities(params: Params<'_>) -> Result<ClientCapabilities, RpcError> {
    let missing = |what| Err(RpcError::invalid_params(what));
    if version(params).is_none() {
        return missing("`_meta` must have a string `io.modelcontextprotocol/protocolVersion`.");
    }
    match member(params, CLIENT_CAPABILITIES) {
        Some(Value::Object(declared)) => Ok(ClientCapabilities::read(declared)),
        _ => missing("`_meta` must have an object `io.modelcontextprotocol/clientCapabilities`."),
    }
}
