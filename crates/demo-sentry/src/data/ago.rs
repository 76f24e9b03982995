//! Times in data files: `@-9d4h` is nine days and four hours before the start, as RFC 3339;
//! `@epoch-1h+0.02` is 20 ms after one hour before the start, as a number of seconds.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::search::period::parse_period;

/// Replaces every such string, at any depth, with the time that it stands for.
pub(super) fn resolve(value: &mut Value, start: Timestamp) {
    match value {
        Value::String(text) => {
            if let Some(time) = text
                .strip_prefix("@-")
                .and_then(|offset| before(start, offset))
            {
                *text = time.to_string();
            } else if let Some(seconds) = text
                .strip_prefix("@epoch-")
                .and_then(|rest| epoch(start, rest))
            {
                *value = json!(seconds);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| resolve(item, start)),
        Value::Object(members) => members
            .values_mut()
            .for_each(|member| resolve(member, start)),
        _ => {}
    }
}

fn before(start: Timestamp, offset: &str) -> Option<Timestamp> {
    let mut total = SignedDuration::ZERO;
    for part in offset.split_inclusive(|c: char| c.is_ascii_alphabetic()) {
        total = total.checked_add(parse_period(part)?)?;
    }
    start.checked_sub(total).ok()
}

fn epoch(start: Timestamp, rest: &str) -> Option<f64> {
    let (offset, more) = rest.split_once('+')?;
    let more = SignedDuration::from_secs_f64(more.parse().ok()?);
    let time = before(start, offset)?.checked_add(more).ok()?;
    Some(SignedDuration::from_nanos_i128(time.as_nanosecond()).as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_back_from_the_start_and_leaves_other_text() {
        let mut value =
            json!({"a": ["@-1d2h"], "b": "@-soon", "c": "@home/page", "d": "@epoch-1h+0.5"});
        resolve(&mut value, "1970-01-02T12:00:00Z".parse().unwrap());
        assert_eq!(
            value,
            json!({"a": ["1970-01-01T10:00:00Z"], "b": "@-soon", "c": "@home/page", "d": 126_000.5})
        );
    }
}
