//! Traces and their counts.
// file rule: mcp/missing-members

use sentry_api::{ApiError, EventId, Sight};
use serde_json::{Value, json};

use crate::world::{TRACE, get};

#[tokio::test]
async fn numbers_of_a_trace_in_both_cases() {
    let path = format!("/organizations/acme/trace-meta/{TRACE}/");
    for body in [
        json!({ "span_count": 3.0, "errors": 1, "performance_issues": 2, "logs": 4, "span_count_map": { "db": 2, "http": 5.0 } }),
        json!({ "spanCount": 3, "errors": 1, "performanceIssues": 2, "logs": 4, "spanCountMap": { "db": 2, "http": 5 } }),
        json!({ "spansCount": 3, "errorsCount": 1, "performanceIssuesCount": 2, "logsCount": 4, "spansCountMap": { "db": 2, "http": 5 } }),
        json!({ "spansCount": "3", "errorsCount": 1, "performanceIssues": 2, "logsCount": 4, "spansCountMap": { "db": 2, "http": 5 } }),
    ] {
        let world = get(&path, &body);
        let trace = EventId::parse(TRACE).unwrap();
        let meta = world
            .client
            .trace_meta(&world.region, &world.acme, &trace)
            .await
            .unwrap();
        let web = Sight::of_project(world.acme.clone(), world.acme.clone(), None);
        assert_eq!(meta.seen_by(&web), None, "it counts for all projects");
        let meta = meta.into_seen(&world.sight).unwrap();
        assert_eq!(
            (meta.errors, meta.performance_issues, meta.logs),
            (Some(1), Some(2), Some(4)),
            "{body}"
        );
        assert_eq!(meta.spans, Some(3), "{body}");
        assert!(meta.operations.contains(&("http".to_owned(), 5)));
        assert_eq!(world.asked(), [format!("{path}?statsPeriod=14d")]);
    }
}

#[tokio::test]
async fn traces_in_every_shape() {
    let path = format!("/organizations/acme/trace/{TRACE}/");
    let read = async |body: Value| {
        let world = get(&path, &body);
        let trace = EventId::parse(TRACE).unwrap();
        let read = world
            .client
            .trace(&world.region, &world.acme, &trace, "10")
            .await;
        assert_eq!(
            world.asked(),
            [format!("{path}?limit=10&project=-1&statsPeriod=14d")]
        );
        read
    };
    let trace = read(json!([
        { "event_id": "a1", "event_type": "span", "op": "http.server", "name": "http.server", "description": "GET /",
          "transaction": "/", "project_slug": "web", "duration": 12.5, "is_transaction": true, "start_timestamp": 1.5,
          "errors": [{ "event_id": "e", "issue_id": 9, "short_id": "WEB-9", "title": "T", "level": "error" }],
          "children": [
            { "event_id": "b2", "op": "db", "name": "db", "duration": "3", "children": null, "sdk_name": "sdk" },
            { "event_type": "error", "event_id": "x", "issue_id": 8, "message": "M" },
            7
          ] }
    ]))
    .await
    .unwrap();
    let everything = Sight::everything();
    let tree = trace.read();
    let spans = everything.of_all(tree.spans);
    let ids: Vec<_> = spans
        .iter()
        .map(|span| (&*span.id, span.depth, span.duration))
        .collect();
    assert_eq!(ids, [("a1", 0, Some(12.5)), ("b2", 1, Some(3.0))]);
    let problem = spans[0].problems[0].seen_by(&everything).unwrap();
    assert_eq!(problem.short_id.as_deref(), Some("WEB-9"));
    assert_eq!(
        spans[1].description, None,
        "its name is only the operation again"
    );
    assert_eq!(spans[1].attributes(), [("sdk_name", "sdk".to_owned())]);
    let orphan = tree.orphans[0].seen_by(&everything).unwrap();
    assert_eq!(orphan.title.as_deref(), Some("M"));

    let older = read(json!({ "transactions": [{ "event_id": "e", "span_id": "a1", "transaction": "/", "transaction.op": "http",
        "transaction.duration": 7 }], "orphan_errors": [{ "issue_id": 1 }] }))
    .await
    .unwrap();
    let older = older.read();
    let span = older.spans[0].seen_by(&everything).unwrap();
    assert_eq!((&*span.id, span.duration), ("a1", Some(7.0)));
    assert_eq!(older.orphans.len(), 1);
    // More than anybody shows; the tree says how many are not in it.
    let span = |id: usize| json!({ "span_id": id.to_string(), "children": [{ "span_id": "x" }] });
    let long = read((0..5_002).map(span).collect()).await.unwrap();
    let tree = long.read();
    assert_eq!((tree.spans.len(), tree.more), (10_000, 4));
    assert_eq!(
        read(json!("odd")).await,
        Err(ApiError::Malformed("a trace"))
    );
}
