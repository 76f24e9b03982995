//! Traces as trees, and the counts of what is in them.

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::*;

const ORG: &str = "/api/0/organizations/lighthouse-books";
const PAYING: &str = "5d3a9c1be7f04862a1c40d9be8273f61";

/// All spans of a tree, with the errors in it.
fn flat(spans: &Value) -> Vec<&Value> {
    let spans = spans.as_array().unwrap();
    spans
        .iter()
        .flat_map(|span| std::iter::once(span).chain(flat(&span["children"])))
        .collect()
}

#[tokio::test]
async fn a_tree_with_the_error_at_its_span() {
    let sentry = sentry();
    let trace = sentry
        .json(&format!(
            "{ORG}/trace/{PAYING}/?limit=100&project=-1&statsPeriod=14d"
        ))
        .await;
    assert_eq!(trace.as_array().unwrap().len(), 1);
    let root = &trace[0];
    assert_eq!(
        (&root["op"], &root["parent_span_id"]),
        (&json!("pageload"), &json!(null))
    );
    assert_eq!(root["start_timestamp"], "2026-03-10T11:47:54+00:00");
    let spans = flat(&trace);
    assert_eq!(spans.len(), 8);
    let failed: Vec<_> = spans
        .iter()
        .filter(|span| span["errors"] != json!([]))
        .collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0]["event_id"], "b3f1c7a95e204d86");
    let error = &failed[0]["errors"][0];
    assert_eq!(
        (&error["short_id"], &error["issue_id"]),
        (&json!("CHECKOUT-1"), &json!(9000001))
    );
    assert_eq!(failed[0]["project_slug"], "checkout");
    assert_eq!(failed[0]["is_transaction"], true);
    let event = sentry
        .json(&format!("{ORG}/issues/CHECKOUT-1/events/latest/"))
        .await;
    assert_eq!(event["contexts"]["trace"]["trace_id"], PAYING);
    assert_eq!(event["contexts"]["trace"]["span_id"], failed[0]["event_id"]);
}

#[tokio::test]
async fn counts_in_both_spellings() {
    let sentry = sentry();
    let meta = sentry
        .json(&format!("{ORG}/trace-meta/{PAYING}/?statsPeriod=14d"))
        .await;
    assert_eq!(
        (&meta["span_count"], &meta["errors"], &meta["projects"]),
        (&json!(8), &json!(1), &json!(2))
    );
    assert_eq!(meta["span_count_map"]["http.client"], 3);
    assert_eq!(
        (&meta["transactions"], &meta["logs"]),
        (&json!(2), &json!(1))
    );
    sentry
        .control(Method::PATCH, "settings", json!({"camelTraceMeta": true}))
        .await;
    let camel = sentry.json(&format!("{ORG}/trace-meta/{PAYING}/")).await;
    assert_eq!(
        (&camel["spansCount"], &camel["errorsCount"]),
        (&json!(8), &json!(1))
    );
    assert_eq!(camel["spansCountMap"], meta["span_count_map"]);
    assert!(camel.get("span_count").is_none());
}

#[tokio::test]
async fn three_traces_and_no_others() {
    let sentry = sentry();
    for (id, spans, errors) in [
        (PAYING, 8, 1),
        ("a81f6d20c95b4e7390de12f7b64c0835", 8, 0),
        ("2C7E90B5F1D8436EA05B7C9D3E1F4A68", 6, 1),
    ] {
        let trace = sentry.json(&format!("{ORG}/trace/{id}/")).await;
        let found = flat(&trace)
            .iter()
            .map(|span| span["errors"].as_array().unwrap().len())
            .sum::<usize>();
        assert_eq!((flat(&trace).len(), found), (spans, errors), "{id}");
    }
    let unknown = "0".repeat(32);
    assert_eq!(
        sentry.json(&format!("{ORG}/trace/{unknown}/")).await,
        json!([])
    );
    assert_eq!(
        sentry.json(&format!("{ORG}/trace-meta/{unknown}/")).await["span_count"],
        0
    );
    assert_eq!(
        sentry.get(&format!("{ORG}/trace/nonsense/")).await.status,
        404
    );
    let elsewhere = format!("/api/0/organizations/quiet-harbor/trace/{PAYING}/");
    assert_eq!(sentry.json(&elsewhere).await, json!([]));
}
