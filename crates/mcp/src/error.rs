use serde::Serialize;
use serde_json::Value;

use crate::message::Id;

/// A JSON-RPC error object.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RpcError {
    /// One of the constants of this type.
    pub code: i32,
    /// One sentence for a developer.
    pub message: String,
    /// More about it, where the specification defines some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

impl RpcError {
    /// The body is not JSON.
    pub const PARSE_ERROR: i32 = -32700;
    /// The JSON is not a message of this protocol version.
    pub const INVALID_REQUEST: i32 = -32600;
    /// No such method.
    pub const METHOD_NOT_FOUND: i32 = -32601;
    /// The method's parameters are wrong; also an unknown tool (MCP 2025-11-25 tools, Error Handling).
    pub const INVALID_PARAMS: i32 = -32602;
    /// Our own fault.
    pub const INTERNAL_ERROR: i32 = -32603;

    /// An error without `data`.
    #[must_use]
    pub fn new(code: i32, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            data: None,
        }
    }

    /// Adds `data`.
    #[must_use]
    pub fn with_data(mut self, data: Value) -> Self {
        self.data = Some(data);
        self
    }

    /// The whole error response. Without a readable id the member is left out: "Error responses MUST include the
    /// same ID as the request […] (except in error cases where the ID could not be read)" (MCP 2025-11-25 basic).
    #[must_use]
    pub fn to_json(&self, id: Option<&Id>) -> String {
        #[derive(Serialize)]
        struct ErrorResponse<'a> {
            jsonrpc: &'static str,
            #[serde(skip_serializing_if = "Option::is_none")]
            id: Option<&'a Id>,
            error: &'a RpcError,
        }
        encode(&ErrorResponse {
            jsonrpc: "2.0",
            id,
            error: self,
        })
    }
}

/// A result response.
pub(crate) fn result_json(id: &Id, result: &impl Serialize) -> String {
    #[derive(Serialize)]
    struct ResultResponse<'a, T> {
        jsonrpc: &'static str,
        id: &'a Id,
        result: &'a T,
    }
    encode(&ResultResponse {
        jsonrpc: "2.0",
        id,
        result,
    })
}

/// Our message types have string keys and no fallible `Serialize`, so that the second arm is for the compiler.
fn encode(message: &impl Serialize) -> String {
    serde_json::to_string(message).unwrap_or_else(|_| {
        r#"{"jsonrpc":"2.0","error":{"code":-32603,"message":"The answer could not be encoded."}}"#
            .to_owned()
    })
}
