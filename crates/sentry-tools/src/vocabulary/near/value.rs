//! One value as models write it: JSON in a string, a word for nothing, a number in a string and the reverse.

use serde_json::Value;

use crate::text::url::bare;
use crate::vocabulary::parameter::{Format, Kind, Parameter, Presence};

/// The value as its parameter has it; `None` where nothing was sent. What cannot be read stays as it is, for the check to
/// refuse.
pub(crate) fn read(parameter: &Parameter, value: Value) -> Option<Value> {
    let value = match value {
        Value::Null if parameter.presence == Presence::Clearable => return Some(Value::Null),
        Value::Null => return None,
        Value::String(text) => Value::String(text.trim().to_owned()),
        value => value,
    };
    if let Some(text) = value.as_str() {
        if text.is_empty() {
            return parameter.has_empty_meaning().then_some(value);
        }
        if may_be_nothing(parameter) && is_null_word(text) {
            return None;
        }
    }
    Some(match parameter.kind {
        Kind::Text(text) => of_text(text.format, value),
        Kind::Choice { options, .. } => of_choice(options, value),
        Kind::Flag { .. } => of_flag(value),
        Kind::Texts => {
            let is_empty = value.as_array().is_some_and(Vec::is_empty);
            let clears = is_empty && parameter.presence == Presence::Clearable;
            return texts(value).or_else(|| clears.then_some(Value::Null));
        }
        Kind::NumberOrText => number_as_text(value),
        Kind::Pairs => pairs(value),
        Kind::Number { .. } | Kind::Object | Kind::Objects => value,
    })
}

/// Nothing by any spelling.
pub(crate) fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// How programs write nothing.
pub(crate) fn is_null_word(text: &str) -> bool {
    ["null", "none", "undefined", "nil"].contains(&text.to_ascii_lowercase().as_str())
}

fn may_be_nothing(parameter: &Parameter) -> bool {
    match parameter.kind {
        Kind::Text(text) => {
            text.format != Format::Free
                || text.nothing.is_some()
                || parameter.presence == Presence::Nullable
        }
        _ => true,
    }
}

fn number_as_text(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::String(number.to_string()),
        value => value,
    }
}

fn of_text(format: Format, value: Value) -> Value {
    let value = match value {
        // A list of one is that one.
        Value::Array(mut values) if values.len() == 1 => match values.pop() {
            Some(one @ (Value::String(_) | Value::Number(_))) => one,
            other => Value::Array(other.into_iter().collect()),
        },
        value => value,
    };
    let value = number_as_text(value);
    let Some(text) = value.as_str() else {
        return value;
    };
    match format {
        Format::IssueId | Format::HexId | Format::HexIdOrLatest => bare(text).into(),
        Format::Period => {
            period(text).map_or(value, |(count, unit)| format!("{count}{unit}").into())
        }
        _ => value,
    }
}

/// An option in another spelling, where it can be one only: `Resolved`, `error` for `errors`, `1d` for `24h`.
fn of_choice(options: &'static [&'static str], value: Value) -> Value {
    let value = number_as_text(of_text(Format::Free, value));
    let Some(text) = value.as_str() else {
        return value;
    };
    let wanted = super::squeeze(text);
    let is_it = |option: &&&str| {
        let option = super::squeeze(option);
        option == wanted || option.strip_suffix('s') == Some(&wanted)
    };
    let hours = |text: &str| match period(text)? {
        (count, 'm') => (count % 60 == 0).then_some(u64::from(count) / 60),
        (count, 'h') => Some(u64::from(count)),
        (count, 'd') => Some(u64::from(count) * 24),
        (count, 'w') => Some(u64::from(count) * 24 * 7),
        _ => None,
    };
    let asked = hours(text);
    let mut by_time = options
        .iter()
        .filter(|option| asked.is_some() && hours(option) == asked);
    options
        .iter()
        .find(is_it)
        .or_else(|| by_time.next())
        .map_or(value, |option| (*option).into())
}

fn of_flag(value: Value) -> Value {
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_ascii_lowercase);
    match text.as_str() {
        "true" | "1" => true.into(),
        "false" | "0" => false.into(),
        _ => value,
    }
}

/// Pairs: themselves, or an object's members.
fn pairs(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let pair = |(name, value): (String, Value)| Value::Array(vec![name.into(), value]);
            Value::Array(members.into_iter().map(pair).collect())
        }
        value => value,
    }
}

/// A list: itself, as JSON in a string, with commas, or one text alone. Without anything in it, nothing.
fn texts(value: Value) -> Option<Value> {
    let values = match value {
        Value::Array(values) => values,
        Value::String(text) => match serde_json::from_slice(text.as_bytes()) {
            Ok(Value::Array(values)) => values,
            _ => parts(&text).into_iter().map(Value::from).collect(),
        },
        value => vec![value],
    };
    let mut kept = Vec::new();
    for value in values {
        let value = number_as_text(value);
        match value.as_str().map(str::trim) {
            Some(text) if text.is_empty() || is_null_word(text) => {}
            Some(text) => kept.push(text.into()),
            None if value.is_null() => {}
            None => kept.push(value),
        }
    }
    (!kept.is_empty()).then_some(Value::Array(kept))
}

/// What stands between commas that are in no brackets: `count_if(level,equals,error)` is one.
fn parts(text: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    text.split(|c| {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    })
    .collect()
}

/// `24H`, `24 hours`, `last 7 days`.
fn period(text: &str) -> Option<(u32, char)> {
    let text = text.to_ascii_lowercase();
    let text = text
        .trim_start_matches("last ")
        .trim_start_matches("past ")
        .trim_start_matches('-');
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = match text.strip_prefix(digits)?.trim() {
        "m" | "min" | "mins" | "minute" | "minutes" => 'm',
        "h" | "hr" | "hrs" | "hour" | "hours" => 'h',
        "d" | "day" | "days" => 'd',
        "w" | "wk" | "week" | "weeks" => 'w',
        _ => return None,
    };
    let count = digits.trim().parse().ok()?;
    Some((count, unit))
}
