//! Pages of a list.

use crate::support::*;

/// The cursor of the link with this relation, if that page has results.
fn cursor(reply: &Reply, rel: &str) -> Option<String> {
    let link = reply
        .header("link")
        .split(", ")
        .find(|link| link.contains(&format!("rel=\"{rel}\"")))?;
    assert!(
        link.starts_with("<http://127.0.0.1:9797/api/0/organizations/"),
        "{link}"
    );
    let (_, cursor) = link.split_once("cursor=\"")?;
    link.contains("results=\"true\"")
        .then(|| cursor.trim_end_matches('"').to_owned())
}

#[tokio::test]
async fn a_walk_meets_every_item_once() {
    let sentry = sentry();
    let issues = "/api/0/organizations/lighthouse-books/issues/?query=\
                  &project=checkout&project=parcel-post&project=shop-window";
    let base = format!("{issues}&limit=5");
    let all = sentry.get(issues).await.each("id");
    let mut seen = Vec::new();
    let mut reply = sentry.get(&base).await;
    assert_eq!(cursor(&reply, "previous"), None);
    loop {
        assert_eq!(reply.header("x-hits"), "13");
        seen.extend(reply.each("id"));
        let Some(next) = cursor(&reply, "next") else {
            break;
        };
        reply = sentry.get(&format!("{base}&cursor={next}")).await;
    }
    assert_eq!(seen, all);
    let back = cursor(&reply, "previous").unwrap();
    let middle = sentry.get(&format!("{base}&cursor={back}")).await;
    assert_eq!(middle.each("id"), all[5..10]);
}

#[tokio::test]
async fn every_listing_has_pages() {
    let sentry = sentry();
    for (path, first, second) in [
        ("organizations/", "lighthouse-books", "quiet-harbor"),
        (
            "organizations/lighthouse-books/teams/",
            "payments",
            "reading-room",
        ),
        (
            "organizations/lighthouse-books/projects/",
            "checkout",
            "parcel-post",
        ),
    ] {
        let reply = sentry.get(&format!("/api/0/{path}?per_page=1")).await;
        assert_eq!(reply.each("slug"), [first]);
        let next = cursor(&reply, "next").unwrap();
        let reply = sentry
            .get(&format!("/api/0/{path}?per_page=1&cursor={next}"))
            .await;
        assert_eq!(reply.each("slug"), [second]);
    }
}

#[tokio::test]
async fn sizes_and_cursors_are_checked() {
    let sentry = sentry();
    for bad in [
        "per_page=0",
        "per_page=101",
        "per_page=few",
        "limit=101",
        "cursor=nonsense",
        "cursor=0:-5:0",
    ] {
        let reply = sentry.get(&format!("/api/0/organizations/?{bad}")).await;
        assert_eq!(reply.status, 400, "{bad}");
        assert!(reply.json()["detail"].is_string());
    }
    let beyond = sentry.get("/api/0/organizations/?cursor=0:500:0").await;
    assert_eq!(beyond.each("slug"), [""; 0]);
}
