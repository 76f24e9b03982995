//! Replays, and the issues that have some.

use serde_json::{Value, json};

use crate::support::*;

const ORG: &str = "/api/0/organizations/lighthouse-books";

async fn ids(sentry: &Sentry, query: &str) -> Vec<String> {
    let replays = sentry.json(&format!("{ORG}/replays/?{query}")).await;
    let list = replays["data"].as_array().unwrap();
    list.iter()
        .map(|replay| replay["id"].as_str().unwrap().get(..4).unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn listed_sorted_and_searched() {
    let sentry = sentry();
    assert_eq!(
        ids(&sentry, "").await,
        ["7b3d", "c51f", "1e8a", "f06b", "4ea3", "0608"]
    );
    assert_eq!(
        ids(&sentry, "sort=-duration").await,
        ["1e8a", "c51f", "7b3d", "f06b", "4ea3", "0608"]
    );
    assert_eq!(ids(&sentry, "sort=started_at&per_page=1").await, ["0608"]);
    assert_eq!(ids(&sentry, "environment=staging").await, ["f06b"]);
    assert_eq!(ids(&sentry, "statsPeriod=24h").await, ["7b3d", "c51f"]);
    assert_eq!(ids(&sentry, "project=checkout").await, Vec::<String>::new());
    for (query, found) in [
        ("user.email:iris@reader.example", "7b3d"),
        ("count_rage_clicks:%3E0+browser.name:Firefox", "7b3d"),
        ("browser.name:Safari", "1e8a"),
        ("url:*gifts", "1e8a"),
        ("trace:2c7e90b5f1d8436ea05b7c9d3e1f4a68", "7b3d"),
        ("error_ids:de92cc*", "c51f"),
    ] {
        assert_eq!(
            ids(&sentry, &format!("query={query}")).await,
            [found],
            "{query}"
        );
    }
    assert_eq!(
        sentry
            .get(&format!("{ORG}/replays/?sort=-colour"))
            .await
            .status,
        400
    );
    let replay = &sentry.json(&format!("{ORG}/replays/")).await["data"][0];
    assert_eq!(
        (&replay["project_id"], &replay["count_urls"]),
        (&json!("610003"), &json!(2))
    );
    assert_eq!(replay["started_at"], "2026-03-10T11:54:00Z");
}

#[tokio::test]
async fn counted_by_issue_and_source() {
    let sentry = sentry();
    let count =
        async |query: &str| -> Value { sentry.json(&format!("{ORG}/replay-count/?{query}")).await };
    let ids = count("returnIds=true&query=issue.id:[9000010,9000001]&data_source=events").await;
    assert_eq!(ids["9000010"].as_array().unwrap().len(), 2);
    assert_eq!(ids["9000001"], json!([]));
    assert_eq!(
        count("query=issue.id:[9000010]&data_source=discover").await,
        json!({"9000010": 2})
    );
    assert_eq!(
        count("query=issue.id:[9000012]&data_source=search_issues").await,
        json!({"9000012": 1})
    );
    assert_eq!(
        count("query=issue.id:[9000012]&data_source=events").await,
        json!({}),
        "feedback is no error"
    );
    for query in [
        "",
        "query=title:x",
        "query=issue.id:[1]&data_source=weather",
    ] {
        assert_eq!(
            sentry
                .get(&format!("{ORG}/replay-count/?{query}"))
                .await
                .status,
            400,
            "{query}"
        );
    }
}
