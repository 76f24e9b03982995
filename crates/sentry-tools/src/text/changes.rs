//! What Sentry says of a change to an issue: commits, pull requests, other issues, numbers with their units. Whatever
//! somebody else wrote stands in code spans.

use sentry_api::{List, Value};

use crate::text::markdown::{Joined, code, identifier, line, number, one_line, push};
use crate::text::value::written;

fn member<'a>(value: Value<'a>, name: &str) -> Option<Value<'a>> {
    Some(value.get(name)).filter(|value| !value.is_null() && *value != "")
}

fn quoted(value: Value<'_>, most: usize) -> String {
    code(&one_line(&written(value, most)), most + 40)
}

/// `7c41e0d of lighthouse-books/web by Maren: first line of the message`.
pub(crate) fn commit(value: Value<'_>) -> String {
    described(value, false)
}

/// `7c41e0d: first line of the message`: what it belongs to is not told.
pub(crate) fn commit_alone(value: Value<'_>) -> String {
    described(value, true)
}

fn described(value: Value<'_>, is_alone: bool) -> String {
    if !value.is_object() {
        return identifier(&written(value, 80)).into_owned();
    }
    let told = |name| {
        let told = |value: &Value<'_>| !is_alone || !value.is_array() && !value.is_object();
        member(value, name).filter(told)
    };
    let id = told("shortId").or_else(|| told("id"));
    let id = id.map_or_else(|| "?".to_owned(), |id| written(id, 60));
    let mut text = identifier(&id).into_owned();
    if !is_alone {
        of_repository(value, &mut text);
    }
    if let Some(message) = told("message") {
        let message = written(message, 4_000);
        let first = message.trim().lines().next().unwrap_or_default();
        push(&mut text, &[": ", &code(first, 200)]);
    }
    text
}

/// `7c41e0d`.
pub(crate) fn commit_id(value: Value<'_>) -> String {
    let id = member(value, "shortId").or_else(|| member(value, "id"));
    let id = if value.is_object() { id } else { Some(value) };
    let id = id.map_or_else(|| "?".to_owned(), |id| written(id, 60));
    identifier(&id).into_owned()
}

/// `205 of lighthouse-books/web by Teodor: title, address`.
pub(crate) fn pull_request(value: Value<'_>) -> String {
    if !value.is_object() {
        return identifier(&written(value, 80)).into_owned();
    }
    let id = member(value, "id").map_or_else(|| "?".to_owned(), |id| written(id, 60));
    let mut text = identifier(&id).into_owned();
    of_repository(value, &mut text);
    for (name, before) in [("title", ": "), ("externalUrl", " ")] {
        if let Some(value) = member(value, name) {
            push(&mut text, &[before, &quoted(value, 240)]);
        }
    }
    text
}

fn of_repository(value: Value<'_>, text: &mut String) {
    for (name, before) in [("repository", " of "), ("author", " by ")] {
        let named = member(value, name)
            .and_then(|value| member(value, "name").or_else(|| member(value, "email")));
        if let Some(name) = named {
            push(text, &[before, &quoted(name, 100)]);
        }
    }
}

/// An issue by its short id, or its number.
pub(crate) fn issue(value: Value<'_>) -> String {
    let id = member(value, "shortId").or_else(|| member(value, "id"));
    identifier(&written(id.unwrap_or(value), 60)).into_owned()
}

/// The issues of a list: the first ten, and how many more there are.
pub(crate) fn issues(values: List<'_>) -> String {
    const SHOWN: usize = 10;
    let mut text = Joined::default();
    for value in values.iter().take(SHOWN) {
        text.add(", ", &issue(value));
    }
    if values.len() > SHOWN {
        text.add(
            "",
            &[" and ", &number((values.len() - SHOWN) as u64), " more"].concat(),
        );
    }
    text.text()
}

/// `50 minutes`.
pub(crate) fn amount(value: Value<'_>, noun: &str) -> String {
    let count = match value {
        Value::String(text) => text.parse().ok(),
        value => value.as_u64(),
    };
    let Some(count) = count else {
        return [quoted(value, 40).as_str(), " ", noun, "s"].concat();
    };
    let end = if count == 1 { "" } else { "s" };
    [&number(count), " ", noun, end].concat()
}

/// An archive's condition by Sentry's name for it, in words; `None` for another name. Windows and durations are in
/// minutes.
pub(crate) fn condition(name: &str, value: Value<'_>) -> Option<String> {
    Some(match name {
        "ignoreUntil" => ["until ", &super::markdown::moment(&written(value, 60))].concat(),
        "ignoreDuration" => ["for ", &amount(value, "minute")].concat(),
        "ignoreCount" => ["until it happens ", &amount(value, "more time")].concat(),
        "ignoreWindow" => ["all within ", &amount(value, "minute")].concat(),
        "ignoreUserCount" => ["until it affects ", &amount(value, "more user")].concat(),
        "ignoreUserWindow" => ["all within ", &amount(value, "minute")].concat(),
        "ignoreUntilEscalating" => "until it escalates".to_owned(),
        _ => return None,
    })
}

/// What else Sentry says: its name and its value, in one code span.
pub(crate) fn other(name: &str, value: Value<'_>) -> String {
    code(
        &[&line(name, 60), ": ", &one_line(&written(value, 240))].concat(),
        340,
    )
}
