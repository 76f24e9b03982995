//! Every tool against the running local Sentry, which speaks Sentry's wire shapes.
// file rule: mcp/every-tool-answers: every tool answers over HTTP from a Sentry

use std::rc::Rc;

use demo_sentry::{Config, Running, Timestamp};
use fetch::native::Native;
use mcp::{CallToolResult, Handler, Outcome, ToolCall};
use sentry_api::{BaseUrl, Client, Fixed, Token};
use sentry_tools::{Constraint, Listings, Remembered, Server, Session};
use serde_json::{Value, json};

use crate::fixture::{session, slug, text};

pub(crate) const ORGANIZATION: &str = "lighthouse-books";
const TRACE: &str = "5d3a9c1be7f04862a1c40d9be8273f61";

pub(crate) struct Local {
    pub(crate) server: Server,
    _running: Running,
}

impl Local {
    pub(crate) async fn of(session: Session, token: &str) -> Self {
        let now: Timestamp = "2025-11-24T12:00:00Z".parse().unwrap();
        let running = demo_sentry::start(Config::new(now)).await.unwrap();
        let base = BaseUrl::parse(running.origin()).unwrap();
        let tokens = Rc::new(Fixed(Token::new(token)));
        let client = Client::new(Rc::new(Native::new().unwrap()), tokens, base);
        let server = Server::new(
            session,
            client,
            Rc::new(Remembered::default()),
            Rc::new(Listings::default()),
        );
        Self {
            server,
            _running: running,
        }
    }

    pub(crate) async fn call(&self, name: &str, mut arguments: Value) -> CallToolResult {
        if arguments.get("organizationSlug").is_none() && arguments.get("url").is_none() {
            arguments["organizationSlug"] = ORGANIZATION.into();
        }
        let Value::Object(arguments) = arguments else {
            panic!("arguments are an object")
        };
        match self
            .server
            .call_tool(ToolCall::new(name, arguments))
            .await
            .unwrap()
        {
            Outcome::Complete(result) => result,
            Outcome::InputRequired(_) => panic!("nobody can be asked"),
        }
    }

    async fn says(&self, name: &str, arguments: Value, expected: &[&str]) {
        let result = self.call(name, arguments.clone()).await;
        let text = text(&result);
        assert!(!result.is_error, "{name} {arguments}: {text}");
        for words in expected {
            assert!(
                text.contains(words),
                "{name} {arguments} lacks {words:?}:\n{text}"
            );
        }
        if let Some(schema) = sentry_tools::reference::output_schema(name) {
            let validator =
                jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
            let json = result.structured_content.unwrap();
            validator
                .validate(&serde_json::from_str(json.get()).unwrap())
                .unwrap();
        }
    }
}

