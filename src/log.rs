//! One line a request, as JSON. Nothing in it comes from a header, body or query: those hold secrets.

use oauth_provider::grant::{Audit, GrantId};
use rand_core::Rng;
use serde_json::json;

use crate::random;

/// An id that a person can read out and an operator can find.
pub fn request_id() -> String {
    format!("{:016x}", random::rng().next_u64())
}

/// What became of a request.
pub fn request(id: &str, method: &str, path: &str, status: u16, milliseconds: u64) {
    worker::console_log!(
        "{}",
        json!({"request": id, "method": method, "path": path, "status": status, "ms": milliseconds})
    );
}

/// Our own trouble, or a peer's that its developer may ask about.
pub fn problem(id: &str, what: &str, detail: &str) {
    worker::console_error!(
        "{}",
        json!({"request": id, "problem": what, "detail": detail})
    );
}

/// What happened to a grant. Its id is no secret: every token of it carries it, and none follows from it.
pub fn audit(grant: &GrantId, line: Audit) {
    let (event, detail) = match line {
        Audit::WrongTry(count) => ("wrong_try", json!(count)),
        Audit::CodeReplayed => ("code_replayed", json!(null)),
        Audit::LateRetry(count) => ("late_retry", json!(count)),
        Audit::RefreshReused => ("refresh_reused", json!(null)),
        Audit::ClientGone => ("client_gone", json!(null)),
        Audit::Closed(why) => ("closed", json!(why)),
    };
    worker::console_log!(
        "{}",
        json!({"grant": grant.to_string(), "event": event, "detail": detail})
    );
}
