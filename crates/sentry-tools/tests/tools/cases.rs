//! Events and activities in the shapes that SDKs and servers send: what each reading tool must show of them, and what
//! never. The files are in `tests/cases`; a sibling is a case with something changed.

use fetch::scripted::Scripted;
use serde_json::{Value, json};

use crate::fixture::{Script, World, world};

mod activity;
mod answers;
mod counted;
mod events;
mod everything;
mod siblings;

pub(crate) const D: &str = "get_issue_details";
pub(crate) const S: &str = "get_event_stacktrace";
pub(crate) const B: &str = "get_issue_breadcrumbs";

/// A case by the name of its file.
pub(crate) fn event_case(name: &str) -> Value {
    read(&format!("events/{name}.json"))
}

pub(crate) fn read(path: &str) -> Value {
    let path = format!("{}/tests/cases/{path}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// A Sentry that has one issue with one event: `issue` of the case, laid over a plain one, and the rest.
pub(crate) fn sentry_of(case: &Value) -> (World, String) {
    let mut event = case.clone();
    let said = event.as_object_mut().unwrap().remove("issue");
    let mut issue = json!({
        "permalink": null, "status": "unresolved", "statusDetails": {}, "substatus": "ongoing", "isUnhandled": false,
        "priority": "medium", "numComments": 0, "userReportCount": 0, "assignedTo": null, "annotations": [],
        "count": "48", "userCount": 5, "firstSeen": "2026-11-14T09:00:00Z", "lastSeen": "2026-11-21T06:40:12Z",
        "firstRelease": null, "lastRelease": null
    });
    for (name, value) in said.unwrap().as_object().unwrap() {
        issue[name] = value.clone();
    }
    let id = issue["shortId"].as_str().unwrap().to_owned();
    let path = format!("/organizations/lighthouse-books/issues/{id}/");
    let script = Scripted::new()
        .get(&path, &issue)
        .get(&format!("{path}events/latest/"), &event);
    (world(script), id)
}

/// What a tool says of a case; `thread` only for the stack trace.
pub(crate) async fn told(case: &Value, tool: &str, thread: Option<&str>) -> String {
    let (world, id) = sentry_of(case);
    let mut arguments = json!({ "organizationSlug": "lighthouse-books", "issueId": id });
    if let Some(thread) = thread {
        arguments["thread"] = thread.into();
    }
    let text = world.text(tool, arguments).await;
    assert_contained(&text);
    if tool == D {
        let length = text.chars().count();
        assert!(length <= 8_000, "{length}: {text}");
    }
    text
}

/// What holds of every answer: nothing that cannot be seen, and nothing of others outside of code spans and blocks.
pub(crate) fn assert_contained(text: &str) {
    for char in text.chars() {
        let is_unseen = matches!(
            u32::from(char),
            0..=8 | 0xB..=0x1F | 0x7F..=0x9F | 0xAD | 0x61C | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F
                | 0xFEFF | 0xE0000..=0xE007F
        );
        assert!(!is_unseen, "{:?} in {text}", char);
    }
    let plain = outside(text);
    for live in ["![", "](", "evil.example", "npx "] {
        assert!(!plain.contains(live), "{live} outside: {plain}");
    }
    let mut chars = plain.chars().peekable();
    while let Some(char) = chars.next() {
        let is_tag = char == '<' && chars.peek().is_some_and(|next| next.is_ascii_alphabetic());
        assert!(!is_tag, "a tag outside: {plain}");
    }
}

/// The text without its code spans and blocks.
pub(crate) fn outside(text: &str) -> String {
    let mut plain = String::new();
    let mut fence = 0;
    for line in text.lines() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        if fence > 0 {
            if ticks >= fence && line.trim_matches('`').is_empty() {
                fence = 0;
            }
            continue;
        }
        if ticks >= 3 {
            fence = ticks;
            continue;
        }
        for (place, part) in line.split('`').enumerate() {
            if place % 2 == 0 {
                plain.push_str(part);
            }
        }
        plain.push('\n');
    }
    assert_eq!(fence, 0, "a fence is left open: {text}");
    plain
}

/// One row of a table: a tool, what it must show, and what never.
pub(crate) struct Row {
    pub(crate) case: &'static str,
    pub(crate) tool: &'static str,
    pub(crate) thread: Option<&'static str>,
    pub(crate) must: &'static [&'static str],
    pub(crate) never: &'static [&'static str],
}

pub(crate) const fn row(
    case: &'static str,
    tool: &'static str,
    must: &'static [&'static str],
    never: &'static [&'static str],
) -> Row {
    Row {
        case,
        tool,
        thread: None,
        must,
        never,
    }
}

/// Every row of a table, and all that is wrong at once.
pub(crate) async fn hold(rows: &[Row], case_of: impl Fn(&str) -> Value) {
    let mut wrong = Vec::new();
    for row in rows {
        let text = told(&case_of(row.case), row.tool, row.thread).await;
        let missing = row.must.iter().filter(|must| !text.contains(**must));
        let shown = row.never.iter().filter(|never| text.contains(**never));
        let said: Vec<_> = missing
            .map(|must| format!("lacks {must:?}"))
            .chain(shown.map(|never| format!("has {never:?}")))
            .collect();
        if !said.is_empty() {
            wrong.push(format!(
                "== {} {}: {}\n{text}",
                row.case,
                row.tool,
                said.join(", ")
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} rows:\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
}
