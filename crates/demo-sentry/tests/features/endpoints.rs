//! What holds for every endpoint of the API: access, faults, the log, and the same responses at every start.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};

use crate::support::*;

/// Paths below `/api/0/`; `{org}` and `{project}` are filled in.
const READING: &[&str] = &[
    "organizations/{org}/",
    "organizations/{org}/teams/",
    "organizations/{org}/projects/",
    "organizations/{org}/releases/",
    "organizations/{org}/releases/checkout@5.2.0/",
    "organizations/{org}/releases/checkout@5.2.0/deploys/",
    "organizations/{org}/releases/checkout@5.2.0/commits/",
    "organizations/{org}/monitors/",
    "organizations/{org}/monitors/settle-payments/",
    "organizations/{org}/monitors/settle-payments/checkins/",
    "organizations/{org}/monitors/settle-payments/stats/",
    "organizations/{org}/uptime/",
    "organizations/{org}/issues/",
    "organizations/{org}/issues/CHECKOUT-1/",
    "organizations/{org}/issues/CHECKOUT-1/events/",
    "organizations/{org}/issues/CHECKOUT-1/events/latest/",
    "organizations/{org}/issues/CHECKOUT-1/tags/release/",
    "organizations/{org}/issues/CHECKOUT-1/activities/",
    "organizations/{org}/issues/CHECKOUT-1/notes/",
    "organizations/{org}/issues/CHECKOUT-1/external-issues/",
    "organizations/{org}/issues/CHECKOUT-1/autofix/",
    "organizations/{org}/events/?field=title&field=count()&sort=-count()",
    "organizations/{org}/events/?dataset=spans&field=id&field=span.op",
    "organizations/{org}/events/?dataset=logs&field=message",
    "organizations/{org}/events/?dataset=tracemetrics&field=metric.name&field=value",
    "organizations/{org}/events/?dataset=profiles&field=profile.id",
    "organizations/{org}/events/validate/?dataset=errors&field=title",
    "organizations/{org}/tags/",
    "organizations/{org}/trace-items/attributes/?itemType=spans",
    "organizations/{org}/trace/5d3a9c1be7f04862a1c40d9be8273f61/",
    "organizations/{org}/trace-meta/5d3a9c1be7f04862a1c40d9be8273f61/",
    "organizations/{org}/replays/",
    "organizations/{org}/replay-count/?query=issue.id:[9000010]",
    "organizations/{org}/replays/7b3de91c04f24a58b6e1d0937c5f28ea/",
    "organizations/{org}/profiling/flamegraph/?query=transaction:%22/shelves/%7Bslug%7D/%22",
    "organizations/{org}/profiling/chunks/?project=610001&profiler_id=c0a5e1f27b3d4986a1e0f5d2b7c83946",
    "organizations/{org}/preprodartifacts/snapshots/70002/",
    "organizations/{org}/preprodartifacts/snapshots/70002/images/gifts%2Fnote.png/",
    "organizations/{org}/preprodartifacts/snapshots/latest-base/?app_id=shop-window-web",
    "organizations/{org}/issues/CHECKOUT-1/user-reports/",
    "organizations/{org}/dashboards/",
    "organizations/{org}/dashboards/52001/",
    "organizations/{org}/workflows/",
    "organizations/{org}/workflows/31001/",
    "organizations/{org}/detectors/",
    "organizations/{org}/detectors/42001/",
    "organizations/{org}/alert-rule-detector/?alert_rule_id=301",
    "organizations/{org}/available-actions/",
    "organizations/{org}/data-conditions/?group=workflow_trigger",
    "organizations/{org}/sentry-app-components/",
    "organizations/{org}/sentry-app-installations/",
    "organizations/{org}/repos/",
    "organizations/{org}/events-dropped/?statsPeriod=24h",
    "organizations/{org}/agents/conversations/",
    "organizations/{org}/agents/conversations/conv-returns-desk-41/",
    "organizations/{org}/ai-conversations/",
    "organizations/{org}/issues/CHECKOUT-2/integrations/",
    "projects/{org}/{project}/",
    "projects/{org}/{project}/releases/",
    "projects/{org}/{project}/releases/checkout@5.2.0/",
    "projects/{org}/{project}/releases/checkout@5.2.0/commits/",
    "projects/{org}/{project}/monitors/settle-payments/",
    "projects/{org}/{project}/monitors/settle-payments/checkins/",
    "projects/{org}/{project}/monitors/settle-payments/stats/",
    "projects/{org}/{project}/uptime/3301/",
    "projects/{org}/{project}/uptime/3301/checks/",
    "projects/{org}/{project}/keys/",
    "projects/{org}/{project}/teams/",
    "projects/{org}/{project}/stacktrace-link/?file=payments/settle.py",
    "projects/{org}/{project}/custom-inbound-filters/",
    "projects/{org}/{project}/custom-inbound-filters/910001/",
    "projects/{org}/{project}/events/8cbd13198f1c6e17e06e4f70a383ec83/committers/",
    "projects/{org}/{project}/events/8cbd13198f1c6e17e06e4f70a383ec83/attachments/",
    "projects/{org}/{project}/events/8cbd13198f1c6e17e06e4f70a383ec83/attachments/5001/",
    "projects/{org}/{project}/profiling/profiles/abdd10680017060f29dbef7f78998515/",
];

