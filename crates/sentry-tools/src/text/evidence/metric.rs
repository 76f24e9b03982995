//! A metric's value, and the conditions of its monitor: `evidenceData` of an occurrence. `timeWindow` is in seconds.

use sentry_api::Event;

use crate::text::markdown::{Joined, push};
use crate::text::value::written;

use super::{Rows, float, member, seconds};

/// Sentry's words for a comparison.
const COMPARISONS: [(&str, &str); 6] = [
    ("gt", "above"),
    ("gte", "at or above"),
    ("lt", "below"),
    ("lte", "at or below"),
    ("eq", "equal to"),
    ("ne", "not equal to"),
];

/// `conditionResult`: the priority that an issue gets.
const RESULTS: [(f64, &str); 4] = [
    (0.0, "resolves it"),
    (25.0, "low priority"),
    (50.0, "medium priority"),
    (75.0, "high priority"),
];

pub(super) fn rows(event: &Event, rows: &mut Rows) {
    let occurrence = event.occurrence();
    let data = occurrence.map(|found| found.data).unwrap_or_default();
    let member_of = |name: &str| data.get(name);
    let value = member_of("value");
    if let Some(number) = float(value) {
        let mut text = written(value, 40);
        if (0.0..1.0).contains(&number) && number > 0.0 {
            push(&mut text, &[" (", &percent(number), " where it is a rate)"]);
        }
        rows.text("Value", &text);
    } else {
        rows.add("Value", value);
    }
    for condition in member_of("conditions").elements().iter().take(8) {
        let kind = written(member(condition, "type"), 40);
        let known = COMPARISONS.iter().find(|(name, _)| *name == kind);
        let words = known.map_or(kind.as_str(), |(_, words)| *words);
        let mut text = Joined::default();
        text.add("", words);
        text.add(" ", &written(member(condition, "comparison"), 120));
        let result = float(member(condition, "conditionResult"));
        let result = RESULTS.iter().find(|(number, _)| Some(*number) == result);
        text.add(", ", result.map_or("", |(_, words)| *words));
        rows.text("Threshold", &text.text());
    }
    for source in member_of("dataSources").elements().iter().take(4) {
        let query = member(member(source, "queryObj"), "snubaQuery");
        rows.add("Measures", member(query, "aggregate"));
        if let Some(window) = float(member(query, "timeWindow")) {
            rows.text("Over", &seconds(window));
        }
        rows.add("Of", member(query, "query"));
        rows.add("Environment", member(query, "environment"));
        rows.add("Dataset", member(query, "dataset"));
        rows.add("Event types", member(query, "eventTypes"));
    }
}

/// `7.45 %`.
fn percent(rate: f64) -> String {
    // Invariant: a float's conversion saturates.
    let hundredths = (rate * 10_000.0).round() as u64;
    match (hundredths / 100, hundredths % 100) {
        (whole, 0) => format!("{whole} %"),
        (whole, rest) if rest % 10 == 0 => format!("{whole}.{} %", rest / 10),
        (whole, rest) => format!("{whole}.{rest:02} %"),
    }
}
