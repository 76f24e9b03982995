//! Cron monitors.

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::*;

const ORG: &str = "/api/0/organizations/lighthouse-books/monitors/";
const PROJECT: &str = "/api/0/projects/lighthouse-books/parcel-post/monitors/nightly-manifest/";

#[tokio::test]
async fn listed_and_found_by_project_environment_owner_and_words() {
    let sentry = sentry();
    let slugs = async |query: &str| sentry.get(&format!("{ORG}{query}")).await.each("slug");
    let all = [
        "settle-payments",
        "nightly-manifest",
        "warm-prices",
        "wind-the-clocks",
    ];
    assert_eq!(slugs("").await, all);
    for (query, found) in [
        ("?projectSlug=parcel-post", vec!["nightly-manifest"]),
        ("?project=610003", vec!["warm-prices"]),
        (
            "?environment=staging",
            vec!["settle-payments", "nightly-manifest"],
        ),
        ("?owner=user:1001", vec!["warm-prices"]),
        ("?owner=unassigned", vec!["wind-the-clocks"]),
        ("?query=cache", vec!["warm-prices"]),
        ("?per_page=1&cursor=0:1:0", vec!["nightly-manifest"]),
    ] {
        assert_eq!(slugs(query).await, found, "{query}");
    }
    let staging = sentry.json(&format!("{ORG}?environment=staging")).await;
    assert_eq!(staging[0]["environments"].as_array().unwrap().len(), 1);
    assert_eq!(
        sentry.get(&format!("{ORG}?project=nowhere")).await.status,
        403
    );
}

#[tokio::test]
async fn one_says_since_when_which_environment_fails() {
    let sentry = sentry();
    let monitor = sentry.json(PROJECT).await;
    assert_eq!(monitor["config"]["schedule"], "0 3 * * *");
    assert_eq!(
        monitor["owner"],
        json!({"type": "team", "id": "7101", "name": "payments"})
    );
    let environment = &monitor["environments"][0];
    assert_eq!(environment["status"], "error");
    assert_eq!(
        environment["activeIncident"]["startingTimestamp"],
        "2026-03-07T03:00:00Z"
    );
    assert_eq!(environment["nextCheckIn"], "2026-03-11T03:00:00Z");
    assert_eq!(environment["nextCheckInLatest"], "2026-03-11T03:10:00Z");
    assert_eq!(
        sentry.json(&format!("{ORG}nightly-manifest/")).await,
        monitor
    );
    let elsewhere = PROJECT.replace("parcel-post", "checkout");
    assert_eq!(sentry.get(&elsewhere).await.status, 404);
}

#[tokio::test]
async fn check_ins_are_newest_first_and_counted() {
    let sentry = sentry();
    let statuses = async |query: &str| {
        sentry
            .get(&format!("{PROJECT}checkins/{query}"))
            .await
            .each("status")
    };
    let production = ["missed", "error", "ok", "timeout", "ok", "ok"];
    assert_eq!(statuses("?environment=production").await, production);
    assert_eq!(
        statuses("?environment=production&statsPeriod=24h").await,
        ["missed"]
    );
    assert_eq!(
        statuses("?environment=production&start=2026-03-08&end=2026-03-09").await,
        ["ok"]
    );
    let missed = &sentry.json(&format!("{PROJECT}checkins/?per_page=1")).await[0];
    assert_eq!(
        (
            &missed["expectedTime"],
            &missed["dateAdded"],
            &missed["duration"]
        ),
        (
            &json!("2026-03-10T03:00:00Z"),
            &json!("2026-03-10T03:10:00Z"),
            &Value::Null
        )
    );
    let stats = sentry
        .json(&format!("{PROJECT}stats/?environment=production&since=1772582400&until=1773144000&resolution=86400s"))
        .await;
    let sum = |status: &str| {
        let buckets = stats.as_array().unwrap().iter();
        buckets
            .map(|bucket| bucket[status].as_u64().unwrap())
            .sum::<u64>()
    };
    assert_eq!(
        (sum("ok"), sum("missed"), sum("error"), sum("timeout")),
        (3, 1, 1, 1)
    );
    for bad in ["?resolution=0", "?resolution=1&since=0", "?since=then"] {
        assert_eq!(
            sentry.get(&format!("{PROJECT}stats/{bad}")).await.status,
            400,
            "{bad}"
        );
    }
}

