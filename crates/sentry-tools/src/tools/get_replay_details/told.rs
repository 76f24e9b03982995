//! A replay in words and as JSON, from one value.

use mcp::json::{self, Object};
use sentry_api::Value;

use crate::plan::Replies;
use crate::text::budget::{Budget, Section};
use crate::text::instant;
use crate::text::markdown::{Facts, code, moment, push};
use crate::text::shape;
use crate::text::timeline::Told;
use crate::text::whose::{FROM_THE_EVENT, WHOSE};

use super::number;

/// Seconds with one decimal, as a number of JSON.
pub(super) fn tenths(seconds: f64) -> String {
    let sign = if seconds < 0.0 { "-" } else { "" };
    // Invariant: a float's conversion saturates.
    let tenths = (seconds.abs() * 10.0).round() as u64;
    [
        sign,
        &(tenths / 10).to_string(),
        ".",
        &(tenths % 10).to_string(),
    ]
    .concat()
}

/// What of the recording the timeline does not have.
pub(super) fn notes(replay: Value<'_>, replies: &Replies, from: u64, read: usize) -> Vec<String> {
    let mut notes = Vec::new();
    let count = number(replay, "count_segments");
    let to = from + read as u64;
    if replay.get("is_archived").is(true) {
        notes.push("The replay was deleted: only its outline is left.".to_owned());
    } else if read == 0 {
        notes.push("Sentry has no recording of this part, or it could not be read.".to_owned());
    } else if to < count || from > 0 {
        let mut words = String::new();
        push(
            &mut words,
            &[
                "Read are segments ",
                &from.to_string(),
                " to ",
                &to.to_string(),
                " of ",
                &count.to_string(),
                ". startOffsetSeconds reads from a later second on.",
            ],
        );
        notes.push(words);
    }
    let has_errors = !replay.get("error_ids").elements().is_empty();
    if has_errors && replies.get("errors").is_none() {
        notes.push("Its errors could not be read.".to_owned());
    }
    notes
}

/// The errors that happened in it, and its traces.
pub(super) fn related(replay: Value<'_>, rows: &[Value<'_>], start: f64) -> String {
    let mut out = String::new();
    let mut object = Object::begin(&mut out);
    json::array(object.name("errors"), rows, |out, row| {
        let mut error = Object::begin(out);
        for member in shape::members("eventId=id issueId=issue title project") {
            // Invariant: none of them is always there.
            let _ = shape::member(&mut error, &member, row.get(member.path));
        }
        let at = row.get("timestamp").as_str().and_then(instant::seconds);
        if let Some(at) = at {
            error.raw("offsetSeconds", &tenths(at - start));
        }
        error.end();
    });
    let traces = replay.get("trace_ids").elements().iter();
    let traces = traces.filter_map(Value::as_str).take(20);
    json::array(object.name("traceIds"), traces, |out, trace| {
        json::text(out, trace)
    });
    object.end();
    out
}

pub(super) fn as_json(
    events: &[(String, &str, Told)],
    total: usize,
    next: Option<usize>,
    notes: &[String],
) -> String {
    let mut out = String::new();
    let mut object = Object::begin(&mut out);
    object.raw("total", &total.to_string());
    if let Some(next) = next {
        object.raw("nextSkip", &next.to_string());
    }
    json::array(object.name("notes"), notes, |out, note| {
        json::text(out, note)
    });
    json::array(
        object.name("events"),
        events,
        |out, (at, category, told)| {
            let mut event = Object::begin(out);
            event.raw("offsetSeconds", at);
            event.text("category", category).text("kind", told.kind);
            event.text("message", &told.words);
            event.end();
        },
    );
    object.end();
    out
}

pub(super) fn as_words(
    replay: Value<'_>,
    url: &str,
    events: &[(String, &str, Told)],
    (total, next): (usize, Option<usize>),
    notes: &[String],
    rows: &[Value<'_>],
) -> String {
    let text =
        |value: Value<'_>, name: &str| value.get(name).as_str().unwrap_or_default().to_owned();
    let mut page = Budget::new(12_000);
    let title = ["# Replay ", &code(&text(replay, "id"), 40), "\n\n", WHOSE];
    page.text("title", 0, title.concat());
    let mut facts = Facts::new();
    let started = text(replay, "started_at");
    facts.add(
        "Began",
        &if started.is_empty() {
            started
        } else {
            moment(&started)
        },
    );
    facts.count("Seconds", replay.get("duration").as_u64());
    facts.said("Browser", &text(replay.get("browser"), "name"));
    facts.said("Environment", &text(replay, "environment"));
    facts.said("Person", &text(replay.get("user"), "display_name"));
    for (name, member) in [
        ("Errors", "count_errors"),
        ("Dead clicks", "count_dead_clicks"),
        ("Clicks in anger", "count_rage_clicks"),
    ] {
        facts.count(name, replay.get(member).as_u64());
    }
    facts.add("Link", url);
    for row in rows {
        facts.said(
            "Issue in it",
            &[&text(*row, "issue"), " ", &text(*row, "title")].concat(),
        );
    }
    for note in notes {
        facts.add("Note", note);
    }
    page.text("facts", 1, facts.below("## Facts"));
    let head = ["## Timeline\n", FROM_THE_EVENT].concat();
    let more = "get_replay_details with skip, categories or seconds.";
    let mut section = Section::block("timeline", 2, head)
        .nouns(&[("event", "events")])
        .elsewhere(more);
    for (at, _, told) in events {
        let row = ["+", at, " s ", told.kind, ": ", &told.words];
        section.row(row.concat());
    }
    if next.is_some() {
        section.left_out((total - events.len()) as u64);
    }
    page.push(section);
    page.finish()
}
