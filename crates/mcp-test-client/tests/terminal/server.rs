//! An MCP server with one tool that changes something, and a language model that calls it.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Uri};
use serde_json::{Value, json};

#[derive(Clone)]
pub struct Server {
    pub origin: String,
    /// The arguments of the calls that were made.
    calls: Arc<Mutex<Vec<Value>>>,
    /// The answers to the server's question.
    answers: Arc<Mutex<Vec<Value>>>,
    arguments: String,
    question: Value,
}

impl Server {
    /// Starts both. The model calls the tool with these arguments; the tool first asks this question, unless it is
    /// null.
    pub async fn start(arguments: &str, question: Value) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            origin: format!("http://{}", listener.local_addr().unwrap()),
            calls: Arc::default(),
            answers: Arc::default(),
            arguments: arguments.to_owned(),
            question,
        };
        let shared = server.clone();
        let handler = move |uri: Uri, body: Bytes| {
            let body: Value = serde_json::from_slice(&body).unwrap_or_default();
            let said = if uri.path() == "/mcp" {
                let result = shared.mcp(&body);
                json!({ "jsonrpc": "2.0", "id": body["id"], "result": result })
            } else {
                json!({ "choices": [{ "message": shared.model(&body) }] })
            };
            let headers = HeaderMap::from_iter([(
                axum::http::header::CONTENT_TYPE,
                "application/json".parse().unwrap(),
            )]);
            async move { (headers, said.to_string()) }
        };
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(handler)).await });
        server
    }

    /// Runs a blocking test beside the server.
    pub async fn with(&self, test: impl FnOnce(&Self) + Send + 'static) {
        let server = self.clone();
        tokio::task::spawn_blocking(move || test(&server))
            .await
            .unwrap();
    }

    pub fn calls(&self) -> Vec<Value> {
        self.calls.lock().unwrap().clone()
    }

    pub fn answers(&self) -> Vec<Value> {
        self.answers.lock().unwrap().clone()
    }

    fn mcp(&self, body: &Value) -> Value {
        let params = &body["params"];
        match body["method"].as_str() {
            Some("server/discover") => json!({ "capabilities": { "tools": {} } }),
            Some("tools/list") => {
                json!({ "tools": [{ "name": "change", "inputSchema": { "type": "object" } }] })
            }
            Some("tools/call")
                if self.question["message"].is_string()
                    && !params["inputResponses"].is_object() =>
            {
                json!({
                    "resultType": "input_required",
                    "inputRequests": { "q": { "method": "elicitation/create", "params": self.question } },
                })
            }
            Some("tools/call") => {
                if let Some(answer) = params["inputResponses"].get("q") {
                    self.answers.lock().unwrap().push(answer.clone());
                }
                self.calls.lock().unwrap().push(params["arguments"].clone());
                json!({ "resultType": "complete", "content": [{ "type": "text", "text": "It is changed." }] })
            }
            _ => json!({}),
        }
    }

    fn model(&self, body: &Value) -> Value {
        let messages = body["messages"].as_array().cloned().unwrap_or_default();
        if messages.iter().any(|message| message["role"] == "tool") {
            return json!({ "content": "That is all." });
        }
        let function = json!({ "name": "change", "arguments": self.arguments });
        json!({ "content": "", "tool_calls": [{ "id": "1", "type": "function", "function": function }] })
    }
}
