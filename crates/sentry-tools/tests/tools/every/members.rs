//! Answers of other releases: whatever is missing, `null` or of another type, in whichever answer of the local Sentry, no
//! tool panics, and what it says is an answer that its schema describes or a failure in plain words.
// file rule: mcp/missing-members

use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use serde_json::{Value, json};

use super::faults::is_plain;
use super::stage::{Change, Recording, json as answer, place, recordings};
use super::{Came, nothing, with};
use crate::published::answers::{at, remove};

/// The steps to every member and element, once for all elements of a list, to the first that has it.
pub(crate) fn paths(value: &Value) -> Vec<Vec<String>> {
    let mut seen = HashSet::new();
    let mut found = all_paths(value);
    found.retain(|steps| {
        let names = steps.iter().map(|step| match step.parse::<usize>() {
            Ok(_) => "*",
            Err(_) => step,
        });
        seen.insert(names.collect::<Vec<_>>().join("/"))
    });
    found
}

fn all_paths(value: &Value) -> Vec<Vec<String>> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), value))
            .collect(),
        Value::Array(values) => values
            .iter()
            .enumerate()
            .map(|(index, value)| (index.to_string(), value))
            .collect(),
        _ => vec![],
    };
    let mut found = vec![];
    for (step, child) in children {
        found.push(vec![step.clone()]);
        for mut rest in all_paths(child) {
            rest.insert(0, step.clone());
            found.push(rest);
        }
    }
    found
}

/// Another body at one place.
pub(crate) fn instead(at: &str, body: &Value) -> Change {
    let (at, body) = (at.to_owned(), body.to_string());
    Rc::new(move |request, recorded| match at == place(request) {
        true => Ok(fetch::Response {
            body: body.clone().into_bytes(),
            ..recorded
        }),
        false => Ok(recorded),
    })
}

/// The bodies that are JSON, by their place.
pub(crate) fn bodies(recording: &Recording) -> Vec<(String, Value)> {
    let mut found: Vec<(String, Value)> = vec![];
    for exchange in recording.exchanges.iter() {
        let at = place(&exchange.request);
        let body = serde_json::from_slice(&exchange.answer.body);
        if let (Ok(body), true) = (body, exchange.answer.is_success())
            && !found.iter().any(|(known, _)| *known == at)
        {
            found.push((at, body));
        }
    }
    found
}

/// What is wrong with an answer to odd answers of Sentry.
pub(crate) fn wrong(recording: &Recording, came: &Came) -> Option<String> {
    let words = came.words();
    if came.result.is_err() {
        return Some(words);
    }
    if came.is_error() {
        return (!is_plain(&words)).then_some(words);
    }
    came.misfit(recording.row.tool)
}

/// The same value with every member `null`, or every list empty.
fn everywhere(value: &Value, is_null: bool) -> Value {
    match value {
        Value::Object(members) => {
            let each = members.iter().map(|(name, value)| {
                let value = match is_null && !value.is_object() && !value.is_array() {
                    true => Value::Null,
                    false => everywhere(value, is_null),
                };
                (name.clone(), value)
            });
            Value::Object(each.collect())
        }
        Value::Array(_) if !is_null => json!([]),
        Value::Array(values) => values
            .iter()
            .map(|value| everywhere(value, is_null))
            .collect(),
        other => other.clone(),
    }
}

/// Every list of every answer is empty.
pub(crate) fn empty() -> Change {
    changed(|value| everywhere(value, false))
}

/// Every answer, changed.
pub(crate) fn changed(how: impl Fn(&Value) -> Value + 'static) -> Change {
    changed_at(move |_, body| how(body))
}

/// The same, by its place.
pub(crate) fn changed_at(how: impl Fn(&str, &Value) -> Value + 'static) -> Change {
    Rc::new(move |request, recorded| {
        let body = serde_json::from_slice(&recorded.body);
        Ok(match body {
            Ok(body) => answer(
                recorded.status,
                how(&place(request), &body).to_string().as_bytes(),
            ),
            Err(_) => recorded,
        })
    })
}

/// Some at a time, of which none is inside of another: what goes wrong with several is looked for in each alone.
pub(crate) fn batches<T>(of: Vec<T>, steps: impl Fn(&T) -> &[String]) -> Vec<Vec<T>> {
    let mut found: Vec<Vec<T>> = vec![];
    let mut by_depth: BTreeMap<usize, Vec<T>> = BTreeMap::new();
    for one in of {
        by_depth.entry(steps(&one).len()).or_default().push(one);
    }
    for of_depth in by_depth.into_values() {
        let mut batch = vec![];
        for one in of_depth {
            batch.push(one);
            if batch.len() == TOGETHER {
                found.push(std::mem::take(&mut batch));
            }
        }
        if !batch.is_empty() {
            found.push(batch);
        }
    }
    found
}

/// How many members are changed at once.
const TOGETHER: usize = 10;

/// The body with something else in the place of some members, or without them.
fn with_odd(body: &Value, places: &[Vec<String>], odd: Option<&Value>) -> Value {
    let mut body = body.clone();
    for steps in places {
        match odd {
            Some(odd) => *at(&mut body, steps).unwrap() = odd.clone(),
            None => drop(remove(&mut body, steps)),
        }
    }
    body
}

/// What goes wrong with these members missing, or odd.
async fn with_members(
    recording: &Recording,
    place: &str,
    body: &Value,
    places: &[Vec<String>],
    odd: Option<&Value>,
) -> Option<String> {
    let changed = instead(place, &with_odd(body, places, odd));
    let problem = wrong(recording, &with(recording, changed).await)?;
    let name = recording.row.name();
    Some(format!("{name}, {place} {places:?} {odd:?}: {problem}"))
}

#[tokio::test]
async fn whatever_one_member_is_there_is_an_answer_or_plain_words() {
    let mut found = vec![];
    let mut tried = 0;
    let mut turn = 0;
    let odd = [
        Some(Value::Null),
        Some(json!({ "odd": [[1]] })),
        Some(json!("\u{0}`")),
    ];
    for recording in recordings() {
        for (place, body) in bodies(recording) {
            for places in batches(paths(&body), |steps| steps) {
                // Missing, and one of the others in turn.
                turn += 1;
                for odd in [&None, &odd[turn % odd.len()]] {
                    tried += places.len();
                    let odd = odd.as_ref();
                    let problem = with_members(recording, &place, &body, &places, odd).await;
                    let Some(problem) = problem else { continue };
                    let before = found.len();
                    for alone in &places {
                        let alone = std::slice::from_ref(alone);
                        found.extend(with_members(recording, &place, &body, alone, odd).await);
                    }
                    if found.len() == before {
                        found.push(problem);
                    }
                }
            }
        }
    }
    assert!(tried > 2_000, "{tried}");
    nothing(&found);
}

#[tokio::test]
async fn where_all_is_null_or_another_type_there_is_an_answer_or_plain_words() {
    let mut found = vec![];
    for recording in recordings() {
        let changes: [(&str, Change); 6] = [
            ("every value null", changed(|value| everywhere(value, true))),
            ("null", changed(|_| Value::Null)),
            ("a text", changed(|_| json!("text"))),
            ("an empty object", changed(|_| json!({}))),
            ("an empty list", changed(|_| json!([]))),
            (
                "a list of oddities",
                changed(|_| json!([null, 7, "x", [], {}])),
            ),
        ];
        for (what, change) in changes {
            let came = with(recording, change).await;
            if let Some(problem) = wrong(recording, &came) {
                found.push(format!("{}, {what}: {problem}", recording.row.name()));
            }
        }
    }
    nothing(&found);
}
