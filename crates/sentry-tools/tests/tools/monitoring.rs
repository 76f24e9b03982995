//! What the tools for cron and uptime monitors ask and do: narrowed, side by side, only what was sent, and nothing that was not
//! read before.
// file rule: mcp/changes-are-read-before: what is changed or deleted is read before; the answer says what is different, or
//    what is gone

use fetch::Method;
use fetch::scripted::Scripted;
use mcp::{Handler, Input, Outcome, ToolCall};
use serde_json::{Value, json};

use crate::fixture::{BASE, Script, World, text, world};
use crate::sentry::{answers, calls, full, script};

fn acme(more: Value) -> Value {
    let mut arguments = json!({ "organizationSlug": "acme" });
    arguments
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    arguments
}

fn of_uptime(more: Value) -> Value {
    let mut arguments = acme(json!({ "projectSlug": "web", "uptimeMonitorId": "3301" }));
    arguments
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    arguments
}

/// What was sent: method, path below the API, and body.
fn sent(world: &World) -> Vec<(Method, String, Value)> {
    let requests = world.sentry.requests();
    let one = |request: &fetch::Request| {
        let path = request.url.as_str().replace(&format!("{BASE}/api/0"), "");
        let body = request
            .body
            .as_deref()
            .map(|body| serde_json::from_slice(body).unwrap());
        (request.method, path, body.unwrap_or_default())
    };
    requests.iter().map(one).collect()
}

/// The full Sentry, but for what one path answers to one method.
fn with(method: Method, path: &'static str, body: Value) -> Scripted {
    let mut answers = answers();
    answers.retain(|answer| (answer.method, answer.path) != (method, path));
    script(&answers).json(method, &crate::sentry::url(path), 200, &body.to_string())
}

#[tokio::test]
async fn a_monitor_its_check_ins_and_counts_are_asked_for_side_by_side() {
    let world = world(full());
    let arguments = acme(json!({
        "monitorSlug": "nightly", "projectSlugOrId": "web", "environment": "production",
        "start": "2025-11-01T00:00:00Z", "end": "2025-11-02T00:00:00+00:00", "checkInLimit": 5, "rollupSeconds": 600,
    }));
    world.json("get_monitor_details", arguments).await;
    assert_eq!(
        world.asked(),
        [
            "/projects/acme/web/monitors/nightly/?environment=production",
            "/projects/acme/web/monitors/nightly/checkins/?environment=production&per_page=5\
             &start=2025-11-01T00%3A00%3A00Z&end=2025-11-02T00%3A00%3A00%2B00%3A00",
            "/projects/acme/web/monitors/nightly/stats/?environment=production&since=1761955200&until=1762041600\
             &resolution=600s",
        ]
    );
}

#[tokio::test]
async fn a_time_has_both_ends_and_can_be_read() {
    for (more, words) in [
        (
            json!({ "start": "2025-11-01T00:00:00Z" }),
            "`start` needs `end`",
        ),
        (
            json!({ "end": "2025-11-01T00:00:00Z" }),
            "`end` needs `start`",
        ),
        (
            json!({ "start": "then", "end": "now" }),
            "`start` must be a date and time",
        ),
        (json!({ "period": "soon" }), "`period` must be a number"),
        (json!({ "checkInLimit": 51 }), "`checkInLimit`"),
    ] {
        let world = world(full());
        let mut arguments = acme(json!({ "monitorSlug": "nightly" }));
        arguments
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let said = world.error("get_monitor_details", arguments).await;
        assert!(said.contains(words), "{said}");
    }
}

#[tokio::test]
async fn a_monitor_that_is_fine_has_no_failure_and_a_server_may_not_count() {
    let path = "/organizations/acme/monitors/nightly/";
    let mut answers = answers();
    answers.retain(|answer| !answer.path.starts_with(path) || !answer.path.ends_with("/stats/"));
    for answer in &mut answers {
        if answer.path == path {
            answer.body["environments"] = json!({ "name": "production", "status": "ok" });
        }
        if answer.path.starts_with(path) && answer.path.ends_with("/checkins/") {
            answer.body = json!([]);
        }
    }
    let sentry = script(&answers).fails(&format!("{path}stats/"), 404);
    let monitor = world(sentry);
    let found = monitor
        .json(
            "get_monitor_details",
            acme(json!({ "monitorSlug": "nightly", "period": "24h" })),
        )
        .await;
    assert_eq!(
        found["environments"],
        json!([{ "name": "production", "status": "ok" }])
    );
    assert_eq!(found.get("stats"), None);
    assert_eq!(found.get("suggestedActions"), None);
}

