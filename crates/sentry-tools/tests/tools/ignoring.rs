//! `update_issue`: what is sent for each way of archiving, and what is refused.
// file rule: mcp/ways-of-archiving: ways of archiving, and what does not go together

use fetch::Method;
use serde_json::{Value, json};

use crate::fixture::{Script, world};
use crate::sentry::{answers, full, script};

/// What was PUT, and whether a note was written.
async fn sent(arguments: Value) -> (Value, Vec<Value>) {
    let world = world(full());
    world.text("update_issue", with_issue(arguments)).await;
    let body =
        |request: &fetch::Request| serde_json::from_slice(request.body.as_ref().unwrap()).unwrap();
    let requests = world.sentry.requests();
    let puts: Vec<Value> = requests
        .iter()
        .filter(|request| request.method == Method::Put)
        .map(body)
        .collect();
    let posts = requests
        .iter()
        .filter(|request| request.method == Method::Post)
        .map(body)
        .collect();
    assert_eq!(puts.len(), 1);
    (puts[0].clone(), posts)
}

fn with_issue(mut arguments: Value) -> Value {
    arguments["organizationSlug"] = "acme".into();
    arguments["issueId"] = "WEB-1A".into();
    arguments
}

#[tokio::test]
async fn each_way_of_archiving() {
    for (arguments, body) in [
        (
            json!({}),
            json!({ "substatus": "archived_until_escalating" }),
        ),
        (
            json!({ "ignoreMode": "untilEscalating" }),
            json!({ "substatus": "archived_until_escalating" }),
        ),
        (
            json!({ "ignoreMode": "forever" }),
            json!({ "substatus": "archived_forever" }),
        ),
        (
            json!({ "ignoreDurationMinutes": 30 }),
            json!({ "substatus": "archived_until_condition_met", "statusDetails": { "ignoreDuration": 30 } }),
        ),
        (
            json!({ "ignoreMode": "untilOccurrenceCount", "ignoreCount": 10, "ignoreWindowMinutes": 10080 }),
            json!({ "substatus": "archived_until_condition_met", "statusDetails": { "ignoreCount": 10, "ignoreWindow": 10080 } }),
        ),
        (
            json!({ "ignoreUserCount": 5, "ignoreUserWindowMinutes": 60 }),
            json!({ "substatus": "archived_until_condition_met", "statusDetails": { "ignoreUserCount": 5, "ignoreUserWindow": 60 } }),
        ),
    ] {
        let mut arguments = arguments;
        arguments["status"] = "ignored".into();
        let mut body = body;
        body["status"] = "ignored".into();
        assert_eq!(sent(arguments).await, (body, vec![]));
    }
}

#[tokio::test]
async fn other_changes() {
    let (put, posts) = sent(json!({ "assignedTo": " user:7 ", "reason": "It is hers." })).await;
    assert_eq!(put, json!({ "assignedTo": "user:7" }));
    assert_eq!(posts, [json!({ "text": "It is hers." })]);
    let (put, _) = sent(json!({ "status": "resolvedInNextRelease" })).await;
    assert_eq!(put, json!({ "status": "resolvedInNextRelease" }));
}

#[tokio::test]
async fn what_does_not_go_together() {
    for (arguments, word) in [
        (json!({}), "`status`, `assignedTo` or both"),
        (json!({ "status": "done" }), "`status` must be one of"),
        (
            json!({ "status": "resolved", "ignoreCount": 3 }),
            "need `status` `ignored`",
        ),
        (
            json!({ "ignoreMode": "forever", "assignedTo": "a" }),
            "need `status` `ignored`",
        ),
        (
            json!({ "status": "ignored", "ignoreCount": 3, "ignoreDurationMinutes": 3 }),
            "second condition",
        ),
        (
            json!({ "status": "ignored", "ignoreMode": "forever", "ignoreCount": 3 }),
            "does not go with ignoreMode `forever`",
        ),
        (
            json!({ "status": "ignored", "ignoreMode": "forDuration" }),
            "`ignoreDurationMinutes` is required",
        ),
        (
            json!({ "status": "ignored", "ignoreWindowMinutes": 5 }),
            "`ignoreCount` is required",
        ),
        (
            json!({ "status": "ignored", "ignoreCount": 0 }),
            "`ignoreCount` must be a whole number from 1",
        ),
        (
            json!({ "status": "ignored", "ignoreCount": 1, "ignoreWindowMinutes": 10081 }),
            "from 1 to 10080",
        ),
    ] {
        let world = world(full());
        let words = world
            .error("update_issue", with_issue(arguments.clone()))
            .await;
        assert!(words.contains(word), "{arguments}: {words}");
        assert!(
            world.asked().is_empty(),
            "{arguments} is refused before anything is asked"
        );
    }
}

#[tokio::test]
async fn a_note_that_fails_takes_nothing_back() {
    let mut answers = answers();
    answers.retain(|answer| answer.path != "/organizations/acme/issues/4501/notes/");
    let world = world(script(&answers).fails("/organizations/acme/issues/4501/notes/", 404));
    let arguments = with_issue(json!({ "status": "resolved", "reason": "Done." }));
    let text = world.text("update_issue", arguments).await;
    assert!(
        text.contains("Status: resolved") && text.contains("could not be written"),
        "{text}"
    );
}
