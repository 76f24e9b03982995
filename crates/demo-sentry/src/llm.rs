//! `/v1/`: a language model with OpenAI's API. Its replies are scripted: see [`script`].

mod chunks;
mod conversation;
mod finding;
mod lists;
mod plan;
mod script;
mod sentences;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::data::chance::id;
use crate::state::State;
use conversation::ChatRequest;
use script::Turn;

/// The name of the only model. Requests may name any other one.
const MODEL: &str = "demo-model";

pub(crate) async fn models(headers: HeaderMap) -> Response {
    if let Some(refusal) = unauthorized(&headers) {
        return refusal;
    }
    let model = json!({"id": MODEL, "object": "model", "created": 0, "owned_by": "demo-sentry"});
    Json(json!({"object": "list", "data": [model]})).into_response()
}

pub(crate) async fn completions(
    state: State,
    headers: HeaderMap,
    request: Result<Json<ChatRequest>, JsonRejection>,
) -> Response {
    if let Some(refusal) = unauthorized(&headers) {
        return refusal;
    }
    let request = match request {
        Ok(Json(request)) => request,
        Err(rejection) => return invalid(&rejection.body_text()),
    };
    if request.messages.is_empty() {
        return invalid("messages must not be empty");
    }
    let completion = Completion {
        turn: script::answer(&request),
        id: format!(
            "chatcmpl-{}",
            id(&[&json!(request.messages).to_string()], 24)
        ),
        created: state.clock().data_now().as_second(),
        model: request.model.clone().unwrap_or_else(|| String::from(MODEL)),
        prompt_tokens: tokens(&json!([request.messages, request.tools]).to_string()),
    };
    if request.stream.unwrap_or(false) {
        chunks::stream(&completion, request.wants_usage())
    } else {
        Json(completion.whole()).into_response()
    }
}

/// A reply, before it is sent in one piece or as a stream.
struct Completion {
    turn: Turn,
    /// Derived from the conversation, so that the same one gets the same id.
    id: String,
    created: i64,
    model: String,
    prompt_tokens: usize,
}

impl Completion {
    fn whole(&self) -> Value {
        let message = match &self.turn {
            Turn::Say(text) => json!({"role": "assistant", "content": text, "refusal": null}),
            Turn::Call(calls) => {
                let calls: Vec<Value> = calls.iter().map(plan::Call::wire).collect();
                json!({"role": "assistant", "content": null, "tool_calls": calls, "refusal": null})
            }
        };
        json!({
            "id": self.id,
            "object": "chat.completion",
            "created": self.created,
            "model": self.model,
            "choices": [{
                "index": 0,
                "message": message,
                "logprobs": null,
                "finish_reason": self.finish_reason(),
            }],
            "usage": self.usage(),
        })
    }

    fn finish_reason(&self) -> &'static str {
        match self.turn {
            Turn::Say(_) => "stop",
            Turn::Call(_) => "tool_calls",
        }
    }

    fn usage(&self) -> Value {
        let completion = match &self.turn {
            Turn::Say(text) => tokens(text),
            Turn::Call(calls) => calls.iter().map(|call| tokens(&call.arguments)).sum(),
        };
        json!({
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": completion,
            "total_tokens": self.prompt_tokens + completion,
        })
    }
}

/// About the number of tokens that a real model would count.
fn tokens(text: &str) -> usize {
    text.len().div_ceil(4)
}

/// The error for a request without a key. There must be one, but any will do.
fn unauthorized(headers: &HeaderMap) -> Option<Response> {
    let key = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    if key.is_some_and(|key| !key.trim().is_empty()) {
        return None;
    }
    let text = "You did not provide an API key.";
    Some(refuse(StatusCode::UNAUTHORIZED, "invalid_api_key", text))
}

fn invalid(text: &str) -> Response {
    refuse(StatusCode::BAD_REQUEST, "invalid_request", text)
}

fn refuse(status: StatusCode, code: &str, text: &str) -> Response {
    let error =
        json!({"message": text, "type": "invalid_request_error", "param": null, "code": code});
    (status, Json(json!({"error": error}))).into_response()
}
