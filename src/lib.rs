//! The worker: moves bytes between Cloudflare and the libraries under `crates/`.

mod accounts;
mod app;
mod assets;
mod authorize;
mod callback;
mod chat_client;
mod clients;
mod clock;
pub mod config;
mod cookies;
mod discovery;
mod fetch;
mod grant_store;
mod grants;
mod health;
mod hex;
mod incoming;
mod limits;
mod log;
mod mcp;
mod objects;
mod once;
mod pages;
mod problems;
mod pushed;
mod random;
mod respond;
mod router;
mod signatures;
mod tokens;
mod upkeep;
mod upstream;
mod verified;

pub use accounts::AccountObject;
pub use grants::GrantObject;
pub use once::OnceObject;

use std::rc::Rc;

use oauth_provider::http::Response;
use oauth_types::{ErrorCode, ErrorResponse};
use worker::{Context, Env, event};

use crate::app::App;
use crate::incoming::Incoming;

#[event(start)]
fn start() {
    console_error_panic_hook::set_once();
}

#[event(fetch)]
async fn fetch(
    request: web_sys::Request,
    env: Env,
    context: Context,
) -> worker::Result<worker::Response> {
    let began = clock::milliseconds();
    let mut request = Incoming::new(request, log::request_id())?;
    let (origin, address) = (request.origin.clone(), request.address());
    let response = match App::new(env, Rc::new(context), origin, address) {
        Ok(app) => router::route(&mut request, &app).await,
        Err(error) => {
            log::problem(
                &request.id,
                "this deployment is not complete",
                &error.to_string(),
            );
            not_complete()
        }
    };
    let took = clock::milliseconds().saturating_sub(began);
    log::request(
        &request.id,
        &request.method,
        request.url.path(),
        response.status,
        took,
    );
    respond::send(response.header("x-request-id", request.id.clone()))
}

/// What is missing stands in the log, for the operator alone.
fn not_complete() -> Response {
    let description = "this server is not set up; its operator finds the reason in the log";
    Response::json(
        500,
        &ErrorResponse {
            error: ErrorCode::ServerError,
            error_description: description,
        },
    )
}
