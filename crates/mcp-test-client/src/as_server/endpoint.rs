//! The MCP endpoint: one tool, and the rules for messages.

use serde_json::{Value, json};

use super::desk::{Asked, Desk, Reply, SCOPE};

const REVISIONS: [&str; 3] = ["2025-11-25", "2025-06-18", "2025-03-26"];

impl Desk {
    pub fn message(&mut self, asked: &Asked) -> Reply {
        if asked.query_pairs().contains_key("access_token") {
            self.notes
                .note("token-in-header", false, "a token in the URL");
            return self.challenge(Some("invalid_request"));
        }
        let token = asked.bearer().map(str::to_owned);
        let Some(token) = token else {
            return self.challenge(None);
        };
        match self.access.get(&token) {
            Some(end) if *end > self.now => {}
            Some(_) => {
                self.has_ended = true;
                return self.challenge(Some("invalid_token"));
            }
            None => return self.challenge(Some("invalid_token")),
        }
        self.notes
            .note("token-in-header", true, "Authorization: Bearer");
        self.notes.note("token-stays", true, "at the MCP endpoint");
        if asked.method != "POST" {
            return Reply::empty(405).header("allow", "POST");
        }
        let accept = asked.header("accept");
        let both = ["application/json", "text/event-stream"]
            .iter()
            .all(|kind| accept.contains(kind));
        if !self
            .notes
            .note("accept", both || accept.contains("*/*"), accept)
        {
            return Reply::empty(406);
        }
        let Ok(Value::Object(message)) = serde_json::from_slice(&asked.body) else {
            return rpc(
                &Value::Null,
                "error",
                &json!({ "code": -32700, "message": "no JSON object" }),
            );
        };
        let method = message
            .get("method")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if self.is_initialized && method != "initialize" {
            let version = asked.header("mcp-protocol-version");
            let found = if version.is_empty() {
                "no MCP-Protocol-Version"
            } else {
                version
            };
            self.notes
                .note("version-header", !version.is_empty(), found);
        }
        let Some(id) = message.get("id") else {
            return Reply::empty(202);
        };
        let params = message.get("params").unwrap_or(&Value::Null);
        match self.result(method, params) {
            Some(result) => rpc(id, "result", &result),
            None => rpc(
                id,
                "error",
                &json!({ "code": -32601, "message": "no such method" }),
            ),
        }
    }

    fn result(&mut self, method: &str, params: &Value) -> Option<Value> {
        let text = |at: &str| params.pointer(at).and_then(Value::as_str);
        match method {
            "initialize" => {
                self.is_initialized = true;
                if let Some(name) = text("/clientInfo/name") {
                    self.client =
                        format!("{name} {}", text("/clientInfo/version").unwrap_or_default());
                }
                let wanted = text("/protocolVersion").unwrap_or_default();
                let revision = REVISIONS.into_iter().find(|one| *one == wanted);
                Some(json!({
                    "protocolVersion": revision.unwrap_or(REVISIONS[0]),
                    "capabilities": { "tools": {} },
                    "serverInfo": { "name": "doctor", "version": env!("CARGO_PKG_VERSION") },
                }))
            }
            "ping" => Some(json!({})),
            "tools/list" => Some(json!({
                "tools": [{ "name": "greet", "description": "Greets.", "inputSchema": { "type": "object" } }],
            })),
            "tools/call" => Some(json!({ "content": [{ "type": "text", "text": "Hello." }] })),
            _ => None,
        }
    }

    fn challenge(&self, error: Option<&str>) -> Reply {
        let error = error
            .map(|code| format!(", error=\"{code}\""))
            .unwrap_or_default();
        let origin = &self.origin;
        let value = format!(
            "Bearer resource_metadata=\"{origin}/.well-known/oauth-protected-resource/mcp\", scope=\"{SCOPE}\"{error}"
        );
        Reply::empty(401).header("www-authenticate", value)
    }
}

fn rpc(id: &Value, member: &str, what: &Value) -> Reply {
    Reply::json(200, &json!({ "jsonrpc": "2.0", "id": id, member: what }))
}
