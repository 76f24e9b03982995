//! What the model says of a tool's answer; `None` where that is no answer but a failure.

use serde_json::Value;

use super::finding::{headline, short_id};

/// `ID: what` with where it happens and how often.
pub(super) fn trouble(id: &str, details: &str) -> Option<String> {
    details.starts_with('#').then_some(())?;
    let mut out = format!("{}: {}", linked(id, details), headline(details, id));
    if let Some(place) = line(details, "**Where:**") {
        out += &format!("\n\nIt happens in {place}.");
    }
    if let Some((events, users)) = seen(details) {
        out += &format!(" It was seen in {events} by {users}.");
    }
    Some(out)
}

pub(super) fn shown(id: &str, details: &str) -> Option<String> {
    let trouble = trouble(id, details)?;
    let what = trouble.split_once(": ")?.1;
    Some(format!("{} is this: {what}", linked(id, details)))
}

pub(super) fn affected(id: &str, details: &str) -> Option<String> {
    details.starts_with('#').then_some(())?;
    let what = headline(details, id);
    let id = linked(id, details);
    Some(match seen(details) {
        Some((events, users)) => format!("{id} affects {users}, in {events}: {what}"),
        None => format!("Sentry does not count whom {id} affects."),
    })
}

/// The open issues of a search after the first, in one sentence.
pub(super) fn others(found: &str) -> String {
    let is_issue = |line: &&str| line.starts_with(|c: char| c.is_ascii_digit());
    let ids: Vec<String> = found
        .lines()
        .filter(is_issue)
        .filter_map(short_id)
        .skip(1)
        .collect();
    if ids.is_empty() {
        String::new()
    } else {
        format!("\n\nAlso open: {}.", ids.join(", "))
    }
}

pub(super) fn analyzed(id: &str, text: &str) -> Option<String> {
    text.starts_with('#').then_some(())?;
    let Some(cause) = line(text, "Cause:") else {
        return Some(format!("Seer about {id}: {}", headline(text, id)));
    };
    let advice = text.split_once("## What to do").map(|(_, rest)| rest);
    let advice = advice.and_then(|rest| {
        rest.lines()
            .map(str::trim)
            .find(|line| !line.is_empty() && !line.starts_with("```"))
    });
    let advice = advice
        .map(|advice| format!("\n\nWhat it would do: {advice}"))
        .unwrap_or_default();
    Some(format!("Seer about {id}: {cause}{advice}"))
}

pub(super) fn slowest(text: &str) -> Option<String> {
    text.starts_with('#').then_some(())?;
    let rows: Vec<(&str, f64, &str)> = text
        .lines()
        .filter_map(|line| {
            let mut cells = line.trim_matches('|').split('|').map(str::trim);
            let name = cells.next().filter(|name| name.starts_with('`'))?;
            Some((name, cells.next()?.parse().ok()?, cells.next()?))
        })
        .collect();
    let Some((name, milliseconds, _)) = rows.first() else {
        return Some(String::from("Sentry has no measured request to compare."));
    };
    let mut out = format!(
        "{name} is the slowest: one request in twenty takes {:.1} s or longer.\n",
        milliseconds / 1_000.0
    );
    for (name, milliseconds, count) in &rows {
        out += &format!("\n- {name}: {milliseconds:.0} ms (p95) of {count} requests");
    }
    Some(out)
}

pub(super) fn released(text: &str) -> Option<String> {
    let answer: Value = serde_json::from_str(text).ok()?;
    let release = answer.get("release")?;
    let words = |value: &Value, name: &str| Some(value.get(name)?.as_str()?.to_owned());
    let mut out = format!("The last release is **{}**", words(release, "version")?);
    let deploy = answer.pointer("/deploys/0/environment");
    if let Some(environment) = deploy.and_then(Value::as_str) {
        out += &format!(", deployed to {environment}");
    }
    let commits = answer.get("commits").and_then(Value::as_array);
    let commits: Vec<String> = commits
        .into_iter()
        .flatten()
        .filter_map(|commit| {
            let message = words(commit, "message")?;
            let line = message.lines().next().unwrap_or_default().to_owned();
            Some(match words(commit, "author") {
                Some(author) => format!("{line} ({author})"),
                None => line,
            })
        })
        .collect();
    if commits.is_empty() {
        out += ". Sentry knows none of its commits.";
    } else {
        out += &format!(". It changed:\n\n- {}", commits.join("\n- "));
    }
    if let Some(new) = release.get("newIssues").and_then(Value::as_u64) {
        let noun = if new == 1 { "issue is" } else { "issues are" };
        out += &format!("\n\n{new} {noun} new since.");
    }
    Some(out)
}

