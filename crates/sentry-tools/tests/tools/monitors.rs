//! Releases, documentation, cron monitors and uptime monitors of the Sentry that has one of everything, and what the tools
//! for them are called with.

use fetch::Method;
use serde_json::{Value, json};

use crate::sentry::Answer;

pub(crate) const DOC: &str = "https://docs.sentry.io/product/crons.md";
pub(crate) const SEARCH: &str = "https://mcp.sentry.dev/api/search";

fn answer(method: Method, path: &'static str, body: Value) -> Answer {
    Answer { method, path, body }
}

fn release() -> Value {
    json!({
        "version": "shop@1.4.0", "shortVersion": "1.4.0", "status": "open", "ref": "c0ffee", "url": null,
        "dateCreated": "2025-10-30T08:00:00Z", "dateReleased": null, "firstEvent": null, "lastEvent": "2025-11-01T10:00:00Z",
        "newGroups": 2, "commitCount": 1, "deployCount": 1, "authors": [{ "name": "Ada", "email": "ada@acme.example" }],
        "projects": [{ "id": 5, "slug": "web", "name": "Web", "newGroups": 2, "healthData": {
            "crashFreeSessions": 99.2, "crashFreeUsers": null, "adoption": 61.5, "totalSessions24h": 1200, "sessionsCrashed": 10 } }]
    })
}

fn monitor() -> Value {
    json!({
        "id": "6f0e9a41-20d8-4c6b-8f5e-3b7d1c94a0e2", "slug": "nightly", "name": "Nightly", "status": "active", "isMuted": false,
        "project": { "id": "5", "slug": "web" }, "owner": { "type": "team", "id": "3", "name": "core" },
        "dateCreated": "2025-01-01T00:00:00Z",
        "config": { "schedule_type": "crontab", "schedule": "0 3 * * *", "checkin_margin": 10, "max_runtime": 30,
                    "timezone": "UTC", "failure_issue_threshold": 1, "recovery_threshold": null },
        "environments": [
            { "name": "production", "status": "error", "isMuted": false, "lastCheckIn": "2025-11-01T03:00:00Z",
              "nextCheckIn": "2025-11-02T03:00:00Z", "nextCheckInLatest": "2025-11-02T03:10:00Z",
              "activeIncident": { "startingTimestamp": "2025-10-31T03:10:00Z" } },
            { "name": "staging", "status": "ok", "activeIncident": null }]
    })
}

fn check_ins() -> Value {
    json!([
        { "id": "1", "environment": "staging", "status": "ok", "duration": 900, "expectedTime": "2025-11-01T04:00:00Z",
          "dateAdded": "2025-11-01T04:00:01Z" },
        { "id": "2", "environment": "production", "status": "missed", "duration": null, "expectedTime": "2025-11-01T03:00:00Z",
          "dateAdded": "2025-11-01T03:10:00Z" }])
}

fn stats() -> Value {
    json!([
        { "ts": 1761966000, "ok": 0, "error": 0, "missed": 1, "timeout": 0, "duration": 0 },
        { "ts": 1761969600, "ok": 0, "error": 0, "missed": 0, "timeout": 0, "duration": 0 },
        { "ts": 1761973200, "ok": 1, "error": 0, "missed": 0, "timeout": 0, "duration": 900 }])
}

fn uptime() -> Value {
    json!({
        "id": "3301", "name": "Front page", "projectSlug": "web", "environment": "production", "status": "active",
        "uptimeStatus": 2, "mode": 1, "url": "https://shop.example/", "method": "GET", "headers": [["X-Probe", "1"]], "body": null,
        "intervalSeconds": 60, "timeoutMs": 5000, "traceSampling": false, "responseCaptureEnabled": true,
        "owner": { "type": "team", "id": "3", "name": "core" }, "recoveryThreshold": 1, "downtimeThreshold": 3
    })
}

fn checks() -> Value {
    json!([
        { "id": "1", "timestamp": "2025-11-01T10:01:00Z", "checkStatus": "failure_incident", "checkStatusReason": "timeout",
          "httpStatusCode": null, "durationMs": 5000, "regionName": "US West", "traceId": "abcdefabcdefabcdefabcdefabcdefab" },
        { "id": "2", "timestamp": "2025-11-01T10:00:00Z", "checkStatus": "success", "checkStatusReason": null,
          "httpStatusCode": 200, "durationMs": 120, "regionName": "EU West", "traceId": null }])
}

