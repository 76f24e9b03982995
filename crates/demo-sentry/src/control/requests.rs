//! `/_control/requests`: the log of requests, for tests that count them.

use std::collections::VecDeque;

use axum::Json;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use serde::Serialize;
use serde_json::{Value, json};

use super::faults::Dropped;
use crate::params::Params;
use crate::state::State;

/// Maximum number of logged requests; the oldest is dropped first.
const KEPT: usize = 10_000;

/// The last requests, oldest first. No headers or bodies are kept, and so no tokens.
#[derive(Debug, Default)]
pub(crate) struct RequestLog(VecDeque<LoggedRequest>);

#[derive(Clone, Debug, Serialize)]
struct LoggedRequest {
    method: String,
    /// The path with the query.
    path: String,
    /// The status; `None` if the connection was dropped.
    status: Option<u16>,
    /// At the token endpoint, the grant type: `authorization_code` or `refresh_token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    grant: Option<String>,
}

/// The grant type, which the token endpoint passes to the log as a response extension.
#[derive(Clone, Debug)]
pub(crate) struct GrantType(pub(crate) String);

/// The outermost middleware: logs every request with its status.
pub(crate) async fn record(state: State, request: Request, next: Next) -> Response {
    let method = request.method().to_string();
    let path = request
        .uri()
        .path_and_query()
        .map(ToString::to_string)
        .unwrap_or_default();
    let response = next.run(request).await;
    if !path.starts_with(super::PREFIX) {
        let dropped = response.extensions().get::<Dropped>().is_some();
        state.requests().add(LoggedRequest {
            method,
            path,
            status: (!dropped).then(|| response.status().as_u16()),
            grant: response
                .extensions()
                .get::<GrantType>()
                .map(|grant| grant.0.clone()),
        });
    }
    response
}

impl RequestLog {
    fn add(&mut self, request: LoggedRequest) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(request);
    }
}

pub(crate) async fn list(state: State, params: Params) -> Json<Value> {
    let prefix = params.first("path").unwrap_or_default();
    let log = state.requests();
    let requests: Vec<&LoggedRequest> = log
        .0
        .iter()
        .filter(|request| request.path.starts_with(prefix))
        .collect();
    Json(json!({"total": requests.len(), "requests": requests}))
}

pub(crate) async fn clear(state: State) -> StatusCode {
    state.requests().0.clear();
    StatusCode::NO_CONTENT
}
