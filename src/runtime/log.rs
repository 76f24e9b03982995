//! One line a request that is no public document, as JSON. Nothing in it comes from a header, body or query but names of
//! fixed lists and ids: those hold secrets.

use mcp::json::Object;
use oauth_provider::authorize::{Approval, AuthorizationRequest};
use oauth_provider::grant::{Audit, GrantId};
use oauth_provider::http::Response;
use serde_json::{Value, json};

use crate::runtime::facts::{Fault, Known, MOST_CALLS, is_secret};
use crate::runtime::incoming::Incoming;
use crate::runtime::{edge, metrics};

/// Which requests get a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Lines {
    /// Every one.
    #[default]
    All,
    /// Those that were not answered as their sender hoped, and of the others one in a hundred: by the id, so that a second
    /// look at the same request decides the same.
    Sampled,
    /// Those that were not answered because of a fault of ours or of Sentry.
    Errors,
}

impl Lines {
    /// Reads the variable `LOG`.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "all" => Self::All,
            "sampled" => Self::Sampled,
            "errors" => Self::Errors,
            _ => return None,
        })
    }

    fn take(self, id: &str, fault: Fault) -> bool {
        let drawn = || {
            let number = id.get(..8).and_then(|id| u32::from_str_radix(id, 16).ok());
            number.is_some_and(|number| number % 100 == 0)
        };
        match self {
            Self::All => true,
            Self::Sampled => fault != Fault::None || drawn(),
            Self::Errors => fault >= Fault::Upstream,
        }
    }
}

/// Writes the line of a finished request, unless `lines` leaves it out. Answers it.
pub fn request(
    request: &Incoming,
    status: u16,
    known: &Known,
    milliseconds: u64,
    lines: Lines,
) -> Option<String> {
    let head = Head {
        id: &request.id,
        trace: &request.facts.trace.id,
        method: &request.method,
        path: request.url.path(),
    };
    if !lines.take(head.id, known.fault) {
        return None;
    }
    let route = metrics::route(head.path);
    let line = line(&head, route, status, known, milliseconds);
    write(known.fault, &line);
    Some(line)
}

/// Whether a finished request is one that nothing is written of: a document that anybody may keep. A line costs more than the
/// document, and says nothing.
pub fn is_nothing(response: &Response) -> bool {
    let kept = response.get("cache-control");
    response.status == 200 && kept.is_some_and(|kept| kept.starts_with("public"))
}

/// What a line begins with.
struct Head<'a> {
    id: &'a str,
    trace: &'a str,
    method: &'a str,
    path: &'a str,
}

/// The line, written once from left to right; what is not known is left out.
fn line(head: &Head<'_>, route: &str, status: u16, known: &Known, milliseconds: u64) -> String {
    let mut line = String::with_capacity(512);
    let mut object = Object::begin(&mut line);
    // Our own ids, tokens of RFC 9110 and numbers need no escaping; it costs little.
    object
        .text("level", level(known.fault))
        .text("request", head.id);
    for (name, value) in [
        ("trace", head.trace),
        ("sign_in", &known.sign_in),
        ("method", head.method),
        ("route", route),
        ("path", &shown(head.path)),
        ("operation", known.operation),
        ("tool", known.tool),
    ] {
        some(&mut object, name, value);
    }
    number(object.name("status"), status.into());
    for (name, value) in [
        ("outcome", known.outcome),
        ("error", known.error),
        ("reason", &known.reason),
        ("detail", &known.detail),
        ("client", &known.client),
        ("kind", known.kind),
        ("family", known.family),
        ("version", known.version),
        ("grant", &known.grant),
        ("person", &known.person),
    ] {
        some(&mut object, name, value);
    }
    if !known.calls.is_empty() {
        let first = known.calls.iter().take(MOST_CALLS);
        mcp::json::array(object.name("upstream"), first, |out, status| {
            number(out, u64::from(*status));
        });
        number(object.name("calls"), known.calls.len() as u64);
    }
    let waited = known.storage + known.upstream;
    for (name, value) in [
        ("ms", milliseconds),
        ("storage_ms", known.storage),
        ("upstream_ms", known.upstream),
        ("own_ms", milliseconds.saturating_sub(waited)),
    ] {
        number(object.name(name), value);
    }
    object.end();
    line
}

fn some(object: &mut Object<'_>, name: &str, value: &str) {
    if !value.is_empty() {
        object.text(name, value);
    }
}

