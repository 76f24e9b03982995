//! An order of JSON values, for sorting by a column.

use std::cmp::Ordering;

use serde_json::Value;

/// Compares two values: null comes first, then booleans, numbers, and texts in alphabetical order.
pub(crate) fn by_value(one: &Value, other: &Value) -> Ordering {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => one.total_cmp(&other),
        _ => rank(one)
            .cmp(&rank(other))
            .then_with(|| text(one).cmp(&text(other))),
    }
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        _ => 3,
    }
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), String::from)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_by_size_and_text_by_letters() {
        let mut values = [json!("b"), json!(10), json!(null), json!("a"), json!(9.5)];
        values.sort_by(by_value);
        assert_eq!(
            values,
            [json!(null), json!(9.5), json!(10), json!("a"), json!("b")]
        );
    }
}
