//! A server whose responses the test decides.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Response, Uri};
use fetch::native::Native;
use mcp_test_client::client::oauth::Authorizer;
use mcp_test_client::client::{Http, Listener};
use serde_json::{Value, json};
use url::Url;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: Method,
    pub path: String,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Asked {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub fn rpc(&self) -> &str {
        self.body["method"].as_str().unwrap_or_default()
    }

    pub fn id(&self) -> &Value {
        &self.body["id"]
    }

    /// A JSON response with this result.
    pub fn result(&self, result: Value) -> Response<Body> {
        json_answer(
            200,
            &json!({ "jsonrpc": "2.0", "id": self.id(), "result": result }),
        )
    }

    pub fn error(&self, status: u16, error: Value) -> Response<Body> {
        json_answer(
            status,
            &json!({ "jsonrpc": "2.0", "id": self.id(), "error": error }),
        )
    }
}

pub fn json_answer(status: u16, body: &Value) -> Response<Body> {
    Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap()
}

pub fn empty(status: u16) -> Response<Body> {
    Response::builder()
        .status(status)
        .body(Body::empty())
        .unwrap()
}

pub fn stream(body: Body) -> Response<Body> {
    Response::builder()
        .header("content-type", "text/event-stream")
        .body(body)
        .unwrap()
}

pub struct Server {
    pub url: Url,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// Starts a server that answers every request with `answer`, until the test ends.
    pub async fn start(
        answer: impl Fn(&Asked) -> Response<Body> + Clone + Send + Sync + 'static,
    ) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&asked);
        let handler = move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            let body = serde_json::from_slice(&body)
                .unwrap_or_else(|_| String::from_utf8_lossy(&body).into());
            let path = uri.path().to_owned();
            let one = Asked {
                method,
                path,
                headers,
                body,
            };
            kept.lock().unwrap().push(one.clone());
            let said = answer(&one);
            async move { said }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/mcp", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(handler)).await });
        Self {
            url: Url::parse(&url).unwrap(),
            asked,
        }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The methods that were requested; HTTP's method if there was no message.
    pub fn methods(&self) -> Vec<String> {
        let name = |one: &Asked| match one.rpc() {
            "" => one.method.to_string(),
            rpc => rpc.to_owned(),
        };
        self.asked().iter().map(name).collect()
    }

    pub fn transport(&self, authorizer: Option<Authorizer>) -> Box<Http> {
        self.http(authorizer, Duration::from_secs(5))
    }

    /// A transport with this time limit.
    pub fn patient(&self, patience: Duration) -> Box<Http> {
        self.http(None, patience)
    }

    fn http(&self, authorizer: Option<Authorizer>, patience: Duration) -> Box<Http> {
        let native = Native::new().unwrap();
        Box::new(Http::new(native, self.url.clone(), authorizer, patience))
    }
}

/// The response of a server of an older revision to a handshake.
pub fn handshake(asked: &Asked) -> Option<Response<Body>> {
    match asked.rpc() {
        "server/discover" => Some(empty(400)),
        "initialize" => Some(asked.result(json!({
            "protocolVersion": "2025-11-25",
            "serverInfo": { "name": "old", "version": "1" },
            "capabilities": { "tools": {} },
        }))),
        "notifications/initialized" => Some(empty(202)),
        _ => None,
    }
}

/// A listener that answers as the test says, and records everything.
#[derive(Default)]
pub struct Ears {
    pub answer: Option<Value>,
    pub heard: Vec<String>,
    pub warnings: Vec<String>,
}

impl Listener for Ears {
    fn notified(&mut self, method: &str, params: &Value) {
        self.heard.push(format!("{method} {params}"));
    }

    fn asked(&mut self, params: &Value) -> Value {
        self.heard.push(format!("asked {}", params["message"]));
        self.answer.clone().unwrap()
    }

    fn can_ask(&self) -> bool {
        self.answer.is_some()
    }

    fn warned(&mut self, text: &str) {
        self.warnings.push(text.to_owned());
    }
}
