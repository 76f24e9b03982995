//! A Sentry that has one of everything, for tests of all tools at once.

mod alerting;

use fetch::Method;
use fetch::scripted::Scripted;
use serde_json::{Value, json};

use crate::fixture::BASE;
use crate::managed;
use crate::monitors;

mod inspected;

pub(crate) const EVENT: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const TRACE: &str = "abcdefabcdefabcdefabcdefabcdefab";

pub(crate) const REPLAY: &str = "fedcba9876543210fedcba9876543210";
pub(crate) const PROFILE: &str = "00112233445566778899aabbccddeeff";

/// An answer of that Sentry.
pub(crate) struct Answer {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) body: Value,
}

pub(crate) fn get(path: &'static str, body: Value) -> Answer {
    Answer {
        method: Method::Get,
        path,
        body,
    }
}

pub(crate) fn issue() -> Value {
    json!({
        "id": "4501", "shortId": "WEB-1A", "title": "TypeError: cart is null", "culprit": "addItem(src/cart)",
        "status": "unresolved", "substatus": "ongoing", "level": "error", "issueCategory": "error", "issueType": "error",
        "count": "12", "userCount": 3, "firstSeen": "2025-10-01T10:00:00Z", "lastSeen": "2025-11-01T10:00:00Z",
        "project": { "id": "5", "slug": "web" }, "assignedTo": { "type": "user", "name": "Ada" },
        "metadata": { "type": "TypeError", "value": "cart is null" }
    })
}

pub(crate) fn event() -> Value {
    json!({
        "id": "1", "eventID": EVENT, "type": "error", "platform": "javascript", "title": "TypeError: cart is null",
        "dateCreated": "2025-11-01T10:00:00Z", "release": { "version": "shop@1.4.0", "lastCommit": { "id": "c0ffee" } },
        "sdk": { "name": "sentry.javascript.react" }, "contexts": { "trace": { "trace_id": TRACE } }, "user": { "id": "42" },
        "tags": [{ "key": "environment", "value": "production" }, { "key": "release", "value": "shop@1.4.0" }],
        "entries": [
            { "type": "exception", "data": { "values": [{ "type": "TypeError", "value": "cart is null", "stacktrace": { "frames": [
                { "filename": "node_modules/react.js", "function": "render", "lineNo": 900, "inApp": false },
                { "filename": "src/cart.ts", "function": "addItem", "lineNo": 42, "colNo": 17, "inApp": true,
                  "context": [[41, "const first = cart;"], [42, "return first.id;"]] }
            ] } }] } },
            { "type": "threads", "data": { "values": [
                { "id": 1, "name": "main", "crashed": true, "current": true, "stacktrace": { "frames": [
                    { "filename": "src/main.ts", "function": "main", "lineNo": 1, "inApp": true }] } },
                { "id": 2, "name": "worker", "stacktrace": null }
            ] } },
            { "type": "breadcrumbs", "data": { "values": [
                { "timestamp": "2025-11-01T09:59:58Z", "category": "navigation", "level": "info", "message": "to /cart", "data": { "to": "/cart" } },
                { "timestamp": "2025-11-01T09:59:59Z", "type": "http", "category": "fetch", "level": "error", "message": null,
                  "data": { "url": "/api/cart", "status_code": 500, "nested": {} } }
            ] } },
            { "type": "request", "data": { "method": "POST", "url": "https://shop.example/cart" } }
        ],
        "occurrence": { "issueTitle": "I", "subtitle": "S", "evidenceDisplay": [{ "name": "n", "value": "v" }] }
    })
}

