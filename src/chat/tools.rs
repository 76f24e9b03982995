//! The chat as an MCP client: each message is a request of its own, under the chat's token.

use agent::ToolAnswer;
use mcp::json::Object;
use oauth_provider::http::Response;
use oauth_provider::{Origin, Resource};
use serde_json::{Map, Value};

use super::client::{Behalf, read, send};
use crate::app::App;

const VERSION: &str = "2025-11-25";

/// One endpoint of this server, for one person.
pub struct Endpoint {
    pub resource: Resource,
    pub access: String,
    pub behalf: Behalf,
}

/// What became of a call.
pub enum Called {
    Answered {
        answer: ToolAnswer,
        structured: Option<Value>,
    },
    /// The token is good no more.
    Ended,
    /// Not at the moment: in words.
    Unavailable(String),
}

impl Endpoint {
    /// Sends one message.
    pub async fn ask(&self, method: &str, params: Option<&str>, app: &App) -> Response {
        let mut body = String::from("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":");
        mcp::json::text(&mut body, method);
        if let Some(params) = params {
            for part in [",\"params\":", params] {
                body.push_str(part);
            }
        }
        body.push('}');
        let authorization = ["Bearer ", &self.access].concat();
        let headers = [
            ("authorization", authorization.as_str()),
            ("content-type", "application/json"),
            ("accept", "application/json, text/event-stream"),
            ("mcp-protocol-version", VERSION),
        ];
        let path = self.resource.path();
        send("POST", path, &headers, Some(&body), &self.behalf, app).await
    }

    /// Calls a tool.
    pub async fn call(&self, name: &str, arguments: &Map<String, Value>, app: &App) -> Called {
        let mut params = String::new();
        let mut object = Object::begin(&mut params);
        object.text("name", name);
        let arguments = serde_json::to_string(arguments).unwrap_or_default();
        object.raw("arguments", &arguments).end();
        let answer = self.ask("tools/call", Some(&params), app).await;
        let mut said = read(&answer);
        let words = |said: &Value, name| said.get(name).and_then(Value::as_str).map(str::to_owned);
        let failed = |text: String| Called::Answered {
            answer: ToolAnswer {
                text,
                is_error: true,
            },
            structured: None,
        };
        match answer.status {
            200 => {}
            401 => return Called::Ended,
            // The words name the skill that is lacking.
            403 => return failed(words(&said, "error_description").unwrap_or_default()),
            429 => return Called::Unavailable("Too many calls at once; wait a minute.".to_owned()),
            _ => return Called::Unavailable("The tools do not answer at the moment.".to_owned()),
        }
        let Some(result) = said.get_mut("result") else {
            let error = said.get("error").unwrap_or(&Value::Null);
            return failed(words(error, "message").unwrap_or_default());
        };
        Called::Answered {
            answer: ToolAnswer::from_mcp(result),
            structured: result.get_mut("structuredContent").map(Value::take),
        }
    }
}

/// The elements of an answer to `tools/list`.
pub fn listed(answer: &Response) -> Vec<Value> {
    match read(answer).pointer_mut("/result/tools").map(Value::take) {
        Some(Value::Array(tools)) => tools,
        _ => Vec::new(),
    }
}

/// The endpoint that a page names by its path.
pub fn resource(path: &str) -> Option<Resource> {
    Resource::from_path(path, "/mcp")
}

/// Where links of Sentry lead.
pub fn sentry_origin(app: &App) -> Option<Origin> {
    Origin::of(&url::Url::parse(app.config.sentry.base.as_str()).ok()?)
}
