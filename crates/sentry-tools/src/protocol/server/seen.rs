//! The last thing that happens to an answer, whatever tool it is of: what a reader cannot see goes out of every text, also
//! out of those of a structured answer.

use std::borrow::Cow;

use mcp::{CallToolResult, Content};
use serde_json::Value;
use serde_json::value::to_raw_value;

use crate::text::visible;

/// The answer with only what can be seen.
pub(super) fn only(mut result: CallToolResult) -> CallToolResult {
    if let Some(json) = &result.structured_content {
        // A program reads the same from it, and the text beside it is the same JSON.
        if !is_plain(json.get())
            && let Ok(mut value) = serde_json::from_str(json.get())
        {
            clean(&mut value);
            if let Ok(cleaned) = to_raw_value(&value) {
                result.content = CallToolResult::structured(cleaned.clone()).content;
                result.structured_content = Some(cleaned);
            }
        }
        return result;
    }
    for content in &mut result.content {
        if let Content::Text { text } = content
            && let Cow::Owned(seen) = visible::only(text)
        {
            *text = seen;
        }
    }
    result
}

/// ASCII without escaped control characters, as most JSON is.
fn is_plain(json: &str) -> bool {
    json.is_ascii() && !json.contains("\\u00")
}

fn clean(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(seen) = visible::only(text) {
                *text = seen;
            }
        }
        Value::Array(values) => values.iter_mut().for_each(clean),
        Value::Object(members) => members.values_mut().for_each(clean),
        _ => {}
    }
}