pub(crate) fn trace() -> Value {
    json!([{
        "event_id": "a1", "event_type": "span", "op": "http.server", "name": "http.server", "description": "POST /cart",
        "transaction": "/cart", "project_slug": "web", "duration": 1204.5, "is_transaction": true, "start_timestamp": 1762000000.5,
        "errors": [{ "event_id": EVENT, "issue_id": 4501, "short_id": "WEB-1A", "title": "TypeError: cart is null", "level": "error",
                     "project_slug": "web" }],
        "occurrences": [],
        "children": [
            { "event_id": "b1", "op": "db", "name": "db", "description": "SELECT * FROM items WHERE id = %s", "project_slug": "web", "duration": 3.2, "children": [] },
            { "event_id": "b2", "op": "db", "name": "db", "description": "SELECT * FROM items WHERE id = %s", "project_slug": "web", "duration": 3.4, "children": [] },
            { "event_id": "c1", "op": "http.client", "description": "GET https://stock.example/", "project_slug": "web", "duration": 800,
              "additional_attributes": { "http.status_code": 500 },
              "children": [{ "event_id": "d1", "op": "http.server", "description": "GET /", "project_slug": "stock", "duration": 700, "children": [] }] }
        ]
    }])
}

fn release() -> Value {
    json!({ "version": "shop@1.4.0", "shortVersion": "1.4.0", "dateCreated": "2025-10-30T08:00:00Z", "dateReleased": null,
            "lastEvent": "2025-11-01T10:00:00Z", "newGroups": 2, "projects": [{ "id": 5, "slug": "web" }],
            "lastDeploy": { "environment": "production" } })
}

fn key() -> Value {
    json!({ "id": "k1", "name": "Default", "label": "Default", "isActive": true, "dateCreated": "2025-01-01T00:00:00Z",
            "dsn": { "public": "https://k1@ingest.example/5", "secret": "https://k1:s3cret@ingest.example/5" } })
}

fn row() -> Value {
    json!({ "issue": "WEB-1A", "title": "TypeError: cart is null", "project": "web", "timestamp": "2025-11-01T10:00:00Z",
            "level": "error", "message": "", "error.type": ["TypeError"], "user.id": "42", "count()": 12, "extra": {} })
}

