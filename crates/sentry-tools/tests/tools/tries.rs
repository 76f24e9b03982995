//! What every tool of the catalogue is called with in a project's session at a Sentry that is full of another project
//! ([`crate::crowded`]).

use serde_json::{Value, json};

use crate::crowded::{OTHER_EVENT, OTHER_THING, OTHER_TRACE};
use crate::fixture::BASE;
use crate::monitors;
use crate::sentry::{EVENT, PROFILE, REPLAY, TRACE};

const SAME: &str = "another project";
const NONE: &str = "Sentry has nothing of that name";

/// A new monitor of whichever project is named.
fn of_monitor(rules: Value) -> Value {
    json!({ "name": "Many errors", "projectSlug": "stock", "workflowIds": rules,
        "query": { "dataset": "events", "query": "", "aggregate": "count()", "eventTypes": [], "timeWindowSeconds": 60 },
        "config": { "detectionType": "static" },
        "conditionGroup": { "conditions": [{ "type": "gt", "comparison": 5, "conditionResult": 75 }] } })
}

/// Every tool, with what it is called with in the project's session and what its answer has to hold. `77` is an issue of
/// the other project.
pub(crate) fn tries() -> Vec<(&'static str, Vec<(Value, &'static str)>)> {
    let of_issues = |own: &'static str, more: &[(&'static str, &'static str)]| {
        let mut tries = Vec::new();
        for (issue, shows) in [
            (json!({ "issueId": "WEB-1A" }), own),
            (json!({ "issueId": 4501 }), own),
            (json!({ "issueId": "77" }), SAME),
            (
                json!({ "issueUrl": "https://acme.sentry.io/issues/WEB-1A/" }),
                own,
            ),
            (
                json!({ "issueUrl": "https://acme.sentry.io/issues/77/" }),
                SAME,
            ),
            (
                json!({ "issueUrl": format!("{BASE}/acme/web/issues/77/") }),
                SAME,
            ),
            (
                json!({ "issueUrl": format!("{BASE}/acme/stock/issues/WEB-1A/") }),
                SAME,
            ),
            (
                json!({ "issueId": "77", "projectSlug": "web", "organizationSlug": "rival" }),
                SAME,
            ),
        ] {
            let mut arguments = issue;
            for (name, value) in more {
                arguments[*name] = (*value).into();
            }
            tries.push((arguments, shows));
        }
        tries
    };
    let of_trace = |trace: &str, span: Option<&str>| match span {
        Some(span) => json!({ "traceId": trace, "spanId": span }),
        None => json!({ "traceId": trace }),
    };
    let resource = |kind: &str, id: &str| json!({ "resourceType": kind, "resourceId": id });
    let url = |path: &str| json!({ "url": format!("https://acme.sentry.io{path}") });
    let mut details = of_issues("TypeError: cart is null", &[]);
    details.extend([
        (
            json!({ "issueId": "PERF-1" }),
            "Conversation: `conversation-own`",
        ),
        (
            json!({ "issueId": "PERF-1" }),
            "spans of other projects are not shown",
        ),
        (json!({ "issueId": "WEB-1A" }), "Replays: aa11\n"),
        (json!({ "issueId": "WEB-1A" }), "https://git.example/shop"),
        (json!({ "issueId": "WEB-1A" }), "PAY-1"),
        (json!({ "eventId": EVENT }), "TypeError: cart is null"),
        (json!({ "eventId": OTHER_EVENT }), SAME),
        (json!({ "issueId": "77", "eventId": EVENT }), SAME),
    ]);
    let mut stack = of_issues("addItem (src/cart.ts:42:17)", &[]);
    stack.retain(|(arguments, _)| arguments.get("issueUrl").is_none());
    stack.push((json!({ "issueId": "WEB-1A", "thread": "nope" }), "main"));
    let mut events = vec![
        (json!({ "query": "broken" }), "does not understand"),
        (json!({ "dataset": "replays" }), "aa11bb22"),
        (
            json!({ "dataset": "replays", "projectSlug": "stock" }),
            "aa11bb22",
        ),
        (
            json!({ "fields": ["title", "count()"] }),
            "TypeError: cart is null",
        ),
        (json!({ "fields": ["project", "count()"] }), "| `web` |"),
        (
            json!({ "fields": ["project.name", "title"] }),
            "project.name: `web`",
        ),
        (
            json!({ "fields": ["project.id", "title"] }),
            "project.id: 5",
        ),
        (
            json!({ "projectSlug": "stock", "query": "project:stock" }),
            "TypeError: cart is null",
        ),
    ];
    let mut tries = monitors::tries();
    for dataset in ["spans", "errors", "logs", "metrics", "profiles"] {
        events.push((json!({ "dataset": dataset }), "1 result"));
    }
    let rows = || {
        vec![
            (json!({}), "1 result"),
            (
                json!({ "fields": ["title", "count()"] }),
                "TypeError: cart is null",
            ),
            (json!({ "fields": ["project", "count()"] }), "| `web` |"),
            (json!({ "projectSlug": "stock" }), "1 result"),
        ]
    };
    tries.extend([
        ("whoami", vec![(json!({}), "\"projectSlug\":\"web\"")]),
        (
            "find_organizations",
            vec![(json!({}), "limited to the project")],
        ),
        ("find_projects", vec![(json!({}), "limited to the project")]),
        (
            "find_teams",
            vec![
                (json!({}), "core"),
                (json!({ "query": "COR" }), "core"),
                (json!({ "query": "x" }), "[]"),
            ],
        ),
        (
            "find_releases",
            vec![
                (json!({}), r#""projects":["web"]"#),
                (
                    json!({ "projectSlug": "stock", "query": "shop" }),
                    "shop@1.4.0",
                ),
            ],
        ),
        (
            "find_dsns",
            vec![
                (json!({}), "k1@ingest"),
                (json!({ "projectSlug": "stock" }), "k1@ingest"),
            ],
        ),
        (
            "create_dsn",
            vec![
                (json!({ "name": "New" }), "k1@ingest"),
                (json!({ "name": "New", "projectSlug": "stock" }), "k1@"),
            ],
        ),
        ("find_dashboards", vec![(json!({}), "\"id\":\"21\"")]),
        (
            "get_dashboard_details",
            vec![
                (
                    json!({ "dashboardIdOrTitle": "21" }),
                    "TypeError: cart is null",
                ),
                (
                    json!({ "dashboardIdOrTitle": "shop health" }),
                    "Shop health",
                ),
                (json!({ "dashboardIdOrTitle": "22" }), SAME),
            ],
        ),
        (
            "find_alert_rules",
            vec![
                (json!({}), "Page core"),
                (
                    json!({ "projectSlug": "stock", "kind": "metric" }),
                    "Many errors",
                ),
            ],
        ),
        (
            "get_alert_rule",
            vec![
                (
                    json!({ "ruleIdOrName": "page core" }),
                    "\"monitors\":[{\"id\":\"42\"",
                ),
                (json!({ "ruleIdOrName": "31" }), "Page core"),
                (json!({ "ruleIdOrName": "detector:42" }), "Many errors"),
            ],
        ),
        (
            "get_alert_options",
            vec![
                (json!({ "section": "actions" }), "Acme Slack"),
                (json!({ "section": "conditions" }), "level"),
                (json!({ "section": "sources" }), "\"id\":\"42\""),
            ],
        ),
        (
            "create_alert_rule",
            vec![
                (
                    json!({ "name": "x", "actionFilters": [], "detectorIds": ["42"] }),
                    "Page core",
                ),
                (
                    json!({ "name": "x", "actionFilters": [], "detectorIds": ["77"] }),
                    SAME,
                ),
                (
                    json!({ "name": "x", "actionFilters": [], "projectSlugs": ["stock"] }),
                    SAME,
                ),
            ],
        ),
        (
            "update_alert_rule",
            vec![
                (
                    json!({ "ruleIdOrName": "31", "status": "disabled" }),
                    "It is disabled.",
                ),
                (
                    json!({ "ruleIdOrName": "31", "addDetectorIds": ["77"] }),
                    SAME,
                ),
                (
                    json!({ "ruleIdOrName": "31", "addProjectSlugs": ["stock"] }),
                    SAME,
                ),
            ],
        ),
        (
            "delete_alert_rule",
            vec![(json!({ "ruleId": "31" }), "Page core")],
        ),
        ("find_metric_monitors", vec![(json!({}), "Many errors")]),
        (
            "get_metric_monitor_details",
            vec![(json!({ "monitorId": "42" }), "Many errors")],
        ),
        (
            "create_metric_monitor",
            vec![
                (of_monitor(json!([])), "Many errors"),
                (of_monitor(json!(["31"])), "Many errors"),
                (of_monitor(json!(["77"])), SAME),
            ],
        ),
        (
            "update_metric_monitor",
            vec![
                (
                    json!({ "monitorId": "42", "status": "disabled" }),
                    "It is disabled.",
                ),
                (json!({ "monitorId": "42", "workflowIds": ["77"] }), SAME),
            ],
        ),
        (
            "delete_metric_monitor",
            vec![(json!({ "monitorId": "42" }), "Many errors")],
        ),
        (
            "search_issues",
            vec![
                (json!({}), "WEB-1A"),
                (json!({ "query": "", "projectSlugOrId": "77" }), "WEB-1A"),
                (json!({ "query": "project:stock" }), "1 issue"),
            ],
        ),
        ("search_events", events),
        ("search_errors", rows()),
        ("search_logs", rows()),
        ("search_traces", rows()),
        ("search_metrics", rows()),
        ("search_profiles", rows()),
        (
            "search_replays",
            vec![
                (json!({}), "aa11bb22"),
                (json!({ "projectSlug": "stock" }), "aa11bb22"),
            ],
        ),
        ("search_issue_events", of_issues(EVENT, &[])),
        ("get_issue_details", details),
        ("get_event_stacktrace", stack),
        ("get_issue_breadcrumbs", of_issues("status_code: 500", &[])),
        (
            "get_issue_tag_values",
            of_issues("production", &[("tagKey", "environment")]),
        ),
        ("get_issue_activity", of_issues("Seen in 1.4.0 only.", &[])),
        (
            "get_trace_details",
            vec![
                (of_trace(TRACE, None), "**WEB-1A**"),
                (
                    of_trace(TRACE, None),
                    "4 spans of other projects are not shown here.",
                ),
                (of_trace(TRACE, Some("a1")), "**WEB-1A**"),
                (of_trace(TRACE, Some("d1")), "has no span"),
                (of_trace(OTHER_TRACE, None), NONE),
            ],
        ),
        (
            "get_span_details",
            vec![
                (of_trace(TRACE, Some("a1")), "**WEB-1A**"),
                (of_trace(TRACE, Some("b2")), "SELECT"),
                (of_trace(TRACE, Some("c1")), "GET https://stock.example/"),
                (of_trace(TRACE, Some("d1")), "has no span"),
                (of_trace(OTHER_TRACE, Some("a1")), NONE),
            ],
        ),
        (
            "get_replay_details",
            vec![
                (json!({ "replayId": REPLAY }), "button#pay"),
                (
                    json!({ "replayId": REPLAY }),
                    "error: TypeError: cart is null",
                ),
                (json!({ "replayId": OTHER_THING }), SAME),
                (
                    json!({ "replayUrl": format!("https://acme.sentry.io/explore/replays/{REPLAY}/") }),
                    "button#pay",
                ),
                (
                    json!({ "replayUrl": format!("https://rival.sentry.io/replays/{REPLAY}/") }),
                    "another organization",
                ),
                (
                    json!({ "replayUrl": "https://acme.sentry.io/issues/WEB-1A/" }),
                    "does not read",
                ),
            ],
        ),
        (
            "get_profile",
            vec![
                (
                    json!({ "transactionName": "/cart" }),
                    "total (src/cart.py:42)",
                ),
                (
                    json!({ "transactionName": "/cart", "projectSlugOrId": "stock" }),
                    "total (src/cart.py:42)",
                ),
                (
                    json!({ "transactionName": "/cart", "compareAgainstPeriod": "30d" }),
                    "total (src/cart.py:42)",
                ),
                (
                    json!({ "profileUrl": "https://acme.sentry.io/profiling/summary/web/?transaction=%2Fcart" }),
                    "total (src/cart.py:42)",
                ),
            ],
        ),
        (
            "get_profile_details",
            vec![
                (json!({ "profileId": PROFILE }), "total (src/cart.py:42)"),
                (
                    json!({ "profilerId": PROFILE, "start": "2025-11-01T09:00:00Z", "end": "2025-11-01T10:00:00Z" }),
                    "total (src/cart.py:42)",
                ),
                (json!({ "profileId": OTHER_THING }), NONE),
                (
                    json!({ "profileUrl": format!("https://acme.sentry.io/profiling/profile/stock/{PROFILE}/flamegraph/") }),
                    "total (src/cart.py:42)",
                ),
            ],
        ),
        (
            "get_event_attachment",
            vec![
                (json!({ "eventId": EVENT }), "attachmentId 9"),
                (json!({ "eventId": EVENT, "attachmentId": "9" }), "empty"),
                (
                    json!({ "eventId": EVENT, "attachmentId": "8" }),
                    "no such attachment",
                ),
                (json!({ "eventId": OTHER_EVENT }), NONE),
            ],
        ),
        (
            "get_issue_user_reports",
            of_issues("The cart went white.", &[]),
        ),
        (
            "get_snapshot",
            vec![
                (json!({ "snapshotId": "70002" }), "cart/pay.png"),
                (
                    json!({ "snapshotId": "70002", "showUnmodified": true }),
                    "a.png",
                ),
                (json!({ "snapshotId": OTHER_THING }), SAME),
            ],
        ),
        (
            "get_snapshot_image",
            vec![
                (
                    json!({ "snapshotId": "70002", "imageIdentifier": "cart/pay.png" }),
                    "cart/pay.png",
                ),
                (
                    json!({ "snapshotId": "70002", "imageIdentifier": "x.png", "imageResolution": "full" }),
                    NONE,
                ),
                (
                    json!({ "snapshotId": OTHER_THING, "imageIdentifier": "cart/pay.png" }),
                    SAME,
                ),
            ],
        ),
        (
            "get_latest_base_snapshot",
            vec![
                (json!({ "appId": "web" }), "cart/pay.png"),
                (json!({ "appId": "web", "project": "stock" }), SAME),
            ],
        ),
        (
            "add_issue_note",
            of_issues("Your note is on", &[("text", "Fixed.")]),
        ),
        (
            "update_issue",
            of_issues(
                "Updated WEB-1A",
                &[
                    ("status", "resolved"),
                    ("assignedTo", "me"),
                    ("reason", "r"),
                ],
            ),
        ),
        (
            "analyze_issue_with_seer",
            of_issues("Wait for the cart.", &[]),
        ),
        (
            "get_sentry_resource",
            vec![
                (resource("issue", "WEB-1A"), "TypeError"),
                (resource("issue", "77"), SAME),
                (resource("event", OTHER_EVENT), SAME),
                (resource("trace", TRACE), "WEB-1A"),
                (resource("trace", OTHER_TRACE), NONE),
                (resource("dashboard", "21"), "Shop health"),
                (resource("dashboard", "22"), SAME),
                (url("/dashboard/21/"), "Shop health"),
                (resource("trace", &format!("{TRACE}:d1")), "has no span"),
                (url("/issues/WEB-1A/"), "TypeError"),
                (url("/issues/77/"), SAME),
                (
                    url(&format!("/explore/traces/trace/{TRACE}/?node=span-c1")),
                    "GET https://stock",
                ),
                (url("/releases/shop@1.4.0/"), "Load the cart later"),
                (url("/insights/crons/web/nightly/"), "did not check in"),
                (url("/insights/crons/stock/nightly/"), SAME),
                (resource("monitor", "nightly"), "did not check in"),
                (
                    url("/issues/alerts/rules/uptime/web/3301/details/"),
                    "No answer within",
                ),
                (url("/issues/alerts/rules/uptime/stock/3301/details/"), SAME),
                (url(&format!("/replays/{REPLAY}/")), "button#pay"),
                (url(&format!("/replays/{OTHER_THING}/")), SAME),
                (resource("replay", REPLAY), "button#pay"),
                (resource("snapshot", "70002"), "cart/pay.png"),
                (resource("snapshot", OTHER_THING), SAME),
                (
                    url(&format!("/profiling/profile/web/{PROFILE}/flamegraph/")),
                    "total (src/cart.py:42)",
                ),
                (url("/preprod/snapshots/70002/"), "cart/pay.png"),
                (
                    json!({ "url": format!("{BASE}/acme/web/issues/77/") }),
                    SAME,
                ),
                (
                    json!({ "url": "https://rival.sentry.io/issues/77/" }),
                    "another organization",
                ),
            ],
        ),
        (
            "search_sentry_tools",
            vec![(
                json!({ "query": "issue tag values", "limit": 20 }),
                "get_issue_tag_values",
            )],
        ),
        // What it stands for is tried through it below.
        (
            "execute_sentry_tool",
            vec![(json!({ "name": "nope" }), "There is no tool `nope`")],
        ),
    ]);
    tries.extend(crate::managed::tries());
    tries
}
