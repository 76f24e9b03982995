//! Rate limit bindings: enforced where they are bound, absent in local work. docs/STORAGE.md and
//! docs/SECURITY-MODEL.md list what is counted, and by which key.

use std::cell::RefCell;

use oauth_provider::http::Error;
use oauth_types::ErrorCode;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use worker::Env;

use crate::runtime::{edge, log};

/// What a use costs, which decides what happens if its limiter fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    /// Nothing but the request itself. A limiter guards against too much, and its failure is no reason to turn people
    /// away: it lets through.
    Nothing,
    /// What the operator pays for or answers for: the language model, what is stored, a request to a host that a
    /// stranger names or in this server's own name. A limiter that fails refuses it.
    Operator,
}

/// Why a use is refused. Nothing was done or used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The minute's limit is reached.
    Over,
    /// The limiter failed, so nobody knows whether the limit is reached.
    Broken,
}

impl Refused {
    /// The status of an answer that says so.
    pub const fn status(self) -> u16 {
        match self {
            Self::Over => 429,
            Self::Broken => 503,
        }
    }

    /// The header `Retry-After` of that answer.
    pub const fn retry_after(self) -> &'static str {
        match self {
            Self::Over => "60",
            Self::Broken => "5",
        }
    }

    /// A sentence for the caller.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Over => "too many requests; wait a minute",
            Self::Broken => "the server cannot answer at the moment; try again",
        }
    }

    /// For an OAuth client: never the end of anything that it has.
    pub fn error(self) -> Error {
        match self {
            Self::Over => {
                Error::new(ErrorCode::TemporarilyUnavailable, self.words()).status(self.status())
            }
            Self::Broken => Error::unavailable("a limiter failed"),
        }
    }
}

/// Counts one use of what `binding` limits, under `key`.
///
/// # Errors
/// It is one use too many, or the limiter failed and the use costs the operator something.
pub async fn allow(env: &Env, binding: &'static str, key: &str, cost: Cost) -> Result<(), Refused> {
    allow_times(env, binding, key, 1, cost).await
}

/// Counts several uses at once: one by one, up to the first that is one too many.
///
/// # Errors
/// As [`allow`].
pub async fn allow_times(
    env: &Env,
    binding: &'static str,
    key: &str,
    times: u32,
    cost: Cost,
) -> Result<(), Refused> {
    if times == 0 || !is_bound(env, binding) {
        return Ok(());
    }
    match within(env, binding, key, times).await {
        Ok(within) if within.is_truthy() => Ok(()),
        Ok(_) => Err(Refused::Over),
        Err(error) => {
            let detail = [binding, ": ", &edge::words(&error)].concat();
            log::problem("limits", "a limiter does not answer", &detail);
            match cost {
                Cost::Nothing => Ok(()),
                Cost::Operator => Err(Refused::Broken),
            }
        }
    }
}

/// Bindings stay the same for the life of an isolate, so the runtime is asked once.
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

async fn within(
    env: &Env,
    binding: &'static str,
    key: &str,
    times: u32,
) -> Result<JsValue, JsValue> {
    JsFuture::from(edge::within_limit(env, binding, key, times)?).await
}
