//! `/_control/faults`: makes requests fail on demand.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body::Frame;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::state::State;

/// A fault that will affect the next matching requests.
///
/// ```json
/// {"path": "/api/0/organizations/", "kind": "status", "status": 429, "retryAfter": 2, "times": 3}
/// ```
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// The prefix of the affected paths, without the query.
    pub path: String,
    /// The affected method; if absent, all methods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// How many more requests it affects; 1 if absent.
    #[serde(default = "once")]
    pub times: u32,
    /// What happens to these requests.
    #[serde(flatten)]
    pub kind: FaultKind,
}

/// The kinds of faults, by the value of the member `kind`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum FaultKind {
    /// The normal response, `ms` milliseconds late.
    LatencyMs {
        /// The delay in milliseconds.
        ms: u64,
    },
    /// An error status instead of the normal response.
    Status {
        /// The status, from 400 to 599.
        status: u16,
        /// The value of the header `Retry-After`, in seconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<u32>,
        /// The body, sent unchanged; if absent, a JSON object with `detail`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<String>,
    },
    /// Status 200 and a JSON content type, but the body is cut off in the middle.
    Malformed,
    /// The connection is closed without a response.
    Drop,
}

/// The faults that are still waiting, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

/// Marks a response that is replaced by closing the connection.
#[derive(Clone, Debug)]
pub(crate) struct Dropped;

fn once() -> u32 {
    1
}

/// The middleware that applies faults: the oldest that matches the request.
pub(crate) async fn apply(state: State, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path.starts_with(super::PREFIX) {
        return next.run(request).await;
    }
    let fault = state.faults().take(request.method().as_str(), path);
    match fault {
        None => next.run(request).await,
        Some(FaultKind::LatencyMs { ms }) => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            next.run(request).await
        }
        Some(FaultKind::Status {
            status,
            retry_after,
            body,
        }) => answer(status, retry_after, body),
        Some(FaultKind::Malformed) => (
            [(header::CONTENT_TYPE, "application/json")],
            r#"[{"id": "1", "slug": "cut-o"#,
        )
            .into_response(),
        Some(FaultKind::Drop) => drop_connection(),
    }
}

impl Faults {
    /// Counts the request against the first fault that matches, and removes the fault when it is used up.
    fn take(&mut self, method: &str, path: &str) -> Option<FaultKind> {
        let index = self.0.iter().position(|fault| fault.fits(method, path))?;
        let fault = self.0.get_mut(index)?;
        let kind = fault.kind.clone();
        fault.times = fault.times.saturating_sub(1);
        if fault.times == 0 {
            self.0.remove(index);
        }
        Some(kind)
    }
}

impl Fault {
    fn fits(&self, method: &str, path: &str) -> bool {
        path.starts_with(&self.path)
            && self
                .method
                .as_ref()
                .is_none_or(|only| only.eq_ignore_ascii_case(method))
    }
}

fn answer(status: u16, retry_after: Option<u32>, body: Option<String>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = match body {
        Some(body) => (status, body).into_response(),
        None => (
            status,
            Json(json!({"detail": format!("A fault that was asked for: {status}")})),
        )
            .into_response(),
    };
    if let Some(seconds) = retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Closes the connection: hyper does so when a body fails, and has sent nothing by then.
fn drop_connection() -> Response {
    let mut response = Body::new(FailingBody).into_response();
    response.extensions_mut().insert(Dropped);
    response
}

struct FailingBody;

impl HttpBody for FailingBody {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Ready(Some(Err("a fault that was asked for")))
    }
}

pub(crate) async fn add(
    state: State,
    Json(fault): Json<Fault>,
) -> Result<StatusCode, (StatusCode, &'static str)> {
    if let FaultKind::Status { status, .. } = fault.kind
        && !(400..600).contains(&status)
    {
        return Err((StatusCode::BAD_REQUEST, "status is 400 to 599"));
    }
    if fault.times == 0 {
        return Err((StatusCode::BAD_REQUEST, "times is 1 or more"));
    }
    state.faults().0.push(fault);
    Ok(StatusCode::CREATED)
}

pub(crate) async fn list(state: State) -> Json<Value> {
    Json(json!({"faults": state.faults().0}))
}

pub(crate) async fn clear(state: State) -> StatusCode {
    state.faults().0.clear();
    StatusCode::NO_CONTENT
}