/// Method, path, body (`null` where none is read), and the status of success.
fn writing() -> Vec<(Method, &'static str, Value, u16)> {
    vec![
        (
            Method::PUT,
            "organizations/{org}/issues/CHECKOUT-1/",
            json!({"status": "resolved"}),
            200,
        ),
        (
            Method::POST,
            "organizations/{org}/issues/CHECKOUT-1/notes/",
            json!({"text": "seen"}),
            201,
        ),
        (
            Method::POST,
            "organizations/{org}/issues/CHECKOUT-2/autofix/",
            json!({"step": "root_cause"}),
            202,
        ),
        (
            Method::POST,
            "organizations/{org}/workflows/",
            json!({"name": "Lamp is out"}),
            201,
        ),
        (
            Method::PUT,
            "organizations/{org}/workflows/31001/",
            json!({"name": "Lamp is out"}),
            200,
        ),
        (
            Method::DELETE,
            "organizations/{org}/workflows/31002/",
            json!({}),
            204,
        ),
        (
            Method::PUT,
            "organizations/{org}/detectors/42001/",
            crate::alerting::monitor(),
            200,
        ),
        (
            Method::DELETE,
            "organizations/{org}/detectors/42002/",
            json!({}),
            204,
        ),
        (
            Method::POST,
            "projects/{org}/{project}/keys/",
            json!({"name": "Kiosk"}),
            201,
        ),
        (
            Method::POST,
            "organizations/{org}/teams/",
            json!({"name": "Night Shift"}),
            201,
        ),
        (
            Method::POST,
            "teams/{org}/payments/projects/",
            json!({"name": "Gift Cards"}),
            201,
        ),
        (
            Method::PUT,
            "projects/{org}/{project}/",
            json!({"platform": "python"}),
            200,
        ),
        (
            Method::POST,
            "projects/{org}/{project}/teams/reading-room/",
            Value::Null,
            201,
        ),
        (
            Method::DELETE,
            "projects/{org}/{project}/teams/reading-room/",
            Value::Null,
            200,
        ),
        (
            Method::POST,
            "organizations/{org}/code-mappings/bulk/",
            json!({"project": "parcel-post", "repository": "lighthouse-books/parcel-post",
                "mappings": [{"stackRoot": "", "sourceRoot": ""}]}),
            200,
        ),
        (
            Method::PUT,
            "organizations/{org}/issues/CHECKOUT-2/integrations/890002/",
            json!({"externalIssue": "PAY-78"}),
            201,
        ),
        (
            Method::DELETE,
            "organizations/{org}/issues/CHECKOUT-2/integrations/890002/?externalIssue=900001",
            Value::Null,
            204,
        ),
        (
            Method::DELETE,
            "organizations/{org}/issues/CHECKOUT-1/external-issues/860001/",
            Value::Null,
            204,
        ),
        (
            Method::POST,
            "projects/{org}/{project}/custom-inbound-filters/",
            json!({"name": "Bots", "dataType": "error", "conditions": [{"type": "error_message", "value": ["bot"]}]}),
            201,
        ),
        (
            Method::PUT,
            "projects/{org}/{project}/custom-inbound-filters/910001/",
            json!({"active": false}),
            200,
        ),
        (
            Method::DELETE,
            "projects/{org}/{project}/custom-inbound-filters/910002/",
            Value::Null,
            204,
        ),
        (
            Method::POST,
            "organizations/{org}/monitors/",
            json!({
                "project": "checkout", "name": "Send receipts",
                "config": {"schedule_type": "interval", "schedule": [5, "minute"]},
            }),
            201,
        ),
        (
            Method::PUT,
            "projects/{org}/{project}/uptime/3301/",
            json!({"name": "Tills"}),
            200,
        ),
    ]
}

fn at(path: &str, organization: &str) -> String {
    let path = path
        .replace("{org}", organization)
        .replace("{project}", "checkout");
    format!("/api/0/{path}")
}

fn home(path: &str) -> String {
    at(path, "lighthouse-books")
}

#[tokio::test]
async fn all_answer_in_json_with_a_good_token_only() {
    let sentry = sentry();
    for path in READING {
        let reply = sentry.get(&home(path)).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text);
        assert!(
            reply.header("content-type").starts_with("application/json"),
            "{path}"
        );
        let bare = Request::get(home(path)).body(Body::empty()).unwrap();
        assert_eq!(sentry.send(bare).await.status, 401, "{path}");
        let others = sentry.get_with(&home(path), "demo-token-bo").await;
        assert_eq!(others.status, 403, "{path}");
        let unknown = sentry.get(&at(path, "nowhere")).await;
        assert_eq!(unknown.status, 404, "{path}");
        assert!(unknown.json()["detail"].is_string(), "{path}");
    }
    for (method, path, body, _) in writing() {
        let send = async |path: String, token: &str| {
            sentry
                .send_json(method.clone(), &path, token, body.clone())
                .await
                .status
                .as_u16()
        };
        assert_eq!(send(home(path), "none").await, 401, "{path}");
        assert_eq!(send(home(path), "demo-token-bo").await, 403, "{path}");
        assert_eq!(send(at(path, "nowhere"), ADA).await, 404, "{path}");
    }
}

