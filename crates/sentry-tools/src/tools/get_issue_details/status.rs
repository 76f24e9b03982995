//! What became of an issue, in words: `statusDetails` of its answer.

use sentry_api::{Issue, Value};

use crate::text::changes;
use crate::text::markdown::{code, push, word};
use crate::text::value::written;

/// `resolved in commit 7c41e0d of lighthouse-books/reading-club`.
pub(super) fn in_words(issue: &Issue) -> String {
    let mut text = word(issue.status.as_deref().unwrap_or("unknown")).into_owned();
    if let Some(substatus) = issue.substatus.as_deref().filter(|text| !text.is_empty()) {
        push(&mut text, &[" (", &word(substatus), ")"]);
    }
    for (name, value) in issue.details.status.iter().take(12) {
        let words = detail(name, value.root());
        if !words.is_empty() {
            push(&mut text, &[", ", &words]);
        }
    }
    text
}

/// `Resolved in commit 7c41e0d`, `Archived until it escalates`; empty while the issue is open.
pub(super) fn settled(issue: &Issue) -> String {
    let mut text = match issue.status.as_deref() {
        Some("resolved" | "resolvedInNextRelease") => "Resolved",
        Some("ignored" | "muted") => "Archived",
        _ => return String::new(),
    }
    .to_owned();
    for (name, value) in issue.details.status.iter().take(12) {
        let value = value.root();
        let words = match name.as_str() {
            "actor" => String::new(),
            "inCommit" => ["in commit ", &changes::commit_id(value)].concat(),
            name if name.starts_with("in") || changes::condition(name, value).is_some() => {
                detail(name, value)
            }
            _ => String::new(),
        };
        if !words.is_empty() {
            // A condition's window follows its count.
            let between = if name.ends_with("Window") { ", " } else { " " };
            push(&mut text, &[between, &words]);
        }
    }
    text
}

fn detail(name: &str, value: Value<'_>) -> String {
    if value.is(false) {
        return String::new();
    }
    if let Some(words) = changes::condition(name, value) {
        return words;
    }
    match name {
        "inCommit" => ["in commit ", &changes::commit(value)].concat(),
        "inRelease" => ["in release ", &code(&written(value, 120), 120)].concat(),
        "inNextRelease" => "in the next release".to_owned(),
        "inUpcomingRelease" => "in the upcoming release".to_owned(),
        "autoResolved" => "by Sentry, since it was not seen for long".to_owned(),
        "pendingEvents" | "info" => String::new(),
        "actor" => {
            let names = ["name", "email"].map(|name| value.get(name));
            let name = names.into_iter().find(|name| !name.is_null());
            ["by ", &code(&written(name.unwrap_or(value), 80), 80)].concat()
        }
        name => changes::other(name, value),
    }
}
