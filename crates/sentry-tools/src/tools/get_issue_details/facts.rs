//! Whom it happens to and since when, and what the event says of itself.

use sentry_api::{Event, Issue};

use crate::text::attached;
use crate::text::budget::Section;
use crate::text::evidence::Kind;
use crate::text::markdown::{Joined, code, identifier, line, moment, number, push, span, word};
use crate::text::stacktrace::Traces;
use crate::tools::{get_issue_activity, get_issue_breadcrumbs};
use crate::vocabulary::place::Place;
use crate::vocabulary::tool::Context;

use super::status;

fn fact(section: &mut Section, rank: u8, name: &str, value: &str) {
    if !value.is_empty() {
        section.ranked(rank, ["- ", name, ": ", value].concat());
    }
}

/// In a code span; nothing where there is nothing.
fn quoted(value: Option<&str>) -> String {
    let value = value.map(|value| line(value, 400)).unwrap_or_default();
    if value.is_empty() {
        value
    } else {
        span(&value)
    }
}

pub(super) fn issue(
    context: &Context<'_>,
    place: &Place,
    kind: Kind,
    issue: &Issue,
    event: Option<&Event>,
) -> Section {
    let mut section = Section::lines("issue", 5, "## Issue").nouns(&[("fact", "facts")]);
    let details = &issue.details;
    let mut add = |name: &str, value: &str| fact(&mut section, 0, name, value);
    add("Status", &status::in_words(issue));
    add("Assigned to", &assignee(issue));
    add("Seen", &seen(kind, issue, event));
    add("First release", &quoted(details.first_release.as_deref()));
    add("Last release", &quoted(details.last_release.as_deref()));
    for (name, value) in [("Level", &issue.level), ("Priority", &issue.priority)] {
        if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
            add(name, &word(value));
        }
    }
    if let Some(kind) = issue
        .issue_type
        .as_deref()
        .filter(|kind| !matches!(*kind, "error" | ""))
    {
        add("Kind", &word(kind));
    }
    let project = issue.project.as_ref().map(|project| project.slug.as_str());
    let mut project = quoted(project);
    if let Some(platform) = &issue.platform {
        let between = if project.is_empty() { "" } else { ", " };
        push(&mut project, &[between, &word(platform)]);
    }
    add("Project", &project);
    add("Culprit", &quoted(issue.culprit.as_deref()));
    for annotation in details.annotations.iter().take(4) {
        add(
            "Linked issue",
            &link(&annotation.name, annotation.url.as_deref()),
        );
    }
    if details.annotations.len() > 4 {
        add(
            "More linked issues",
            &number((details.annotations.len() - 4) as u64),
        );
    }
    let notes = details.notes.unwrap_or_default();
    if notes > 0 {
        let hint = if context.offers(&get_issue_activity::TOOL) {
            " (get_issue_activity shows them)"
        } else {
            ""
        };
        add("Notes of members", &[&number(notes), hint].concat());
    }
    if let Some(reports) = details.user_reports.filter(|reports| *reports > 0) {
        add("User reports", &number(reports));
    }
    let is_plain = |char: &char| char.is_ascii_alphanumeric() || *char == '-';
    let id: String = issue.id.chars().filter(is_plain).take(40).collect();
    let path = ["/issues/", &id, "/"].concat();
    add("Link", &place.link(context, &path));
    section
}

/// A tracker's name of an issue with its address.
pub(super) fn link(name: &str, url: Option<&str>) -> String {
    let mut text = code(name, 80);
    if let Some(url) = url.filter(|url| !url.is_empty()) {
        push(&mut text, &[" ", &code(url, 300)]);
    }
    text
}

fn assignee(issue: &Issue) -> String {
    let Some(assignee) = &issue.assigned_to else {
        return String::new();
    };
    let name = quoted(assignee.name.as_deref());
    match assignee.kind.as_deref() {
        Some("team") => ["team ", &name].concat(),
        _ => name,
    }
}

/// Of checks from outside: nobody uses what they look at.
const fn is_of_checks(kind: Kind) -> bool {
    matches!(kind, Kind::Cron | Kind::Uptime | Kind::Metric)
}

