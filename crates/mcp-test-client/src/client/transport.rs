//! How messages get to a server and back.

mod http;
mod inbox;
mod stdio;

use fetch::LocalFuture;
use serde_json::Value;

use super::Error;

pub use http::Http;
pub use stdio::Stdio;

/// Receives what arrives besides the answer.
pub trait Listener {
    /// A notification arrived, such as progress or a log message.
    fn notified(&mut self, method: &str, params: &Value);

    /// The server asks for input (`elicitation/create`). Returns the result to send.
    fn asked(&mut self, params: &Value) -> Value;

    /// Whether [`Listener::asked`] can ask somebody. Only then is the server told that it may.
    fn can_ask(&self) -> bool;

    /// Something is wrong, but was tolerated.
    fn warned(&mut self, text: &str);
}

/// Carries one message at a time.
pub trait Transport {
    /// Sends a message. A request is answered with a response, which may be a JSON-RPC error; a notification with
    /// `None`. `headers` repeat parts of the body, for transports that have headers.
    fn send<'a>(
        &'a mut self,
        message: &'a Value,
        headers: &'a [(String, String)],
        listener: &'a mut dyn Listener,
    ) -> LocalFuture<'a, Result<Option<Value>, Error>>;

    /// Sets the revision to use from now on.
    fn speak(&mut self, version: &str);

    /// Whether the transport is HTTP.
    fn is_http(&self) -> bool;

    /// Ends the connection in the transport's way, without waiting long for the server.
    fn close(&mut self) -> LocalFuture<'_, ()>;
}

/// The response to a request that the server sent while ours was waiting (revisions before 2026-07-28).
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

/// What an incoming message means to the code that waits for the answer to `id`.
enum Arrived {
    /// The answer.
    Answer(Value),
    /// A request of the server, which must be answered.
    Request(Value),
    /// Anything else; the listener has been told.
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
