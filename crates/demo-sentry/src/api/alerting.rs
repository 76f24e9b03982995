//! Dashboards, alert rules ("workflows") and monitors ("detectors").
#![expect(
    clippy::indexing_slicing,
    reason = "a missing member reads as `null`, and only objects made here are written to"
)]

pub(crate) mod dashboards;
pub(crate) mod detectors;
mod group;
pub(crate) mod options;
pub(crate) mod workflows;

use std::cmp::Reverse;

use serde_json::{Map, Value, json};

use super::caller::Caller;
use super::error::ApiError;
use crate::data::Data;
use crate::data::alerting::text;
use crate::data::organization::Organization;
use crate::params::Params;
use crate::search::lexer;

/// Which scopes read rules and monitors, and which change them.
const READ: &[&str] = &["alerts:read", "org:read"];
const WRITE: &[&str] = &["alerts:write", "org:write", "org:admin"];

/// A member of a body, by its name in camel case or in snake case: Sentry takes both.
fn sent<'a>(body: &'a Value, camel: &str) -> Option<&'a Value> {
    let mut snake = String::new();
    for c in camel.chars() {
        if c.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    body.get(camel).or_else(|| body.get(&snake))
}

/// As [`sent`]; what is `null` was not sent.
fn given<'a>(body: &'a Value, camel: &str) -> Option<&'a Value> {
    sent(body, camel).filter(|value| !value.is_null())
}

/// What is wrong with a member.
fn wrong<T>(name: &'static str, words: impl Into<String>) -> Result<T, ApiError> {
    Err(ApiError::InvalidMember(name, words.into()))
}

/// A name of at most `most` characters.
fn name(body: &Value, most: usize) -> Result<&str, ApiError> {
    super::body::text("name", body["name"].as_str(), most)
}

/// Whole numbers, also in strings, as the strings that ids are.
fn ids(body: &Value, camel: &'static str) -> Result<Vec<String>, ApiError> {
    let Some(list) = given(body, camel) else {
        return Ok(Vec::new());
    };
    let Some(list) = list.as_array() else {
        return wrong(camel, "Expected a list of items.");
    };
    let read = |id: &Value| match id {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if text.bytes().all(|b| b.is_ascii_digit()) => Some(text.clone()),
        _ => None,
    };
    let read: Option<Vec<String>> = list.iter().map(read).collect();
    read.map_or_else(|| wrong(camel, "A valid integer is required."), Ok)
}

/// `user:1001` or `team:7101`, which exists.
fn owner(data: &Data, organization: &Organization, body: &Value) -> Result<Value, ApiError> {
    let Some(owner) = given(body, "owner") else {
        return Ok(Value::Null);
    };
    let known = owner.as_str().and_then(|owner| owner.split_once(':'));
    let known = known.is_some_and(|(kind, id)| match kind {
        "team" => data.teams_of(&organization.slug).any(|team| team.id == id),
        "user" => data
            .user(id)
            .is_some_and(|user| user.organizations.contains(&organization.slug)),
        _ => false,
    });
    if known {
        Ok(owner.clone())
    } else {
        wrong(
            "owner",
            "Could not parse actor. Format should be `type:id` where type is `team` or `user`.",
        )
    }
}

/// The things whose name fits `query`, whose `kind` it names, and whose id is among those asked for, in the order of
/// `sortBy`.
fn found<'a>(
    things: impl Iterator<Item = &'a Value>,
    params: &Params,
) -> Result<Vec<&'a Value>, ApiError> {
    let terms = lexer::split(params.first("query").unwrap_or_default());
    let terms = terms.map_err(ApiError::invalid)?;
    let asked: Vec<&str> = params.all("id").collect();
    if asked.iter().any(|id| id.parse::<u64>().is_err()) {
        return Err(ApiError::invalid("Invalid ID format"));
    }
    let fits = |thing: &&Value| {
        (asked.is_empty() || asked.contains(&text(thing, "id")))
            && terms.iter().all(|term| term_fits(thing, term))
    };
    let mut found: Vec<&Value> = things.filter(fits).collect();
    let sort = params.first("sortBy").unwrap_or("id");
    let number = |thing: &Value| text(thing, "id").parse::<u64>().unwrap_or_default();
    match sort {
        "id" => found.sort_by_key(|thing| number(thing)),
        "-id" => found.sort_by_key(|thing| Reverse(number(thing))),
        "name" => found.sort_by_key(|thing| text(thing, "name").to_lowercase()),
        "-name" => found.sort_by_key(|thing| Reverse(text(thing, "name").to_lowercase())),
        "lastTriggered" => found.sort_by_key(|thing| text(thing, "lastTriggered")),
        "-lastTriggered" => found.sort_by_key(|thing| Reverse(text(thing, "lastTriggered"))),
        _ => return wrong("sortBy", "Invalid sort field"),
    }
    Ok(found)
}

/// `type:metric_issue`, `name:"*part*"`, or a word of the name.
fn term_fits(thing: &Value, term: &str) -> bool {
    let name = text(thing, "name").to_lowercase();
    let (key, wanted) = term.split_once(':').unwrap_or(("", term));
    let wanted = lexer::unquote(wanted).to_lowercase();
    match key {
        "type" => {
            let wanted = wanted.trim_matches(['[', ']']);
            let mut wanted = wanted.split(',').map(str::trim);
            wanted.any(|wanted| text(thing, "type") == wanted)
        }
        "name" => match wanted.strip_prefix('*').and_then(|w| w.strip_suffix('*')) {
            Some(part) => name.contains(part),
            None => name == wanted,
        },
        _ => name.contains(&lexer::unquote(term).to_lowercase()),
    }
}

/// The organization, to somebody with one of these scopes.
fn enter<'a>(
    data: &'a Data,
    caller: &Caller,
    organization: &str,
    scopes: &[&str],
) -> Result<&'a Organization, ApiError> {
    caller.may(scopes)?;
    caller.organization(data, organization)
}

/// An object, for what has to be one.
fn object(body: &Value, camel: &'static str) -> Result<Value, ApiError> {
    match given(body, camel) {
        None => Ok(Value::Object(Map::new())),
        Some(object @ Value::Object(_)) => Ok(object.clone()),
        Some(_) => wrong(camel, "Expected a dictionary of items."),
    }
}

/// A boolean, `true` where nobody said.
fn enabled(body: &Value) -> Result<Value, ApiError> {
    match given(body, "enabled") {
        None => Ok(json!(true)),
        Some(flag @ Value::Bool(_)) => Ok(flag.clone()),
        Some(_) => wrong("enabled", "Must be a valid boolean."),
    }
}