/// What that Sentry answers.
pub(crate) fn answers() -> Vec<Answer> {
    let get = |path, body| answer(Method::Get, path, body);
    let of_release = json!([{ "id": "1", "environment": "production", "name": "By hand", "url": null, "dateStarted": null,
                              "dateFinished": "2025-10-30T09:00:00Z" }]);
    let commits = || {
        json!([{ "id": "c0ffee", "message": "Load the cart later", "author": { "name": "Ada", "email": "a@acme.example" },
                 "dateCreated": "2025-10-30T07:00:00Z", "repository": { "name": "acme/web" }, "pullRequest": null }])
    };
    let mut later = uptime();
    later["status"] = "disabled".into();
    vec![
        get("/organizations/acme/releases/shop%401.4.0/", release()),
        get("/projects/acme/web/releases/shop%401.4.0/", release()),
        get(
            "/organizations/acme/releases/shop%401.4.0/deploys/",
            of_release,
        ),
        get(
            "/organizations/acme/releases/shop%401.4.0/commits/",
            commits(),
        ),
        get(
            "/projects/acme/web/releases/shop%401.4.0/commits/",
            commits(),
        ),
        answer(
            Method::Post,
            SEARCH,
            json!({ "query": "crons", "results": [{ "id": "product/crons.md", "url": "https://docs.sentry.io/product/crons/",
                    "snippet": "A monitor expects check-ins.", "relevance": 90 }] }),
        ),
        get(DOC, json!("# Crons\n\nA monitor expects check-ins.")),
        get("/organizations/acme/monitors/", json!([monitor()])),
        answer(Method::Post, "/organizations/acme/monitors/", monitor()),
        get("/organizations/acme/monitors/nightly/", monitor()),
        get("/projects/acme/web/monitors/nightly/", monitor()),
        get(
            "/organizations/acme/monitors/nightly/checkins/",
            check_ins(),
        ),
        get("/projects/acme/web/monitors/nightly/checkins/", check_ins()),
        get("/organizations/acme/monitors/nightly/stats/", stats()),
        get("/projects/acme/web/monitors/nightly/stats/", stats()),
        answer(
            Method::Delete,
            "/projects/acme/web/monitors/nightly/environments/staging/",
            Value::Null,
        ),
        get("/organizations/acme/uptime/", json!([uptime()])),
        answer(Method::Post, "/projects/acme/web/uptime/", uptime()),
        get("/projects/acme/web/uptime/3301/", uptime()),
        get("/projects/acme/web/uptime/3301/checks/", checks()),
        answer(Method::Put, "/projects/acme/web/uptime/3301/", later),
        answer(
            Method::Delete,
            "/projects/acme/web/uptime/3301/",
            Value::Null,
        ),
    ]
}

/// The tools with arguments that lead to an answer there, and the path without which each has none.
pub(crate) fn calls() -> Vec<(&'static str, Value, &'static str)> {
    const UPTIME: &str = "/projects/acme/web/uptime/3301/";
    let of_uptime =
        || json!({ "organizationSlug": "acme", "projectSlug": "web", "uptimeMonitorId": "3301" });
    let mut pause = of_uptime();
    pause["status"] = "disabled".into();
    vec![
        (
            "get_release_details",
            json!({ "organizationSlug": "acme", "releaseVersion": "shop@1.4.0" }),
            "/organizations/acme/releases/shop%401.4.0/",
        ),
        ("search_docs", json!({ "query": "crons" }), SEARCH),
        ("get_doc", json!({ "path": "/product/crons.md" }), DOC),
        (
            "find_monitors",
            json!({ "organizationSlug": "acme" }),
            "/organizations/acme/monitors/",
        ),
        (
            "get_monitor_details",
            json!({ "organizationSlug": "acme", "monitorSlug": "nightly" }),
            "/organizations/acme/monitors/nightly/",
        ),
        (
            "create_monitor",
            json!({ "organizationSlug": "acme", "projectSlug": "web", "name": "Nightly",
                    "schedule": { "type": "crontab", "crontab": "0 3 * * *" } }),
            "/organizations/acme/monitors/",
        ),
        (
            "delete_monitor_environment",
            json!({ "organizationSlug": "acme", "projectSlug": "web", "monitorSlug": "nightly", "environment": "staging" }),
            "/projects/acme/web/monitors/nightly/",
        ),
        (
            "find_uptime_monitors",
            json!({ "organizationSlug": "acme" }),
            "/organizations/acme/uptime/",
        ),
        ("get_uptime_monitor_details", of_uptime(), UPTIME),
        (
            "create_uptime_monitor",
            json!({ "organizationSlug": "acme", "projectSlug": "web", "name": "Front page", "url": "https://shop.example/",
                    "intervalSeconds": 60 }),
            "/projects/acme/web/uptime/",
        ),
        ("update_uptime_monitor", pause, UPTIME),
        ("delete_uptime_monitor", of_uptime(), UPTIME),
    ]
}