/// `**When:** this issue was first seen 2026-11-14T09:00:00Z and last …`, of checks from outside.
pub(super) fn when(kind: Kind, issue: &Issue) -> String {
    let filled = |at: &Option<String>| at.as_deref().filter(|at| !at.is_empty()).map(moment);
    let (first, last) = (filled(&issue.first_seen), filled(&issue.last_seen));
    match (first, last) {
        (Some(first), Some(last)) if is_of_checks(kind) => {
            let (began, seen) = ("**When:** this issue was first seen ", " and last ");
            [began, &first, seen, &last, "."].concat()
        }
        _ => String::new(),
    }
}

/// `48 events, 5 users, first 2026-11-14T09:00:00Z, last …, this one in …`.
fn seen(kind: Kind, issue: &Issue, event: Option<&Event>) -> String {
    let mut text = Joined::default();
    let users = issue
        .user_count
        .filter(|_| !is_of_checks(kind) && kind != Kind::Report);
    for (count, one, several) in [
        (issue.count, " event", " events"),
        (users, " user", " users"),
    ] {
        if let Some(count) = count {
            let noun = if count == 1 { one } else { several };
            text.add(", ", &[number(count).as_str(), noun].concat());
        }
    }
    for (name, at) in [("first ", &issue.first_seen), ("last ", &issue.last_seen)] {
        if let Some(at) = at.as_deref().filter(|at| !at.is_empty()) {
            text.add(", ", &[name, &moment(at)].concat());
        }
    }
    let tags = event.map(Event::tags).unwrap_or_default();
    if let Some(tag) = tags.iter().find(|tag| tag.key == ENVIRONMENT) {
        let words = [ENVIRONMENT, ": ", &line(&tag.value, 140)].concat();
        text.add(", ", &["this event in ", &span(&words)].concat());
    }
    text.text()
}

pub(super) const ENVIRONMENT: &str = "environment";

fn id(value: Option<String>) -> String {
    value
        .filter(|id| !id.is_empty())
        .map(|id| identifier(&id).into_owned())
        .unwrap_or_default()
}

pub(super) fn event(event: &Event) -> Section {
    let mut section = Section::lines("event", 6, "## Event").nouns(&[("fact", "facts")]);
    let mut add = |name: &str, value: &str| fact(&mut section, 0, name, value);
    add("Id", &id(event.event_id()));
    let at = event.text("dateCreated").map(|at| moment(&at));
    add("Time", &at.unwrap_or_default());
    add("Release", &quoted(event.release().as_deref()));
    add("Its last commit", &id(event.last_commit()));
    add("Distribution", &quoted(event.text("dist").as_deref()));
    add("Request", &quoted(Some(&attached::request(event))));
    add("User", &quoted(Some(&attached::user(event))));
    add("Trace", &id(event.trace_id()));
    for (name, value) in attached::ran_on(event) {
        add(name, &span(&value));
    }
    let mut sdk = event.sdk().unwrap_or_default();
    if let Some(version) = event.sdk_version() {
        push(&mut sdk, &[" ", &version]);
    }
    add("SDK", &quoted(Some(&sdk)));
    section
}

/// What the program or Sentry did not send, so that nobody looks for it.
pub(super) fn absent(kind: Kind, event: &Event, traces: &Traces<'_>) -> String {
    if kind != Kind::Error {
        return String::new();
    }
    let mut text = Joined::default();
    let (has_source, has_variables) = traces.details();
    let has_frames = !traces.is_empty();
    for (is_absent, name) in [
        (event.release().is_none(), "release"),
        (attached::user(event).is_empty(), "user"),
        (event.request().is_none(), "request"),
        (event.breadcrumbs().is_empty(), "breadcrumbs"),
        (traces.is_empty(), "stack trace"),
        (event.trace_id().is_none(), "trace"),
        (has_frames && !has_source, "source lines"),
        (has_frames && !has_variables, "variables"),
    ] {
        text.add(", ", if is_absent { name } else { "" });
    }
    let text = text.text();
    if text.is_empty() {
        text
    } else {
        ["Not sent with this event: ", &text, "."].concat()
    }
}

/// Tools that show more of the event, where there is more.
pub(super) fn has_breadcrumbs(context: &Context<'_>, event: &Event) -> bool {
    context.offers(&get_issue_breadcrumbs::TOOL) && !event.breadcrumbs().is_empty()
}
