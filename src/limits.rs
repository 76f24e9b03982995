//! Rate limit bindings: enforced where they are bound, absent in local work.

use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use worker::Env;

use crate::edge;

/// Whether one more is within the limit. A limiter that fails lets through: it guards against too much, and is no
/// reason to turn people away.
pub async fn allows(env: &Env, binding: &'static str, key: &str) -> bool {
    within(env, binding, key)
        .await
        .map_or(true, |within| within.is_truthy())
}

async fn within(env: &Env, binding: &'static str, key: &str) -> Result<JsValue, JsValue> {
    let within = edge::within_limit(env, binding, key)?;
    match within.dyn_into::<Promise>() {
        Ok(asked) => JsFuture::from(asked).await,
        // No limiter: nothing to wait for.
        Err(within) => Ok(within),
    }
}
