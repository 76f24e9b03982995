//! What a coding agent does with an issue's URL: from there to stack trace, tags, breadcrumbs, trace and a change, by what
//! `tools/list` and the answers themselves offer, in at most eight calls.

use mcp::Version;
use serde_json::{Value, json};

use crate::fixture::{World, world};
use crate::sentry::full;

/// Calls a tool the way a model can: by its own name where `tools/list` has it, else through `execute_sentry_tool`.
async fn call(world: &World, calls: &mut usize, name: &str, arguments: Value) -> String {
    *calls += 1;
    let listed = world.tools(Version::LATEST);
    let is_listed = listed
        .as_array()
        .unwrap()
        .iter()
        .any(|tool| tool["name"] == name);
    if is_listed {
        return world.text(name, arguments).await;
    }
    world
        .text(
            "execute_sentry_tool",
            json!({ "name": name, "arguments": arguments }),
        )
        .await
}

/// The text between two marks.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split_once(before)
        .expect(before)
        .1
        .split(after)
        .next()
        .unwrap()
}

// rule: mcp/issue-in-eight-calls: from an issue's URL to stack trace, tags, breadcrumbs, trace and
//    a change in at most eight calls
#[tokio::test]
async fn from_an_issue_url_to_a_change() {
    let world = world(full());
    let mut calls = 0;
    let url = "https://acme.sentry.io/issues/WEB-1A/?project=5";

    let details = call(
        &world,
        &mut calls,
        "get_sentry_resource",
        json!({ "url": url }),
    )
    .await;
    assert!(
        details.contains("**Where:** `src/cart.ts:42:17` in `addItem`"),
        "{details}"
    );
    for tool in [
        "get_issue_breadcrumbs",
        "get_event_stacktrace",
        "get_trace_details",
        "get_issue_tag_values",
        "update_issue",
        "execute_sentry_tool",
    ] {
        assert!(
            between(&details, "\nNext: ", "zzz").contains(tool),
            "{tool} is offered: {details}"
        );
    }
    let trace = between(&details, "- Trace: ", "\n").to_owned();

    let found = call(
        &world,
        &mut calls,
        "search_sentry_tools",
        json!({ "query": "breadcrumbs stack trace tag values trace", "limit": 12 }),
    )
    .await;
    let found: Value = serde_json::from_str(&found).unwrap();
    let names: Vec<_> = found["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect();
    for name in [
        "get_event_stacktrace",
        "get_issue_breadcrumbs",
        "get_issue_tag_values",
        "get_trace_details",
    ] {
        assert!(names.contains(&name), "{names:?}");
    }

    let acme = json!({ "organizationSlug": "acme", "issueId": "WEB-1A" });
    let stack = call(&world, &mut calls, "get_event_stacktrace", acme.clone()).await;
    assert!(stack.contains("1 addItem (src/cart.ts:42:17)"));
    let crumbs = call(
        &world,
        &mut calls,
        "get_issue_breadcrumbs",
        json!({ "issueUrl": url }),
    )
    .await;
    assert!(crumbs.contains("status_code: 500"));
    let tags = call(
        &world,
        &mut calls,
        "get_issue_tag_values",
        json!({ "issueUrl": url, "tagKey": "environment" }),
    )
    .await;
    assert!(tags.contains("production"));
    let trace = call(
        &world,
        &mut calls,
        "get_trace_details",
        json!({ "organizationSlug": "acme", "traceId": trace }),
    )
    .await;
    assert!(trace.contains("WEB-1A"));
    let update = json!({ "issueUrl": url, "status": "resolvedInNextRelease", "reason": "The cart is awaited." });
    let done = call(&world, &mut calls, "update_issue", update).await;
    assert!(
        done.contains("Updated WEB-1A") && done.contains("your reason is on the issue"),
        "{done}"
    );
    assert!(calls <= 8, "{calls} calls");
}

// rule: mcp/search-ranking
#[tokio::test]
async fn what_is_searched_for_is_found() {
    let world = world(full());
    for (query, expected) in [
        ("stack trace of all threads", "get_event_stacktrace"),
        ("what happened before the crash", "get_issue_breadcrumbs"),
        ("which browsers are affected", "get_issue_tag_values"),
        ("comment on an issue", "add_issue_note"),
        ("who is signed in", "whoami"),
        ("DSN", "find_dsns"),
        ("create a client key", "create_dsn"),
        ("list dashboards", "find_dashboards"),
        ("values of a dashboard", "get_dashboard_details"),
        ("list alert rules", "find_alert_rules"),
        ("show an alert rule whole", "get_alert_rule"),
        (
            "actions and conditions for an alert rule",
            "get_alert_options",
        ),
        ("make an alert rule", "create_alert_rule"),
        ("change an alert rule", "update_alert_rule"),
        ("delete an alert rule", "delete_alert_rule"),
        ("list metric monitors", "find_metric_monitors"),
        ("show a metric monitor", "get_metric_monitor_details"),
        ("make a metric monitor", "create_metric_monitor"),
        ("change a metric monitor", "update_metric_monitor"),
        ("delete a metric monitor", "delete_metric_monitor"),
        ("list releases", "find_releases"),
        ("what is in a release", "get_release_details"),
        ("documentation about set-up", "search_docs"),
        ("read a documentation page", "get_doc"),
        ("cron monitors", "find_monitors"),
        ("why did a scheduled job fail", "get_monitor_details"),
        ("make a cron monitor", "create_monitor"),
        (
            "delete an environment of a monitor",
            "delete_monitor_environment",
        ),
        ("which websites are down", "find_uptime_monitors"),
        (
            "why is an uptime monitor down",
            "get_uptime_monitor_details",
        ),
        ("make an uptime monitor", "create_uptime_monitor"),
        ("pause an uptime monitor", "update_uptime_monitor"),
        ("delete an uptime monitor", "delete_uptime_monitor"),
        ("teamSlug teams", "find_teams"),
        ("single span query", "get_span_details"),
        ("history status changes assignments", "get_issue_activity"),
        ("why are my spans missing quota", "find_dropped_events"),
        (
            "drop noise of bots before it counts",
            "create_custom_inbound_filter",
        ),
        ("make a new project for a team", "create_project"),
        ("connect the issue to jira", "link_issue"),
        (
            "conversations of the support agent",
            "search_agent_conversations",
        ),
        ("watch a session replay", "get_replay_details"),
        ("rage clicks of a person", "get_replay_details"),
        ("hot call paths of a transaction", "get_profile"),
        ("one profile by id", "get_profile_details"),
        ("download a screenshot or log", "get_event_attachment"),
        ("what people wrote", "get_issue_user_reports"),
        ("visual snapshot changed images", "get_snapshot"),
        ("show one image of a snapshot", "get_snapshot_image"),
        ("newest base snapshot of an app", "get_latest_base_snapshot"),
    ] {
        let found = world
            .json("search_sentry_tools", json!({ "query": query, "limit": 3 }))
            .await;
        let names: Vec<_> = found["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|tool| tool["name"].as_str().unwrap())
            .collect();
        assert!(names.contains(&expected), "{query}: {names:?}");
    }
    let found = world
        .json(
            "search_sentry_tools",
            json!({ "query": "zzz", "limit": null }),
        )
        .await;
    assert_eq!(found, json!({ "query": "zzz", "results": [] }));
}