/// The e-mail address stands in the name already where somebody has no other one.
pub(super) fn who(text: &str) -> Option<String> {
    let answer: Value = serde_json::from_str(text).ok()?;
    let member = |name: &str| answer.get("user")?.get(name)?.as_str();
    let name = member("name")?;
    Some(match member("email").filter(|email| *email != name) {
        Some(email) => format!("You are signed in as {name} ({email})."),
        None => format!("You are signed in as {name}."),
    })
}

/// An issue's id as a link, where its details have one.
fn linked(id: &str, details: &str) -> String {
    match line(details, "- Link:") {
        Some(address) => format!("[{id}]({address})"),
        None => id.to_owned(),
    }
}

/// `1,284 events` and `311 users`.
fn seen(details: &str) -> Option<(&str, &str)> {
    let mut parts = line(details, "- Seen:")?.split(", ");
    Some((parts.next()?, parts.next()?))
}

fn line<'a>(text: &'a str, begin: &str) -> Option<&'a str> {
    let rest = text
        .lines()
        .find_map(|line| line.trim().strip_prefix(begin));
    rest.map(str::trim).filter(|rest| !rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DETAILS: &str = "# CHECKOUT-1\n\n**What:** `it broke`\n**Where:** `settle.py:66`\n\n## Issue\n\
        - Seen: 1,284 events, 311 users, first 2026-11-22\n- Link: https://sentry.example/issues/1/\n";
    const FAILURE: &str = "Sentry failed (500). Nothing was changed.";

    #[test]
    fn an_issue_is_told_in_sentences() {
        let link = "[CHECKOUT-1](https://sentry.example/issues/1/)";
        assert_eq!(
            shown("CHECKOUT-1", DETAILS).unwrap(),
            format!(
                "{link} is this: `it broke`\n\nIt happens in `settle.py:66`. It was seen in 1,284 events by 311 users."
            )
        );
        assert_eq!(
            affected("CHECKOUT-1", DETAILS).unwrap(),
            format!("{link} affects 311 users, in 1,284 events: `it broke`")
        );
        let seer = "# Seer on `X-1`: done.\n\n```\nCause: one region.\n```\n\n## What to do\n```\nUse two.\n```";
        assert_eq!(
            analyzed("X-1", seer).unwrap(),
            "Seer about X-1: one region.\n\nWhat it would do: Use two."
        );
    }

    #[test]
    fn numbers_are_told_in_sentences() {
        let table = "# First 2\n\n| transaction | p95(span.duration) | count() |\n| --- | --- | --- |\n\
            | `/pay` | 6900.0 | 1 |\n| `/basket` | 3779.0 | 9 |\n";
        let told = slowest(table).unwrap();
        assert!(
            told.starts_with("`/pay` is the slowest: one request in twenty takes 6.9 s"),
            "{told}"
        );
        assert!(
            told.ends_with("- `/basket`: 3779 ms (p95) of 9 requests"),
            "{told}"
        );
        let release = r#"{"release":{"version":"shop@1","newIssues":1},"deploys":[{"environment":"production"}],
            "commits":[{"message":"Load prices\n\nlater","author":"Jon"}]}"#;
        assert_eq!(
            released(release).unwrap(),
            "The last release is **shop@1**, deployed to production. It changed:\n\n- Load prices (Jon)\n\n1 issue is new since."
        );
        assert_eq!(
            who(r#"{"user":{"name":"ada@x.example","email":"ada@x.example"}}"#).unwrap(),
            "You are signed in as ada@x.example."
        );
    }

    #[test]
    fn a_failure_is_no_answer() {
        assert_eq!(shown("CHECKOUT-1", FAILURE), None);
        assert_eq!(affected("CHECKOUT-1", FAILURE), None);
        assert_eq!(analyzed("CHECKOUT-1", FAILURE), None);
        assert_eq!(slowest(FAILURE), None);
        assert_eq!(released(FAILURE), None);
        assert_eq!(who(FAILURE), None);
    }
}
