//! Reads JSON from a server.

use serde_json::{Map, Value};

/// The strings of an array; other elements are left out.
pub fn strings(value: &Value) -> Vec<&str> {
    let all = value.as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().filter_map(Value::as_str).collect()
}

/// The strings of a member that is an array; `None` if there is no such member.
pub fn list(metadata: &Map<String, Value>, name: &str) -> Option<Vec<String>> {
    let strings = strings(metadata.get(name)?);
    Some(strings.into_iter().map(str::to_owned).collect())
}

/// The value as a person would write it: strings without quotes, array elements separated by commas.
pub fn plainly(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(plainly).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
