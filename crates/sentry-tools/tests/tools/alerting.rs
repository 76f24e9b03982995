//! Dashboards, alert rules and metric monitors against the local Sentry: what is read, and what a change leaves behind.

use sentry_tools::{Constraint, Session};
use serde_json::{Value, json};

use crate::fixture::{session, slug, text};
use crate::local::Local;

async fn local() -> Local {
    Local::of(session(), "demo-token-ada").await
}

/// A session of the project `checkout`.
async fn of_checkout() -> Local {
    let constraint = Constraint::Project {
        organization: slug("lighthouse-books"),
        project: slug("checkout"),
    };
    let session = Session {
        constraint,
        ..session()
    };
    Local::of(session, "demo-token-ada").await
}

/// A success, held against the tool's schema.
async fn json(local: &Local, tool: &str, arguments: Value) -> Value {
    let result = local.call(tool, arguments.clone()).await;
    assert!(!result.is_error, "{tool} {arguments}: {}", text(&result));
    let json = result.structured_content.as_ref().unwrap().get();
    let json = serde_json::from_str(json).unwrap();
    let schema = sentry_tools::reference::output_schema(tool).unwrap();
    let schema = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong: Vec<_> = validator
        .iter_errors(&json)
        .map(|e| e.to_string())
        .collect();
    assert!(wrong.is_empty(), "{tool}: {wrong:?}\n{json}");
    json
}

async fn refused(local: &Local, tool: &str, arguments: Value) -> String {
    let result = local.call(tool, arguments.clone()).await;
    let words = text(&result);
    assert!(result.is_error, "{tool} {arguments}: {words}");
    words
}

