//! The history of an issue, notes and external trackers.

use axum::http::Method;
use serde_json::json;

use crate::support::*;

const ISSUES: &str = "/api/0/organizations/lighthouse-books/issues";

#[tokio::test]
async fn newest_first_with_people() {
    let sentry = sentry();
    let activity = sentry
        .json(&format!("{ISSUES}/CHECKOUT-1/activities/"))
        .await;
    let kinds: Vec<_> = activity["activity"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["type"].clone())
        .collect();
    assert_eq!(
        kinds,
        ["note", "assigned", "note", "set_priority", "first_seen"]
    );
    assert_eq!(activity["activity"][0]["user"]["name"], "Mira Solberg");
    assert_eq!(activity["activity"][3]["user"], json!(null));
    let notes = sentry.get(&format!("{ISSUES}/9000001/notes/")).await;
    assert_eq!(notes.json().as_array().unwrap().len(), 2);
    let one = sentry
        .json(&format!("{ISSUES}/9000001/notes/?per_page=1"))
        .await;
    assert_eq!(one[0], activity["activity"][0]);
    let none = sentry
        .json(&format!("{ISSUES}/CHECKOUT-2/activities/"))
        .await;
    assert_eq!(none, json!({"activity": []}));
}

#[tokio::test]
async fn a_note_is_counted_and_shown_first() {
    let sentry = sentry();
    let path = format!("{ISSUES}/CHECKOUT-2/notes/");
    let reply = sentry
        .send_json(Method::POST, &path, ADA, json!({"text": "two at once"}))
        .await;
    assert_eq!(reply.status, 201);
    let note = reply.json();
    assert_eq!(
        (&note["type"], &note["data"]["text"]),
        (&json!("note"), &json!("two at once"))
    );
    assert_eq!(note["user"]["email"], "ada@lighthouse-books.example");
    assert_eq!(sentry.json(&path).await, json!([note]));
    let issue = sentry.json(&format!("{ISSUES}/CHECKOUT-2/")).await;
    assert_eq!(
        (&issue["numComments"], &issue["activity"][0]),
        (&json!(1), &note)
    );
    for (body, message) in [
        (json!({}), "This field is required."),
        (json!({"text": " "}), "This field may not be blank."),
    ] {
        let reply = sentry.send_json(Method::POST, &path, ADA, body).await;
        assert_eq!(
            (reply.status.as_u16(), reply.json()),
            (400, json!({"text": [message]}))
        );
    }
}

#[tokio::test]
async fn a_change_is_written_down_and_no_change_is_not() {
    let sentry = sentry();
    let path = format!("{ISSUES}/CHECKOUT-2/");
    for body in [
        json!({"status": "resolved"}),
        json!({"status": "resolved"}),
        json!({"status": "ignored", "statusDetails": {"ignoreCount": 10}}),
        json!({"status": "unresolved", "assignedTo": "ada"}),
        json!({"assignedTo": ""}),
    ] {
        assert_eq!(
            sentry.send_json(Method::PUT, &path, ADA, body).await.status,
            200
        );
    }
    let activity = sentry.json(&format!("{path}activities/")).await;
    let entries = activity["activity"].as_array().unwrap();
    let kinds: Vec<_> = entries
        .iter()
        .rev()
        .map(|entry| entry["type"].clone())
        .collect();
    assert_eq!(
        kinds,
        [
            "set_resolved",
            "set_ignored",
            "assigned",
            "set_unresolved",
            "unassigned"
        ]
    );
    assert_eq!(entries[3]["data"], json!({"ignoreCount": 10}));
    assert_eq!(entries[0]["user"]["id"], "1001");
}

#[tokio::test]
async fn trackers() {
    let sentry = sentry();
    let links = sentry
        .json(&format!("{ISSUES}/CHECKOUT-1/external-issues/"))
        .await;
    assert_eq!(links[0]["displayName"], "PAY-318");
    assert_eq!(links[0]["issueId"], "9000001");
    assert_eq!(
        sentry
            .json(&format!("{ISSUES}/CHECKOUT-2/external-issues/"))
            .await,
        json!([])
    );
}
