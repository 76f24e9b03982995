//! Uptime monitors.

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::*;

const ORG: &str = "/api/0/organizations/lighthouse-books/uptime/";
const PROJECT: &str = "/api/0/projects/lighthouse-books/checkout/uptime/";

#[tokio::test]
async fn listed_and_found_by_project_environment_owner_and_words() {
    let sentry = sentry();
    let ids = async |query: &str| sentry.get(&format!("{ORG}{query}")).await.each("id");
    assert_eq!(ids("").await, ["3301", "3302", "3303", "3306"]);
    for (query, found) in [
        ("?project=610001", vec!["3301"]),
        ("?environment=production&owner=team:7102", vec!["3306"]),
        ("?owner=unassigned", vec!["3302"]),
        ("?query=labels", vec!["3303"]),
        ("?per_page=1&cursor=0:1:0", vec!["3302"]),
    ] {
        assert_eq!(ids(query).await, found, "{query}");
    }
    assert!(
        sentry
            .get("/api/0/organizations/quiet-harbor/uptime/")
            .await
            .each("id")
            .is_empty()
    );
}

#[tokio::test]
async fn one_is_down_and_its_checks_say_why() {
    let sentry = sentry();
    let list = sentry.json(ORG).await;
    let states: Vec<&Value> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["uptimeStatus"])
        .collect();
    assert_eq!(states, [2, 1, 1, 1]);
    let checks = sentry
        .json(&format!("{PROJECT}3301/checks/?per_page=20"))
        .await;
    let seen: Vec<_> = checks
        .as_array()
        .unwrap()
        .iter()
        .map(|check| {
            (
                check["checkStatus"].as_str().unwrap(),
                check["checkStatusReason"].as_str(),
            )
        })
        .collect();
    assert_eq!(seen.len(), 20);
    assert_eq!(seen[0], ("failure_incident", Some("failure")));
    assert_eq!(checks[0]["httpStatusCode"], 503);
    assert_eq!(seen[5], ("failure_incident", Some("timeout")));
    assert_eq!(checks[5]["httpStatusCode"], Value::Null);
    assert_eq!(seen[13], ("failure", Some("dns_error")));
    assert_eq!(seen[14], ("success", None));
}

#[tokio::test]
async fn checks_are_narrowed_by_time() {
    let sentry = sentry();
    let tickets = "/api/0/projects/lighthouse-books/harbor-services/uptime/3306/checks/";
    let day = sentry
        .get(&format!("{tickets}?statsPeriod=1d"))
        .await
        .each("checkStatus");
    assert_eq!(day.len(), 49);
    assert!(day.iter().all(|status| status == "success"));
    let january = format!("{tickets}?start=2026-01-27&end=2026-01-28");
    let outage = sentry.get(&january).await.each("checkStatus");
    assert_eq!(outage.len(), 7);
    assert_eq!(outage.first().unwrap(), "failure_incident");
    assert_eq!(outage.last().unwrap(), "failure");
    let asleep = "/api/0/projects/lighthouse-books/parcel-post/uptime/3303/checks/";
    assert_eq!(sentry.json(asleep).await, json!([]));
    assert_eq!(
        sentry
            .get(&format!("{tickets}?statsPeriod=soon"))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn made_changed_and_deleted() {
    let sentry = sentry();
    let body = json!({
        "name": "Gift cards", "url": "https://cards.lighthouse-books.example/", "intervalSeconds": 300, "timeoutMs": 3000,
        "headers": [["Accept", "text/html"]], "owner": "user:1001", "environment": "staging",
    });
    let made = sentry.send_json(Method::POST, PROJECT, ADA, body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let made = made.json();
    assert_eq!((&made["method"], &made["mode"]), (&json!("GET"), &json!(1)));
    assert_eq!(made["headers"], json!([["Accept", "text/html"]]));
    assert_eq!(made["owner"]["name"], "Ada Marlowe");
    let path = format!("{PROJECT}{}/", made["id"].as_str().unwrap());
    assert_eq!(sentry.json(&path).await, made);
    let change =
        json!({"status": "disabled", "owner": null, "environment": null, "method": "HEAD"});
    let changed = sentry
        .send_json(Method::PUT, &path, ADA, change)
        .await
        .json();
    let mut expected = made.clone();
    for (name, value) in [
        ("status", json!("disabled")),
        ("owner", json!(null)),
        ("environment", json!(null)),
        ("method", json!("HEAD")),
    ] {
        expected[name] = value;
    }
    assert_eq!(changed, expected, "what was not sent stays");
    let delete = async |token| {
        sentry
            .send_json(Method::DELETE, &path, token, json!({}))
            .await
            .status
    };
    assert_eq!(delete("demo-token-ada-readonly").await, 403);
    assert_eq!(delete(ADA).await, 202);
    assert_eq!(delete(ADA).await, 404);
    assert_eq!(sentry.get(&path).await.status, 404);
}

#[tokio::test]
async fn what_cannot_be_is_refused_by_member_and_changes_nothing() {
    let sentry = sentry();
    let path = format!("{PROJECT}3301/");
    let before = sentry.json(&path).await;
    for (member, value) in [
        ("name", json!(" ")),
        ("url", json!("ftp://x.example")),
        ("intervalSeconds", json!(90)),
        ("timeoutMs", json!(999)),
        ("method", json!("BREW")),
        ("status", json!("asleep")),
        ("owner", json!("team:9")),
    ] {
        let reply = sentry
            .send_json(
                Method::PUT,
                &path,
                ADA,
                json!({"traceSampling": false, (member): value}),
            )
            .await;
        assert_eq!(reply.status, 400, "{member}");
        assert!(
            reply.json()[member][0].is_string(),
            "{member}: {}",
            reply.text
        );
    }
    assert_eq!(sentry.json(&path).await, before);
    for (body, member) in [
        (
            json!({"url": "https://a.example", "intervalSeconds": 60, "timeoutMs": 1000}),
            "name",
        ),
        (
            json!({"name": "A", "intervalSeconds": 60, "timeoutMs": 1000}),
            "url",
        ),
        (
            json!({"name": "A", "url": "https://a.example", "timeoutMs": 1000}),
            "intervalSeconds",
        ),
        (
            json!({"name": "A", "url": "https://a.example", "intervalSeconds": 60}),
            "timeoutMs",
        ),
    ] {
        let reply = sentry.send_json(Method::POST, PROJECT, ADA, body).await;
        assert_eq!(reply.status, 400, "{member}");
        assert!(
            reply.json()[member][0].is_string(),
            "{member}: {}",
            reply.text
        );
    }
    let foreign = path.replace("checkout", "shop-window");
    assert_eq!(
        sentry
            .send_json(Method::PUT, &foreign, ADA, json!({"name": "B"}))
            .await
            .status,
        404
    );
}