#[tokio::test]
async fn a_token_without_the_scope_is_403_and_changes_nothing() {
    let sentry = sentry();
    let tokens = sentry.sign_in("member:read").await;
    let weak = tokens["access_token"].as_str().unwrap();
    for path in READING {
        assert_eq!(
            sentry.get_with(&home(path), weak).await.status,
            403,
            "{path}"
        );
    }
    for (method, path, body, good) in writing() {
        let read = sentry.get(&home(path)).await;
        let (can_be_read, before) = (read.status == 200, read.text);
        let reply = sentry
            .send_json(
                method.clone(),
                &home(path),
                "demo-token-ada-readonly",
                body.clone(),
            )
            .await;
        assert_eq!(reply.status, 403, "{path}");
        assert_eq!(sentry.get(&home(path)).await.text, before, "{path}");
        let reply = sentry.send_json(method, &home(path), ADA, body).await;
        assert_eq!(reply.status, good, "{path}: {}", reply.text);
        // What is only written is read elsewhere, in the tests of its own.
        let after = sentry.get(&home(path)).await.text;
        assert!(!can_be_read || after != before, "{path}");
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_is_400() {
    let sentry = sentry();
    for (method, path, body, _) in writing() {
        if body.is_null() || method == Method::DELETE {
            continue;
        }
        for body in ["", "{", "[1"] {
            let request = Request::builder()
                .method(method.clone())
                .uri(home(path))
                .header("authorization", format!("Bearer {ADA}"))
                .header("content-type", "application/json");
            let reply = sentry.send(request.body(Body::from(body)).unwrap()).await;
            assert_eq!(reply.status, 400, "{path} {body}");
            assert!(
                reply.json()["detail"]
                    .as_str()
                    .unwrap()
                    .starts_with("JSON parse error")
            );
        }
    }
}

#[tokio::test]
async fn faults_and_the_log_know_every_endpoint() {
    let sentry = sentry();
    for path in READING {
        let path = home(path);
        let prefix = path.split('?').next().unwrap();
        for (fault, status) in [
            (
                json!({"path": prefix, "kind": "status", "status": 429, "retryAfter": 3}),
                429,
            ),
            (
                json!({"path": prefix, "kind": "status", "status": 503}),
                503,
            ),
            (json!({"path": prefix, "kind": "malformed"}), 200),
        ] {
            sentry.control(Method::POST, "faults", fault).await;
            let reply = sentry.get(&path).await;
            assert_eq!(reply.status, status, "{path}");
            let broken = serde_json::from_str::<Value>(&reply.text).is_err();
            assert_eq!(broken, status == 200, "{path}");
        }
        assert_eq!(
            sentry.get(&path).await.status,
            200,
            "{path}: the faults are used up"
        );
        let log = sentry
            .control(Method::GET, "requests", json!({}))
            .await
            .json();
        let requests = log["requests"].as_array().unwrap();
        let last: Vec<_> = requests
            .iter()
            .rev()
            .take(4)
            .map(|entry| &entry["status"])
            .collect();
        assert_eq!(last, [200, 200, 503, 429], "{path}");
        assert!(
            requests
                .iter()
                .rev()
                .take(4)
                .all(|entry| entry["path"] == path.as_str()),
            "{path}"
        );
    }
}

#[tokio::test]
async fn two_starts_give_the_same_bytes() {
    for (one, other) in [(sentry(), sentry()), (scaled(2), scaled(2))] {
        for path in READING {
            let (one, other) = (one.get(&home(path)).await, other.get(&home(path)).await);
            assert_eq!(one.text, other.text, "{path}");
            assert_eq!(one.header("link"), other.header("link"), "{path}");
        }
        for (method, path, body, _) in writing() {
            let first = one
                .send_json(method.clone(), &home(path), ADA, body.clone())
                .await;
            assert_eq!(
                first.text,
                other.send_json(method, &home(path), ADA, body).await.text,
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn a_reset_takes_back_what_was_written() {
    let sentry = sentry();
    let mut before = Vec::new();
    for path in READING {
        before.push(sentry.get(&home(path)).await.text);
    }
    for (method, path, body, _) in writing() {
        sentry.send_json(method, &home(path), ADA, body).await;
    }
    sentry.control(Method::POST, "reset", json!({})).await;
    for (path, before) in READING.iter().zip(before) {
        assert_eq!(sentry.get(&home(path)).await.text, before, "{path}");
    }
}
