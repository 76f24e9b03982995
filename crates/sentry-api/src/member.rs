//! Reading members of a parsed answer the way a server of another release may have written them: left out, `null`, a
//! number for a string. One parsed value and these few functions cost a fraction of a derived reader per type, and a
//! Worker's size is bounded.

use std::borrow::Cow;

use crate::error::ApiError;
use crate::json::{Json, List, Value};

/// A member, or `null`.
pub(crate) fn member<'a>(value: Value<'a>, name: &str) -> Value<'a> {
    value.get(name)
}

/// A member of a member, or `null`.
pub(crate) fn inner<'a>(value: Value<'a>, outer: &str, name: &str) -> Value<'a> {
    member(member(value, outer), name)
}

/// A string, or a number or boolean as its text; `None` for anything else.
pub(crate) fn as_text(value: Value<'_>) -> Option<String> {
    match value {
        Value::String(text) => Some(text.to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(if flag { "true" } else { "false" }.to_owned()),
        _ => None,
    }
}

/// [`as_text`] of a member, where it stands: a string is not copied.
pub(crate) fn words<'a>(value: Value<'a>, name: &str) -> Option<Cow<'a, str>> {
    match member(value, name) {
        Value::String(text) => Some(Cow::Borrowed(text)),
        other => as_text(other).map(Cow::Owned),
    }
}

/// [`as_text`] of a member.
pub(crate) fn text(value: Value<'_>, name: &str) -> Option<String> {
    as_text(member(value, name))
}

/// A member that is a string or a number and not empty: an identifier, or a name that the rest hangs on.
pub(crate) fn id(value: Value<'_>, name: &str) -> Option<String> {
    match member(value, name) {
        Value::Bool(_) => None,
        found => as_text(found).filter(|text| !text.is_empty()),
    }
}

/// A whole number, also one in a string or written as a fraction (`3.0`).
#[must_use]
pub fn count(value: Value<'_>, name: &str) -> Option<u64> {
    match member(value, name) {
        Value::Number(number) => number.as_u64().or_else(|| {
            let whole = Some(number.as_f64()).filter(|number| number.fract() == 0.0)?;
            (whole >= 0.0).then_some(whole as u64)
        }),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// Any number, or one in a string.
pub(crate) fn number(value: Value<'_>, name: &str) -> Option<f64> {
    match member(value, name) {
        Value::Number(number) => Some(number.as_f64()),
        Value::String(text) => float(text),
        _ => None,
    }
}

/// A number as JSON writes it. The standard library reads more of them, with tables that weigh ten kilobytes.
pub fn float(text: &str) -> Option<f64> {
    let number: serde_json::Number = serde_json::from_slice(text.trim().as_bytes()).ok()?;
    number.as_f64()
}

/// A boolean, also one in a string; anything else is false.
pub(crate) fn flag(value: Value<'_>, name: &str) -> bool {
    maybe_flag(value, name).unwrap_or_default()
}

/// As [`flag`], and `None` where nobody said.
pub(crate) fn maybe_flag(value: Value<'_>, name: &str) -> Option<bool> {
    match member(value, name) {
        Value::Bool(flag) => Some(flag),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A string that is not empty, or a number or boolean as its text.
pub(crate) fn filled(value: Value<'_>, name: &str) -> Option<String> {
    text(value, name).filter(|text| !text.is_empty())
}

/// An address in memory: a number, or hexadecimal digits such as `0x1f`.
pub(crate) fn address(value: Value<'_>) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => {
            let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
            match digits {
                Some(digits) => u64::from_str_radix(digits, 16).ok(),
                None => text.parse().ok(),
            }
        }
        _ => None,
    }
}

/// The elements of an array; none of anything else.
pub(crate) fn elements(value: Value<'_>) -> List<'_> {
    value.elements()
}

/// The elements of a member that is an array.
pub(crate) fn list<'a>(value: Value<'a>, name: &str) -> List<'a> {
    elements(member(value, name))
}

/// Every element of an answer that is an array. An element without what identifies it fails the whole: a list that
/// silently misses entries misleads.
pub(crate) fn all<T>(
    answer: &Json,
    read: fn(Value<'_>) -> Option<T>,
    what: &'static str,
) -> Result<Vec<T>, ApiError> {
    let elements = answer.things(None, what)?.iter();
    elements
        .map(|element| read(element).ok_or(ApiError::Malformed(what)))
        .collect()
}

/// An object of these members.
pub(crate) fn object(members: Vec<(&'static str, serde_json::Value)>) -> serde_json::Value {
    let mut object = serde_json::Map::new();
    for (name, value) in members {
        object.insert(name.to_owned(), value);
    }
    serde_json::Value::Object(object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn members_of_every_kind() {
        let value = Json::from(
            &json!({ "s": "x", "w": 3.0, "n": 12, "f": 1.5, "b": true, "null": null, "o": {}, "d": "34", "e": "" }),
        );
        let value = value.root();
        let texts: Vec<_> = ["s", "n", "f", "b", "null", "o", "gone"]
            .iter()
            .map(|name| text(value, name))
            .collect();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            texts,
            [
                some("x"),
                some("12"),
                some("1.5"),
                some("true"),
                None,
                None,
                None
            ]
        );
        assert_eq!(
            (id(value, "n"), id(value, "b"), id(value, "e")),
            (some("12"), None, None)
        );
        assert_eq!(
            (
                count(value, "n"),
                count(value, "d"),
                count(value, "w"),
                count(value, "f")
            ),
            (Some(12), Some(34), Some(3), None)
        );
        assert_eq!(
            (number(value, "f"), number(value, "d"), number(value, "s")),
            (Some(1.5), Some(34.0), None)
        );
        let more = Json::from(
            &json!({ "t": "True", "f": "false", "hex": "0x1f", "dec": "31", "odd": "0xzz" }),
        );
        let more = more.root();
        assert_eq!(
            (
                maybe_flag(more, "t"),
                maybe_flag(more, "f"),
                maybe_flag(value, "e")
            ),
            (Some(true), Some(false), None)
        );
        let addresses = ["hex", "dec", "odd"].map(|name| address(member(more, name)));
        assert_eq!(addresses, [Some(31), Some(31), None]);
        assert_eq!((filled(value, "e"), filled(value, "s")), (None, some("x")));
        assert!(flag(value, "b") && !flag(value, "n") && !flag(value, "gone"));
    }
}
