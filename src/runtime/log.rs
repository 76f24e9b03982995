//! One line a request that is no public document, as JSON. Nothing in it comes from a header, body or query: those hold
//! secrets.

use oauth_provider::authorize::{Approval, AuthorizationRequest};
use oauth_provider::grant::{Audit, GrantId};
use oauth_provider::http::Response;
use serde_json::{Value, json};

use crate::runtime::incoming::Incoming;

/// One line for a finished request. A document that anybody may keep has no line: a line costs more than the document, and says
/// nothing.
pub fn request(request: &Incoming, response: &Response, milliseconds: u64) {
    let kept = response.get("cache-control");
    if response.status == 200 && kept.is_some_and(|kept| kept.starts_with("public")) {
        return;
    }
    // Our own id, a token of RFC 9110 and numbers need no escaping; a path does.
    let path = json!(shown(request.url.path()));
    let Incoming { id, method, .. } = request;
    let status = response.status;
    worker::console_log!(
        r#"{{"request":"{id}","method":"{method}","path":{path},"status":{status},"ms":{milliseconds}}}"#
    );
}

/// One line for a run of the chat, when its answer is complete: how often the model was asked, how often a
/// tool was called, tokens, milliseconds.
pub fn chat(id: &str, ended: &str, [steps, calls, tokens, milliseconds]: [u64; 4]) {
    worker::console_log!(
        r#"{{"request":"{id}","chat":"{ended}","steps":{steps},"calls":{calls},"tokens":{tokens},"ms":{milliseconds}}}"#
    );
}

/// A path for the log: segments that could be a token, put there by mistake, are left out.
fn shown(path: &str) -> String {
    let segment = |text: &str| {
        let secret = text.len() > 48 || ["smcp_", "sntry"].iter().any(|mark| text.contains(mark));
        if secret {
            "…".to_owned()
        } else {
            text.to_owned()
        }
    };
    path.split('/')
        .take(8)
        .map(segment)
        .collect::<Vec<_>>()
        .join("/")
}

/// One line for a fault of ours, or for one of a peer's that its developer may ask about.
pub fn problem(id: &str, what: &str, detail: &str) {
    worker::console_error!(
        "{}",
        json!({"request": id, "problem": what, "detail": detail})
    );
}

/// Writes what happened to a grant. Its id is no secret: each of its tokens carries it, and no token follows from it.
pub fn audit(grant: &GrantId, line: Audit) {
    let (event, detail) = match line {
        Audit::WrongTry(count) => ("wrong_try", json!(count)),
        Audit::CodeReplayed => ("code_replayed", json!(null)),
        Audit::LateRetry(count) => ("late_retry", json!(count)),
        Audit::RefreshReused => ("refresh_reused", json!(null)),
        Audit::ClientGone => ("client_gone", json!(null)),
        Audit::Withheld(count) => ("withheld", json!(count)),
        Audit::Closed(why) => ("closed", json!(why)),
        Audit::Untold => ("untold", json!(null)),
    };
    worker::console_log!(
        "{}",
        json!({"grant": grant.to_string(), "event": event, "detail": detail})
    );
}

/// A person was asked, or has said no: to what, and who asks.
pub fn asked(request: &str, event: &str, asked: &AuthorizationRequest) {
    let (client, resource) = (bounded(&asked.client.id), asked.resource.path());
    let line = json!({"event": event, "client_id": client, "resource": resource});
    happened(request, line);
}

/// A person has allowed it. From here on the grant has its id.
pub fn allowed(request: &str, approval: &Approval) {
    let line = json!({
        "event": "allowed",
        "grant": approval.grant.to_string(),
        "client_id": bounded(approval.client_id()),
        "skills": approval.choices,
        "resource": approval.resource().path(),
    });
    happened(request, line);
}

/// Something that happened in this request: an object that says what.
pub fn happened(request: &str, mut event: Value) {
    event["request"] = request.into();
    worker::console_log!("{event}");
}

/// What a client chose, as far as a line has room for it.
fn bounded(text: &str) -> String {
    text.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn no_token_in_a_path() {
        assert_eq!(shown("/mcp/acme/web"), "/mcp/acme/web");
        assert_eq!(shown("/nowhere/smcp_a_x"), "/nowhere/…");
        assert_eq!(shown(&format!("/x/{}/y", "a".repeat(49))), "/x/…/y");
        assert_eq!(shown(&"/a".repeat(1000)).len(), 14);
    }
}
