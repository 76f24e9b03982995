//! What a release does not know of a row, found by what it would have written of it.

use serde_json::{Map, Value};

/// What tells one object of a row from another of its kind.
const IDENTITIES: [&str; 3] = ["id", "h", "hash"];

type Members = Map<String, Value>;

/// An object as it was stored, and what this release would write of it.
type Pair<'a> = (&'a Members, &'a Members);

/// Objects that have an identity, wherever they stood. There are few in a row.
type Known<'a> = Vec<(&'a str, Pair<'a>)>;

/// Adds to `after` the members of `before` that are not in `known`.
pub fn keep(before: &Value, known: &Value, after: &mut Value) {
    let mut by_identity = Known::new();
    collect(before, known, &mut by_identity);
    fill(after, pair(before, known), &by_identity);
}

fn pair<'a>(before: &'a Value, known: &'a Value) -> Option<Pair<'a>> {
    Some((before.as_object()?, known.as_object()?))
}

fn identity(members: &Members) -> Option<&str> {
    IDENTITIES
        .iter()
        .find_map(|name| members.get(*name)?.as_str())
}

fn collect<'a>(before: &'a Value, known: &'a Value, found: &mut Known<'a>) {
    if let Some(pair) = pair(before, known) {
        if let Some(identity) = identity(pair.0) {
            found.push((identity, pair));
        }
        for (name, value) in pair.0 {
            if let Some(known) = pair.1.get(name) {
                collect(value, known, found);
            }
        }
    }
    if let (Some(before), Some(known)) = (before.as_array(), known.as_array()) {
        // This release has just read them, so they are as many, and in the same order.
        for (before, known) in before.iter().zip(known) {
            collect(before, known, found);
        }
    }
}

fn fill(after: &mut Value, at_this_place: Option<Pair<'_>>, by_identity: &Known<'_>) {
    match after {
        Value::Array(elements) => {
            for element in elements {
                fill(element, None, by_identity);
            }
        }
        Value::Object(members) => {
            let same = match identity(members) {
                Some(identity) => by_identity
                    .iter()
                    .find_map(|(known, pair)| (*known == identity).then_some(*pair)),
                None => at_this_place,
            };
            for (name, value) in members.iter_mut() {
                let inner =
                    same.and_then(|(before, known)| pair(before.get(name)?, known.get(name)?));
                fill(value, inner, by_identity);
            }
            let Some((before, known)) = same else { return };
            for (name, value) in before {
                let is_ours = known.contains_key(name) || members.contains_key(name);
                if !is_ours && name != super::MEMBER {
                    members.insert(name.clone(), value.clone());
                }
            }
        }
        _ => {}
    }
}