fn each(list: &Value, member: &str) -> Vec<String> {
    let list = list.as_array().unwrap().iter();
    list.map(|one| one[member].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test]
async fn dashboards_are_listed_and_shown_as_tables() {
    let local = local().await;
    let found = json(&local, "find_dashboards", json!({"limit": 2})).await;
    assert_eq!(each(&found["dashboards"], "id"), ["52004", "52001"]);
    let cursor = found["nextCursor"].clone();
    let next = json(
        &local,
        "find_dashboards",
        json!({"limit": 2, "cursor": cursor}),
    )
    .await;
    assert_eq!(each(&next["dashboards"], "id"), ["52002", "52003"]);
    assert!(next.get("nextCursor").is_none());
    let found = json(&local, "find_dashboards", json!({"titleQuery": "health"})).await;
    assert_eq!(found["dashboards"][0]["widgets"][1], "big_number");

    for named in ["52001", "checkout health", "health"] {
        let shown = json(
            &local,
            "get_dashboard_details",
            json!({"dashboardIdOrTitle": named}),
        )
        .await;
        let board = &shown["dashboard"];
        assert_eq!(board["title"], "Checkout health", "{named}");
        assert_eq!(board["period"], "14d");
        let query = |widget: usize| &board["widgets"][widget]["queries"][0];
        assert_eq!(query(0)["columns"], json!(["title", "count()"]));
        let rows = query(0)["rows"].as_array().unwrap();
        assert!((1..=5).contains(&rows.len()), "{rows:?}");
        assert!(rows[0][1].as_f64() >= rows[rows.len() - 1][1].as_f64());
        assert!(query(1)["rows"][0][0].is_number(), "{}", query(1));
        assert_eq!(
            query(3)["rows"][0][0].as_str().unwrap().split('-').next(),
            Some("CHECKOUT")
        );
        assert_eq!(board["widgets"][4]["queries"], json!([]));
    }
    let shown = json(
        &local,
        "get_dashboard_details",
        json!({"dashboardIdOrTitle": "52002"}),
    )
    .await;
    let widgets = &shown["dashboard"]["widgets"];
    assert!(widgets[0]["queries"][1]["rows"][0][0].is_number());
    assert_eq!(
        widgets[1]["queries"][0]["note"],
        "Values of this kind cannot be asked for here."
    );
    assert_eq!(
        widgets[2]["queries"][0]["note"],
        "Sentry did not answer this query."
    );
    let words = refused(
        &local,
        "get_dashboard_details",
        json!({"dashboardIdOrTitle": "o"}),
    )
    .await;
    assert!(
        words.starts_with("Several have that name.") && words.contains("\n- 52004"),
        "{words}"
    );
    for named in ["1", "nothing of the kind"] {
        let words = refused(
            &local,
            "get_dashboard_details",
            json!({"dashboardIdOrTitle": named}),
        )
        .await;
        assert!(words.contains("nothing of that name"), "{words}");
    }
}

#[tokio::test]
async fn rules_are_listed_in_words() {
    let local = local().await;
    let found = json(&local, "find_alert_rules", json!({})).await;
    assert_eq!(
        each(&found["issueRules"], "id"),
        ["31005", "31004", "31003", "31002", "31001"]
    );
    assert_eq!(
        each(&found["metricRules"], "monitorId"),
        ["42004", "42003", "42002", "42001"]
    );
    assert_eq!(
        each(&found["metricRules"], "id"),
        ["detector:42004", "detector:42003", "302", "301"]
    );
    assert_eq!(
        found["issueRules"][4]["summary"],
        "When a new issue appears or a resolved issue comes back or an archived issue escalates, and if the level is at least \
         error and tag `payment.provider` exactly `cardwise`, then email team `payments` and post to Slack `#payments-alarm`. At \
         most every 30 minutes for an issue. Only in `production`."
    );
    assert_eq!(found["issueRules"][2]["status"], "disabled");
    let narrowed = json!({"kind": "issue", "projectSlug": "parcel-post", "query": "page"});
    let found = json(&local, "find_alert_rules", narrowed).await;
    assert_eq!(each(&found["issueRules"], "id"), ["31004"]);
    assert_eq!(found["metricRules"], json!([]));
    let page = json(&local, "find_alert_rules", json!({"limit": 3})).await;
    let cursor = page["pagination"]["issue"].clone();
    let both = refused(&local, "find_alert_rules", json!({"cursor": cursor})).await;
    assert!(both.contains("say `kind`"), "{both}");
    let next = json(
        &local,
        "find_alert_rules",
        json!({"limit": 3, "kind": "issue", "cursor": cursor}),
    )
    .await;
    assert_eq!(each(&next["issueRules"], "id"), ["31002", "31001"]);
}

// rule: mcp/name-of-several: a name that several rules have chooses none, and all are listed with their ids
#[tokio::test]
async fn a_rule_is_found_by_id_and_by_a_name_that_only_one_has() {
    let local = local().await;
    for named in ["31001", "page payments on new errors", "on new err"] {
        let found = json(&local, "get_alert_rule", json!({"ruleIdOrName": named})).await;
        let rule = &found["alertRule"];
        assert_eq!(rule["id"], "31001", "{named}");
        assert_eq!(rule["triggers"]["conditions"][0]["id"], "32001");
        assert_eq!(
            rule["actionFilters"][0]["actions"][1]["integrationId"],
            "35001"
        );
        assert_eq!(each(&rule["monitors"], "id"), ["41001", "42001"]);
    }
    for named in ["301", "42001", "detector:42001", "above 50"] {
        let found = json(&local, "get_alert_rule", json!({"ruleIdOrName": named})).await;
        assert_eq!(found["metricMonitor"]["id"], "42001", "{named}");
        assert!(found.get("alertRule").is_none());
    }
    let several = refused(
        &local,
        "get_alert_rule",
        json!({"ruleIdOrName": "payments"}),
    )
    .await;
    assert!(
        several.contains("- 31001 ") && several.contains("- 31004 "),
        "{several}"
    );
    for arguments in [
        json!({"ruleIdOrName": "1"}),
        json!({"ruleIdOrName": "nobody's"}),
        json!({"ruleIdOrName": "31001", "kind": "metric"}),
        json!({"ruleIdOrName": "detector:1"}),
        json!({"ruleIdOrName": "detector:x"}),
        json!({"ruleIdOrName": "31002", "projectSlug": "checkout"}),
    ] {
        let words = refused(&local, "get_alert_rule", arguments.clone()).await;
        assert!(
            words.contains("nothing of that name"),
            "{arguments}: {words}"
        );
    }
}

#[tokio::test]
async fn options_say_what_a_rule_can_be_made_of() {
    let local = local().await;
    let of = |section: &str, more: Value| {
        let mut arguments = more;
        arguments["section"] = section.into();
        arguments
    };
    let found = json(
        &local,
        "get_alert_options",
        of("actions", json!({"actionTypes": ["slack", "email"]})),
    )
    .await;
    assert_eq!(each(&found["actions"], "type"), ["email", "slack"]);
    assert_eq!(found["actions"][1]["integrations"][0]["id"], "35001");
    let found = json(&local, "get_alert_options", of("conditions", json!({}))).await;
    let types = each(&found["conditions"], "type");
    assert!(types.contains(&"first_seen_event".to_owned()) && types.contains(&"level".to_owned()));
    let group = json!({"conditionGroup": "workflow_trigger", "query": "seen"});
    let found = json(&local, "get_alert_options", of("conditions", group)).await;
    assert_eq!(each(&found["conditions"], "type"), ["first_seen_event"]);
    let sources = json!({"sourceTypes": ["metric_issue"], "projectSlug": "checkout"});
    let found = json(&local, "get_alert_options", of("sources", sources)).await;
    assert_eq!(each(&found["sources"], "id"), ["42001"]);
}

fn new_rule() -> Value {
    json!({
        "name": "Till is silent", "projectSlugs": ["checkout", "shop-window"], "detectorIds": ["42002"],
        "triggers": {"logicType": "any-short", "conditions": [
            {"type": "first_seen_event", "comparison": true, "conditionResult": true}]},
        "actionFilters": [{"logicType": "all", "conditions": [], "actions": [
            {"type": "slack", "integrationId": "35001", "data": {}, "config": {"targetType": "specific", "targetDisplay": "#till"}}]}],
    })
}

// rule: mcp/changes-keep-the-rest: a change of an alert rule or metric monitor sends what it was not asked about as it was
#[tokio::test]
async fn a_rule_is_made_changed_and_deleted() {
    let local = local().await;
    let made = json(&local, "create_alert_rule", new_rule()).await;
    let rule = &made["alertRule"];
    assert_eq!(
        rule["summary"],
        "When a new issue appears, then post to Slack `#till`. At most every 30 minutes for an issue."
    );
    assert_eq!(rule["detectorIds"], json!(["42002", "41001", "41003"]));
    let id = rule["id"].as_str().unwrap();

    let arguments = json!({"ruleIdOrName": id, "status": "disabled", "frequencyMinutes": 0, "owner": "team:7101",
        "removeProjectSlugs": ["shop-window"], "addDetectorIds": ["42001"]});
    let changed = json(&local, "update_alert_rule", arguments).await;
    let after = &changed["alertRule"];
    assert_eq!(after["detectorIds"], json!(["42002", "41001", "42001"]));
    assert_eq!(
        (&after["status"], &after["owner"]),
        (&json!("disabled"), &json!("team:7101"))
    );
    // What was not asked about is as it was, ids included.
    for kept in ["name", "triggers", "actionFilters"] {
        assert_eq!(after[kept], rule[kept], "{kept}");
    }
    assert_eq!(changed["before"], rule["summary"]);
    let changes = changed["changes"].as_array().unwrap();
    assert_eq!(
        changes.iter().find(|one| one["name"] == "status"),
        Some(&json!({"name": "status", "before": true, "after": false}))
    );
    // By its name, and what may be cleared is.
    let arguments = json!({"ruleIdOrName": "till is silent", "owner": null, "status": "active"});
    let changed = json(&local, "update_alert_rule", arguments).await;
    assert_eq!(changed["alertRule"].get("owner"), None);
    assert_eq!(changed["alertRule"]["status"], "active");

    let deleted = json(&local, "delete_alert_rule", json!({"ruleId": id})).await;
    assert_eq!(
        (&deleted["success"], &deleted["name"]),
        (&json!(true), &json!("Till is silent"))
    );
    let again = refused(&local, "delete_alert_rule", json!({"ruleId": id})).await;
    assert!(again.contains("nothing of that name"), "{again}");
}

#[tokio::test]
async fn what_a_rule_cannot_be_is_said_before_or_by_sentry() {
    let local = local().await;
    for (member, value, expected) in [
        (
            "triggers",
            json!({"logicType": "most", "conditions": []}),
            "`triggers.logicType` must be one of all, any, any-short, none",
        ),
        (
            "actionFilters",
            json!([{"logicType": "all", "conditions": [], "actions": [{"type": "email", "config": {}}]}]),
            "`actionFilters[0].actions[0].data` is required",
        ),
        ("projectSlugs", json!(["nowhere"]), "Sentry"),
        ("owner", json!("7101"), "`owner` must be"),
        ("environment", json!("moon"), "Environment does not exist."),
    ] {
        let mut arguments = new_rule();
        arguments[member] = value;
        let words = refused(&local, "create_alert_rule", arguments).await;
        assert!(words.contains(expected), "{member}: {words}");
    }
    let words = refused(
        &local,
        "update_alert_rule",
        json!({"ruleIdOrName": "31001"}),
    )
    .await;
    assert_eq!(words, "Say what to change: nothing is named.");
    // A part of a name changes nothing.
    let words = refused(
        &local,
        "update_alert_rule",
        json!({"ruleIdOrName": "weekend", "status": "disabled"}),
    )
    .await;
    assert!(
        words.contains("None has exactly that name.") && words.contains("31005"),
        "{words}"
    );
}

#[tokio::test]
async fn monitors_are_listed_and_shown() {
    let local = local().await;
    let found = json(&local, "find_metric_monitors", json!({})).await;
    assert_eq!(
        each(&found["monitors"], "id"),
        ["42004", "42003", "42002", "42001"]
    );
    assert_eq!(
        each(&found["monitors"], "detectionType"),
        ["static", "dynamic", "percent", "static"]
    );
    let found = json(
        &local,
        "find_metric_monitors",
        json!({"projectSlug": "checkout", "query": "errors"}),
    )
    .await;
    assert_eq!(each(&found["monitors"], "id"), ["42001"]);
    let shown = json(
        &local,
        "get_metric_monitor_details",
        json!({"monitorId": "42001"}),
    )
    .await;
    let monitor = &shown["monitor"];
    assert_eq!(
        monitor["summary"],
        "`count()` where `level:error` of `events` over 1 hour in `production`. High above 50. Medium above 20. Resolved at or \
         below 20."
    );
    assert_eq!(monitor["query"]["timeWindowSeconds"], 3600);
    assert_eq!(monitor["conditionGroup"]["conditions"][0]["id"], "48010");
    assert_eq!(
        each(&shown["suggestedActions"], "toolName"),
        ["get_issue_details", "get_alert_rule"]
    );
    let other = refused(
        &local,
        "get_metric_monitor_details",
        json!({"monitorId": "43001"}),
    )
    .await;
    assert!(other.contains("uptime_domain_check_failure"), "{other}");
    for arguments in [
        json!({"monitorId": "1"}),
        json!({"monitorId": "42001", "projectSlug": "shop-window"}),
    ] {
        let words = refused(&local, "get_metric_monitor_details", arguments).await;
        assert!(words.contains("nothing of that name"), "{words}");
    }
}

fn new_monitor() -> Value {
    json!({
        "projectSlug": "checkout", "name": "Too many refusals", "owner": "user:1001", "description": "Call the bank.",
        "query": {"dataset": "events", "query": "level:error", "aggregate": "count()", "eventTypes": ["error"],
            "timeWindowSeconds": 600, "environment": null},
        "config": {"detectionType": "percent", "comparisonDeltaSeconds": 86400},
        "conditionGroup": {"conditions": [{"type": "gt", "comparison": 30, "conditionResult": 75},
            {"type": "lte", "comparison": 30, "conditionResult": 0}]},
        "workflowIds": ["31001"],
    })
}

// rule: mcp/changes-keep-the-rest
#[tokio::test]
async fn a_monitor_is_made_changed_and_deleted() {
    let local = local().await;
    let made = json(&local, "create_metric_monitor", new_monitor()).await;
    let monitor = &made["monitor"];
    assert_eq!(monitor["projectId"], "610001");
    assert_eq!(monitor["workflowIds"], json!(["31001"]));
    assert!(
        monitor["summary"]
            .as_str()
            .unwrap()
            .contains("High above 30 % of change against 1 day before.")
    );
    let id = monitor["id"].as_str().unwrap();

    let arguments =
        json!({"monitorId": id, "query": {"timeWindowSeconds": 1200}, "status": "disabled"});
    let changed = json(&local, "update_metric_monitor", arguments).await;
    let after = &changed["monitor"];
    assert_eq!(after["query"]["timeWindowSeconds"], 1200);
    assert_eq!(after["query"]["aggregate"], "count()");
    assert_eq!(after["status"], "disabled");
    for kept in [
        "name",
        "description",
        "owner",
        "workflowIds",
        "config",
        "conditionGroup",
    ] {
        assert_eq!(after[kept], monitor[kept], "{kept}");
    }
    assert_eq!(changed["before"], monitor["summary"]);
    // Another type takes nothing over, and the conditions have to fit it.
    let to_static = |more: Value| {
        let mut arguments =
            json!({"monitorId": id, "config": {"detectionType": "static"}, "owner": null});
        for (name, value) in more.as_object().unwrap() {
            arguments[name] = value.clone();
        }
        arguments
    };
    let changed = json(
        &local,
        "update_metric_monitor",
        to_static(json!({"workflowIds": []})),
    )
    .await;
    assert_eq!(
        changed["monitor"]["config"],
        json!({"detectionType": "static"})
    );
    assert_eq!(changed["monitor"]["workflowIds"], json!([]));
    assert_eq!(changed["monitor"].get("owner"), None);
    let anomaly = json!({"conditionGroup": {"logicType": "any", "conditions": [{"type": "anomaly_detection", "conditionResult": 75,
        "comparison": {"sensitivity": "low", "seasonality": "auto", "thresholdType": 2}}]}});
    let words = refused(&local, "update_metric_monitor", to_static(anomaly)).await;
    assert!(
        words.contains("`conditionGroup.conditions[0].type` does not fit"),
        "{words}"
    );

    let deleted = json(&local, "delete_metric_monitor", json!({"monitorId": id})).await;
    assert_eq!(deleted["name"], "Too many refusals");
    let again = json(&local, "delete_metric_monitor", json!({"monitorId": id})).await;
    assert_eq!(
        (&again["success"], &again["summary"]),
        (&json!(true), &json!("It was not there."))
    );
    let other = refused(
        &local,
        "delete_metric_monitor",
        json!({"monitorId": "43001"}),
    )
    .await;
    assert!(other.contains("metric monitors"), "{other}");
}

#[tokio::test]
async fn what_a_monitor_cannot_be_is_named_by_its_place() {
    let local = local().await;
    for (member, value, expected) in [
        (
            "query",
            json!({"dataset": "stars", "query": "", "aggregate": "count()", "eventTypes": [], "timeWindowSeconds": 60}),
            "`query.dataset` must be one of events",
        ),
        (
            "query",
            json!({"dataset": "events", "query": "", "aggregate": "count()", "eventTypes": []}),
            "`query.timeWindowSeconds` is required",
        ),
        (
            "config",
            json!({"detectionType": "percent"}),
            "comparisonDeltaSeconds",
        ),
        (
            "config",
            json!({"detectionType": "static", "comparisonDeltaSeconds": 60}),
            "comparisonDeltaSeconds",
        ),
        ("conditionGroup", json!({"conditions": []}), "one to three"),
        (
            "conditionGroup",
            json!({"conditions": [{"type": "gt", "comparison": "1", "conditionResult": 75}]}),
            "`conditionGroup.conditions[0].comparison` must be a number",
        ),
        (
            "conditionGroup",
            json!({"conditions": [{"type": "gt", "comparison": 1, "conditionResult": 76}]}),
            "`conditionGroup.conditions[0].conditionResult` must be 75",
        ),
        ("workflowIds", json!(["1"]), "Some workflows do not exist"),
    ] {
        let mut arguments = new_monitor();
        arguments[member] = value;
        let words = refused(&local, "create_metric_monitor", arguments).await;
        assert!(words.contains(expected), "{member}: {words}");
    }
}

// rule: mcp/opaque-until-seen
#[tokio::test]
async fn a_session_of_one_project_knows_nothing_of_the_others() {
    let local = of_checkout().await;
    let found = json(&local, "find_dashboards", json!({})).await;
    assert_eq!(each(&found["dashboards"], "id"), ["52001"]);
    let found = json(&local, "find_alert_rules", json!({})).await;
    assert_eq!(each(&found["issueRules"], "id"), ["31005", "31001"]);
    assert_eq!(each(&found["metricRules"], "monitorId"), ["42001"]);
    let found = json(&local, "get_alert_options", json!({"section": "sources"})).await;
    assert_eq!(each(&found["sources"], "id"), ["41001", "42001"]);
    // A rule that another project's monitors share is shown without them, and stays as it is.
    let shared = json(&local, "get_alert_rule", json!({"ruleIdOrName": "31005"})).await;
    assert_eq!(each(&shared["alertRule"]["monitors"], "id"), ["41001"]);
    for (tool, arguments) in [
        (
            "get_dashboard_details",
            json!({"dashboardIdOrTitle": "52003"}),
        ),
        ("get_alert_rule", json!({"ruleIdOrName": "31002"})),
        ("get_alert_rule", json!({"ruleIdOrName": "302"})),
        ("get_metric_monitor_details", json!({"monitorId": "42002"})),
        (
            "update_alert_rule",
            json!({"ruleIdOrName": "31002", "status": "disabled"}),
        ),
        (
            "update_alert_rule",
            json!({"ruleIdOrName": "31005", "status": "disabled"}),
        ),
        (
            "update_alert_rule",
            json!({"ruleIdOrName": "31001", "addDetectorIds": ["42002"]}),
        ),
        (
            "update_alert_rule",
            json!({"ruleIdOrName": "31001", "addProjectSlugs": ["shop-window"]}),
        ),
        ("delete_alert_rule", json!({"ruleId": "31002"})),
        ("delete_alert_rule", json!({"ruleId": "31005"})),
        (
            "create_alert_rule",
            json!({"name": "x", "actionFilters": [], "detectorIds": ["42002"]}),
        ),
        (
            "create_alert_rule",
            json!({"name": "x", "actionFilters": [], "projectSlugs": ["shop-window"]}),
        ),
        (
            "update_metric_monitor",
            json!({"monitorId": "42002", "status": "disabled"}),
        ),
        (
            "update_metric_monitor",
            json!({"monitorId": "42001", "workflowIds": ["31002"]}),
        ),
    ] {
        let words = refused(&local, tool, arguments.clone()).await;
        let is_good = words.contains("nothing of that name") || words.contains("another project");
        assert!(is_good, "{tool} {arguments}: {words}");
    }
    let gone = json(
        &local,
        "delete_metric_monitor",
        json!({"monitorId": "42002"}),
    )
    .await;
    assert_eq!(gone["summary"], "It was not there.");
    // Its own is made, changed and deleted, and listens to its own project.
    let made = json(
        &local,
        "create_alert_rule",
        json!({"name": "Own", "actionFilters": []}),
    )
    .await;
    assert_eq!(made["alertRule"]["detectorIds"], json!(["41001"]));
    let id = made["alertRule"]["id"].clone();
    json(
        &local,
        "update_alert_rule",
        json!({"ruleIdOrName": id, "status": "disabled"}),
    )
    .await;
    json(&local, "delete_alert_rule", json!({"ruleId": id})).await;
    json(
        &local,
        "update_metric_monitor",
        json!({"monitorId": "42001", "workflowIds": ["31001"]}),
    )
    .await;
}

#[tokio::test]
async fn who_may_only_read_changes_nothing() {
    let local = Local::of(session(), "demo-token-ada-readonly").await;
    for (tool, arguments) in [
        ("create_alert_rule", new_rule()),
        (
            "update_alert_rule",
            json!({"ruleIdOrName": "31001", "status": "disabled"}),
        ),
        ("delete_alert_rule", json!({"ruleId": "31001"})),
        ("create_metric_monitor", new_monitor()),
        (
            "update_metric_monitor",
            json!({"monitorId": "42001", "status": "disabled"}),
        ),
        ("delete_metric_monitor", json!({"monitorId": "42001"})),
    ] {
        let words = refused(&local, tool, arguments).await;
        assert!(
            words.contains("does not let you do this"),
            "{tool}: {words}"
        );
    }
    json(
        &local,
        "get_metric_monitor_details",
        json!({"monitorId": "42001"}),
    )
    .await;
}