#[tokio::test]
async fn every_tool_has_an_answer() {
    let local = Local::of(session(), "demo-token-ada").await;
    let issue = |more: Value| {
        let mut arguments = json!({ "issueId": "checkout-1" });
        arguments
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        arguments
    };
    for (tool, arguments, expected) in [
        ("whoami", json!({}), &["Ada Marlowe"][..]),
        (
            "find_organizations",
            json!({}),
            &[ORGANIZATION, "quiet-harbor"],
        ),
        ("find_projects", json!({ "query": "check" }), &["checkout"]),
        ("find_teams", json!({}), &["\"id\""]),
        ("find_releases", json!({}), &["checkout@5.2.0"]),
        (
            "get_release_details",
            json!({ "releaseVersion": "checkout@5.2.0", "includeHealth": true }),
            &["Mira Solberg", "\"crashFreeSessions\":98.01", "staging"],
        ),
        (
            "search_docs",
            json!({ "query": "missed check-in" }),
            &["product/crons.md"],
        ),
        (
            "get_doc",
            json!({ "path": "product/crons.md" }),
            &["## States of a check-in"],
        ),
        (
            "find_monitors",
            json!({ "projectSlug": "parcel-post" }),
            &["nightly-manifest", "\"failingSince\""],
        ),
        (
            "get_monitor_details",
            json!({ "monitorSlug": "nightly-manifest" }),
            &["did not check in within 10 min", "monitor.slug"],
        ),
        (
            "create_monitor",
            json!({ "projectSlug": "checkout", "name": "Of a test", "schedule": { "type": "interval", "value": 5, "unit": "minute" } }),
            &["of-a-test", "[5,\"minute\"]"],
        ),
        (
            "delete_monitor_environment",
            json!({ "projectSlug": "parcel-post", "monitorSlug": "nightly-manifest", "environment": "staging" }),
            &["\"success\":true", "\"status\":\"ok\""],
        ),
        (
            "find_uptime_monitors",
            json!({}),
            &["\"down\":[\"3301\"]", "Ticket office"],
        ),
        (
            "get_uptime_monitor_details",
            json!({ "projectSlug": "checkout", "uptimeMonitorId": "3301" }),
            &["It answered HTTP 503.", "\"state\":\"down\""],
        ),
        (
            "create_uptime_monitor",
            json!({ "organizationSlug": ORGANIZATION, "projectSlug": "checkout", "name": "Of a test", "url": "https://shop.example/", "intervalSeconds": 300 }),
            &["Of a test", "\"timeoutMs\":5000"],
        ),
        (
            "update_uptime_monitor",
            json!({ "projectSlug": "checkout", "uptimeMonitorId": "3301", "status": "disabled" }),
            &["\"before\":\"active\""],
        ),
        (
            "delete_uptime_monitor",
            json!({ "projectSlug": "checkout", "uptimeMonitorId": "3301" }),
            &["Checkout API"],
        ),
        (
            "delete_uptime_monitor",
            json!({ "projectSlug": "checkout", "uptimeMonitorId": "3301" }),
            &["no uptime monitor of that id"],
        ),
        (
            "find_releases",
            json!({ "projectSlug": "checkout" }),
            &["checkout@5.2.0"],
        ),
        (
            "find_dsns",
            json!({ "projectSlug": "checkout" }),
            &["Payment terminals"],
        ),
        (
            "create_dsn",
            json!({ "projectSlug": "checkout", "name": "From a test" }),
            &["From a test"],
        ),
        (
            "get_replay_details",
            json!({ "replayId": "7b3de91c04f24a58b6e1d0937c5f28ea" }),
            &[
                "+12.0 s click: nav > a.shelf",
                "+12.3 s page: /shelves/night-reading",
                "+170.0 s failed request: GET https://lighthouse-books.example/api/prices?isbn=9780140328721, 503, 700 ms",
                "+177.0 s dead click: button.checkout",
                "+179.0 s rage click: button.checkout, 5 times",
                "+180.0 s error: TypeError: Cannot read properties of undefined",
                "SHOP-WINDOW-1",
            ],
        ),
        (
            "get_replay_details",
            json!({ "replayId": "7b3de91c04f24a58b6e1d0937c5f28ea", "categories": ["network"], "startOffsetSeconds": 100 }),
            &[
                "503, 700 ms",
                "PUT https://lighthouse-books.example/api/baskets/current, no answer",
            ],
        ),
        (
            "get_replay_details",
            json!({ "replayId": "0608dc6b6c7fcdd11158399586f0d133" }),
            &["Sentry has no recording of this part"],
        ),
        (
            "get_sentry_resource",
            json!({ "resourceType": "replay", "resourceId": "7b3de91c04f24a58b6e1d0937c5f28ea" }),
            &["rage click"],
        ),
        (
            "get_profile",
            json!({ "projectSlugOrId": "checkout", "transactionName": "/shelves/{slug}/", "compareAgainstPeriod": "14d" }),
            &[
                "68.7% show (catalog/views.py:31) > books_of (catalog/shelves.py:52) > author_of (catalog/shelves.py:71) … ends in execute (psycopg/cursor.py:97)",
                "## Changed",
            ],
        ),
        (
            "get_profile",
            json!({ "projectSlugOrId": "checkout", "transactionName": "/nowhere" }),
            &["none: nothing was profiled"],
        ),
        (
            "get_profile_details",
            json!({ "projectSlugOrId": "checkout", "profileId": "abdd10680017060f29dbef7f78998515" }),
            &["author_of (catalog/shelves.py:71)", "## Functions"],
        ),
        (
            "get_profile_details",
            json!({ "projectSlugOrId": "checkout", "profilerId": "c0a5e1f27b3d4986a1e0f5d2b7c83946",
                    "start": "2025-11-24T11:00:00", "end": "2025-11-24T12:00:00" }),
            &["author_of (catalog/shelves.py:71)"],
        ),
        (
            "get_event_attachment",
            json!({ "projectSlug": "checkout", "eventId": "8cbd13198f1c6e17e06e4f70a383ec83" }),
            &[
                "attachmentId 5001: `settle.log` `text/plain`",
                "attachmentId 5002",
            ],
        ),
        (
            "get_event_attachment",
            json!({ "projectSlug": "checkout", "eventId": "8cbd13198f1c6e17e06e4f70a383ec83", "attachmentId": "5001" }),
            &["order 48213 stays open"],
        ),
        (
            "get_event_attachment",
            json!({ "projectSlug": "checkout", "eventId": "8cbd13198f1c6e17e06e4f70a383ec83", "attachmentId": "5002" }),
            &["too large to be shown here"],
        ),
        (
            "get_event_attachment",
            json!({ "projectSlug": "shop-window", "eventId": "8ce832f4ad83c8ea6e6ce925339c8130", "attachmentId": "5003" }),
            &["The file follows: image/png, 253 bytes."],
        ),
        (
            "get_event_attachment",
            json!({ "projectSlug": "shop-window", "eventId": "8ce832f4ad83c8ea6e6ce925339c8130", "attachmentId": "5005" }),
            &["embedded as bytes"],
        ),
        (
            "get_issue_user_reports",
            json!({ "issueId": "SHOP-WINDOW-1", "limit": 2 }),
            &[
                "I pressed the button five times.",
                "\"nextCursor\":\"0:2:0\"",
            ],
        ),
        (
            "get_snapshot",
            json!({ "snapshotId": "70002" }),
            &[
                "## changed: 1\n- `basket/line.png`, diff 0.107",
                "## renamed: 1\n- `shelves/row.png`, before `shelves/item.png`",
                "## errored: 1",
                "Pull request: 418",
            ],
        ),
        (
            "get_snapshot",
            json!({ "snapshotId": "70001" }),
            &["## images: 8"],
        ),
        (
            "get_snapshot_image",
            json!({ "snapshotId": "70002", "imageIdentifier": "basket/line.png" }),
            &[
                "The image follows: image/png, 157 bytes.",
                "What differs follows: image/png, 148 bytes.",
            ],
        ),
        (
            "get_snapshot_image",
            json!({ "snapshotId": "70002", "imageIdentifier": "events/old-list.png" }),
            &["Outcome: `removed`", "The image before follows"],
        ),
        (
            "get_latest_base_snapshot",
            json!({ "appId": "shop-window-web", "branch": "main" }),
            &[
                "\"snapshotId\":\"70001\"",
                "\"name\":\"Basket\",\"count\":2",
            ],
        ),
        (
            "search_issues",
            json!({ "projectSlugOrId": "checkout" }),
            &["CHECKOUT-1", "GatewayUnavailable"],
        ),
        (
            "get_issue_details",
            issue(json!({})),
            &[
                "**Where:**",
                "payments/settle.py",
                "PAY-318",
                "## Analysis by Seer\ndone.",
                "Both attempts",
            ],
        ),
        (
            "get_event_stacktrace",
            issue(json!({})),
            &["GatewayUnavailable", "payments/settle.py"],
        ),
        ("get_issue_breadcrumbs", issue(json!({})), &["Oldest first"]),
        (
            "get_issue_tag_values",
            issue(json!({ "tagKey": "environment" })),
            &["production"],
        ),
        (
            "get_issue_activity",
            issue(json!({})),
            &["Cardwise confirms an incident", "assigned"],
        ),
        (
            "search_issue_events",
            issue(json!({ "limit": 2 })),
            &["First 2 events", "There are more"],
        ),
        (
            "get_trace_details",
            json!({ "traceId": TRACE }),
            &["POST https://eu.cardwise.example/v2/charges", "CHECKOUT-1"],
        ),
        (
            "get_span_details",
            json!({ "traceId": TRACE, "spanId": "8091a2b3c4d5e6f7" }),
            &["# Span `8091a2b3c4d5e6f7`", "payments.settle.settle"],
        ),
        ("search_events", json!({}), &["First 10 results", "issue: "]),
        (
            "search_events",
            json!({ "fields": ["project", "count()"] }),
            &["| project | count() |", "checkout"],
        ),
        (
            "search_events",
            json!({ "dataset": "spans", "query": "span.op:db" }),
            &["SELECT"],
        ),
        (
            "search_events",
            json!({ "dataset": "logs" }),
            &["severity: "],
        ),
        (
            "search_events",
            json!({ "dataset": "metrics" }),
            &["metric.type: "],
        ),
        (
            "search_events",
            json!({ "dataset": "profiles" }),
            &["profile.id: "],
        ),
        (
            "search_events",
            json!({ "dataset": "replays", "environment": "production" }),
            &["/explore/replays/"],
        ),
        (
            "analyze_issue_with_seer",
            issue(json!({})),
            &["## Root cause", "## What to do"],
        ),
        (
            "add_issue_note",
            issue(json!({ "text": "A note of a test." })),
            &["Your note is on"],
        ),
        (
            "get_issue_activity",
            issue(json!({ "limit": 1 })),
            &["A note of a test.", "left out"],
        ),
        (
            "update_issue",
            issue(json!({ "status": "ignored", "ignoreCount": 5, "reason": "Known." })),
            &["ignored", "your reason is on the issue"],
        ),
        (
            "get_sentry_resource",
            json!({ "url": format!("https://{ORGANIZATION}.sentry.io/issues/CHECKOUT-1/") }),
            &["Status: ignored"],
        ),
        (
            "get_sentry_resource",
            json!({ "url": format!("https://{ORGANIZATION}.sentry.io/explore/traces/trace/{TRACE}/") }),
            &["## Spans"],
        ),
        (
            "search_sentry_tools",
            json!({ "query": "breadcrumbs" }),
            &["get_issue_breadcrumbs"],
        ),
        ("search_errors", json!({}), &["First 10 results", "issue: "]),
        ("search_logs", json!({}), &["severity: "]),
        (
            "search_traces",
            json!({ "query": "span.op:db" }),
            &["SELECT"],
        ),
        ("search_metrics", json!({}), &["metric.type: "]),
        ("search_profiles", json!({}), &["profile.id: "]),
        ("search_replays", json!({}), &["/explore/replays/"]),
        (
            "create_team",
            json!({ "name": "Night Shift" }),
            &["night-shift"],
        ),
        (
            "create_project",
            json!({ "teamSlug": "night-shift", "name": "Gift Cards", "platform": "node",
                "repository": "lighthouse-books/checkout" }),
            &["gift-cards", "\"mapped\":true", "\"dsn\":\"http"],
        ),
        (
            "update_project",
            json!({ "projectSlug": "gift-cards", "slug": "vouchers" }),
            &["\"before\":\"gift-cards\"", "\"after\":\"vouchers\""],
        ),
        (
            "add_team_to_project",
            json!({ "projectSlug": "vouchers", "teamSlug": "payments" }),
            &["\"changed\":true", "night-shift"],
        ),
        (
            "add_team_to_project",
            json!({ "projectSlug": "vouchers", "teamSlug": "payments" }),
            &["\"changed\":false"],
        ),
        (
            "remove_team_from_project",
            json!({ "projectSlug": "vouchers", "teamSlug": "payments" }),
            &["\"changed\":true"],
        ),
        (
            "find_dropped_events",
            json!({ "projectSlug": "checkout" }),
            &["key_quota", "sample_rate", "\"interval\":3600000"],
        ),
        (
            "search_agent_conversations",
            json!({}),
            &["conv-returns-desk-41", "torn cover"],
        ),
        (
            "search_ai_conversations",
            json!({ "query": "almanac" }),
            &["conv-catalogue-7"],
        ),
        (
            "get_agent_conversation_details",
            json!({ "conversationId": "conv-returns-desk-41" }),
            &["torn cover", "tool: `find_order", "label is on its way"],
        ),
        (
            "link_issue",
            json!({ "issueId": "CHECKOUT-3",
                "externalIssueUrl": "https://git.lighthouse-books.example/lighthouse-books/checkout/issues/9" }),
            &["\"status\":\"linked\"", "checkout#9"],
        ),
        (
            "link_issue",
            json!({ "issueId": "CHECKOUT-3",
                "externalIssueUrl": "https://git.lighthouse-books.example/lighthouse-books/checkout/issues/9" }),
            &["alreadyLinked"],
        ),
        (
            "unlink_issue",
            json!({ "issueId": "CHECKOUT-3",
                "externalIssueUrl": "https://git.lighthouse-books.example/lighthouse-books/checkout/issues/9" }),
            &["\"status\":\"unlinked\""],
        ),
        (
            "link_issue",
            json!({ "issueId": "CHECKOUT-3", "appSlug": "shelfmark", "fields": { "card": "31" },
                "externalIssueUrl": "https://cards.lighthouse-books.example/31" }),
            &["shelfmark"],
        ),
        (
            "find_custom_inbound_filters",
            json!({ "projectSlug": "checkout" }),
            &["Old browsers", "\"hasMore\":false"],
        ),
        (
            "create_custom_inbound_filter",
            json!({ "projectSlug": "checkout", "name": "Bots", "dataType": "error",
                "conditions": [{ "type": "error_message", "value": ["*bot*"] }] }),
            &["Bots"],
        ),
        (
            "update_custom_inbound_filter",
            json!({ "projectSlug": "checkout", "filterId": "910001", "active": false }),
            &["\"before\":true,\"after\":false"],
        ),
        (
            "delete_custom_inbound_filter",
            json!({ "projectSlug": "checkout", "filterId": "910002" }),
            &["Health checks"],
        ),
        (
            "onboarding_status_update",
            json!({ "runToken": "Lantern042", "update": { "stage": "connect_mcp", "status": "completed" } }),
            &["\"continueUpdates\":true"],
        ),
        ("get_sentry_mcp_info", json!({}), &["2026-07-28"]),
    ] {
        local.says(tool, arguments, expected).await;
    }
}

