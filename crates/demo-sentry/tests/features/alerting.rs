//! Dashboards, alert rules and monitors.

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::*;

const ORG: &str = "/api/0/organizations/lighthouse-books";

/// The body of a metric monitor.
pub(crate) fn monitor() -> Value {
    json!({
        "name": "Too many refusals",
        "type": "metric_issue",
        "workflow_ids": [31001, "31004"],
        "data_sources": [{"dataset": "events", "query": "level:error", "aggregate": "count()",
            "timeWindow": 3600, "environment": null, "eventTypes": ["error"]}],
        "config": {"detectionType": "static"},
        "condition_group": {"logic_type": "any", "conditions": [
            {"type": "gt", "comparison": 5, "conditionResult": 75},
            {"type": "lte", "comparison": 5, "conditionResult": 0}]},
        "owner": "team:7101",
        "enabled": true,
    })
}

async fn send(sentry: &Sentry, method: Method, path: &str, body: Value) -> (u16, Value) {
    let reply = sentry
        .send_json(method, &format!("{ORG}/{path}"), ADA, body)
        .await;
    let json = serde_json::from_str(&reply.text).unwrap_or_default();
    (reply.status.as_u16(), json)
}

async fn ids(sentry: &Sentry, path: &str) -> Vec<String> {
    sentry.get(&format!("{ORG}/{path}")).await.each("id")
}

#[tokio::test]
async fn dashboards_are_found_by_title_and_shown_with_their_widgets() {
    let sentry = sentry();
    for (query, expected) in [
        ("", vec!["52004", "52001", "52002", "52003"]),
        ("?sort=-title", vec!["52003", "52002", "52001", "52004"]),
        (
            "?sort=dateCreated",
            vec!["52004", "52001", "52002", "52003"],
        ),
        (
            "?sort=-dateCreated",
            vec!["52003", "52002", "52001", "52004"],
        ),
        ("?query=HEALTH", vec!["52001"]),
        ("?query=nothing+of+the+kind", vec![]),
        ("?per_page=1&cursor=0:1:0", vec!["52001"]),
    ] {
        let found = ids(&sentry, &format!("dashboards/{query}")).await;
        assert_eq!(found, expected, "{query}");
    }
    let list = sentry
        .json(&format!("{ORG}/dashboards/?query=health"))
        .await;
    assert_eq!(
        list[0]["widgetDisplay"],
        json!(["table", "big_number", "line", "table", "text"])
    );
    assert!(list[0].get("widgets").is_none());
    let board = sentry.json(&format!("{ORG}/dashboards/52001/")).await;
    assert_eq!(board["createdBy"]["name"], "Ada Marlowe");
    assert_eq!(board["widgets"][0]["queries"][0]["orderby"], "-count()");
    for other in ["dashboards/1/", "dashboards/31001/"] {
        assert_eq!(sentry.get(&format!("{ORG}/{other}")).await.status, 404);
    }
    let empty = sentry
        .json("/api/0/organizations/quiet-harbor/dashboards/")
        .await;
    assert_eq!(empty, json!([]));
}

#[tokio::test]
async fn rules_and_monitors_are_narrowed() {
    let sentry = sentry();
    for (path, expected) in [
        ("workflows/?sortBy=-id&per_page=2", vec!["31005", "31004"]),
        (
            "workflows/?query=name:%22*page%20pay*%22",
            vec!["31001", "31004"],
        ),
        ("workflows/?query=name:%22page%20payments%22", vec!["31004"]),
        (
            "workflows/?id=31002&id=31003&sortBy=name",
            vec!["31002", "31003"],
        ),
        ("workflows/?project=checkout", vec!["31001", "31005"]),
        ("workflows/?project=610003&id=31001", vec![]),
        ("workflows/?project=-1&query=watch", vec!["31005"]),
        (
            "detectors/?query=type:metric_issue",
            vec!["42001", "42002", "42003", "42004"],
        ),
        (
            "detectors/?query=type:metric_issue&project=shop-window",
            vec!["42003"],
        ),
        ("detectors/?project=610002", vec!["41002", "42002", "43002"]),
        ("detectors/?query=pilot", vec!["42004"]),
    ] {
        assert_eq!(ids(&sentry, path).await, expected, "{path}");
    }
    for (path, status) in [
        ("workflows/?sortBy=colour", 400),
        ("workflows/?id=first", 400),
        ("workflows/?project=nowhere", 403),
        ("workflows/1/", 404),
        ("detectors/1/", 404),
        ("alert-rule-detector/", 400),
        ("alert-rule-detector/?alert_rule_id=42001", 404),
        ("data-conditions/?group=all", 400),
    ] {
        let reply = sentry.get(&format!("{ORG}/{path}")).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.text);
    }
    let legacy = sentry
        .json(&format!("{ORG}/alert-rule-detector/?detector_id=42002"))
        .await;
    assert_eq!(
        legacy,
        json!({"ruleId": null, "alertRuleId": "302", "detectorId": "42002"})
    );
}

