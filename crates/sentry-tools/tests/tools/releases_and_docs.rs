//! One release, and Sentry's documentation.
// file rule: mcp/documentation-hosts

use fetch::scripted::Scripted;
use fetch::{Method, Response};
use serde_json::{Value, json};

use crate::fixture::{session, world, world_of};
use crate::monitors::{DOC, SEARCH};
use crate::sentry::full;

#[tokio::test]
async fn a_release_is_asked_for_with_what_was_wanted_only() {
    let of = |more: Value| {
        let mut arguments = json!({ "organizationSlug": "acme", "releaseVersion": "shop@1.4.0" });
        arguments
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        arguments
    };
    let everything = world(full());
    let arguments = of(json!({ "projectSlugOrId": "web", "includeHealth": true, "limit": 3 }));
    let found = everything.json("get_release_details", arguments).await;
    assert_eq!(
        everything.asked(),
        [
            "/projects/acme/web/releases/shop%401.4.0/?health=1",
            "/organizations/acme/releases/shop%401.4.0/deploys/?project=web&per_page=3",
            "/projects/acme/web/releases/shop%401.4.0/commits/?per_page=3",
        ]
    );
    let health = json!([{ "project": "web", "crashFreeSessions": 99.2, "adoption": 61.5, "sessions24h": 1200, "sessionsCrashed": 10 }]);
    assert_eq!(found["health"], health);
    let little = world(full());
    let arguments = of(json!({ "includeDeploys": false, "includeCommits": false }));
    let found = little.json("get_release_details", arguments).await;
    assert_eq!(
        little.asked(),
        ["/organizations/acme/releases/shop%401.4.0/"]
    );
    for name in ["health", "deploys", "commits"] {
        assert_eq!(found.get(name), None, "{name}");
    }
}

#[tokio::test]
async fn documentation_is_asked_for_without_a_token() {
    for (tool, arguments, url) in [
        (
            "search_docs",
            json!({ "query": "crons", "maxResults": 4, "guide": "python/django" }),
            SEARCH,
        ),
        ("get_doc", json!({ "path": "product/crons/" }), DOC),
        (
            "get_doc",
            json!({ "path": "https://docs.sentry.io/product/crons/#states" }),
            DOC,
        ),
    ] {
        let world = world(full());
        world.text(tool, arguments).await;
        let requests = world.sentry.requests();
        let [request] = requests.as_slice() else {
            panic!("{tool}: one request")
        };
        assert_eq!(request.url.as_str(), url);
        let names: Vec<_> = request.headers.iter().map(|(name, _)| *name).collect();
        assert!(!names.contains(&"authorization"), "{names:?}");
        if tool == "search_docs" {
            let body: Value = serde_json::from_slice(request.body.as_deref().unwrap()).unwrap();
            assert_eq!(
                body,
                json!({ "query": "crons", "maxResults": 4, "guide": "python/django" })
            );
        }
    }
}

#[tokio::test]
async fn no_other_host_is_asked_and_no_redirect_followed() {
    for path in [
        "https://evil.example/x.md",
        "//evil.example/x.md",
        "http://docs.sentry.io/x.md",
        "/",
        "javascript:1",
    ] {
        let world = world(full());
        let words = world.error("get_doc", json!({ "path": path })).await;
        assert!(words.contains("`path` must be"), "{path}: {words}");
        assert!(world.sentry.requests().is_empty(), "{path}");
    }
    for (tool, arguments, method, url) in [
        (
            "get_doc",
            json!({ "path": "/product/crons.md" }),
            Method::Get,
            DOC,
        ),
        (
            "search_docs",
            json!({ "query": "crons" }),
            Method::Post,
            SEARCH,
        ),
    ] {
        let moved = Response {
            status: 302,
            headers: vec![("location".to_owned(), "https://evil.example/".to_owned())],
            body: Vec::new(),
        };
        let world = world(Scripted::new().on(method, url, Ok(moved)));
        let words = world.error(tool, arguments).await;
        assert!(words.contains("nothing of that name"), "{tool}: {words}");
        assert_eq!(world.sentry.requests().len(), 1, "{tool}");
    }
}

#[tokio::test]
async fn a_sentry_on_loopback_stands_in_for_the_documentation() {
    let base = "http://127.0.0.1:9797";
    let script = Scripted::new()
        .json(
            Method::Post,
            &format!("{base}/api/search"),
            200,
            r#"{"results":[]}"#,
        )
        .json(Method::Get, &format!("{base}/product/crons.md"), 200, "1");
    let world = world_of(base, session(), script);
    let found = world
        .json("search_docs", json!({ "query": "nothing at all" }))
        .await;
    assert_eq!(found, json!({ "query": "nothing at all", "results": [] }));
    let page = world
        .text("get_doc", json!({ "path": "/product/crons.md" }))
        .await;
    assert!(
        page.contains("https://docs.sentry.io/product/crons.md"),
        "{page}"
    );
}

#[tokio::test]
async fn a_query_has_its_bounds() {
    let world = world(full());
    for (query, words) in [
        ("a".to_owned(), "at least 2"),
        ("a".repeat(201), "at most 200"),
    ] {
        let said = world.error("search_docs", json!({ "query": query })).await;
        assert!(said.contains(words), "{said}");
    }
    let said = world
        .error("search_docs", json!({ "query": "crons", "maxResults": 11 }))
        .await;
    assert!(said.contains("`maxResults`"), "{said}");
    assert!(world.sentry.requests().is_empty());
}
