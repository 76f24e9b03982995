//! The worker: moves bytes between Cloudflare and the libraries under `crates/`.

mod account;
mod app;
mod chat;
pub mod config;
mod deployment;
mod mcp;
mod memory;
mod objects;
mod router;
mod runtime;
mod sign_in;
mod site;
mod stores;
mod upstream;

pub use objects::accounts::AccountObject;
pub use objects::grants::GrantObject;
pub use objects::once::OnceObject;
pub use runtime::bindings;

use std::rc::Rc;
use std::task::{Context as TaskContext, Poll, Waker};

use oauth_provider::http::Response;
use oauth_types::{ErrorCode, ErrorResponse};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::future_to_promise;
use worker::{Context, Env, worker_sys};

use crate::app::App;
use crate::runtime::incoming::Incoming;
use crate::runtime::log::Lines;
use crate::runtime::{log, respond};

#[wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
}

/// Every request: the runtime calls this. What needs nothing but the request is answered at once, without a promise and
/// the turns of the event loop that it takes.
#[wasm_bindgen]
pub fn fetch(
    request: web_sys::Request,
    env: Env,
    context: worker_sys::Context,
) -> Result<JsValue, JsValue> {
    let mut answer = Box::pin(handle(request, env, Context::new(context)));
    let mut at_once = TaskContext::from_waker(Waker::noop());
    match answer.as_mut().poll(&mut at_once) {
        Poll::Ready(answer) => answer,
        // Polled anew from there, with a waker that wakes.
        Poll::Pending => Ok(future_to_promise(answer).into()),
    }
}

async fn handle(request: web_sys::Request, env: Env, context: Context) -> Result<JsValue, JsValue> {
    let mut request = Incoming::new(request)?;
    let (origin, address) = (request.origin.clone(), request.address.clone());
    let facts = Rc::clone(&request.facts);
    let response = match App::new(env, context, origin, address, facts) {
        Ok(app) => {
            let app = Rc::new(app);
            let response = router::route(&mut request, &app).await;
            request.drain().await;
            app.finished(&request, &response);
            response
        }
        Err(error) => {
            let (what, took) = ("this deployment is not complete", request.took());
            request.facts.learn(|known| {
                known.ours(what, &error.to_string());
                known.error = ErrorCode::ServerError.as_str();
                known.settle(500);
                log::request(&request, 500, known, took, Lines::All);
            });
            not_complete()
        }
    };
    let response = match &request.facts.trace {
        // Its caller can tell which span was made of its own (Trace Context, level 2).
        trace if trace.parent.is_some() => {
            response.header("traceresponse", trace.header(&request.id))
        }
        _ => response,
    };
    let response = response.header("x-request-id", request.id);
    respond::send(&response, request.outlet.as_ref()).map(JsValue::from)
}

/// The answer of a deployment without its bindings or secrets; only the log says which.
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