/// All that it answers.
pub(crate) fn answers() -> Vec<Answer> {
    let mut all = vec![
        get(
            "/auth/",
            json!({ "id": 1, "name": "Ada", "email": "ada@acme.example" }),
        ),
        get(
            "/organizations/",
            json!([{ "id": 1, "slug": "acme", "links": { "organizationUrl": "https://sentry.example/acme", "regionUrl": "" } }]),
        ),
        get(
            "/organizations/acme/",
            json!({ "slug": "acme", "links": { "regionUrl": "" } }),
        ),
        get(
            "/organizations/acme/projects/",
            json!([{ "id": "5", "slug": "web", "platform": "javascript" }]),
        ),
        get("/projects/acme/web/", json!({ "id": "5", "slug": "web" })),
        get(
            "/organizations/acme/teams/",
            json!([{ "id": "3", "slug": "core", "name": "Core" }]),
        ),
        get(
            "/projects/acme/web/teams/",
            json!([{ "id": "3", "slug": "core", "name": "Core" }]),
        ),
        get("/organizations/acme/releases/", json!([release()])),
        get("/projects/acme/web/releases/", json!([release()])),
        get("/projects/acme/web/keys/", json!([key()])),
        Answer {
            method: Method::Post,
            path: "/projects/acme/web/keys/",
            body: key(),
        },
        get("/organizations/acme/issues/", json!([issue()])),
        get("/organizations/acme/issues/WEB-1A/", issue()),
        get("/organizations/acme/issues/4501/", issue()),
        Answer {
            method: Method::Put,
            path: "/organizations/acme/issues/4501/",
            body: {
                let mut after = issue();
                after["status"] = "resolved".into();
                after["substatus"] = Value::Null;
                after
            },
        },
        get("/organizations/acme/issues/WEB-1A/events/latest/", event()),
        get("/organizations/acme/issues/4501/events/latest/", event()),
        get(
            "/organizations/acme/issues/4501/events/0123456789abcdef0123456789abcdef/",
            event(),
        ),
        get(
            "/organizations/acme/issues/WEB-1A/events/",
            json!([event()]),
        ),
        get(
            "/organizations/acme/issues/WEB-1A/tags/environment/",
            json!({ "key": "environment", "name": "Environment",
            "totalValues": 12, "uniqueValues": 2, "topValues": [
                { "value": "production", "name": "production", "count": 10, "firstSeen": "2025-10-01T10:00:00Z", "lastSeen": "2025-11-01T10:00:00Z" },
                { "value": "staging", "count": 2 }] }),
        ),
        get(
            "/organizations/acme/issues/WEB-1A/activities/",
            json!({ "activity": [
            { "id": "1", "type": "assigned", "user": { "name": "Ada" }, "dateCreated": "2025-10-02T10:00:00Z", "data": { "assignee": "7" } },
            { "id": "2", "type": "first_seen", "user": null, "dateCreated": "2025-10-01T10:00:00Z", "data": {} }] }),
        ),
        get(
            "/organizations/acme/issues/WEB-1A/notes/",
            json!([
            { "id": "3", "type": "note", "user": { "name": "Grace" }, "dateCreated": "2025-10-03T10:00:00Z", "data": { "text": "Seen in 1.4.0 only." } }]),
        ),
        Answer {
            method: Method::Post,
            path: "/organizations/acme/issues/WEB-1A/notes/",
            body: json!({ "id": "9" }),
        },
        Answer {
            method: Method::Post,
            path: "/organizations/acme/issues/4501/notes/",
            body: json!({ "id": "9" }),
        },
        get(
            "/organizations/acme/issues/4501/autofix/",
            json!({ "autofix": { "run_id": 7, "status": "COMPLETED", "blocks": [
            { "message": { "content": "Found it." }, "artifacts": [
                { "key": "root_cause", "data": { "one_line_description": "The cart is read before it is loaded." } },
                { "key": "solution", "data": { "one_line_summary": "Wait for the cart.", "steps": [{ "title": "Await it", "description": "In addItem." }] } }
            ] }] } }),
        ),
        get(
            "/organizations/acme/issues/4501/external-issues/",
            json!([{ "id": 1, "displayName": "PAY-1", "webUrl": "https://tracker.example/PAY-1" }]),
        ),
        get(
            "/organizations/acme/replay-count/",
            json!({ "4501": ["aa11", "bb22"] }),
        ),
        get(
            "/projects/acme/web/events/0123456789abcdef0123456789abcdef/committers/",
            json!({ "committers": [{ "author": { "name": "Ada", "email": "ada@acme.example" }, "commits": [
                { "id": "c0ffee41d2a7c0ffee", "message": "Load the cart later", "dateCreated": "2025-10-30T07:00:00Z",
                  "suspectCommitType": "via commit in release", "repository": { "name": "acme/web" } }] }] }),
        ),
        get(
            "/projects/acme/web/stacktrace-link/",
            json!({ "sourceUrl": "https://git.example/shop/src/cart.ts#L42" }),
        ),
        get(
            "/organizations/acme/trace-meta/abcdefabcdefabcdefabcdefabcdefab/",
            json!({ "span_count": 5, "errors": 1,
            "performance_issues": 0, "logs": 2, "span_count_map": { "db": 2, "http.server": 2, "http.client": 1 } }),
        ),
        get(
            "/organizations/acme/trace/abcdefabcdefabcdefabcdefabcdefab/",
            trace(),
        ),
        get(
            "/organizations/acme/events/validate/",
            json!({ "valid": true, "field": [], "query": [], "orderby": [] }),
        ),
        get(
            "/organizations/acme/events/",
            json!({ "data": [row()], "meta": { "fields": {} } }),
        ),
        get(
            "/organizations/acme/replays/",
            json!({ "data": [{ "id": "aa11bb22", "started_at": "2025-11-01T09:58:00Z", "duration": 240,
            "count_errors": 1, "count_dead_clicks": 0, "browser": { "name": "Firefox", "version": "140" }, "environment": "production",
            "urls": ["https://shop.example/", "https://shop.example/cart"] }] }),
        ),
    ];
    all.extend(inspected::answers());
    all.extend(alerting::answers());
    all.extend(managed::answers());
    all.extend(monitors::answers());
    all
}

