//! Every list can be read to its end by following the `Link` header alone.

use crate::support::*;

/// The URLs in the order of the header, previous and next; `None` if that page has no results.
fn links(reply: &Reply) -> Vec<Option<String>> {
    let link = reply.header("link");
    link.split(", <")
        .map(|part| {
            let address = part.trim_start_matches('<').split('>').next().unwrap();
            let path = address
                .strip_prefix("http://127.0.0.1:9797")
                .unwrap()
                .to_owned();
            part.contains("results=\"true\"").then_some(path)
        })
        .collect()
}

#[tokio::test]
async fn following_the_links_reads_everything_once() {
    let sentry = scaled(3);
    let org = "/api/0/organizations/lighthouse-books";
    for path in [
        format!("{org}/projects/?per_page=2"),
        format!("{org}/teams/?per_page=4"),
        format!("{org}/releases/?per_page=4"),
        format!("{org}/issues/?query=&limit=10"),
        format!("{org}/issues/CHECKOUT-1/events/?per_page=9"),
        format!("{org}/events/?dataset=logs&field=id&per_page=90"),
        format!("{org}/replays/?per_page=5"),
        format!("{org}/trace-items/attributes/?itemType=spans&per_page=6"),
        String::from("/api/0/projects/lighthouse-books/checkout/keys/?per_page=1"),
    ] {
        let mut next = Some(path.clone());
        let (mut pages, mut items) = (0, Vec::new());
        while let Some(page) = next {
            let reply = sentry.get(&page).await;
            let body = reply.json();
            let list = body.as_array().or_else(|| body["data"].as_array()).unwrap();
            assert!(!list.is_empty(), "{page}");
            items.extend(list.iter().map(ToString::to_string));
            next = links(&reply).remove(1);
            assert_eq!(links(&reply)[0].is_some(), pages > 0, "{page}");
            pages += 1;
        }
        assert!(pages > 1, "{path}");
        let count = items.len();
        items.sort();
        items.dedup();
        assert_eq!(items.len(), count, "{path}: nothing twice");
        let hits: usize = sentry.get(&path).await.header("x-hits").parse().unwrap();
        assert_eq!(hits, count, "{path}: nothing left out");
    }
}

#[tokio::test]
async fn what_is_no_page_is_400() {
    let sentry = sentry();
    for query in [
        "per_page=0",
        "per_page=101",
        "limit=many",
        "cursor=7",
        "cursor=0:-1:0",
    ] {
        let reply = sentry
            .get(&format!(
                "/api/0/organizations/lighthouse-books/releases/?{query}"
            ))
            .await;
        assert_eq!(reply.status, 400, "{query}");
        assert!(reply.json()["detail"].is_string());
    }
}