#[tokio::test]
async fn each_kind_of_failure_has_its_reason() {
    for (status, reason) in [
        ("missed", "did not check in within 10 min"),
        ("timeout", "did not report its end within 30 min"),
        ("error", "reported a failure after 61200 ms"),
    ] {
        let check_ins = json!([{ "environment": "production", "status": "ok" },
                               { "environment": "production", "status": status, "duration": 61200 }]);
        let path = "/organizations/acme/monitors/nightly/checkins/";
        let world = world(with(Method::Get, path, check_ins));
        let found = world
            .json(
                "get_monitor_details",
                acme(json!({ "monitorSlug": "nightly" })),
            )
            .await;
        assert_eq!(found["lastFailure"]["status"], status);
        let said = found["lastFailure"]["reason"].as_str().unwrap();
        assert!(said.contains(reason), "{said}");
    }
    for (reason, code, words) in [
        (json!("dns_error"), json!(null), "did not resolve"),
        (json!("tls_error"), json!(null), "TLS"),
        (json!("failure"), json!(503), "HTTP 503"),
        (json!(null), json!(null), "no reason"),
    ] {
        let checks = json!([{ "checkStatus": "failure", "checkStatusReason": reason, "httpStatusCode": code }]);
        let world = world(with(
            Method::Get,
            "/projects/acme/web/uptime/3301/checks/",
            checks,
        ));
        let found = world
            .json("get_uptime_monitor_details", of_uptime(json!({})))
            .await;
        let said = found["lastFailure"]["reason"].as_str().unwrap();
        assert!(said.contains(words), "{said}");
    }
}

#[tokio::test]
async fn a_schedule_is_sent_in_sentrys_words() {
    for (schedule, kind, words) in [
        (
            json!({ "type": "crontab", "crontab": "*/5 * * * *" }),
            "crontab",
            json!("*/5 * * * *"),
        ),
        (
            json!({ "type": "interval", "value": 2, "unit": "hour" }),
            "interval",
            json!([2, "hour"]),
        ),
    ] {
        let world = world(full());
        let arguments = acme(json!({
            "projectSlug": "web", "name": "Nightly", "schedule": schedule, "checkInMargin": 0, "maxRuntime": 20,
            "owner": "team:3", "timezone": "Europe/Oslo", "workflowIds": ["7"],
        }));
        let made = world.json("create_monitor", arguments).await;
        assert!(
            made["note"]
                .as_str()
                .unwrap()
                .contains("workflowIds were not connected")
        );
        let body = json!({
            "project": "web", "name": "Nightly", "owner": "team:3",
            "config": { "schedule_type": kind, "schedule": words, "checkin_margin": 0, "max_runtime": 20, "timezone": "Europe/Oslo" },
        });
        assert_eq!(
            sent(&world),
            [(
                Method::Post,
                "/organizations/acme/monitors/".to_owned(),
                body
            )]
        );
    }
    for bad in [
        json!({}),
        json!({ "type": "crontab" }),
        json!({ "type": "interval", "value": 0, "unit": "hour" }),
        json!({ "type": "interval", "value": 1 }),
        json!({ "type": "lunar", "value": 1, "unit": "month" }),
    ] {
        let world = world(full());
        let arguments = acme(json!({ "projectSlug": "web", "name": "Nightly", "schedule": bad }));
        let said = world.error("create_monitor", arguments).await;
        assert!(said.contains("`schedule`"), "{said}");
        assert_eq!(sent(&world), []);
    }
}

