//! A monitor's schedule and limits, from `contexts.monitor`. Margins and run times are in minutes.

use sentry_api::{Event, Value};

use crate::text::value::written;

use super::{Rows, counted, float, member};

pub(super) fn rows(event: &Event, rows: &mut Rows) {
    let monitor = event.context("monitor");
    let config = member(monitor, "config");
    let name = member(monitor, "name");
    rows.add("Monitor", member(monitor, "slug"));
    rows.add("Name", name);
    rows.text("Schedule", &schedule(config));
    rows.add("Time zone", member(config, "timezone"));
    for (name, words) in [
        ("checkin_margin", "May be late by"),
        ("max_runtime", "May run for"),
    ] {
        if let Some(minutes) = float(member(config, name)) {
            let minutes = counted(minutes.max(0.0) as u64, "minute", "minutes");
            // Two limits may be equal.
            rows.rows.push([words, ": ", &minutes].concat());
        }
    }
    for (name, words) in [
        (
            "failure_issue_threshold",
            "Failures in a row that make an issue",
        ),
        ("recovery_threshold", "Check-ins in a row that resolve it"),
    ] {
        let value = member(config, name);
        if !value.is_null() {
            rows.rows.push([words, ": ", &written(value, 20)].concat());
        }
    }
    rows.add("Status", member(monitor, "status"));
}

/// `every 6 hours`, or crontab's own form.
fn schedule(config: Value<'_>) -> String {
    let schedule = member(config, "schedule");
    if let Some((count, unit)) = schedule.elements().pair() {
        let count = float(count).unwrap_or_default().max(0.0) as u64;
        let unit = written(unit, 20);
        let several = [unit.as_str(), "s"].concat();
        return ["every ", &counted(count, &unit, &several)].concat();
    }
    let text = written(schedule, 120);
    if schedule.is_null() {
        String::new()
    } else {
        [text.as_str(), " (crontab)"].concat()
    }
}
