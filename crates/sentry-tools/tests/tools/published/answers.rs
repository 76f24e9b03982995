//! Answers of a published shape: as Sentry may send them, whatever the local Sentry has of them.

use serde_json::{Map, Value, json};

use super::Published;
use super::shapes::Of;
use crate::every::members::batches;

/// Every member there; then optional ones missing and those that may be `null` so, some at a time, of which none is inside of
/// another; then as little as may be. Each with what is special about it. A value is taken from `like` where it has the
/// shape.
pub(crate) fn variants(table: &Published, shape: &Value, like: &Value) -> Vec<(String, Value)> {
    let full = whole(table, shape, like, 0);
    let places = places(table, shape, &full, &[]);
    let mut least = full.clone();
    for place in places.iter().rev() {
        change(&mut least, place, place.is_optional);
    }
    let mut found = vec![
        ("every member".to_owned(), full.clone()),
        ("nothing that may be left out".to_owned(), least),
    ];
    for places in batches(places, |place| &place.steps) {
        for (missing, what) in [(true, "without"), (false, "null")] {
            let mut changed = full.clone();
            let mut named = what.to_owned();
            for place in &places {
                let applies = if missing {
                    place.is_optional
                } else {
                    place.is_nullable
                };
                if applies && change(&mut changed, place, missing) {
                    named = format!("{named} {}", place.steps.join("/"));
                }
            }
            if named != what {
                found.push((named, changed));
            }
        }
    }
    found
}

/// Takes a member away, or makes it `null` where it may be. Whether it was there.
fn change(value: &mut Value, place: &Place, missing: bool) -> bool {
    if missing {
        return remove(value, &place.steps);
    }
    match at(value, &place.steps) {
        Some(value) if place.is_nullable => {
            *value = Value::Null;
            true
        }
        _ => false,
    }
}

/// A member that may be missing or `null`.
#[derive(Debug)]
struct Place {
    steps: Vec<String>,
    is_optional: bool,
    is_nullable: bool,
}

/// Lists within lists of the same shape end somewhere.
const DEEPEST: usize = 12;

fn whole(table: &Published, shape: &Value, like: &Value, depth: usize) -> Value {
    let shape = table.resolved(shape);
    let fits = |shape: &Value| table.misfits(shape, like, "", Of::Answer).is_empty();
    match shape {
        Value::String(name) if name != "any" && fits(shape) => like.clone(),
        Value::String(name) => match name.as_str() {
            "integer" => json!(3),
            "number" => json!(1.5),
            "boolean" => json!(true),
            "date-time" => json!("2025-11-20T08:00:00.000000Z"),
            "any" if !like.is_null() => like.clone(),
            _ => json!("something"),
        },
        // Published otherwise than it is sent: `ANSWERED` says where.
        Value::Object(_) if like.is_array() => like.clone(),
        Value::Object(members) => object(table, members, like, depth),
        Value::Array(parts) => match parts[0].as_str().unwrap() {
            "list" if depth > DEEPEST => json!([]),
            "list" => match like.as_array() {
                Some(values) if !values.is_empty() => {
                    let each = values.iter().take(3);
                    each.map(|like| whole(table, &parts[1], like, depth + 1))
                        .collect()
                }
                _ => json!([whole(table, &parts[1], &Value::Null, depth + 1)]),
            },
            "one of" if fits(shape) => like.clone(),
            "one of" => parts[1].clone(),
            "either" => {
                let mut either = parts[1..].iter();
                let shape = either.find(|shape| fits(shape)).unwrap_or(&parts[1]);
                whole(table, shape, like, depth)
            }
            _ => whole(table, &parts[1], like, depth),
        },
        other => panic!("no shape: {other}"),
    }
}

fn object(table: &Published, members: &Map<String, Value>, like: &Value, depth: usize) -> Value {
    let mut found = Map::new();
    for (name, shape) in members.iter().filter(|(name, _)| *name != "*") {
        let name = name.trim_end_matches('?');
        found.insert(name.to_owned(), whole(table, shape, &like[name], depth + 1));
    }
    // What others there are is not known: those that the local Sentry has.
    if let (Some(shape), Some(values)) = (members.get("*"), like.as_object()) {
        for (name, value) in values {
            if !found.contains_key(name) {
                found.insert(name.clone(), whole(table, shape, value, depth + 1));
            }
        }
    }
    found.into()
}

fn places(table: &Published, shape: &Value, value: &Value, steps: &[String]) -> Vec<Place> {
    let shape = table.resolved(shape);
    let mut found = vec![];
    match shape {
        Value::Object(members) => {
            for (written, shape) in members.iter().filter(|(name, _)| *name != "*") {
                let name = written.trim_end_matches('?');
                let mut steps = steps.to_vec();
                steps.push(name.to_owned());
                let inner = places(table, shape, &value[name], &steps);
                found.push(Place {
                    steps,
                    is_optional: written.ends_with('?'),
                    is_nullable: shape[0] == "null",
                });
                found.extend(inner);
            }
        }
        Value::Array(parts) => match parts[0].as_str().unwrap() {
            "list" => {
                let mut steps = steps.to_vec();
                steps.push("0".to_owned());
                found.extend(places(table, &parts[1], &value[0], &steps));
            }
            "null" | "limits" => found.extend(places(table, &parts[1], value, steps)),
            "either" => {
                let fits = |shape: &&Value| table.misfits(shape, value, "", Of::Answer).is_empty();
                if let Some(shape) = parts[1..].iter().find(fits) {
                    found.extend(places(table, shape, value, steps));
                }
            }
            _ => {}
        },
        _ => {}
    }
    found
}

/// The value at the end of some steps, where they lead anywhere.
pub(crate) fn at<'a>(value: &'a mut Value, steps: &[String]) -> Option<&'a mut Value> {
    steps.iter().try_fold(value, |value, step| match value {
        Value::Array(values) => values.get_mut(step.parse::<usize>().ok()?),
        Value::Object(members) => members.get_mut(step),
        _ => None,
    })
}

/// Takes away what is at the end of some steps: a member, or an element of a list.
pub(crate) fn remove(value: &mut Value, steps: &[String]) -> bool {
    let Some((last, above)) = steps.split_last() else {
        return false;
    };
    match at(value, above) {
        Some(Value::Object(members)) => members.remove(last).is_some(),
        Some(Value::Array(values)) => match last.parse::<usize>() {
            Ok(index) if index < values.len() => {
                values.remove(index);
                true
            }
            _ => false,
        },
        _ => false,
    }
}
