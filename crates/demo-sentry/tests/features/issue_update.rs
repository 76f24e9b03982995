//! `PUT` on an issue.

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::*;

const ISSUE: &str = "/api/0/organizations/lighthouse-books/issues/CHECKOUT-2/";

async fn put(sentry: &Sentry, body: Value) -> Reply {
    sentry.send_json(Method::PUT, ISSUE, ADA, body).await
}

#[tokio::test]
async fn a_status_brings_its_substatus() {
    let sentry = sentry();
    for (body, status, substatus) in [
        (json!({"status": "resolved"}), "resolved", Value::Null),
        (
            json!({"status": "unresolved"}),
            "unresolved",
            json!("ongoing"),
        ),
        (
            json!({"status": "ignored"}),
            "ignored",
            json!("archived_until_escalating"),
        ),
        (
            json!({"status": "ignored", "substatus": "archived_forever"}),
            "ignored",
            json!("archived_forever"),
        ),
        (
            json!({"status": "ignored", "statusDetails": {"ignoreCount": 5}}),
            "ignored",
            json!("archived_until_condition_met"),
        ),
        (
            json!({"status": "ignored", "ignoreDuration": 60}),
            "ignored",
            json!("archived_until_condition_met"),
        ),
        (
            json!({"status": "resolvedInNextRelease"}),
            "resolved",
            Value::Null,
        ),
    ] {
        let answer = put(&sentry, body.clone()).await.json();
        assert_eq!(
            (answer["status"].as_str().unwrap(), &answer["substatus"]),
            (status, &substatus),
            "{body}"
        );
        assert_eq!(sentry.json(ISSUE).await["status"], status, "it stays so");
    }
    assert_eq!(
        sentry.json(ISSUE).await["statusDetails"],
        json!({"inNextRelease": true})
    );
    let resolved =
        "/api/0/organizations/lighthouse-books/issues/?query=is:resolved&project=checkout&sort=new";
    assert_eq!(
        sentry.get(resolved).await.each("shortId"),
        ["CHECKOUT-2", "CHECKOUT-6"]
    );
}

#[tokio::test]
async fn an_assignee_has_many_spellings() {
    let sentry = sentry();
    for (actor, id, kind) in [
        ("user:1001", "1001", "user"),
        ("1001", "1001", "user"),
        ("ada", "1001", "user"),
        ("Ada@lighthouse-books.example", "1001", "user"),
        ("team:7102", "7102", "team"),
        ("#payments", "7101", "team"),
    ] {
        let assigned =
            put(&sentry, json!({"assignedTo": actor})).await.json()["assignedTo"].clone();
        assert_eq!(
            (assigned["id"].as_str(), assigned["type"].as_str()),
            (Some(id), Some(kind)),
            "{actor}"
        );
    }
    assert_eq!(
        put(&sentry, json!({"status": "resolved"})).await.json()["assignedTo"]["id"],
        "7101",
        "kept"
    );
    for nobody in [json!(""), Value::Null] {
        assert_eq!(
            put(&sentry, json!({"assignedTo": nobody})).await.json()["assignedTo"],
            Value::Null
        );
        put(&sentry, json!({"assignedTo": "ada"})).await;
    }
}

#[tokio::test]
async fn a_refused_change_changes_nothing() {
    let sentry = sentry();
    let before = sentry.json(ISSUE).await;
    for (body, member) in [
        (json!({"status": "fine", "assignedTo": "ada"}), "status"),
        (
            json!({"assignedTo": "stranger", "status": "resolved"}),
            "assignedTo",
        ),
        (json!({"assignedTo": "bo"}), "assignedTo"),
        (json!({"assignedTo": "team:9"}), "assignedTo"),
    ] {
        let reply = put(&sentry, body.clone()).await;
        assert_eq!(reply.status, 400, "{body}");
        assert!(reply.json()[member][0].is_string(), "{}", reply.text);
    }
    assert_eq!(sentry.json(ISSUE).await, before);
}
