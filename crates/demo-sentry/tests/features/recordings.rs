//! One replay, and what was recorded of it.

use serde_json::{Value, json};

use crate::support::*;

const ORG: &str = "/api/0/organizations/lighthouse-books";
const REPLAY: &str = "7b3de91c04f24a58b6e1d0937c5f28ea";
const SEGMENTS: &str = "/api/0/projects/lighthouse-books/shop-window/replays/7b3de91c04f24a58b6e1d0937c5f28ea/recording-segments/";

#[tokio::test]
async fn one_replay_is_the_same_as_in_the_list() {
    let sentry = sentry();
    let listed = sentry.json(&format!("{ORG}/replays/")).await;
    let one = sentry.json(&format!("{ORG}/replays/{REPLAY}/")).await;
    assert_eq!(one["data"], listed["data"][0]);
    let uuid = "7b3de91c-04f2-4a58-b6e1-d0937c5f28ea";
    assert_eq!(sentry.json(&format!("{ORG}/replays/{uuid}/")).await, one);
    let unknown = format!("{ORG}/replays/{}/", "0".repeat(32));
    assert_eq!(sentry.get(&unknown).await.status, 404);
}

#[tokio::test]
async fn segments_hold_events_in_their_order() {
    let sentry = sentry();
    let segments = sentry.json(&format!("{SEGMENTS}?download=true")).await;
    let segments = segments.as_array().unwrap();
    assert_eq!(segments.len(), 9);
    let events: Vec<&Value> = segments
        .iter()
        .flat_map(|s| s.as_array().unwrap())
        .collect();
    assert!(
        events.is_sorted_by(|one, other| one["timestamp"].as_i64() <= other["timestamp"].as_i64())
    );
    // 2026-03-10T11:54:00Z, when the replay began.
    assert_eq!(events[0]["timestamp"], 1_773_143_640_000_i64);
    assert_eq!(events[0]["type"], 4);
    let click = events
        .iter()
        .find(|event| event["data"]["payload"]["category"] == "ui.click")
        .unwrap();
    assert_eq!(click["data"]["tag"], "breadcrumb");
    assert_eq!(click["data"]["payload"]["timestamp"], 1_773_143_652.0);
    let failed = events
        .iter()
        .find(|event| event["data"]["payload"]["data"]["statusCode"] == 503)
        .unwrap();
    assert_eq!(failed["data"]["tag"], "performanceSpan");
    assert_eq!(failed["data"]["payload"]["op"], "resource.fetch");
}

#[tokio::test]
async fn segments_are_paged_and_told() {
    let sentry = sentry();
    let first = sentry
        .get(&format!("{SEGMENTS}?download=true&per_page=4"))
        .await;
    assert_eq!(first.json().as_array().unwrap().len(), 4);
    assert!(first.header("link").contains("cursor=\"0:4:0\""));
    let told = sentry.json(SEGMENTS).await;
    assert_eq!(told["data"].as_array().unwrap().len(), 9);
    assert_eq!(told["data"][8]["segmentId"], 8);
    // Nothing is left of an old one, and another project has none of it.
    let old = "/api/0/projects/lighthouse-books/harbor-web/replays/0608dc6b6c7fcdd11158399586f0d133/recording-segments/?download=true";
    assert_eq!(sentry.json(old).await, json!([]));
    let others = SEGMENTS.replace("shop-window", "checkout");
    assert_eq!(sentry.get(&others).await.status, 404);
}