#[tokio::test]
async fn a_rule_is_made_replaced_and_deleted() {
    let sentry = sentry();
    let body = json!({
        "name": "Till is silent", "enabled": false, "detector_ids": [41001, 41002],
        "config": {"frequency": 10}, "environment": "production", "owner": "user:1001",
        "triggers": {"logic_type": "any-short", "conditions": [
            {"type": "first_seen_event", "comparison": true, "conditionResult": true}]},
        "action_filters": [{"logicType": "all",
            "conditions": [{"type": "level", "comparison": {"level": 40, "match": "gte"}, "conditionResult": true}],
            "actions": [{"type": "slack", "integrationId": 35001, "data": {}, "config": {"targetDisplay": "#till"}}]}],
    });
    let (status, made) = send(&sentry, Method::POST, "workflows/", body.clone()).await;
    assert_eq!(status, 201, "{made}");
    let path = format!("workflows/{}/", made["id"].as_str().unwrap());
    assert_eq!(sentry.json(&format!("{ORG}/{path}")).await, made);
    assert_eq!(made["detectorIds"], json!(["41001", "41002"]));
    assert_eq!(made["enabled"], false);
    let condition = &made["triggers"]["conditions"][0];
    assert!(condition["id"].is_string());

    // What is not sent is gone; a part that names its id keeps it.
    let kept = json!({"name": "Till is loud", "triggers": {"id": made["triggers"]["id"], "logicType": "all",
        "conditions": [condition]}});
    let (status, changed) = send(&sentry, Method::PUT, &path, kept).await;
    assert_eq!(status, 200, "{changed}");
    assert_eq!(changed["triggers"]["conditions"][0], *condition);
    assert_eq!(changed["triggers"]["id"], made["triggers"]["id"]);
    assert_eq!(changed["actionFilters"], json!([]));
    assert_eq!(changed["detectorIds"], json!([]));
    assert_eq!(
        (&changed["enabled"], &changed["environment"]),
        (&json!(true), &Value::Null)
    );

    assert_eq!(
        send(&sentry, Method::DELETE, &path, Value::Null).await.0,
        204
    );
    assert_eq!(
        send(&sentry, Method::DELETE, &path, Value::Null).await.0,
        404
    );
    assert_eq!(sentry.get(&format!("{ORG}/{path}")).await.status, 404);
}

#[tokio::test]
async fn a_rule_that_cannot_be_is_refused_with_the_reason() {
    let sentry = sentry();
    let group = |condition: Value| json!({"logicType": "all", "conditions": [condition]});
    let acts = |action: Value| json!([{"logicType": "all", "conditions": [], "actions": [action]}]);
    for (member, value) in [
        ("name", json!("")),
        ("name", json!("x".repeat(257))),
        ("detectorIds", json!([1])),
        ("detectorIds", json!(["one"])),
        ("environment", json!("moon")),
        ("owner", json!("team:1")),
        ("owner", json!("7101")),
        ("enabled", json!("yes")),
        ("config", json!({"frequency": -1})),
        ("triggers", json!({"logicType": "most", "conditions": []})),
        (
            "triggers",
            group(json!({"type": "level", "comparison": 1, "conditionResult": true})),
        ),
        (
            "triggers",
            group(json!({"type": "first_seen_event", "conditionResult": true})),
        ),
        (
            "triggers",
            group(
                json!({"id": "1", "type": "first_seen_event", "comparison": true, "conditionResult": true}),
            ),
        ),
        (
            "actionFilters",
            acts(json!({"type": "pigeon", "data": {}, "config": {}})),
        ),
        (
            "actionFilters",
            acts(json!({"type": "slack", "integrationId": "1", "data": {}, "config": {}})),
        ),
        ("actionFilters", acts(json!({"type": "email", "data": {}}))),
    ] {
        let mut body = json!({"name": "Lamp"});
        body[member] = value.clone();
        let (status, answer) = send(&sentry, Method::POST, "workflows/", body).await;
        assert_eq!(status, 400, "{member}: {value}");
        assert!(answer[member][0].is_string(), "{member}: {answer}");
    }
    assert_eq!(
        ids(&sentry, "workflows/").await.len(),
        5,
        "nothing was made"
    );
}

