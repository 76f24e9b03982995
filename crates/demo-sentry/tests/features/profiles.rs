//! Profiles: one, a flame graph of many, and the chunk of a profiler that runs all the time.

use serde_json::{Value, json};

use crate::support::*;

const ORG: &str = "/api/0/organizations/lighthouse-books";
const PROFILING: &str = "/api/0/organizations/lighthouse-books/profiling";
const CONTINUOUS: &str = "project=checkout&profiler_id=c0a5e1f27b3d4986a1e0f5d2b7c83946";

fn graph(query: &str) -> String {
    format!(
        "{PROFILING}/flamegraph/?query=event.type:transaction+transaction:%22/shelves/%7Bslug%7D/%22&{query}"
    )
}

#[tokio::test]
async fn every_profile_of_the_table_is_one() {
    let sentry = sentry();
    let table =
        format!("{ORG}/events/?dataset=profiles&field=profile.id&field=project&field=transaction");
    for row in sentry.json(&table).await["data"].as_array().unwrap() {
        let (id, project) = (
            row["profile.id"].as_str().unwrap(),
            row["project"].as_str().unwrap(),
        );
        let path = format!("/api/0/projects/lighthouse-books/{project}/profiling/profiles/{id}/");
        let profile = sentry.json(&path).await;
        assert_eq!(profile["transaction"]["name"], row["transaction"]);
        let frames = profile["profile"]["frames"].as_array().unwrap().len();
        let stacks = profile["profile"]["stacks"].as_array().unwrap();
        for sample in profile["profile"]["samples"].as_array().unwrap() {
            let stack = &stacks[usize::try_from(sample["stack_id"].as_u64().unwrap()).unwrap()];
            let places = stack.as_array().unwrap();
            assert!(
                places
                    .iter()
                    .all(|place| place.as_u64().unwrap() < frames as u64)
            );
        }
        let elsewhere = path.replace(project, "harbor-web");
        assert_eq!(sentry.get(&elsewhere).await.status, 404);
    }
}

#[tokio::test]
async fn a_flame_graph_adds_up_what_its_window_has() {
    let sentry = sentry();
    let weights = |graph: &Value| -> Vec<u64> {
        let weights = graph["profiles"][0]["weights"].as_array().unwrap().iter();
        weights.map(|weight| weight.as_u64().unwrap()).collect()
    };
    let week = sentry.json(&graph("statsPeriod=7d&project=610001")).await;
    let all = sentry
        .json(&graph("statsPeriod=14d&project=checkout"))
        .await;
    let (week_weights, all_weights) = (weights(&week), weights(&all));
    assert!(week_weights[0] > week_weights[1] && all_weights[0] > week_weights[0]);
    let count = |graph: &Value| graph["shared"]["profiles"].as_array().unwrap().len() as u64;
    let before = (all_weights[0] - week_weights[0]) / (count(&all) - count(&week));
    assert_eq!(week_weights[0] / count(&week), 46);
    assert_eq!(before, 9, "the hot path is of this week");
    let outermost = week["profiles"][0]["samples"][0][0].as_u64().unwrap();
    let frame = &week["shared"]["frames"][usize::try_from(outermost).unwrap()];
    assert_eq!(frame["is_application"], false);
    for nothing in [graph("project=shop-window"), graph("environment=mars")] {
        assert_eq!(sentry.json(&nothing).await["profiles"], json!([]));
    }
    for refused in [graph("dataSource=weather"), graph("statsPeriod=soon")] {
        assert_eq!(sentry.get(&refused).await.status, 400);
    }
}

#[tokio::test]
async fn a_chunk_needs_its_project_and_profiler() {
    let sentry = sentry();
    let chunk = sentry
        .json(&format!("{PROFILING}/chunks/?{CONTINUOUS}"))
        .await;
    assert_eq!(chunk["chunk"]["version"], "2");
    assert!(chunk["chunk"]["profile"]["samples"][0]["timestamp"].is_f64());
    for (query, status) in [
        ("project=checkout", 400),
        ("profiler_id=c0a5e1f27b3d4986a1e0f5d2b7c83946", 400),
        (
            "project=shop-window&profiler_id=c0a5e1f27b3d4986a1e0f5d2b7c83946",
            404,
        ),
        (
            "project=nowhere&profiler_id=c0a5e1f27b3d4986a1e0f5d2b7c83946",
            403,
        ),
        (
            &format!("{CONTINUOUS}&start=2026-03-01T00:00:00&end=2026-03-02T00:00:00"),
            404,
        ),
    ] {
        let reply = sentry.get(&format!("{PROFILING}/chunks/?{query}")).await;
        assert_eq!(reply.status, status, "{query}");
    }
}
