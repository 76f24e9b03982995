//! `/health`: which version runs, and that it answers.

use oauth_provider::http::Response;
use serde_json::json;
use worker::Env;

use crate::runtime::version;

/// `GET /health`: that the worker answers, and which version it is.
pub fn health(env: &Env) -> Response {
    let deployment = version::deployed(env);
    let body =
        json!({"status": "ok", "version": env!("CARGO_PKG_VERSION"), "deployment": deployment});
    Response::json(200, &body)
}
