//! `/health`: which version runs, and that it answers.

use oauth_provider::http::Response;
use serde_json::json;
use worker::Env;

use crate::runtime::bindings::CF_VERSION_METADATA;

/// `GET /health`: that the worker answers, and which version it is.
pub fn health(env: &Env) -> Response {
    let deployment = js_sys::Reflect::get(env, &CF_VERSION_METADATA.into())
        .and_then(|metadata| js_sys::Reflect::get(&metadata, &"id".into()))
        .ok()
        .and_then(|id| id.as_string());
    let body =
        json!({"status": "ok", "version": env!("CARGO_PKG_VERSION"), "deployment": deployment});
    Response::json(200, &body)
}
