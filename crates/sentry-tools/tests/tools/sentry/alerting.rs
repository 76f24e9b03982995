//! Dashboards, alert rules and monitors of the Sentry that has one of everything, and the calls that read and change them.

use fetch::Method;
use serde_json::{Value, json};

use super::{Answer, get};

fn dashboard() -> Value {
    json!({ "id": "21", "title": "Shop health", "dateCreated": "2025-10-01T10:00:00Z", "createdBy": { "id": "7", "name": "Ada" },
            "projects": [5], "environment": ["production"], "period": "24h", "isFavorited": false, "widgetDisplay": ["table", "text"],
            "widgets": [
                { "id": "61", "title": "Loudest", "description": "By title", "displayType": "table", "widgetType": "error-events", "limit": 3,
                  "queries": [{ "id": "71", "name": "", "fields": ["title", "count()"], "conditions": "level:error", "orderby": "-count()" }] },
                { "id": "62", "title": "Open", "displayType": "table", "widgetType": "issue",
                  "queries": [{ "id": "72", "name": "mine", "fields": ["issue", "title"], "conditions": "is:unresolved", "orderby": "" }] },
                { "id": "63", "title": "Sizes", "displayType": "line", "widgetType": "preprod-app-size", "queries": [{ "id": "73", "name": "" }] }
            ] })
}

fn rule() -> Value {
    json!({ "id": "31", "name": "Page core", "organizationId": "1", "enabled": true, "environment": "production", "owner": "team:3",
            "config": { "frequency": 30 }, "detectorIds": ["42"], "lastTriggered": null, "dateCreated": "2025-10-01T10:00:00Z",
            "dateUpdated": "2025-10-02T10:00:00Z",
            "triggers": { "id": "310", "logicType": "any-short", "conditions": [
                { "id": "311", "type": "first_seen_event", "comparison": true, "conditionResult": true }] },
            "actionFilters": [{ "id": "320", "logicType": "all",
                "conditions": [{ "id": "321", "type": "level", "comparison": { "level": 40, "match": "gte" }, "conditionResult": true }],
                "actions": [{ "id": "322", "type": "email", "integrationId": null, "data": {}, "status": "active",
                              "config": { "targetType": "team", "targetIdentifier": "3", "targetDisplay": "core" } }] }] })
}

fn monitor() -> Value {
    json!({ "id": "42", "projectId": "5", "name": "Many errors", "description": "Call Ada", "type": "metric_issue", "enabled": true,
            "workflowIds": ["31"], "owner": { "type": "team", "id": "3", "name": "core" }, "config": { "detectionType": "static" },
            "dateCreated": "2025-10-01T10:00:00Z", "dateUpdated": "2025-10-02T10:00:00Z",
            "latestGroup": { "id": "4501", "shortId": "WEB-1A", "title": "Many errors", "status": "unresolved" },
            "conditionGroup": { "id": "420", "logicType": "any", "conditions": [
                { "id": "421", "type": "gt", "comparison": 50, "conditionResult": 75 },
                { "id": "422", "type": "lte", "comparison": 50, "conditionResult": 0 }] },
            "dataSources": [{ "id": "430", "type": "snuba_query_subscription", "queryObj": { "snubaQuery": { "id": "431",
                "dataset": "events", "query": "level:error", "aggregate": "count()", "timeWindow": 3600, "environment": "production",
                "eventTypes": ["error"], "extrapolationMode": "none" } } }] })
}

fn change(method: Method, path: &'static str, body: Value) -> Answer {
    Answer { method, path, body }
}