#[tokio::test]
async fn a_monitor_is_made_replaced_and_deleted() {
    let sentry = sentry();
    let (status, made) = send(
        &sentry,
        Method::POST,
        "projects/checkout/detectors/",
        monitor(),
    )
    .await;
    assert_eq!(status, 201, "{made}");
    assert_eq!(made["projectId"], "610001");
    assert_eq!(made["workflowIds"], json!(["31001", "31004"]));
    assert_eq!(
        made["owner"],
        json!({"type": "team", "id": "7101", "name": "payments"})
    );
    let query = &made["dataSources"][0]["queryObj"]["snubaQuery"];
    assert_eq!(
        (&query["timeWindow"], &query["aggregate"]),
        (&json!(3600), &json!("count()"))
    );
    let path = format!("detectors/{}/", made["id"].as_str().unwrap());
    assert_eq!(sentry.json(&format!("{ORG}/{path}")).await, made);

    let mut body = monitor();
    body["owner"] = Value::Null;
    body["workflow_ids"] = json!([]);
    body["config"] = json!({"detectionType": "percent", "comparisonDelta": 3600});
    let (status, changed) = send(&sentry, Method::PUT, &path, body).await;
    assert_eq!(status, 200, "{changed}");
    assert_eq!(
        (&changed["owner"], &changed["workflowIds"]),
        (&Value::Null, &json!([]))
    );
    assert_eq!(
        changed["dataSources"][0]["id"],
        made["dataSources"][0]["id"]
    );

    assert_eq!(
        send(&sentry, Method::DELETE, &path, Value::Null).await.0,
        204
    );
    assert_eq!(
        send(&sentry, Method::DELETE, &path, Value::Null).await.0,
        404
    );
    // A rule does not listen to what is gone.
    assert_eq!(
        send(&sentry, Method::DELETE, "detectors/42001/", Value::Null)
            .await
            .0,
        204
    );
    let rule = sentry.json(&format!("{ORG}/workflows/31001/")).await;
    assert_eq!(rule["detectorIds"], json!(["41001"]));
}

#[tokio::test]
async fn a_monitor_that_cannot_be_is_refused_with_the_reason() {
    let sentry = sentry();
    let source = |member: &str, value: Value| {
        let mut source = monitor()["data_sources"][0].clone();
        source[member] = value;
        json!([source])
    };
    let conditions = |kind: &str, comparison: Value| {
        json!({"logic_type": "any", "conditions": [
            {"type": kind, "comparison": comparison, "conditionResult": 75}]})
    };
    for (member, told, value) in [
        ("name", "name", json!("x".repeat(201))),
        ("type", "type", json!("uptime")),
        ("workflow_ids", "workflowIds", json!([1])),
        ("data_sources", "dataSources", json!([])),
        (
            "data_sources",
            "dataSources",
            source("dataset", json!("stars")),
        ),
        (
            "data_sources",
            "dataSources",
            source("aggregate", json!("count")),
        ),
        (
            "data_sources",
            "dataSources",
            source("timeWindow", json!(90)),
        ),
        (
            "data_sources",
            "dataSources",
            source("eventTypes", Value::Null),
        ),
        ("config", "config", json!({"detectionType": "percent"})),
        (
            "config",
            "config",
            json!({"detectionType": "static", "comparisonDelta": 60}),
        ),
        ("config", "config", json!({"detectionType": "guess"})),
        ("condition_group", "conditionGroup", Value::Null),
        (
            "condition_group",
            "conditionGroup",
            json!({"logic_type": "any", "conditions": []}),
        ),
        (
            "condition_group",
            "conditionGroup",
            conditions("anomaly_detection", json!({})),
        ),
        (
            "condition_group",
            "conditionGroup",
            conditions("gt", json!("5")),
        ),
        (
            "condition_group",
            "conditionGroup",
            conditions("eq", json!(5)),
        ),
    ] {
        let mut body = monitor();
        body[member] = value.clone();
        let (status, answer) =
            send(&sentry, Method::POST, "projects/checkout/detectors/", body).await;
        assert_eq!(status, 400, "{member}: {value}");
        assert!(answer[told][0].is_string(), "{member}: {answer}");
    }
    let nowhere = send(
        &sentry,
        Method::POST,
        "projects/nowhere/detectors/",
        monitor(),
    )
    .await;
    assert_eq!(nowhere.0, 404);
    let weak = sentry.sign_in("org:read project:read").await;
    let weak = weak["access_token"].as_str().unwrap();
    let path = format!("{ORG}/projects/checkout/detectors/");
    let refused = sentry.send_json(Method::POST, &path, weak, monitor()).await;
    assert_eq!(refused.status, 403);
}

#[tokio::test]
async fn what_a_rule_can_be_made_of() {
    let sentry = sentry();
    let actions = sentry.get(&format!("{ORG}/available-actions/")).await;
    assert_eq!(
        actions.each("type"),
        [
            "email",
            "slack",
            "pagerduty",
            "github",
            "webhook",
            "sentry_app"
        ]
    );
    let triggers = sentry
        .get(&format!("{ORG}/data-conditions/?group=workflow_trigger"))
        .await;
    assert!(
        triggers
            .each("type")
            .contains(&"first_seen_event".to_owned())
    );
    let filters = sentry
        .get(&format!(
            "{ORG}/data-conditions/?group=action_filter&per_page=1"
        ))
        .await;
    assert_eq!(filters.each("type"), ["age_comparison"]);
    let apps = sentry
        .json(&format!("{ORG}/sentry-app-installations/"))
        .await;
    let mut slugs = apps
        .as_array()
        .unwrap()
        .iter()
        .map(|app| &app["app"]["slug"]);
    assert!(slugs.any(|slug| slug == "lamp-log"), "{apps}");
    let none = sentry
        .json("/api/0/organizations/quiet-harbor/sentry-app-components/")
        .await;
    assert_eq!(none, json!([]));
}