/// Each with what it is called with in a project's session at a Sentry that is full of another project, and what its answer
/// has to hold.
pub(crate) fn tries() -> Vec<(&'static str, Vec<(Value, &'static str)>)> {
    const SAME: &str = "another project";
    const NONE: &str = "Sentry has nothing of that name";
    let of_uptime =
        |project: &str, id: &str| json!({ "projectSlug": project, "uptimeMonitorId": id });
    let with = |mut arguments: Value, name: &str, value: &str| {
        arguments[name] = value.into();
        arguments
    };
    let release = |project: &str| json!({ "releaseVersion": "shop@1.4.0", "projectSlugOrId": project, "includeHealth": true });
    let monitor =
        |project: &str, slug: &str| json!({ "projectSlugOrId": project, "monitorSlug": slug });
    let environment = |slug: &str, environment: &str| json!({ "projectSlug": "stock", "monitorSlug": slug, "environment": environment });
    vec![
        (
            "get_release_details",
            vec![
                (release("web"), "\"slug\":\"web\""),
                (release("stock"), "Load the cart later"),
                (release("web"), "\"crashFreeSessions\":99.2"),
                (
                    json!({ "releaseVersion": "stolen", "includeDeploys": false }),
                    SAME,
                ),
                (json!({ "releaseVersion": "nope" }), NONE),
            ],
        ),
        (
            "search_docs",
            vec![(json!({ "query": "crons" }), "product/crons.md")],
        ),
        (
            "get_doc",
            vec![(json!({ "path": DOC }), "A monitor expects")],
        ),
        (
            "find_monitors",
            vec![
                (json!({}), "nightly"),
                (json!({ "projectSlug": "stock" }), "nightly"),
            ],
        ),
        (
            "get_monitor_details",
            vec![
                (monitor("web", "nightly"), "did not check in within 10 min"),
                (monitor("stock", "nightly"), "\"missed\":1"),
                (monitor("web", "stolen"), SAME),
                (monitor("web", "nope"), NONE),
            ],
        ),
        (
            "create_monitor",
            vec![(
                json!({ "projectSlug": "stock", "name": "Nightly", "schedule": { "type": "interval", "value": 1, "unit": "day" } }),
                "nightly",
            )],
        ),
        (
            "delete_monitor_environment",
            vec![
                (environment("nightly", "staging"), "\"success\":true"),
                (environment("nightly", "nope"), "no such environment"),
                (environment("stolen", "staging"), SAME),
                (environment("nope", "staging"), NONE),
            ],
        ),
        (
            "find_uptime_monitors",
            vec![
                (json!({}), "\"down\":[\"3301\"]"),
                (json!({ "projectSlug": "stock" }), "Front page"),
            ],
        ),
        (
            "get_uptime_monitor_details",
            vec![
                (of_uptime("stock", "3301"), "No answer within 5000 ms"),
                (of_uptime("web", "stolen"), SAME),
            ],
        ),
        (
            "create_uptime_monitor",
            vec![(
                json!({ "projectSlug": "stock", "name": "Front page", "url": "https://shop.example/", "intervalSeconds": 60 }),
                "Front page",
            )],
        ),
        (
            "update_uptime_monitor",
            vec![
                (
                    with(of_uptime("stock", "3301"), "status", "disabled"),
                    "\"after\":\"disabled\"",
                ),
                (with(of_uptime("web", "stolen"), "status", "disabled"), SAME),
            ],
        ),
        (
            "delete_uptime_monitor",
            vec![
                (of_uptime("stock", "3301"), "\"success\":true"),
                (of_uptime("web", "stolen"), SAME),
                (of_uptime("web", "nope"), "no uptime monitor of that id"),
            ],
        ),
    ]
}