#[tokio::test]
async fn an_environment_that_is_not_there_is_not_deleted() {
    let world = world(full());
    let arguments =
        acme(json!({ "projectSlug": "web", "monitorSlug": "nightly", "environment": "prod" }));
    let said = world.error("delete_monitor_environment", arguments).await;
    assert!(said.contains("nothing was deleted"), "{said}");
    assert!(
        sent(&world)
            .iter()
            .all(|(method, ..)| *method == Method::Get)
    );
}

#[tokio::test]
async fn an_update_sends_only_what_was_asked_and_says_what_is_different() {
    let mut after = answers()
        .into_iter()
        .find(|answer| answer.path.ends_with("/uptime/3301/"))
        .unwrap()
        .body;
    after["intervalSeconds"] = 300.into();
    after["owner"] = Value::Null;
    let world = world(with(Method::Put, "/projects/acme/web/uptime/3301/", after));
    let arguments = of_uptime(json!({
        "intervalSeconds": 300, "owner": null, "name": "Front page", "headers": { "X-Probe": "2" },
    }));
    let changed = world.json("update_uptime_monitor", arguments).await;
    assert_eq!(
        changed["changes"],
        json!([{ "name": "intervalSeconds", "before": 60, "after": 300 },
               { "name": "owner", "before": { "id": "3", "name": "core", "type": "team" }, "after": null }])
    );
    let path = "/projects/acme/web/uptime/3301/".to_owned();
    let body = json!({ "intervalSeconds": 300, "owner": null, "name": "Front page", "headers": [["X-Probe", "2"]] });
    assert_eq!(
        sent(&world),
        [
            (Method::Get, path.clone(), Value::Null),
            (Method::Put, path, body)
        ]
    );
}

#[tokio::test]
async fn nothing_to_change_is_said_and_bad_headers_are_refused() {
    let world = world(full());
    let said = world
        .error("update_uptime_monitor", of_uptime(json!({})))
        .await;
    assert!(said.contains("Nothing would change"), "{said}");
    for headers in [
        json!([["A"]]),
        json!([["A", 1]]),
        json!(["A: b"]),
        json!("A"),
    ] {
        let said = world
            .error(
                "update_uptime_monitor",
                of_uptime(json!({ "headers": headers })),
            )
            .await;
        assert!(said.contains("`headers`"), "{said}");
    }
    let said = world
        .error(
            "update_uptime_monitor",
            of_uptime(json!({ "timeoutMs": 999 })),
        )
        .await;
    assert!(said.contains("from 1000 to 60000"), "{said}");
    assert!(
        sent(&world)
            .iter()
            .all(|(method, ..)| *method == Method::Get)
    );
}

#[tokio::test]
async fn what_is_gone_already_counts_as_deleted() {
    let mut answers = answers();
    answers.retain(|answer| !answer.path.ends_with("/uptime/3301/"));
    let world = world(script(&answers).fails("/projects/acme/web/uptime/3301/", 404));
    let gone = world
        .json("delete_uptime_monitor", of_uptime(json!({})))
        .await;
    assert_eq!(gone["success"], true);
    assert_eq!(gone.get("deleted"), None);
    assert!(
        gone["note"]
            .as_str()
            .unwrap()
            .contains("no uptime monitor of that id")
    );
    assert!(
        sent(&world)
            .iter()
            .all(|(method, ..)| *method == Method::Get)
    );
}

#[tokio::test]
async fn a_new_uptime_monitor_has_a_timeout_in_any_case() {
    let world = world(full());
    let (_, arguments, _) = calls()
        .into_iter()
        .find(|(tool, ..)| *tool == "create_uptime_monitor")
        .unwrap();
    world.json("create_uptime_monitor", arguments).await;
    let body = sent(&world).pop().unwrap().2;
    let expected = json!({ "name": "Front page", "url": "https://shop.example/", "intervalSeconds": 60, "timeoutMs": 5000 });
    assert_eq!(body, expected);
}

