//! The list of issues: query, period, order, project and environment.

use crate::support::*;

const ISSUES: &str = "/api/0/organizations/lighthouse-books/issues/";

async fn found(parameters: &[(&str, &str)]) -> Vec<String> {
    sentry()
        .get(&format!("{ISSUES}?{}", encode(parameters)))
        .await
        .each("shortId")
}

#[tokio::test]
async fn an_absent_query_means_unresolved_and_an_empty_one_everything() {
    assert_eq!(found(&[]).await, found(&[("query", "is:unresolved")]).await);
    assert_eq!(found(&[]).await.len(), 41);
    assert_eq!(found(&[("query", "")]).await.len(), 49);
}

#[tokio::test]
async fn orders() {
    let first = async |sort: &str| found(&[("query", ""), ("sort", sort), ("limit", "3")]).await;
    assert_eq!(
        first("date").await,
        ["SHOP-WINDOW-1", "CHECKOUT-1", "CHECKOUT-7"]
    );
    assert_eq!(
        first("new").await,
        ["CHECKOUT-7", "SHOP-WINDOW-3", "PARCEL-POST-2"]
    );
    assert_eq!(
        first("freq").await,
        ["SHOP-WINDOW-1", "CHECKOUT-5", "CHECKOUT-1"]
    );
    assert_eq!(
        first("user").await,
        ["SHOP-WINDOW-1", "SHOP-WINDOW-4", "CHECKOUT-1"]
    );
    assert_eq!(
        first("recommended").await,
        ["SHOP-WINDOW-1", "CHECKOUT-1", "CHECKOUT-7"]
    );
}

#[tokio::test]
async fn projects_by_id_and_by_slug() {
    let parcels = ["PARCEL-POST-1", "PARCEL-POST-2"];
    assert_eq!(found(&[("project", "610002")]).await, parcels);
    assert_eq!(found(&[("project", "parcel-post")]).await, parcels);
    assert_eq!(
        found(&[("project", "610002"), ("project", "shop-window")])
            .await
            .len(),
        5
    );
    assert_eq!(found(&[("project", "-1")]).await, found(&[]).await);
    assert_eq!(
        sentry().get(&format!("{ISSUES}?project=1")).await.status,
        403
    );
}

#[tokio::test]
async fn windows_and_environments() {
    let resolved = |period| [("query", "is:resolved"), ("statsPeriod", period)];
    assert_eq!(found(&resolved("30d")).await, ["CHECKOUT-6"]);
    assert_eq!(found(&resolved("14d")).await, [""; 0]);
    assert_eq!(
        found(&[("statsPeriod", "24h"), ("sort", "new")])
            .await
            .len(),
        9
    );
    assert_eq!(
        found(&[("environment", "staging")]).await,
        ["SHOP-WINDOW-1", "CHECKOUT-1"]
    );
    assert_eq!(
        found(&[
            ("start", "2026-03-09T00:00:00Z"),
            ("end", "2026-03-09T12:00:00Z"),
            ("query", "is:new")
        ])
        .await,
        [""; 0]
    );
}

#[tokio::test]
async fn combined_queries() {
    assert_eq!(
        found(&[(
            "query",
            "is:unresolved level:error assigned:me gateway:cardwise-eu"
        )])
        .await,
        ["CHECKOUT-1"]
    );
    assert_eq!(
        found(&[("query", "!level:error project:checkout")]).await,
        ["CHECKOUT-7", "CHECKOUT-3", "CHECKOUT-2"]
    );
    assert_eq!(
        found(&[("query", "\"gift note\"")]).await,
        ["SHOP-WINDOW-3"]
    );
}

#[tokio::test]
async fn an_event_id_finds_its_issue_whatever_its_state() {
    assert_eq!(
        found(&[("query", "cd8d74ab66bf022233cf6f52d3c81f2f")]).await,
        ["CHECKOUT-6"]
    );
    let sent = [
        ("query", "8cbd13198f1c6e17e06e4f70a383ec83"),
        ("limit", "10"),
        ("statsPeriod", "24h"),
        ("collapse", "unhandled"),
    ];
    assert_eq!(found(&sent).await, ["CHECKOUT-1"]);
    assert_eq!(
        found(&[("query", "00000000000000000000000000000000")]).await,
        [""; 0]
    );
}

#[tokio::test]
async fn what_cannot_be_read_is_400() {
    for bad in [
        "query=is:fine",
        "query=a+OR+b",
        "query=%22open",
        "query=level:",
        "sort=luck",
        "statsPeriod=soon",
        "limit=0",
    ] {
        let reply = sentry().get(&format!("{ISSUES}?{bad}")).await;
        assert_eq!(reply.status, 400, "{bad}");
        assert!(reply.json()["detail"].is_string(), "{bad}");
    }
}

#[tokio::test]
async fn an_issue_has_sentrys_shape() {
    let sentry = sentry();
    let issue = sentry.json(&format!("{ISSUES}CHECKOUT-1/")).await;
    for path in ["9000001", "checkout-1"] {
        assert_eq!(
            sentry.json(&format!("{ISSUES}{path}/")).await,
            issue,
            "{path}"
        );
    }
    assert_eq!(issue["id"], "9000001");
    assert_eq!(issue["count"], "1284");
    assert_eq!(issue["userCount"], 311);
    assert_eq!(
        issue["permalink"],
        "http://127.0.0.1:9797/organizations/lighthouse-books/issues/9000001/"
    );
    assert_eq!(issue["lastSeen"], "2026-03-10T11:48:00Z");
    assert_eq!(issue["firstSeen"], "2026-03-01T12:00:00Z");
    assert_eq!(issue["assignedTo"]["type"], "user");
    assert_eq!(issue["assignedTo"]["email"], "ada@lighthouse-books.example");
    assert_eq!(issue["project"]["slug"], "checkout");
    assert_eq!(issue["metadata"]["type"], "GatewayUnavailable");
    assert_eq!(issue["lastRelease"]["version"], "checkout@5.2.0");
    assert_eq!(issue["firstRelease"]["version"], "checkout@5.1.3");
    let tags = issue["tags"].as_array().unwrap();
    assert!(
        tags.iter()
            .any(|tag| tag["key"] == "gateway" && tag["uniqueValues"] == 2)
    );
}
