//! Building JSON from data that is known by name only when it runs: a derived writer per shape costs more.

use mcp::CallToolResult;
use serde_json::value::to_raw_value;
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::tool::Answer;

/// An object of these members.
pub(crate) fn object(members: Vec<(&'static str, Value)>) -> Value {
    let mut object = Map::new();
    for (name, value) in members {
        object.insert(name.to_owned(), value);
    }
    Value::Object(object)
}

/// An object of these members without those that have no value.
pub(crate) fn known(members: Vec<(&'static str, Option<Value>)>) -> Value {
    let known = members
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    object(known.collect())
}

/// Structured output. `value` is an object that satisfies the tool's `outputSchema`.
pub(crate) fn structured(value: &Value) -> Answer {
    to_raw_value(value)
        .map(CallToolResult::structured)
        .map_err(|_| Failure::Api(sentry_api::ApiError::Malformed("encodable")))
}
