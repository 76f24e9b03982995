//! Seer's analyses.

use axum::http::Method;
use serde_json::json;

use crate::support::*;

fn path(issue: &str) -> String {
    format!("/api/0/organizations/lighthouse-books/issues/{issue}/autofix/")
}

#[tokio::test]
async fn one_in_each_state_and_they_stay() {
    let sentry = sentry();
    for (issue, status) in [
        ("CHECKOUT-1", "completed"),
        ("CHECKOUT-7", "processing"),
        ("CHECKOUT-4", "error"),
        ("SHOP-WINDOW-1", "awaiting_user_input"),
        ("PARCEL-POST-1", "COMPLETED"),
    ] {
        for _ in 0..5 {
            assert_eq!(
                sentry.json(&path(issue)).await["autofix"]["status"],
                status,
                "{issue}"
            );
        }
    }
    assert_eq!(
        sentry.json(&path("CHECKOUT-2")).await,
        json!({"autofix": null})
    );
    let done = sentry.json(&path("CHECKOUT-1")).await;
    let keys: Vec<_> = done["autofix"]["blocks"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|block| block["artifacts"].as_array().unwrap())
        .map(|artifact| artifact["key"].clone())
        .collect();
    assert_eq!(keys, ["root_cause", "solution"]);
    let older = sentry.json(&path("PARCEL-POST-1")).await;
    assert!(older["autofix"]["steps"][0]["causes"][0]["description"].is_string());
    assert!(older["autofix"].get("blocks").is_none());
}

#[tokio::test]
async fn a_started_one_moves_on_with_every_look() {
    let sentry = sentry();
    let body = json!({"step": "root_cause", "user_context": "look at the cache"});
    let reply = sentry
        .send_json(Method::POST, &path("CHECKOUT-2"), ADA, body)
        .await;
    assert_eq!(reply.status, 202);
    let run = reply.json()["run_id"].clone();
    let mut seen = Vec::new();
    for _ in 0..4 {
        let answer = sentry.json(&path("CHECKOUT-2")).await;
        assert_eq!(answer["autofix"]["run_id"], run);
        let blocks = answer["autofix"]["blocks"].as_array().unwrap();
        assert!(
            blocks[0]["message"]["content"]
                .as_str()
                .unwrap()
                .contains("look at the cache")
        );
        seen.push((answer["autofix"]["status"].clone(), blocks.len()));
    }
    assert_eq!(
        seen,
        [
            (json!("processing"), 2),
            (json!("processing"), 3),
            (json!("completed"), 4),
            (json!("completed"), 4)
        ]
    );
    let again = sentry
        .send_json(Method::POST, &path("CHECKOUT-2"), ADA, json!({}))
        .await;
    assert_ne!(again.json()["run_id"], run, "another run");
    assert_eq!(
        sentry.json(&path("CHECKOUT-2")).await["autofix"]["status"],
        "processing"
    );
}

#[tokio::test]
async fn an_unknown_step_is_refused() {
    let reply = sentry()
        .send_json(
            Method::POST,
            &path("CHECKOUT-2"),
            ADA,
            json!({"step": "magic"}),
        )
        .await;
    assert_eq!(
        (reply.status.as_u16(), reply.json()),
        (400, json!({"step": ["\"magic\" is not a valid choice."]}))
    );
}
