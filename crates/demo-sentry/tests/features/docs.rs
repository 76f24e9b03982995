//! The documentation: its search and its pages.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};

use crate::support::*;

async fn search(sentry: &Sentry, body: Value) -> Reply {
    sentry
        .send_json(Method::POST, "/api/search", "none", body)
        .await
}

#[tokio::test]
async fn the_best_pages_come_first_and_can_be_read_by_their_id() {
    let sentry = sentry();
    let found = search(
        &sentry,
        json!({"query": "missed check-in", "maxResults": 2}),
    )
    .await
    .json();
    assert_eq!(found["query"], "missed check-in");
    assert_eq!(found["results"][0]["id"], "product/crons.md");
    assert_eq!(
        found["results"][0]["url"],
        "http://127.0.0.1:9797/product/crons/"
    );
    assert!(
        found["results"][0]["snippet"]
            .as_str()
            .unwrap()
            .starts_with("# Cron monitoring")
    );
    let page = Request::get("/product/crons.md")
        .body(Body::empty())
        .unwrap();
    let page = sentry.send(page).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), "text/markdown; charset=utf-8");
    assert!(page.text.contains("## States of a check-in"));
    let nowhere = Request::get("/product/nothing.md")
        .body(Body::empty())
        .unwrap();
    assert_eq!(sentry.send(nowhere).await.status, 404);
}

#[tokio::test]
async fn a_guide_narrows_and_no_hit_is_an_empty_list() {
    let sentry = sentry();
    let ids = async |body: Value| -> Vec<String> {
        let found = search(&sentry, body).await.json();
        let results = found["results"].as_array().unwrap().clone();
        results
            .iter()
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let all = ids(json!({"query": "sdk source release", "maxResults": 10})).await;
    assert!(all.iter().any(|id| id.contains("django")));
    let next =
        ids(json!({"query": "sdk source release", "maxResults": 10, "guide": "javascript"})).await;
    assert!(
        next.iter().any(|id| id.contains("nextjs")) && !next.iter().any(|id| id.contains("django"))
    );
    assert!(ids(json!({"query": "zeppelin"})).await.is_empty());
    for bad in [
        json!({}),
        json!({"query": "x".repeat(201)}),
        json!({"query": "crons", "maxResults": 11}),
    ] {
        assert_eq!(search(&sentry, bad.clone()).await.status, 400, "{bad}");
    }
}
