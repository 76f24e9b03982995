//! Spans that a detector objects to: how many, how long, around them what, and where in the code.

use sentry_api::{Event, EventSpan, Members, Value};

use crate::text::markdown::{Joined, number, push};
use crate::text::trace_tree::milliseconds;
use crate::text::value::written;

use super::{Rows, counted};

/// More spans than anybody reads; each is compared with those that are told.
const MOST: usize = 2_000;

/// Different spans of a kind; the others are counted.
const SHOWN: usize = 4;

pub(super) fn rows(event: &Event, rows: &mut Rows) {
    let occurrence = event.occurrence();
    let data = occurrence
        .as_ref()
        .map(|found| found.data)
        .unwrap_or_default();
    let spans = event.spans();
    rows.add("Transaction", data.get("transactionName"));
    let offenders = named(&spans, data.get("offenderSpanIds"));
    if offenders.is_empty() {
        // Without ids, or without those spans: what took longest.
        let all: Vec<_> = spans.iter().take(MOST).collect();
        alike("Span", &all, rows);
    } else {
        alike("Offending span", &offenders, rows);
    }
    for (name, words) in [
        ("repeatingSpansCompact", "Repeating query"),
        ("repeatingSpans", "Repeating query"),
    ] {
        for text in texts(data.get(name)) {
            let is_told = rows.rows.iter().any(|row| row.contains(&text));
            if !is_told {
                rows.text(words, &text);
            }
        }
    }
    if offenders.is_empty() {
        rows.add("How often", data.get("numRepeatingSpans"));
    }
    for (name, words) in [
        ("parentSpanIds", "Around them"),
        ("causeSpanIds", "Caused by"),
    ] {
        alike(words, &named(&spans, data.get(name)), rows);
    }
    for text in texts(data.get("parentSpan")) {
        if !rows.rows.iter().any(|row| row.contains(&text)) {
            rows.text("Around them", &text);
        }
    }
}

/// One text, or a list of them.
fn texts(value: Value<'_>) -> Vec<String> {
    match value {
        Value::Array(values) => values
            .iter()
            .take(SHOWN)
            .map(|value| written(value, 600))
            .collect(),
        Value::Null => Vec::new(),
        value => vec![written(value, 600)],
    }
}

/// The spans of these ids, in the order of the event.
fn named<'s, 'a>(spans: &'s [EventSpan<'a>], ids: Value<'_>) -> Vec<&'s EventSpan<'a>> {
    let elements = ids.elements();
    // Not collected: that would sort them first.
    let mut ids = std::collections::BTreeSet::new();
    ids.extend(elements.iter().filter_map(Value::as_str));
    let spans = spans.iter().take(MOST);
    spans
        .filter(|span| span.id.as_deref().is_some_and(|id| ids.contains(id)))
        .collect()
}

/// A row for each kind of span: `14 × db SELECT …: 47 ms each, 658 ms in all`.
fn alike(words: &str, spans: &[&EventSpan<'_>], rows: &mut Rows) {
    let mut groups: Vec<(&EventSpan<'_>, Vec<f64>)> = Vec::new();
    let mut others = 0_u64;
    for span in spans {
        let duration = span.duration.unwrap_or_default();
        let is_same = |other: &EventSpan<'_>| {
            other.operation == span.operation && other.description == span.description
        };
        if let Some((_, times)) = groups.iter_mut().find(|(other, _)| is_same(other)) {
            times.push(duration);
        } else if groups.len() < SHOWN {
            groups.push((span, vec![duration]));
        } else {
            others += 1;
        }
    }
    for (span, times) in groups {
        let mut text = String::new();
        if times.len() > 1 {
            push(&mut text, &[&number(times.len() as u64), " times "]);
        }
        text.push_str(&name(span));
        push(&mut text, &[" (", &durations(&times), ")"]);
        rows.text(words, &text);
        rows.text("In the code", &place(span));
        if let Some(status) = span.status.as_deref().filter(|status| *status != "ok") {
            rows.text("Its status", status);
        }
    }
    if others > 0 {
        rows.text(
            words,
            &counted(others, "other, not shown", "others, not shown"),
        );
    }
}

fn name(span: &EventSpan<'_>) -> String {
    let mut text = Joined::default();
    text.add("", span.operation.as_deref().unwrap_or_default());
    text.add(" - ", span.description.as_deref().unwrap_or_default());
    text.text()
}

fn durations(times: &[f64]) -> String {
    let total: f64 = times.iter().sum();
    let (mut least, mut most) = (f64::MAX, 0.0_f64);
    for time in times {
        least = least.min(*time);
        most = most.max(*time);
    }
    if times.len() < 2 {
        return milliseconds(total);
    }
    let each = if milliseconds(least) == milliseconds(most) {
        [&milliseconds(most), " each"].concat()
    } else {
        [&milliseconds(least), " to ", &milliseconds(most), " each"].concat()
    };
    [&each, ", ", &milliseconds(total), " in all"].concat()
}

/// Names of the same member in SDKs of different age.
const OF_SPAN: [&[&str]; 3] = [
    &["code.filepath", "code.file.path", "code.file_path"],
    &["code.lineno", "code.line.number"],
    &["code.function", "code.function.name"],
];

/// The same of a call in a span's stack.
const OF_CALL: [&[&str]; 3] = [&["filename", "abs_path"], &["lineno"], &["function"]];

/// Where in the code a span began: file with line, and function; each may be empty.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct InCode {
    pub(crate) file: String,
    pub(crate) function: String,
}

/// The place of what a detector objects to, where the program sent it.
pub(crate) fn in_code(event: &Event) -> Option<InCode> {
    let occurrence = event.occurrence()?;
    let spans = event.spans();
    let offenders = named(&spans, occurrence.data.get("offenderSpanIds"));
    let mut places = offenders.into_iter().map(of_span);
    places.find(|place| *place != InCode::default())
}

/// `reports/storms.py:44 in sales_in_storms`.
fn place(span: &EventSpan<'_>) -> String {
    let place = of_span(span);
    let mut text = Joined::default();
    text.add("", &place.file);
    if !place.function.is_empty() {
        text.add(" ", &["in ", place.function.as_str()].concat());
    }
    text.text()
}

/// As the span's attributes say, or its stack: the newest call of the project's own.
fn of_span(span: &EventSpan<'_>) -> InCode {
    let data = span.data;
    let place = of_members(data, OF_SPAN);
    if place != InCode::default() {
        return place;
    }
    let calls = data.get("call_stack").elements();
    let calls = calls.iter().map(Value::members);
    let is_own = |call: &Members<'_>| {
        ["in_app", "inApp"]
            .iter()
            .any(|name| call.get(name).is(true))
    };
    let own = calls.filter(is_own).last();
    own.map(|call| of_members(call, OF_CALL))
        .unwrap_or_default()
}

fn of_members(data: Members<'_>, [file, line, function]: [&[&str]; 3]) -> InCode {
    let first = |names: &[&str]| {
        let mut found = names.iter().map(|name| data.get(name));
        let found = found.find(|value| !value.is_null());
        found.map(|value| written(value, 200)).unwrap_or_default()
    };
    let (file, line) = (first(file), first(line));
    InCode {
        file: if file.is_empty() || line.is_empty() {
            file
        } else {
            [file.as_str(), ":", line.as_str()].concat()
        },
        function: first(function),
    }
}