/// Sentry's reason for a 400 is told where the session has no limits.
#[tokio::test]
async fn sentrys_reason_is_told() {
    let mut answers = answers();
    answers.retain(|answer| {
        (answer.method, answer.path) != (Method::Post, "/projects/acme/web/uptime/")
    });
    let url = crate::sentry::url("/projects/acme/web/uptime/");
    let body = r#"{"intervalSeconds":["Interval must be one of 60, 300."]}"#;
    let world = world(script(&answers).json(Method::Post, &url, 400, body));
    let (_, arguments, _) = calls()
        .into_iter()
        .find(|(tool, ..)| *tool == "create_uptime_monitor")
        .unwrap();
    let said = world.error("create_uptime_monitor", arguments).await;
    assert!(
        said.contains("`intervalSeconds: Interval must be one of 60, 300.`"),
        "{said}"
    );
}

/// Whoever can be asked is asked before anything is made, changed or deleted, and a no changes nothing.
#[tokio::test]
async fn a_person_agrees_first() {
    let mut input = Input::default();
    input.client.elicitation = true;
    let asking = [
        "create_monitor",
        "delete_monitor_environment",
        "create_uptime_monitor",
        "update_uptime_monitor",
        "delete_uptime_monitor",
    ];
    for (tool, arguments, _) in calls()
        .into_iter()
        .filter(|(tool, ..)| asking.contains(tool))
    {
        let Value::Object(arguments) = arguments else {
            panic!("arguments are an object")
        };
        let world = world(full());
        let call = ToolCall::new(tool, arguments).with_input(input.clone());
        let outcome = world.server.call_tool(call).await.unwrap();
        assert!(matches!(outcome, Outcome::InputRequired(_)), "{tool}");
        assert_eq!(sent(&world), [], "{tool}");
    }
}

/// A pasted address is read at once where it names what a tool reads; other tools say which one does.
#[tokio::test]
async fn pasted_addresses_are_read() {
    let site = "https://acme.sentry.io";
    for (path, expected) in [
        ("/releases/shop%401.4.0/", "\"version\":\"shop@1.4.0\""),
        (
            "/insights/crons/web/nightly/",
            "did not check in within 10 min",
        ),
        (
            "/issues/alerts/rules/crons/web/nightly/details/?environment=production",
            "did not check in within 10 min",
        ),
        ("/crons/nightly/", "did not check in within 10 min"),
        (
            "/issues/alerts/rules/uptime/web/3301/details/",
            "No answer within 5000 ms",
        ),
    ] {
        let url = format!("{site}{path}");
        let read = world(full())
            .text("get_sentry_resource", json!({ "url": url }))
            .await;
        assert!(read.contains(expected), "{path}: {read}");
        let refused = world(full())
            .error("get_issue_details", json!({ "issueUrl": url }))
            .await;
        assert!(refused.contains("_details` with"), "{path}: {refused}");
    }
    let id = acme(json!({ "resourceType": "monitor", "resourceId": "nightly" }));
    let read = world(full()).text("get_sentry_resource", id).await;
    assert!(read.contains("did not check in"), "{read}");
    let listed = world(full())
        .error(
            "get_sentry_resource",
            json!({ "url": format!("{site}/crons/") }),
        )
        .await;
    assert!(listed.contains("leads to a monitor"), "{listed}");
}

#[tokio::test]
async fn lists_are_narrowed_by_what_was_sent_and_may_be_empty() {
    for (tool, path) in [
        ("find_monitors", "monitors"),
        ("find_uptime_monitors", "uptime"),
    ] {
        let url = format!("/organizations/acme/{path}/");
        let world = world(Scripted::new().get(&url, &json!([])));
        let arguments = acme(json!({
            "projectSlug": "web", "environment": "staging", "owner": "team:3", "query": "a b", "limit": 3,
        }));
        let found = world.json(tool, arguments).await;
        assert_eq!(
            (&found["monitors"], &found["hasMore"]),
            (&json!([]), &json!(false))
        );
        let query = "?project=web&environment=staging&owner=team%3A3&query=a+b&per_page=3";
        assert_eq!(world.asked(), [format!("{url}{query}")]);
    }
    let old = world(Scripted::new().fails("/organizations/acme/uptime/", 404));
    let result = old
        .call("find_uptime_monitors", acme(json!({})))
        .await
        .unwrap();
    assert!(
        text(&result).contains("not every server"),
        "{}",
        text(&result)
    );
}
