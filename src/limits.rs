//! Rate limit bindings: enforced where they are bound, absent in local work.

use worker::Env;

/// Whether one more is within the limit. A limiter that fails lets through: it guards against too much, and is no
/// reason to turn people away.
pub async fn allows(env: &Env, binding: &'static str, key: &str) -> bool {
    let Ok(limiter) = env.rate_limiter(binding) else {
        return true;
    };
    limiter
        .limit(key.to_owned())
        .await
        .map_or(true, |outcome| outcome.success)
}
