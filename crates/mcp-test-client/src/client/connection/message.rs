//! One request and its response, as JSON.

use serde_json::{Map, Value, json};

use super::Connection;
use super::revision::MODERN;
use crate::client::Error;
use crate::client::header;
use crate::client::transport::Listener;

impl Connection {
    pub(super) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    pub(super) fn message(
        &mut self,
        method: &str,
        mut params: Map<String, Value>,
        listener: &dyn Listener,
    ) -> Value {
        let id = self.next_id();
        let mut meta = Map::new();
        if self.revision.is_modern() {
            for (name, value) in [
                ("protocolVersion", Value::from(MODERN)),
                ("clientInfo", client_info()),
                ("clientCapabilities", capabilities(listener)),
            ] {
                meta.insert(format!("io.modelcontextprotocol/{name}"), value);
            }
        }
        if method == "tools/call" {
            meta.insert("progressToken".to_owned(), id.into());
        }
        if !meta.is_empty() {
            params.insert("_meta".to_owned(), Value::Object(meta));
        }
        let mut message = json!({ "jsonrpc": "2.0", "id": id, "method": method });
        if let Value::Object(members) = &mut message
            && !params.is_empty()
        {
            members.insert("params".to_owned(), Value::Object(params));
        }
        message
    }

    pub(super) fn headers(
        &self,
        method: &str,
        params: &Map<String, Value>,
    ) -> Vec<(String, String)> {
        if !self.revision.is_modern() {
            return Vec::new();
        }
        let mut headers = header::standard(method, params);
        let name = params.get("name").and_then(Value::as_str);
        if method == "tools/call"
            && let Some(mirrored) = name.and_then(|name| self.mirrored.get(name))
        {
            let arguments = params.get("arguments").unwrap_or(&Value::Null);
            headers.extend(header::custom(mirrored, arguments));
        }
        headers
    }
}

pub(super) fn client_info() -> Value {
    json!({ "name": "mcp-test-client", "version": env!("CARGO_PKG_VERSION") })
}

/// The client's capabilities: form elicitation, if the listener can ask somebody.
pub(super) fn capabilities(listener: &dyn Listener) -> Value {
    if listener.can_ask() {
        json!({ "elicitation": {} })
    } else {
        json!({})
    }
}

/// Takes the `result` out of a response.
pub(super) fn result(answer: &Value, method: &str) -> Result<Value, Error> {
    if let Some(error) = answer.get("error") {
        let text = |member: &str| {
            error
                .get(member)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        return Err(Error::Rpc {
            method: method.to_owned(),
            code: error
                .get("code")
                .and_then(Value::as_i64)
                .unwrap_or_default(),
            message: text("message").to_owned(),
            data: error.get("data").cloned(),
        });
    }
    answer
        .get("result")
        .filter(|result| result.is_object())
        .cloned()
        .ok_or_else(|| {
            Error::Protocol(format!(
                "the server's answer to {method} has neither a result nor an error"
            ))
        })
}