/// Dashboards, alert rules and monitors.
pub(super) fn answers() -> Vec<Answer> {
    let with = |mut value: Value, name: &str, to: Value| {
        value[name] = to;
        value
    };
    vec![
        get("/organizations/acme/dashboards/", json!([dashboard()])),
        get("/organizations/acme/dashboards/21/", dashboard()),
        get("/organizations/acme/workflows/", json!([rule()])),
        get("/organizations/acme/workflows/31/", rule()),
        change(Method::Post, "/organizations/acme/workflows/", rule()),
        change(
            Method::Put,
            "/organizations/acme/workflows/31/",
            with(rule(), "enabled", false.into()),
        ),
        change(
            Method::Delete,
            "/organizations/acme/workflows/31/",
            Value::Null,
        ),
        get("/organizations/acme/detectors/", json!([monitor()])),
        change(
            Method::Post,
            "/organizations/acme/projects/web/detectors/",
            monitor(),
        ),
        change(
            Method::Put,
            "/organizations/acme/detectors/42/",
            with(monitor(), "enabled", false.into()),
        ),
        change(
            Method::Delete,
            "/organizations/acme/detectors/42/",
            Value::Null,
        ),
        get(
            "/organizations/acme/alert-rule-detector/",
            json!({ "detectorId": "42" }),
        ),
        get(
            "/organizations/acme/available-actions/",
            json!([{ "type": "slack", "handlerGroup": "notification", "configSchema": { "type": "object" }, "dataSchema": {},
                     "integrations": [{ "id": "9", "name": "Acme Slack", "services": [{ "id": "1", "name": "Ops" }] }] }]),
        ),
        get(
            "/organizations/acme/data-conditions/",
            json!([{ "type": "level", "handlerGroup": "action_filter", "handlerSubgroup": "event_attributes",
                     "comparisonJsonSchema": { "type": "object" } }]),
        ),
    ]
}

/// Every tool for them, as in [`super::calls`].
pub(super) fn calls() -> Vec<(&'static str, Value, &'static str)> {
    let acme = || json!({ "organizationSlug": "acme" });
    let with = |mut arguments: Value, name: &str, value: Value| {
        arguments[name] = value;
        arguments
    };
    vec![
        ("find_dashboards", acme(), "/organizations/acme/dashboards/"),
        (
            "get_dashboard_details",
            with(acme(), "dashboardIdOrTitle", "21".into()),
            "/organizations/acme/dashboards/21/",
        ),
        ("find_alert_rules", acme(), "/organizations/acme/workflows/"),
        (
            "get_alert_rule",
            with(acme(), "ruleIdOrName", "page core".into()),
            "/organizations/acme/workflows/",
        ),
        (
            "get_alert_options",
            with(acme(), "section", "actions".into()),
            "/organizations/acme/available-actions/",
        ),
        (
            "create_alert_rule",
            json!({ "organizationSlug": "acme", "name": "Page core", "detectorIds": ["42"], "actionFilters": [
                { "logicType": "all", "conditions": [], "actions": [{ "type": "email", "data": {}, "config": {} }] }] }),
            "/organizations/acme/workflows/",
        ),
        (
            "update_alert_rule",
            json!({ "organizationSlug": "acme", "ruleIdOrName": "31", "status": "disabled" }),
            "/organizations/acme/workflows/31/",
        ),
        (
            "delete_alert_rule",
            with(acme(), "ruleId", "31".into()),
            "/organizations/acme/workflows/",
        ),
        (
            "find_metric_monitors",
            acme(),
            "/organizations/acme/detectors/",
        ),
        (
            "get_metric_monitor_details",
            with(acme(), "monitorId", "42".into()),
            "/organizations/acme/detectors/",
        ),
        (
            "create_metric_monitor",
            json!({ "organizationSlug": "acme", "projectSlug": "web", "name": "Many errors",
                "query": { "dataset": "events", "query": "level:error", "aggregate": "count()", "eventTypes": ["error"],
                           "timeWindowSeconds": 3600 },
                "config": { "detectionType": "static" },
                "conditionGroup": { "conditions": [{ "type": "gt", "comparison": 50, "conditionResult": 75 }] } }),
            "/organizations/acme/projects/web/detectors/",
        ),
        (
            "update_metric_monitor",
            json!({ "organizationSlug": "acme", "monitorId": "42", "status": "disabled" }),
            "/organizations/acme/detectors/",
        ),
        (
            "delete_metric_monitor",
            with(acme(), "monitorId", "42".into()),
            "/organizations/acme/detectors/",
        ),
    ]
}
