//! The chat as an MCP client: each message is a request of its own, under the chat's token.

use agent::ToolAnswer;
use mcp::json::Object;
use oauth_provider::http::Response;
use oauth_provider::{Origin, Resource};
use serde_json::Value;

use super::client::{Client, read, text};
use crate::config::Sentry;

const VERSION: &str = "2025-11-25";

/// One endpoint of this server, for one person.
pub struct Endpoint {
    /// Which endpoint.
    pub resource: Resource,
    /// The access token.
    pub access: String,
    /// Sends the messages.
    pub client: Client,
}

/// The outcome of a tool call.
pub enum Called {
    /// The tool answered, or the endpoint said why it did not run.
    Answered(ToolAnswer),
    /// The token is no longer good.
    Ended,
    /// The endpoint does not answer at the moment. Holds words for the person.
    Unavailable(&'static str),
}

impl Endpoint {
    /// Sends one JSON-RPC message to the endpoint.
    pub async fn ask(&self, method: &str, params: Option<&str>) -> Response {
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
        self.client.send("POST", path, &headers, Some(&body)).await
    }

    /// Calls a tool; `arguments` are JSON.
    pub async fn call(&self, name: &str, arguments: &str) -> Called {
        let mut params = String::new();
        let mut object = Object::begin(&mut params);
        object.text("name", name).raw("arguments", arguments).end();
        called(&self.ask("tools/call", Some(&params)).await)
    }
}

fn called(answer: &Response) -> Called {
    let said = read(answer);
    let failed = |of: &Value, name| {
        Called::Answered(ToolAnswer {
            text: text(of, name).unwrap_or_default(),
            is_error: true,
        })
    };
    match (answer.status, said.get("result"), said.get("error")) {
        (200, Some(result), _) => Called::Answered(ToolAnswer::from_mcp(result)),
        (200, _, Some(error)) => failed(error, "message"),
        (401, ..) => Called::Ended,
        // The words name the skill that is lacking.
        (403, ..) => failed(&said, "error_description"),
        (429, ..) => Called::Unavailable("Too many calls at once; wait a minute."),
        _ => Called::Unavailable("The tools do not answer at the moment."),
    }
}

/// The elements of an answer to `tools/list`.
pub fn listed(answer: &Response) -> Vec<Value> {
    let mut said = read(answer);
    let result = said.get_mut("result");
    match result.and_then(|result| result.get_mut("tools")) {
        Some(Value::Array(tools)) => std::mem::take(tools),
        _ => Vec::new(),
    }
}

/// The endpoint that a page names by its path.
pub fn resource(path: &str) -> Option<Resource> {
    Resource::from_path(path, "/mcp")
}

/// The origin that links to Sentry have.
pub fn origin_of(sentry: &Sentry) -> Option<Origin> {
    Origin::of(&url::Url::parse(sentry.base.as_str()).ok()?)
}