/// Where a path is; what begins with a scheme is a URL already.
pub(crate) fn url(path: &str) -> String {
    if path.starts_with("https://") {
        return path.to_owned();
    }
    format!("{BASE}/api/0{path}")
}

/// Those answers as a script.
pub(crate) fn full() -> Scripted {
    script(&answers())
}

pub(crate) fn script(answers: &[Answer]) -> Scripted {
    answers.iter().fold(Scripted::new(), |script, answer| {
        let url = url(answer.path);
        script.json(answer.method, &url, 200, &answer.body.to_string())
    })
}

/// Every tool with arguments that lead to an answer there, and the path without which it has none.
pub(crate) fn calls() -> Vec<(&'static str, Value, &'static str)> {
    const ISSUE: &str = "/organizations/acme/issues/WEB-1A/";
    const LATEST: &str = "/organizations/acme/issues/WEB-1A/events/latest/";
    const OF_TRACE: &str = "/organizations/acme/trace/abcdefabcdefabcdefabcdefabcdefab/";
    let issue = || json!({ "organizationSlug": "acme", "issueId": "WEB-1A" });
    let with = |mut arguments: Value, name: &str, value: Value| {
        arguments[name] = value;
        arguments
    };
    let acme = || json!({ "organizationSlug": "acme" });
    let mut all = vec![
        ("whoami", json!({}), "/auth/"),
        (
            "find_organizations",
            json!({ "query": "ac" }),
            "/organizations/",
        ),
        ("find_projects", acme(), "/organizations/acme/projects/"),
        ("find_teams", acme(), "/organizations/acme/teams/"),
        ("find_releases", acme(), "/organizations/acme/releases/"),
        (
            "find_dsns",
            with(acme(), "projectSlug", "web".into()),
            "/projects/acme/web/keys/",
        ),
        (
            "create_dsn",
            json!({ "organizationSlug": "acme", "projectSlug": "web", "name": "New" }),
            "/projects/acme/web/keys/",
        ),
        ("search_issues", acme(), "/organizations/acme/issues/"),
        ("search_events", acme(), "/organizations/acme/events/"),
        ("search_errors", acme(), "/organizations/acme/events/"),
        ("search_logs", acme(), "/organizations/acme/events/"),
        ("search_traces", acme(), "/organizations/acme/events/"),
        ("search_metrics", acme(), "/organizations/acme/events/"),
        ("search_profiles", acme(), "/organizations/acme/events/"),
        ("search_replays", acme(), "/organizations/acme/replays/"),
        (
            "search_issue_events",
            issue(),
            "/organizations/acme/issues/WEB-1A/events/",
        ),
        ("get_issue_details", issue(), ISSUE),
        ("get_event_stacktrace", issue(), LATEST),
        ("get_issue_breadcrumbs", issue(), LATEST),
        (
            "get_issue_tag_values",
            with(issue(), "tagKey", "environment".into()),
            "/organizations/acme/issues/WEB-1A/tags/environment/",
        ),
        (
            "get_issue_activity",
            issue(),
            "/organizations/acme/issues/WEB-1A/activities/",
        ),
        (
            "get_trace_details",
            with(acme(), "traceId", TRACE.into()),
            OF_TRACE,
        ),
        (
            "get_span_details",
            json!({ "organizationSlug": "acme", "traceId": TRACE, "spanId": "c1" }),
            OF_TRACE,
        ),
        (
            "add_issue_note",
            with(issue(), "text", "Fixed.".into()),
            "/organizations/acme/issues/WEB-1A/notes/",
        ),
        (
            "update_issue",
            with(issue(), "status", "resolved".into()),
            ISSUE,
        ),
        ("analyze_issue_with_seer", issue(), ISSUE),
        (
            "get_sentry_resource",
            json!({ "organizationSlug": "acme", "resourceType": "issue", "resourceId": "WEB-1A" }),
            ISSUE,
        ),
    ];
    all.extend(alerting::calls());
    all.extend(managed::calls());
    all.extend(monitors::calls());
    all.extend(inspected::calls());
    all
}
