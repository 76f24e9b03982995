use std::borrow::Cow;

use crate::json::Object;
use crate::message::Id;

/// A JSON-RPC error object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RpcError {
    /// The error code, one of this type's constants.
    pub code: i32,
    /// A one-sentence explanation for a developer.
    pub message: Cow<'static, str>,
    /// Details as JSON, for errors whose `data` the specification defines.
    pub data: Option<String>,
}

impl RpcError {
    /// The body is not JSON.
    pub const PARSE_ERROR: i32 = -32700;
    /// The JSON is not a message of this protocol version.
    pub const INVALID_REQUEST: i32 = -32600;
    /// The server has no method of this name.
    pub const METHOD_NOT_FOUND: i32 = -32601;
    /// The method's parameters are wrong, or the tool is unknown (MCP 2025-11-25 tools, Error Handling).
    pub const INVALID_PARAMS: i32 = -32602;
    /// The server failed, through no fault of the client.
    pub const INTERNAL_ERROR: i32 = -32603;
    /// The resource does not exist. Used up to 2025-11-25; later versions use [`Self::INVALID_PARAMS`].
    pub const RESOURCE_NOT_FOUND: i32 = -32002;
    /// The headers contradict the body (MCP 2026-07-28 streamable-http, Server Validation).
    pub const HEADER_MISMATCH: i32 = -32020;
    /// The request needs a client capability that the client did not declare (MCP 2026-07-28 basic).
    pub const MISSING_CLIENT_CAPABILITY: i32 = -32021;
    /// The server does not speak the requested version (MCP 2026-07-28 versioning).
    pub const UNSUPPORTED_VERSION: i32 = -32022;

    /// An error without `data`.
    #[must_use]
    pub fn new(code: i32, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            message: message.into(),
            data: None,
        }
    }

    /// An [`Self::INVALID_PARAMS`] error without `data`.
    #[must_use]
    pub fn invalid_params(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Self::INVALID_PARAMS, message)
    }

    /// Sets `data`, which must be valid JSON.
    #[must_use]
    pub fn with_data(mut self, json: String) -> Self {
        self.data = Some(json);
        self
    }

    /// The complete error response. If the id could not be read, the member is left out: "Error responses MUST include
    /// the same ID as the request […] (except in error cases where the ID could not be read)" (MCP 2025-11-25 basic).
    #[must_use]
    pub fn to_json(&self, id: Option<&Id>) -> String {
        let mut out = String::new();
        let mut response = Object::begin(&mut out);
        response.raw("jsonrpc", "\"2.0\"");
        if let Some(id) = id {
            id.write(response.name("id"));
        }
        let mut error = Object::begin(response.name("error"));
        error
            .raw("code", &self.code.to_string())
            .text("message", &self.message);
        if let Some(data) = &self.data {
            error.raw("data", data);
        }
        error.end();
        response.end();
        out
    }
}
