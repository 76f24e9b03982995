use serde_json::{Map, Number, Value};

use crate::error::RpcError;
use crate::json;

/// A request's id: "Requests MUST include a string or integer ID. […] the ID MUST NOT be `null`" (MCP basic).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Id {
    /// A string id, returned unchanged.
    Text(String),
    /// An integer id.
    Integer(Number),
}

impl Id {
    pub(crate) fn write(&self, out: &mut String) {
        match self {
            Self::Text(text) => json::text(out, text),
            Self::Integer(number) => out.push_str(&number.to_string()),
        }
    }
}

/// One JSON-RPC message from a client.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// A request, which gets exactly one response.
    Request {
        /// The id to repeat in the response.
        id: Id,
        /// The method's name, such as `tools/call`.
        method: String,
        /// The method's parameters.
        params: Option<Map<String, Value>>,
    },
    /// A notification, which gets no response.
    Notification {
        /// The method's name, such as `notifications/initialized`.
        method: String,
        /// The method's parameters.
        params: Option<Map<String, Value>>,
    },
    /// A response to a request of ours. We send none, so it is accepted and dropped.
    Response,
}

/// JSON that is not a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// The id, if it could be read.
    pub id: Option<Id>,
    /// The error to send back.
    pub error: RpcError,
}

impl Message {
    /// Reads one message.
    ///
    /// # Errors
    /// [`Malformed`] when the value is not a JSON-RPC 2.0 request, notification or response with MCP's narrower
    /// rules: ids are strings or integers, `params` is an object.
    pub fn parse(value: Value) -> Result<Self, Malformed> {
        let Value::Object(mut object) = value else {
            return Err(malformed(None, "A message must be a JSON object."));
        };
        let given_id = object.remove("id");
        let has_id = given_id.is_some();
        let id = given_id.and_then(read_id);
        if object.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
            return Err(malformed(id, "`jsonrpc` must be \"2.0\"."));
        }
        match object.remove("method") {
            Some(Value::String(method)) => {
                let params = match object.remove("params") {
                    None | Some(Value::Null) => None,
                    // Some clients write "nothing" as an empty list.
                    Some(Value::Array(none)) if none.is_empty() => None,
                    Some(Value::Object(params)) => Some(params),
                    Some(_) => return Err(malformed(id, "`params` must be an object.")),
                };
                match (id, has_id) {
                    (Some(id), _) => Ok(Self::Request { id, method, params }),
                    (None, true) => Err(malformed(None, "`id` must be a string or an integer.")),
                    (None, false) => Ok(Self::Notification { method, params }),
                }
            }
            Some(_) => Err(malformed(id, "`method` must be a string.")),
            None if has_id && (object.contains_key("result") || object.contains_key("error")) => {
                Ok(Self::Response)
            }
            None => Err(malformed(id, "`method` is missing.")),
        }
    }
}

/// Reads an id from its JSON value.
pub(crate) fn read_id(value: Value) -> Option<Id> {
    match value {
        Value::String(text) => Some(Id::Text(text)),
        Value::Number(number) if !number.is_f64() => Some(Id::Integer(number)),
        _ => None,
    }
}

fn malformed(id: Option<Id>, message: &'static str) -> Malformed {
    Malformed {
        id,
        error: RpcError::new(RpcError::INVALID_REQUEST, message),
    }
}
