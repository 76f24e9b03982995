//! Snapshots and their pictures.

use crate::support::*;

const SNAPSHOTS: &str = "/api/0/organizations/lighthouse-books/preprodartifacts/snapshots";

#[tokio::test]
async fn compared_with_the_base() {
    let sentry = sentry();
    let snapshot = sentry.json(&format!("{SNAPSHOTS}/70002/")).await;
    for (group, count) in [
        ("changed", 1),
        ("added", 1),
        ("removed", 1),
        ("renamed", 1),
        ("errored", 1),
        ("unchanged", 3),
        ("skipped", 1),
    ] {
        assert_eq!(snapshot[group].as_array().unwrap().len(), count, "{group}");
        assert_eq!(snapshot[format!("{group}_count")], count, "{group}");
    }
    assert_eq!(snapshot["comparison_type"], "diff");
    assert_eq!(snapshot["changed"][0]["diff"], 0.107);
    let base = sentry.json(&format!("{SNAPSHOTS}/70001/")).await;
    assert_eq!(base["comparison_type"], "solo");
    assert!(base["comparison_state"].is_null());
    assert_eq!(sentry.get(&format!("{SNAPSHOTS}/1/")).await.status, 404);
}

#[tokio::test]
async fn an_image_by_name_or_key() {
    let sentry = sentry();
    let image = async |name: &str| {
        sentry
            .json(&format!("{SNAPSHOTS}/70002/images/{name}/"))
            .await
    };
    let changed = image("basket%2Fline.png").await;
    assert_eq!(changed["comparison_status"], "changed");
    for address in [
        &changed["head_image"]["image_url"],
        &changed["base_image"]["image_url"],
        &changed["diff_image_url"],
    ] {
        let address = address.as_str().unwrap();
        assert!(address.starts_with(
            "http://127.0.0.1:9797/api/0/projects/lighthouse-books/shop-window/files/images/"
        ));
    }
    let renamed = image("shelves%2Frow.png").await;
    assert_eq!(renamed["previous_image_file_name"], "shelves/item.png");
    let removed = image("events%2Fold-list.png").await;
    assert!(removed["head_image"].is_null() && removed["base_image"].is_object());
    assert_eq!(
        image("gift-note").await["image_file_name"],
        "gifts/note.png"
    );
    let unknown = format!("{SNAPSHOTS}/70002/images/nothing.png/");
    assert_eq!(sentry.get(&unknown).await.status, 404);
}

#[tokio::test]
async fn the_latest_base_of_an_app() {
    let sentry = sentry();
    let base = sentry
        .json(&format!(
            "{SNAPSHOTS}/latest-base/?app_id=shop-window-web&branch=main"
        ))
        .await;
    assert_eq!(base["head_artifact_id"], "70001");
    assert_eq!(
        base["image_count"],
        base["images"].as_array().unwrap().len()
    );
    assert!(base["images"][0]["image_url"].is_string());
    for (query, status) in [
        ("branch=main", 400),
        ("app_id=other", 404),
        ("app_id=shop-window-web&branch=wider-basket-lines", 404),
        ("app_id=shop-window-web&project=checkout", 404),
        ("app_id=shop-window-web&project=nowhere", 403),
    ] {
        let reply = sentry
            .get(&format!("{SNAPSHOTS}/latest-base/?{query}"))
            .await;
        assert_eq!(reply.status, status, "{query}");
    }
}
