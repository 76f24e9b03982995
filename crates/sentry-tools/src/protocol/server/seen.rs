//! The last thing that happens to an answer, whatever tool it is of: what a reader cannot see goes out of every text, and
//! what a session does not want of others' text as well. Structured answers are treated alike.

use std::borrow::Cow;

use mcp::{CallToolResult, Content};
use serde_json::Value;
use serde_json::value::to_raw_value;

use crate::text::{omit, visible};
use crate::vocabulary::session::Untrusted;
use crate::vocabulary::tool::UNTRUSTED;

/// The answer as the session may read it.
pub(super) fn only(mut result: CallToolResult, untrusted: Untrusted) -> CallToolResult {
    let Some(json) = &result.structured_content else {
        words(&mut result, untrusted);
        return result;
    };
    let is_same =
        matches!(result.content.first(), Some(Content::Text { text }) if text == json.get());
    if is_same {
        return structured(result, untrusted);
    }
    // The same for reading stands beside it.
    words(&mut result, untrusted);
    let content = std::mem::take(&mut result.content);
    CallToolResult {
        content,
        ..structured(result, untrusted)
    }
}

/// What is Markdown. Images and files are others' words as well.
fn words(result: &mut CallToolResult, untrusted: Untrusted) {
    let count = result.content.len();
    if untrusted == Untrusted::Omit {
        let is_text = |content: &Content| matches!(content, Content::Text { .. });
        result.content.retain(is_text);
        if result.content.len() < count {
            let text = "(Images and files are left out, as this connection asks for.)".to_owned();
            result.content.push(Content::Text { text });
        }
    }
    for content in &mut result.content {
        if let Content::Text { text } = content {
            if let Cow::Owned(seen) = visible::only(text) {
                *text = seen;
            }
            if untrusted == Untrusted::Omit {
                *text = omit::from(text);
            }
        }
    }
}

/// The text beside it stays the same JSON.
fn structured(result: CallToolResult, untrusted: Untrusted) -> CallToolResult {
    let json = result
        .structured_content
        .as_ref()
        .map_or("", |json| json.get());
    let omits = untrusted == Untrusted::Omit && !result.meta.is_empty();
    if is_plain(json) && !omits {
        return result;
    }
    let Ok(mut value) = serde_json::from_slice(json.as_bytes()) else {
        return result;
    };
    clean(&mut value);
    if omits {
        for pointer in senders(&result) {
            leave_out(&mut value, &pointer);
        }
    }
    match to_raw_value(&value) {
        Ok(json) => CallToolResult {
            meta: result.meta,
            ..CallToolResult::structured(json)
        },
        Err(_) => result,
    }
}

/// ASCII without escaped control characters, as most JSON is; a line break may be one.
fn is_plain(json: &str) -> bool {
    let escapes = ["\\u00", "\\r", "\\b", "\\f"];
    json.is_ascii() && !escapes.iter().any(|escape| json.contains(escape))
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

/// The members that the tool declares to hold what others wrote.
fn senders(result: &CallToolResult) -> Vec<String> {
    let declared = result.meta.iter().find(|(name, _)| *name == UNTRUSTED);
    declared
        .and_then(|(_, members)| serde_json::from_slice(members.get().as_bytes()).ok())
        .unwrap_or_default()
}

fn leave_out(value: &mut Value, pointer: &str) {
    let Some(rest) = pointer.strip_prefix('/') else {
        match value {
            Value::String(text) if !omit::is_name(text) => omit::OMITTED.clone_into(text),
            // What stands below is others' as well.
            Value::Array(values) => values.iter_mut().for_each(|value| leave_out(value, "")),
            Value::Object(members) => members.values_mut().for_each(|value| leave_out(value, "")),
            _ => {}
        }
        return;
    };
    let (step, rest) = match rest.find('/') {
        Some(end) => rest.split_at(end),
        None => (rest, ""),
    };
    match value {
        Value::Array(values) if step == "*" => {
            values.iter_mut().for_each(|value| leave_out(value, rest));
        }
        Value::Object(members) if step == "*" => {
            members
                .values_mut()
                .for_each(|value| leave_out(value, rest));
        }
        Value::Object(members) => {
            if let Some(value) = members.get_mut(step) {
                leave_out(value, rest);
            }
        }
        _ => {}
    }
}