fn number(out: &mut String, value: u64) {
    let mut digits = [0_u8; 20];
    let (mut value, mut at) = (value, digits.len());
    loop {
        at -= 1;
        if let Some(digit) = digits.get_mut(at) {
            // Invariant: below 10.
            *digit = b'0' + (value % 10) as u8;
        }
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend(digits.iter().skip(at).map(|digit| char::from(*digit)));
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
    let mut shown = String::with_capacity(path.len().min(128));
    for (place, segment) in path.split('/').take(8).enumerate() {
        if place > 0 {
            shown.push('/');
        }
        let secret = segment.len() > 48 || is_secret(segment);
        shown.push_str(if secret { "…" } else { segment });
    }
    shown
}

/// One line for a fault of ours.
pub fn problem(id: &str, what: &str, detail: &str) {
    about(Fault::Ours, id, what, detail);
}

/// One line for a fault of what this server depends on.
pub fn trouble(id: &str, what: &str, detail: &str) {
    about(Fault::Upstream, id, what, detail);
}

/// One line for something of a client's that its developer may ask about.
pub fn note(id: &str, what: &str, detail: &str) {
    about(Fault::Client, id, what, detail);
}

fn about(fault: Fault, id: &str, what: &str, detail: &str) {
    let mut line = String::new();
    Object::begin(&mut line)
        .text("level", level(fault))
        .text("request", id)
        .text("problem", what)
        .text("detail", detail)
        .end();
    write(fault, &line);
}

const fn level(fault: Fault) -> &'static str {
    match fault {
        Fault::None | Fault::Client => "info",
        Fault::Upstream => "warn",
        Fault::Ours => "error",
    }
}

/// Writes a line, under the level that its fault gives it.
fn write(fault: Fault, line: &str) {
    match fault {
        Fault::None | Fault::Client => edge::console_log(line),
        Fault::Upstream => edge::console_warn(line),
        Fault::Ours => edge::console_error(line),
    }
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
    if let Some(members) = event.as_object_mut() {
        members.insert("request".to_owned(), request.into());
    }
    worker::console_log!("{event}");
}

/// What a client chose, as far as a line has room for it.
fn bounded(text: &str) -> String {
    text.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    const HEAD: Head<'static> = Head {
        id: "0123456789abcdef",
        trace: "0123456789abcdef0123456789abcdef",
        method: "POST",
        path: "/mcp/acme",
    };

    #[test]
    fn no_token_in_a_path() {
        assert_eq!(shown("/mcp/acme/web"), "/mcp/acme/web");
        assert_eq!(shown("/nowhere/smcp_a_x"), "/nowhere/…");
        assert_eq!(shown(&format!("/x/{}/y", "a".repeat(49))), "/x/…/y");
        assert_eq!(shown(&"/a".repeat(1000)).len(), 14);
    }

    // rule: tokens/line-explains: one line says what was asked, by whom, how it ended, why, and where the time went
    #[test]
    fn a_line_is_json_whatever_is_known() {
        let known = Known {
            operation: "tools/call",
            tool: "search_issues",
            outcome: "failed",
            reason: "a \"reason\" with\nall sorts".to_owned(),
            fault: Fault::Upstream,
            client: "client.example".to_owned(),
            calls: vec![200, 503, 0],
            storage: 3,
            upstream: 20,
            ..Known::default()
        };
        let text = line(&HEAD, "/mcp", 200, &known, 25);
        let read: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            read,
            json!({"level": "warn", "request": HEAD.id, "trace": HEAD.trace, "method": "POST", "route": "/mcp",
                "path": "/mcp/acme", "operation": "tools/call", "tool": "search_issues", "status": 200,
                "outcome": "failed", "reason": "a \"reason\" with\nall sorts", "client": "client.example",
                "upstream": [200, 503, 0], "calls": 3, "ms": 25, "storage_ms": 3, "upstream_ms": 20, "own_ms": 2})
        );
        let empty = line(&HEAD, "/mcp", 0, &Known::default(), u64::MAX);
        let read: Value = serde_json::from_str(&empty).unwrap();
        assert_eq!(
            (&read["status"], &read["ms"]),
            (&json!(0), &json!(u64::MAX))
        );
        let many = Known {
            calls: vec![200; 500],
            ..Known::default()
        };
        assert!(line(&HEAD, "/mcp", 200, &many, 1).len() < 400);
    }

    // rule: tokens/lines-chosen: what went wrong is written down whatever `LOG` says
    #[test]
    fn what_went_wrong_is_always_written() {
        let ordinary =
            (0..10_000_u32).map(|n| format!("{:08x}00000000", n.wrapping_mul(2_654_435_761)));
        let ids: Vec<String> = ordinary.collect();
        let count = |lines: Lines, fault| ids.iter().filter(|id| lines.take(id, fault)).count();
        assert_eq!(count(Lines::All, Fault::None), 10_000);
        assert_eq!(count(Lines::Errors, Fault::Client), 0);
        for lines in [Lines::All, Lines::Sampled, Lines::Errors] {
            for fault in [Fault::Upstream, Fault::Ours] {
                assert_eq!(count(lines, fault), 10_000);
            }
        }
        assert_eq!(count(Lines::Sampled, Fault::Client), 10_000);
        let sampled = count(Lines::Sampled, Fault::None);
        assert!((60..140).contains(&sampled), "{sampled}");
        assert_eq!(sampled, count(Lines::Sampled, Fault::None));
        assert_eq!(Lines::parse("some"), None);
    }
}
