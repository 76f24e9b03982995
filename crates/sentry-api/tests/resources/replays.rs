//! Replays, links to source code, and issues in external trackers.
// file rule: mcp/missing-members

use std::time::Duration;

use fetch::Method;
use fetch::scripted::Scripted;
use serde_json::json;

use crate::world::{BASE, ISSUE, get, world};

#[tokio::test]
async fn replays_of_an_issue_by_two_sources() {
    let count = format!("{BASE}/organizations/acme/replay-count/");
    let query = |source: &str| {
        format!(
            "{count}?returnIds=true&query=issue.id%3A%5B4501%5D&data_source={source}&statsPeriod=90d&project=-1"
        )
    };
    let script = Scripted::new()
        .json(Method::Get, &query("events"), 400, "{}")
        .json(
            Method::Get,
            &query("discover"),
            200,
            r#"{"4501":["aa","bb"]}"#,
        )
        .json(
            Method::Get,
            &query("search_issues"),
            200,
            r#"{"4501":["cc"]}"#,
        );
    let world = world(script);
    let (region, acme, issue) = (&world.region, &world.acme, &world.issue);
    for (is_of_errors, ids) in [(true, &["aa", "bb"][..]), (false, &["cc"])] {
        let found = world
            .client
            .replays_of_issue(region, acme, issue, is_of_errors, None)
            .await
            .unwrap();
        assert_eq!(world.sight.of_all(found), ids);
    }
    assert_eq!(world.asked().len(), 3);
}

#[tokio::test]
async fn replays_and_links() {
    let world = get(
        "/organizations/acme/replays/",
        &json!({ "data": [{ "id": "r", "browser": { "name": "Firefox", "version": null },
        "urls": ["https://x/"], "count_errors": 2, "duration": 60, "user": null }, {}] }),
    );
    let page = world
        .client
        .replays(&world.region, &world.acme, vec![("sort", "-started_at")])
        .await
        .unwrap();
    let page = world.sight.of_page(page);
    assert_eq!(
        (page.items.len(), page.items[0].browser.as_deref()),
        (1, Some("Firefox"))
    );

    for (body, link) in [
        (
            json!({ "sourceUrl": "https://git.example/x#L1" }),
            Some("https://git.example/x#L1"),
        ),
        (json!({ "sourceUrl": "javascript:x" }), None),
        (
            json!({ "sourceUrl": null, "error": "file_not_found" }),
            None,
        ),
    ] {
        let world = get("/projects/acme/web/stacktrace-link/", &body);
        let found = world
            .client
            .stacktrace_link(
                &world.region,
                &world.acme,
                &world.web,
                vec![("file", "a b.rs")],
            )
            .await;
        assert_eq!(found.unwrap().as_deref(), link);
        assert_eq!(world.script.requests()[0].timeout, Duration::from_secs(3));
        assert_eq!(
            world.asked(),
            ["/projects/acme/web/stacktrace-link/?file=a+b.rs"]
        );
    }

    let world = get(
        &format!("{ISSUE}/external-issues/"),
        &json!([{ "displayName": "PAY-1", "webUrl": "https://t/1" }, {}]),
    );
    let found = world
        .client
        .external_issues(&world.region, &world.acme, &world.issue)
        .await
        .unwrap();
    assert_eq!((found.len(), found[0].name.as_str()), (1, "PAY-1"));
}
