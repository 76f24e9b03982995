use serde_json::{Map, Value};

use crate::client::Error;
use crate::client::transport::Listener;

/// Answers the server's questions. "The client MUST construct the requested inputs before retrying the original
/// request", and "MUST echo back the exact value" of `requestState`, which is left out if there was none (MCP
/// 2026-07-28 mrtr).
pub(super) fn answer_inputs(
    found: &Value,
    params: &mut Map<String, Value>,
    listener: &mut dyn Listener,
) -> Result<(), Error> {
    let asked = found.get("inputRequests").and_then(Value::as_object);
    let state = found.get("requestState");
    if asked.is_none() && state.is_none() {
        return Err(Error::Protocol(
            "the server wants input, but sent neither inputRequests nor requestState".to_owned(),
        ));
    }
    let mut answers = Map::new();
    for (key, request) in asked.into_iter().flatten() {
        let method = request
            .get("method")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if method != "elicitation/create" || !listener.can_ask() {
            return Err(Error::Protocol(format!(
                "the server asks for {method}, which this client did not offer"
            )));
        }
        let said = listener.asked(request.get("params").unwrap_or(&Value::Null));
        answers.insert(key.clone(), said);
    }
    if asked.is_some() {
        params.insert("inputResponses".to_owned(), Value::Object(answers));
    }
    if let Some(state) = state {
        params.insert("requestState".to_owned(), state.clone());
    }
    Ok(())
}
