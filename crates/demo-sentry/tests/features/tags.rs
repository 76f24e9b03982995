//! Tags of an issue, of an organization, and attributes of rows.

use serde_json::json;

use crate::support::*;

const ORG: &str = "/api/0/organizations/lighthouse-books";

#[tokio::test]
async fn values_of_an_issues_tag_most_frequent_first() {
    let sentry = sentry();
    let tag = sentry
        .json(&format!("{ORG}/issues/CHECKOUT-1/tags/release/"))
        .await;
    assert_eq!(
        (&tag["key"], &tag["name"]),
        (&json!("release"), &json!("Release"))
    );
    assert_eq!(
        (&tag["totalValues"], &tag["uniqueValues"]),
        (&json!(1284), &json!(2))
    );
    assert_eq!(tag["topValues"][0]["value"], "checkout@5.2.0");
    assert_eq!(tag["topValues"][0]["count"], 910);
    assert_eq!(tag["topValues"][1]["lastSeen"], "2026-03-10T11:48:00Z");
    assert_eq!(
        sentry
            .get(&format!("{ORG}/issues/CHECKOUT-1/tags/weather/"))
            .await
            .status,
        404
    );
    assert_eq!(
        sentry
            .get(&format!("{ORG}/issues/CHECKOUT-1/tags/..%2Fnotes/"))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn tags_that_rows_have() {
    let sentry = sentry();
    let keys = async |query: &str| {
        sentry
            .get(&format!("{ORG}/tags/?{query}"))
            .await
            .each("key")
    };
    let all = keys("dataset=errors").await;
    for key in [
        "environment",
        "release",
        "gateway",
        "printer",
        "browser.name",
    ] {
        assert!(all.iter().any(|tag| tag == key), "{key}");
    }
    let printers = keys("dataset=errors&project=parcel-post").await;
    assert!(printers.contains(&"printer".into()) && !printers.contains(&"gateway".into()));
    assert!(keys("dataset=logs").await.contains(&"severity".into()));
    assert_eq!(
        sentry
            .get(&format!("{ORG}/tags/?dataset=weather"))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn attributes_by_kind_and_by_a_part_of_their_name() {
    let sentry = sentry();
    let keys = async |query: &str| {
        sentry
            .get(&format!("{ORG}/trace-items/attributes/?{query}"))
            .await
            .each("key")
    };
    assert_eq!(
        keys("itemType=spans&attributeType=number&substringMatch=span.").await,
        ["span.duration", "span.self_time"]
    );
    assert_eq!(
        keys("itemType=spans&attributeType=boolean").await,
        ["is_transaction"]
    );
    assert_eq!(
        keys("itemType=logs&substringMatch=Sever").await,
        ["severity"]
    );
    assert!(
        keys("itemType=tracemetrics")
            .await
            .contains(&"metric.name".into())
    );
}
