//! Generates many similar rows from a few templates.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::chance::{Chance, id};
use super::issue::Issue;
use super::project::Project;
use super::row::{Row, Rows};
use super::trace::{Trace, members};
use crate::search::period::parse_period;

/// The issue's short id, how many more events it gets, and how long before the newest event of the file they begin.
///
/// Together with the events in the files they are 200 in the last 14 days; a test counts them.
const MORE_EVENTS: &[(&str, u32, &str)] = &[
    ("CHECKOUT-1", 40, "7d"),
    ("CHECKOUT-2", 12, "5d"),
    ("CHECKOUT-4", 14, "8h"),
    ("CHECKOUT-5", 20, "5d"),
    ("CHECKOUT-7", 5, "25m"),
    ("PARCEL-POST-1", 24, "6d"),
    ("SHOP-WINDOW-1", 40, "3d"),
    ("SHOP-WINDOW-2", 8, "6d"),
    ("SHOP-WINDOW-4", 12, "7d"),
];

/// The period that rows are spread over.
const SPREAD: SignedDuration = SignedDuration::from_hours(14 * 24);
const TRANSACTIONS: u32 = 48;
const LOGS: u32 = 120;
const METRICS: u32 = 120;

#[derive(Deserialize)]
pub(super) struct Templates {
    transactions: Vec<Transaction>,
    /// Project, severity and message of each log line.
    logs: Vec<(String, String, String)>,
    /// Project, name, type, unit and typical value of each metric.
    metrics: Vec<(String, String, String, String, u64)>,
}

#[derive(Deserialize)]
struct Transaction {
    project: String,
    name: String,
    op: String,
    description: String,
    release: String,
    duration: u64,
    /// Op, description and typical duration in milliseconds of each span.
    spans: Vec<(String, String, u64)>,
}

/// Adds copies of an issue's events, at times between its oldest and its newest.
pub(super) fn more_events(issue: &mut Issue) {
    let Some((_, count, period)) = MORE_EVENTS
        .iter()
        .find(|(name, ..)| *name == issue.short_id)
    else {
        return;
    };
    let (Some(newest), Some(period)) = (issue.events.first(), parse_period(period)) else {
        return;
    };
    let end = newest.date_created;
    let templates = issue.events.clone();
    let mut chance = Chance::of(&issue.short_id);
    for (number, template) in (1..=*count).zip(templates.iter().cycle()) {
        let mut event = template.clone();
        event.id = id(&[&issue.short_id, &number.to_string()], 32);
        event.date_created = earlier(end, period, number, *count, &mut chance);
        issue.events.push(event);
    }
    issue
        .events
        .sort_by_key(|event| std::cmp::Reverse(event.date_created));
}

/// The `number`th of `count` instants before `end`, spread evenly but with some jitter.
fn earlier(
    end: Timestamp,
    period: SignedDuration,
    number: u32,
    count: u32,
    chance: &mut Chance,
) -> Timestamp {
    let slot = period.as_secs() / i64::from(count.max(1));
    let within = chance.below(u64::try_from(slot / 2).unwrap_or(1));
    let back = slot * i64::from(number) - i64::try_from(within).unwrap_or(0);
    end.checked_sub(SignedDuration::from_secs(back.max(1)))
        .unwrap_or(end)
}

pub(super) fn rows(
    templates: &Templates,
    traces: &[Trace],
    projects: &[Project],
    start: Timestamp,
) -> Rows {
    let release = |slug: &str| {
        let project = projects.iter().find(|project| project.slug == slug);
        project
            .map(|project| project.latest_release.clone())
            .unwrap_or_default()
    };
    let mut rows = Rows::default();
    for trace in traces {
        rows.spans.extend(
            trace
                .spans
                .iter()
                .map(|span| trace.row(span, &release(&span.project))),
        );
    }
    templates.transactions(start, &mut rows);
    templates.logs(traces, start, &release, &mut rows);
    templates.metrics(traces, start, &release, &mut rows);
    rows.sort();
    rows
}

