//! Rate limit bindings: enforced where they are bound, absent in local work.

use std::cell::RefCell;

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use worker::Env;

use crate::edge;

/// Whether one more is within the limit. A limiter that fails lets through: it guards against too much, and is no
/// reason to turn people away.
pub async fn allows(env: &Env, binding: &'static str, key: &str) -> bool {
    !is_bound(env, binding)
        || within(env, binding, key)
            .await
            .map_or(true, |within| within.is_truthy())
}

/// The same for the life of an isolate, so the runtime is asked once.
fn is_bound(env: &Env, binding: &'static str) -> bool {
    thread_local! {
        static KNOWN: RefCell<Vec<(&'static str, bool)>> = const { RefCell::new(Vec::new()) };
    }
    KNOWN.with_borrow_mut(|known| {
        if let Some((_, bound)) = known.iter().find(|(name, _)| *name == binding) {
            return *bound;
        }
        let bound = edge::is_bound(env, binding);
        known.push((binding, bound));
        bound
    })
}

async fn within(env: &Env, binding: &'static str, key: &str) -> Result<JsValue, JsValue> {
    JsFuture::from(edge::within_limit(env, binding, key)?).await
}
