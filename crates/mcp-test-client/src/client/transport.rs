//! How messages reach a server and come back.

mod http;
mod inbox;
mod stdio;

use fetch::LocalFuture;
use serde_json::Value;

use super::Error;

pub use http::Http;
pub use stdio::Stdio;

/// Hears what arrives beside the answer.
pub trait Listener {
    /// A notification: progress, a log line.
    fn notified(&mut self, method: &str, params: &Value);

    /// The server asks for input (`elicitation/create`); the answer is its result.
    fn asked(&mut self, params: &Value) -> Value;

    /// Whether [`Listener::asked`] can ask anybody. Only then the server is told that it may.
    fn can_ask(&self) -> bool;

    /// Something is not as it should be, and was lived with.
    fn warned(&mut self, text: &str);
}

/// Carries one message at a time.
pub trait Transport {
    /// Sends a message. A request is answered with a response, which may be a JSON-RPC error; a notification with
    /// nothing. `headers` are those that repeat the body, for whoever has headers.
    fn send<'a>(
        &'a mut self,
        message: &'a Value,
        headers: &'a [(String, String)],
        listener: &'a mut dyn Listener,
    ) -> LocalFuture<'a, Result<Option<Value>, Error>>;

    /// Which revision is spoken from now on.
    fn speak(&mut self, version: &str);

    /// Whether messages travel by HTTP.
    fn is_http(&self) -> bool;

    /// Says good-bye as the transport does, and waits for nobody long.
    fn close(&mut self) -> LocalFuture<'_, ()>;
}

/// The answer to a request of the server that came while ours waited (revisions before 2026-07-28).
fn answer(request: &Value, listener: &mut dyn Listener) -> Value {
    let id = request.get("id").cloned().unwrap_or(Value::Null);
    let params = request.get("params").unwrap_or(&Value::Null);
    match request.get("method").and_then(Value::as_str) {
        Some("ping") => serde_json::json!({ "jsonrpc": "2.0", "id": id, "result": {} }),
        Some("elicitation/create") if listener.can_ask() => {
            let result = listener.asked(params);
            serde_json::json!({ "jsonrpc": "2.0", "id": id, "result": result })
        }
        method => {
            let message = format!("This client does not answer {}.", method.unwrap_or("that"));
            serde_json::json!({ "jsonrpc": "2.0", "id": id, "error": { "code": -32601, "message": message } })
        }
    }
}

/// What an arriving message is to somebody who waits for the answer to `id`.
enum Arrived {
    /// It is the answer.
    Answer(Value),
    /// It wants one.
    Request(Value),
    /// It was heard.
    Other,
}

fn sort(message: Value, id: &Value, listener: &mut dyn Listener) -> Arrived {
    let method = message.get("method").and_then(Value::as_str);
    match (method, message.get("id")) {
        (Some(_), Some(_)) => Arrived::Request(message),
        (Some(method), None) => {
            listener.notified(method, message.get("params").unwrap_or(&Value::Null));
            Arrived::Other
        }
        (None, found)
            if found == Some(id)
                || (found.is_none_or(Value::is_null) && message.get("error").is_some()) =>
        {
            Arrived::Answer(message)
        }
        (None, _) => {
            listener.warned("the server sent a message that answers nothing that was asked");
            Arrived::Other
        }
    }
}