impl Templates {
    /// Adds the spans of transactions, and a profile for every fourth one.
    fn transactions(&self, start: Timestamp, rows: &mut Rows) {
        let mut chance = Chance::of("transactions");
        for (number, template) in (1..=TRANSACTIONS).zip(self.transactions.iter().cycle()) {
            let time = earlier(start, SPREAD, number, TRANSACTIONS, &mut chance);
            let name = number.to_string();
            let trace = id(&["trace", &name], 32);
            let root = id(&["span", &name], 16);
            let duration = chance.around(template.duration);
            let environment = if chance.below(10) == 0 {
                "staging"
            } else {
                "production"
            };
            let mut span = |span_id: String,
                            parent: Option<&str>,
                            op: &str,
                            description: &str,
                            duration: u64| {
                let fields = json!({
                    "span.op": op,
                    "span.description": description,
                    "span.duration": duration,
                    "span.self_time": duration,
                    "span.status": if chance.below(12) == 0 { "internal_error" } else { "ok" },
                    "transaction": template.name,
                    "is_transaction": parent.is_none(),
                    "parent_span": parent,
                    "trace": trace,
                    "environment": environment,
                    "release": template.release,
                });
                rows.spans
                    .push(row(span_id, &template.project, time, fields));
            };
            span(
                root.clone(),
                None,
                &template.op,
                &template.description,
                duration,
            );
            for (op, description, typical) in &template.spans {
                let within = (*typical).min(duration);
                span(
                    id(&["span", &name, description], 16),
                    Some(&root),
                    op,
                    description,
                    within,
                );
            }
            if number % 4 == 0 {
                let profile = id(&["profile", &name], 32);
                let fields = json!({
                    "profile.id": profile,
                    "profiler.id": null,
                    "thread.id": "1",
                    "transaction": template.name,
                    "transaction.duration": duration,
                    "release": template.release,
                    "environment": environment,
                    "trace": trace,
                    "precise.start_ts": time.as_second(),
                    "precise.finish_ts": time.as_second(),
                });
                rows.profiles
                    .push(row(profile, &template.project, time, fields));
            }
        }
    }

    /// Adds log lines. The first ones belong to the traces, so that each trace has logs.
    fn logs(
        &self,
        traces: &[Trace],
        start: Timestamp,
        release: &dyn Fn(&str) -> String,
        rows: &mut Rows,
    ) {
        let mut chance = Chance::of("logs");
        for (number, (project, severity, message)) in (1..=LOGS).zip(self.logs.iter().cycle()) {
            let (trace, time) = place("log", number, LOGS, traces, start, &mut chance);
            let fields = json!({
                "message": message,
                "severity": severity,
                "trace": trace,
                "environment": "production",
                "release": release(project),
            });
            rows.logs.push(row(
                id(&["log", &number.to_string()], 32),
                project,
                time,
                fields,
            ));
        }
    }

    fn metrics(
        &self,
        traces: &[Trace],
        start: Timestamp,
        release: &dyn Fn(&str) -> String,
        rows: &mut Rows,
    ) {
        let mut chance = Chance::of("metrics");
        for (number, (project, name, kind, unit, typical)) in
            (1..=METRICS).zip(self.metrics.iter().cycle())
        {
            let (trace, time) = place("metric", number, METRICS, traces, start, &mut chance);
            let value = if kind == "counter" {
                *typical
            } else {
                chance.around(*typical)
            };
            let fields = json!({
                "metric.name": name,
                "metric.type": kind,
                "metric.unit": unit,
                "value": value,
                "trace": trace,
                "environment": "production",
                "release": release(project),
            });
            rows.metrics.push(row(
                id(&["metric", &number.to_string()], 32),
                project,
                time,
                fields,
            ));
        }
    }
}

/// The trace and the time of a row: first one row per trace, then rows spread over the period.
fn place(
    kind: &str,
    number: u32,
    count: u32,
    traces: &[Trace],
    start: Timestamp,
    chance: &mut Chance,
) -> (String, Timestamp) {
    let known = usize::try_from(number)
        .ok()
        .and_then(|number| traces.get(number - 1));
    match known {
        Some(trace) => (trace.id.clone(), trace.start),
        None => (
            id(&["trace", kind, &number.to_string()], 32),
            earlier(start, SPREAD, number, count, chance),
        ),
    }
}

fn row(id: String, project: &str, time: Timestamp, fields: Value) -> Row {
    Row {
        id,
        project: project.to_owned(),
        time,
        fields: members(fields),
    }
}
