//! Files that were sent with an event.

use axum::body::{Body, to_bytes};
use axum::http::Request;
use tower::ServiceExt;

use crate::support::*;

const OF_CHECKOUT: &str = "/api/0/projects/lighthouse-books/checkout/events/8cbd13198f1c6e17e06e4f70a383ec83/attachments/";
const OF_SHOP: &str = "/api/0/projects/lighthouse-books/shop-window/events/8ce832f4ad83c8ea6e6ce925339c8130/attachments/";

#[tokio::test]
async fn listed_told_and_downloaded() {
    let sentry = sentry();
    let names = sentry.get(OF_CHECKOUT).await.each("name");
    assert_eq!(names, ["settle.log", "gateway-trace.log"]);
    let one = sentry.json(&format!("{OF_CHECKOUT}5001/")).await;
    assert_eq!(one["mimetype"], "text/plain");
    let file = sentry.get(&format!("{OF_CHECKOUT}5001/?download=1")).await;
    assert_eq!(file.text.len() as u64, one["size"].as_u64().unwrap());
    assert_eq!(file.header("content-type"), "text/plain");
    assert!(file.text.contains("order 48213 stays open"));
    let large = sentry.json(&format!("{OF_CHECKOUT}5002/")).await;
    assert!(large["size"].as_u64().unwrap() > 5 << 20);
    let found = sentry.get(&format!("{OF_SHOP}?query=screen")).await;
    assert_eq!(found.each("name"), ["screenshot.png"]);
}

#[tokio::test]
async fn a_picture_is_a_picture() {
    let now = "2026-03-10T12:00:00Z".parse().unwrap();
    let router =
        demo_sentry::router(demo_sentry::State::new(demo_sentry::Config::new(now)).unwrap());
    for path in [
        format!("{OF_SHOP}5003/?download=1"),
        "/api/0/projects/lighthouse-books/shop-window/files/images/basket-after/".to_owned(),
    ] {
        let request = Request::get(&path).header("authorization", format!("Bearer {ADA}"));
        let reply = router
            .clone()
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        assert_eq!(reply.headers()["content-type"], "image/png");
        let bytes = to_bytes(reply.into_body(), usize::MAX).await.unwrap();
        assert!(bytes.starts_with(b"\x89PNG\r\n"), "{path}");
        let bare = Request::get(&path).body(Body::empty()).unwrap();
        assert_eq!(router.clone().oneshot(bare).await.unwrap().status(), 401);
    }
}

#[tokio::test]
async fn only_those_of_the_event_and_its_project() {
    let sentry = sentry();
    for nowhere in [
        OF_CHECKOUT.replace("checkout", "shop-window"),
        OF_CHECKOUT.replace("8cbd", "0000"),
        format!("{OF_SHOP}5001/"),
    ] {
        assert_eq!(sentry.get(&nowhere).await.status, 404, "{nowhere}");
    }
}