#[tokio::test]
async fn every_issue_can_be_read() {
    let local = Local::of(session(), "demo-token-ada").await;
    let found = local
        .call(
            "search_issues",
            json!({ "query": "", "limit": 100, "period": "90d" }),
        )
        .await;
    let list = text(&found);
    let ids: Vec<_> = list
        .lines()
        .filter_map(|line| line.split_once(". **")?.1.split_once("**"))
        .map(|(id, _)| id.to_owned())
        .collect();
    assert!(ids.len() >= 12, "{list}");
    for id in ids {
        let result = local
            .call("get_issue_details", json!({ "issueId": id }))
            .await;
        let page = text(&result);
        assert!(
            !result.is_error && page.starts_with(&format!("# {id}")),
            "{page}"
        );
        assert!(page.chars().count() <= 8_000, "{id}");
    }
}

#[tokio::test]
async fn what_is_not_understood_and_not_allowed() {
    let local = Local::of(session(), "demo-token-ada-readonly").await;
    for (tool, arguments, expected) in [
        (
            "search_events",
            json!({ "dataset": "spans", "fields": ["span.op"], "sort": "-span.duration" }),
            "`sort` must be one of the fields: `-span.duration`",
        ),
        (
            "search_issues",
            json!({ "query": "is:nonsense" }),
            "does not understand `query`",
        ),
        (
            "get_issue_details",
            json!({ "issueId": "CHECKOUT-9999" }),
            "issueId `CHECKOUT-9999`",
        ),
        (
            "find_dsns",
            json!({ "projectSlug": "no-such" }),
            "projectSlug `no-such`",
        ),
        (
            "get_trace_details",
            json!({ "traceId": "0".repeat(32) }),
            "traceId",
        ),
        (
            "update_issue",
            json!({ "issueId": "CHECKOUT-1", "status": "resolved" }),
            "does not let you",
        ),
        (
            "add_issue_note",
            json!({ "issueId": "CHECKOUT-1", "text": "x" }),
            "does not let you",
        ),
        (
            "create_dsn",
            json!({ "projectSlug": "checkout", "name": "x" }),
            "does not let you",
        ),
    ] {
        let result = local.call(tool, arguments.clone()).await;
        let words = text(&result);
        assert!(
            result.is_error && words.contains(expected),
            "{tool} {arguments}: {words}"
        );
    }
}

#[tokio::test]
async fn a_session_of_one_project() {
    let constraint = Constraint::Project {
        organization: slug(ORGANIZATION),
        project: slug("checkout"),
    };
    let local = Local::of(
        Session {
            constraint,
            ..session()
        },
        "demo-token-ada",
    )
    .await;
    local
        .says("search_issues", json!({}), &["CHECKOUT-1"])
        .await;
    local.says("search_events", json!({}), &["CHECKOUT"]).await;
    let teams = text(&local.call("find_teams", json!({})).await);
    assert!(teams.contains("payments") && !teams.contains("reading-room"));
    local
        .says("find_releases", json!({}), &[r#""projects":["checkout"]"#])
        .await;
    local
        .says(
            "get_issue_details",
            json!({ "issueId": "CHECKOUT-1" }),
            &["# CHECKOUT-1"],
        )
        .await;
    local
        .says(
            "get_trace_details",
            json!({ "traceId": TRACE }),
            &["spans of other projects are not shown here"],
        )
        .await;
    let result = local
        .call(
            "get_issue_breadcrumbs",
            json!({ "issueId": "SHOP-WINDOW-1" }),
        )
        .await;
    assert!(
        text(&result).contains("another project"),
        "{}",
        text(&result)
    );
}
