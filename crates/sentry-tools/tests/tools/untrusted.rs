//! Anybody who has a project's public key writes what an agent reads. A reader that obeys whatever stands outside of the
//! marked blocks of an answer finds nothing to do, however the orders are written and in whichever member they stand.

mod attacks;
mod obedient;

use serde_json::Value;

use crate::fixture::{text, world};
use crate::sentry::{answers, calls, script};
use attacks::Attack;
use obedient::would_do;

/// Members that no sender fills: what identifies things, links them to each other, or says which of a few kinds they are.
const OURS: &[&str] = &[
    "id", "slug", "shortId", "short_id", "eventID", "event_id", "event_type", "run_id", "status", "substatus", "level",
    "issueCategory", "issueType", "dateCreated", "dateReleased", "firstSeen", "lastSeen", "lastEvent", "started_at",
    "timestamp", "organizationUrl", "regionUrl", "project_slug", "trace_id", "public", "secret",
];

/// Values that choose how an entry, an actor or an activity is read.
const KINDS: &[&str] = &[
    "exception", "threads", "breadcrumbs", "request", "message", "spans", "debugmeta", "user", "team", "note", "assigned",
    "first_seen", "root_cause", "solution",
];

/// Puts the attack into every member that a sender can fill, its parts one after the other.
fn fill(value: &mut Value, name: &str, attack: &Attack, next: &mut usize) {
    match value {
        Value::String(text) => {
            if OURS.contains(&name) || KINDS.contains(&text.as_str()) {
                return;
            }
            *text = attack.parts[*next % attack.parts.len()].to_owned();
            *next += 1;
        }
        Value::Array(values) => values
            .iter_mut()
            .for_each(|value| fill(value, name, attack, next)),
        Value::Object(members) => members
            .iter_mut()
            .for_each(|(name, value)| fill(value, name, attack, next)),
        _ => {}
    }
}

/// What the agent that asked `tool` would do, and whether it has seen anything of the attack.
async fn tried(tool: &str, arguments: &Value, attack: &Attack) -> Vec<String> {
    let mut answers = answers();
    let mut next = 0;
    for answer in &mut answers {
        fill(&mut answer.body, "", attack, &mut next);
    }
    let result = world(script(&answers))
        .call(tool, arguments.clone())
        .await
        .unwrap();
    let members = result
        .meta
        .iter()
        .find(|(name, _)| *name == "io.sentry/untrusted")
        .map(|(_, members)| serde_json::from_str::<Vec<String>>(members.get()).unwrap())
        .unwrap_or_default();
    would_do(&text(&result), &members, attack.order)
}

#[test]
fn there_are_enough_of_them_and_each_is_found_where_nothing_marks_it() {
    let all: Vec<&Attack> = attacks::all().collect();
    assert!(all.len() >= 80, "{}", all.len());
    for attack in all {
        let told = attack.parts.join(" ");
        assert!(!would_do(&told, &[], attack.order).is_empty(), "{}", attack.name);
    }
}

#[tokio::test]
async fn an_obedient_agent_finds_nothing_to_do() {
    let mut obeyed = Vec::new();
    for attack in attacks::all() {
        for (tool, arguments, _) in calls() {
            for what in tried(tool, &arguments, attack).await {
                obeyed.push(format!("{tool}, {}: {what}", attack.name));
            }
        }
    }
    assert!(obeyed.is_empty(), "{} times, such as: {}", obeyed.len(), obeyed.iter().take(20).map(String::as_str).collect::<Vec<_>>().join("\n"));
}
