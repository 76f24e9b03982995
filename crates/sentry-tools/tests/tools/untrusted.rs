//! Anybody who has a project's public key writes what an agent reads. A reader that obeys whatever stands outside of the
//! marked blocks of an answer finds nothing to do, however the orders are written and in whichever member they stand.

pub(crate) mod attacks;
pub(crate) mod obedient;

use mcp::CallToolResult;
use sentry_tools::{Session, Untrusted};
use serde_json::{Value, json};

use crate::fixture::{BASE, session, text, world_of};
use crate::sentry::{answers, calls, full, script};
use attacks::Attack;
use obedient::would_do;

/// Members that no sender fills: what identifies things, links them to each other, or says which of a few kinds they are.
const OURS: &[&str] = &[
    "id",
    "slug",
    "shortId",
    "short_id",
    "eventID",
    "event_id",
    "event_type",
    "run_id",
    "status",
    "substatus",
    "level",
    "issueCategory",
    "issueType",
    "dateCreated",
    "dateReleased",
    "firstSeen",
    "lastSeen",
    "lastEvent",
    "started_at",
    "timestamp",
    "organizationUrl",
    "regionUrl",
    "project_slug",
    "trace_id",
    "project_id",
    "head_artifact_id",
    "public",
    "secret",
    // Of dashboards, rules and monitors: Sentry's own words, and ids.
    "displayType",
    "widgetDisplay",
    "widgetType",
    "period",
    "logicType",
    "detectionType",
    "dataset",
    "eventTypes",
    "extrapolationMode",
    "handlerGroup",
    "handlerSubgroup",
    "detectorIds",
    "workflowIds",
    "integrationId",
    "projectId",
    "owner",
    "dateUpdated",
];

/// Values that choose how an entry, an actor or an activity is read.
const KINDS: &[&str] = &[
    "exception",
    "threads",
    "breadcrumbs",
    "request",
    "message",
    "spans",
    "debugmeta",
    "user",
    "team",
    "note",
    "assigned",
    "first_seen",
    "root_cause",
    "solution",
    "metric_issue",
    "first_seen_event",
    "level",
    "email",
    "slack",
    "gt",
    "lte",
    "breadcrumb",
    "performanceSpan",
    "ui.click",
    "console",
    "resource.fetch",
];

/// Whether no sender writes a member's text.
pub(crate) fn is_ours(name: &str, text: &str) -> bool {
    OURS.contains(&name) || KINDS.contains(&text)
}

/// Puts the attack into every member that a sender can fill, its parts one after the other.
pub(crate) fn fill(
    value: &mut Value,
    name: &str,
    is_ours: &dyn Fn(&str, &str) -> bool,
    attack: &Attack,
    next: &mut usize,
) {
    match value {
        Value::String(text) => {
            if is_ours(name, text) {
                return;
            }
            *text = attack.parts[*next % attack.parts.len()].to_owned();
            *next += 1;
        }
        Value::Array(values) => values
            .iter_mut()
            .for_each(|value| fill(value, name, is_ours, attack, next)),
        Value::Object(members) => members
            .iter_mut()
            .for_each(|(name, value)| fill(value, name, is_ours, attack, next)),
        _ => {}
    }
}

/// What the agent that asked `tool` would do.
async fn tried(tool: &str, arguments: &Value, attack: &Attack) -> Vec<String> {
    let result = answer(tool, arguments, attack, Untrusted::Quote).await;
    let members = result
        .meta
        .iter()
        .find(|(name, _)| *name == "io.sentry/untrusted")
        .map(|(_, members)| serde_json::from_str::<Vec<String>>(members.get()).unwrap())
        .unwrap_or_default();
    would_do(&text(&result), &members, attack.order)
}

/// What the tool answers where every member that a sender can fill holds the attack.
async fn answer(
    tool: &str,
    arguments: &Value,
    attack: &Attack,
    untrusted: Untrusted,
) -> CallToolResult {
    let mut answers = answers();
    let mut next = 0;
    for answer in &mut answers {
        fill(&mut answer.body, "", &is_ours, attack, &mut next);
    }
    let session = Session {
        untrusted,
        ..session()
    };
    world_of(BASE, session, script(&answers))
        .call(tool, arguments.clone())
        .await
        .unwrap()
}

#[test]
fn there_are_enough_of_them_and_each_is_found_where_nothing_marks_it() {
    let all: Vec<&Attack> = attacks::all().collect();
    assert!(all.len() >= 80, "{}", all.len());
    for attack in all {
        let told = attack.parts.join(" ");
        assert!(
            !would_do(&told, &[], attack.order).is_empty(),
            "{}",
            attack.name
        );
    }
}

// rule: mcp/obedient-agent: an agent that obeys all that stands outside of marked text finds nothing to do, whatever
//    senders write
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
    assert!(
        obeyed.is_empty(),
        "{} times, such as: {}",
        obeyed.len(),
        obeyed
            .iter()
            .take(20)
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join("\n")
    );
}

// rule: mcp/untrusted-omit
#[tokio::test]
async fn a_connection_without_foreign_text_has_no_sentence_of_it() {
    for attack in attacks::all().filter(|attack| attack.order.contains(' ')) {
        for (tool, arguments, _) in calls() {
            let told = text(&answer(tool, &arguments, attack, Untrusted::Omit).await);
            assert!(
                !obedient::orders(&told, attack.order),
                "{tool}, {}: {told}",
                attack.name
            );
        }
    }
}

/// What is needed to find the place in the code stays.
#[tokio::test]
async fn a_connection_without_foreign_text_still_says_where() {
    let session = Session {
        untrusted: Untrusted::Omit,
        ..session()
    };
    let world = world_of(BASE, session, full());
    let told = world
        .text(
            "get_issue_details",
            json!({ "organizationSlug": "acme", "issueId": "WEB-1A" }),
        )
        .await;
    for kept in ["WEB-1A", "src/cart.ts:42", "addItem", "shop@1.4.0"] {
        assert!(told.contains(kept), "{kept}: {told}");
    }
    for omitted in ["cart is null", "return first.id"] {
        assert!(!told.contains(omitted), "{omitted}: {told}");
    }
}
