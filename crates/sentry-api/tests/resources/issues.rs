//! Issues: changes, activity, notes and tags.
// file rule: mcp/missing-members

use fetch::scripted::Scripted;
use fetch::{Method, Response};
use sentry_api::{IssueChange, Json, TagKey};
use serde_json::json;

use crate::world::{BASE, ISSUE, answers, get, world};

#[tokio::test]
async fn a_change_is_sent_as_documented() {
    let path = format!("{ISSUE}/");
    let world = answers(
        Method::Put,
        &path,
        &json!({ "id": "4501", "status": "ignored" }),
    );
    let change = IssueChange {
        status: Some("ignored"),
        substatus: Some("archived_until_condition_met"),
        assigned_to: Some("team:7"),
        until: &[("ignoreCount", 10), ("ignoreWindow", 60)],
    };
    let after = world
        .client
        .update_issue(&world.region, &world.acme, &world.issue, &change)
        .await
        .unwrap();
    let after = after.unwrap().into_seen(&world.sight).unwrap();
    assert_eq!(after.status.as_deref(), Some("ignored"));
    assert_eq!(
        world.sent(),
        json!({
            "status": "ignored", "substatus": "archived_until_condition_met", "assignedTo": "team:7",
            "statusDetails": { "ignoreCount": 10, "ignoreWindow": 60 }
        })
    );
}

// rule: mcp/change-sent-once: a change is sent once
#[tokio::test]
async fn a_change_is_never_sent_twice() {
    for status in [429, 502, 503] {
        let answer = Response {
            status,
            headers: vec![],
            body: vec![],
        };
        let script = Scripted::new().on(Method::Put, &format!("{BASE}{ISSUE}/"), Ok(answer));
        let world = world(script);
        let change = IssueChange {
            status: Some("resolved"),
            ..IssueChange::default()
        };
        let result = world
            .client
            .update_issue(&world.region, &world.acme, &world.issue, &change)
            .await;
        assert!(result.is_err());
        assert_eq!(world.script.requests().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn activity_and_notes() {
    let entry = json!({ "id": 1, "type": "assigned", "user": { "name": "", "username": "ada" }, "data": { "assignee": "7" },
        "dateCreated": "2025-01-01T00:00:00Z" });
    for body in [json!({ "activity": [entry] }), json!([entry])] {
        let world = get(&format!("{ISSUE}/activities/"), &body);
        let found = world
            .client
            .issue_activity(&world.region, &world.acme, &world.issue)
            .await
            .unwrap();
        assert_eq!(
            found[0].data,
            [("assignee".to_owned(), Json::from(&json!("7")))]
        );
    }
    let world = get(
        &format!("{ISSUE}/notes/"),
        &json!([{ "id": "2", "data": { "text": "hello" }, "user": null }]),
    );
    let found = world
        .client
        .issue_notes(&world.region, &world.acme, &world.issue, "5")
        .await
        .unwrap();
    assert_eq!(
        (found[0].text.as_deref(), found[0].user.as_deref()),
        (Some("hello"), None)
    );
    assert_eq!(world.asked(), [format!("{ISSUE}/notes/?per_page=5")]);

    let world = answers(
        Method::Post,
        &format!("{ISSUE}/notes/"),
        &json!({ "id": "3" }),
    );
    world
        .client
        .add_issue_note(&world.region, &world.acme, &world.issue, "hi")
        .await
        .unwrap();
    assert_eq!(world.sent(), json!({ "text": "hi" }));
}

#[tokio::test]
async fn a_tag_with_its_values() {
    let path = format!("{ISSUE}/tags/browser.name/");
    let world = get(
        &path,
        &json!({ "key": "browser.name", "totalValues": 5, "uniqueValues": null, "topValues": [
        { "value": "Firefox", "count": "4", "lastSeen": "x" }, { "value": null, "count": 1 }, null ] }),
    );
    let key = TagKey::parse("browser.name").unwrap();
    let tag = world
        .client
        .issue_tag(&world.region, &world.acme, &world.issue, &key)
        .await
        .unwrap();
    assert_eq!((tag.total, tag.unique, tag.top.len()), (Some(5), None, 2));
    assert_eq!((tag.top[0].count, tag.top[1].value.as_str()), (Some(4), ""));
}