#[tokio::test]
async fn a_new_one_is_listed_with_what_was_left_out() {
    let sentry = sentry();
    let body = json!({
        "project": "checkout", "name": "Send receipts", "owner": "team:7101",
        "config": {"schedule_type": "interval", "schedule": [5, "minute"], "max_runtime": 3},
    });
    let reply = sentry.send_json(Method::POST, ORG, ADA, body.clone()).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    let made = reply.json();
    assert_eq!(
        (&made["slug"], &made["status"]),
        (&json!("send-receipts"), &json!("active"))
    );
    assert_eq!(made["config"]["timezone"], "UTC");
    assert_eq!(made["config"]["checkin_margin"], Value::Null);
    assert_eq!(sentry.json(&format!("{ORG}send-receipts/")).await, made);
    let again = sentry.send_json(Method::POST, ORG, ADA, body).await;
    assert_eq!(again.status, 400);
    assert!(again.json()["slug"][0].as_str().unwrap().contains("in use"));
}

#[tokio::test]
async fn what_makes_no_monitor_is_refused_by_member() {
    let sentry = sentry();
    let hourly = json!({"schedule_type": "interval", "schedule": [1, "hour"]});
    for (member, value) in [
        ("name", json!("")),
        ("name", json!("x".repeat(129))),
        ("project", json!("nowhere")),
        ("slug", json!("1234")),
        ("slug", json!("Upper")),
        ("status", json!("asleep")),
        ("owner", json!("team:1")),
        ("config", json!({})),
        (
            "config",
            json!({"schedule_type": "interval", "schedule": [0, "hour"]}),
        ),
        (
            "config",
            json!({"schedule_type": "interval", "schedule": [1, "fortnight"]}),
        ),
        ("config", json!({"schedule": "* * *"})),
        ("config", json!({"schedule": "* * * * *", "max_runtime": 0})),
        (
            "config",
            json!({"schedule": "* * * * *", "recovery_threshold": 721}),
        ),
        (
            "config",
            json!({"schedule": "* * * * *", "timezone": "Mars"}),
        ),
    ] {
        let mut body = json!({"project": "checkout", "name": "One", "config": hourly});
        body[member] = value.clone();
        let reply = sentry.send_json(Method::POST, ORG, ADA, body).await;
        assert_eq!(reply.status, 400, "{member} {value}");
        assert!(
            reply.json()[member][0].is_string(),
            "{member}: {}",
            reply.text
        );
    }
    assert_eq!(sentry.get(ORG).await.each("slug").len(), 4);
}

#[tokio::test]
async fn an_environment_is_deleted_once() {
    let sentry = sentry();
    let path = format!("{PROJECT}environments/staging/");
    let readonly = sentry
        .send_json(Method::DELETE, &path, "demo-token-ada-readonly", json!({}))
        .await;
    assert_eq!(readonly.status, 403);
    let status = async || {
        sentry
            .send_json(Method::DELETE, &path, ADA, json!({}))
            .await
            .status
    };
    assert_eq!(status().await, 202);
    let left = sentry.json(PROJECT).await;
    assert_eq!(left["environments"].as_array().unwrap().len(), 1);
    assert_eq!(left["environments"][0]["name"], "production");
    assert_eq!(status().await, 404);
    let foreign = path.replace("parcel-post", "checkout");
    assert_eq!(
        sentry
            .send_json(Method::DELETE, &foreign, ADA, json!({}))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn copies_have_names_of_their_own() {
    let sentry = scaled(2);
    let slugs = sentry.get(ORG).await.each("slug");
    assert_eq!(slugs.len(), 8);
    assert!(slugs.contains(&String::from("nightly-manifest-2")));
    let second = "/api/0/projects/lighthouse-books/checkout-2/uptime/3401/";
    assert_eq!(sentry.json(second).await["projectSlug"], "checkout-2");
}
