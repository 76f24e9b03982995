use fetch::scripted::Scripted;
use serde_json::{Value, json};

use crate::fixture::{Script, world};

const ISSUE: &str = "/organizations/acme/issues/WEB-1A/";
const LATEST: &str = "/organizations/acme/issues/WEB-1A/events/latest/";

fn issue() -> Value {
    json!({
        "id": "4501", "shortId": "WEB-1A", "title": "TypeError: Cannot read properties of undefined (reading 'id')",
        "culprit": "addItem(src/cart)", "status": "unresolved", "substatus": "regressed", "level": "error",
        "issueType": "error", "priority": "high", "platform": "javascript", "count": "1204", "userCount": 87,
        "firstSeen": "2025-10-01T10:00:00Z", "lastSeen": "2025-11-01T10:00:00Z",
        "project": { "id": "5", "slug": "web" }, "assignedTo": null,
        "metadata": { "type": "TypeError", "value": "Cannot read properties of undefined (reading 'id')" }
    })
}

fn event() -> Value {
    json!({
        "id": "1", "eventID": "0123456789abcdef0123456789abcdef", "type": "error", "platform": "javascript",
        "title": "TypeError", "dateCreated": "2025-11-01T10:00:00Z",
        "tags": [{ "key": "environment", "value": "production" }, { "key": "browser", "value": "Firefox 140" }],
        "release": { "version": "shop@1.4.0" },
        "contexts": { "trace": { "trace_id": "abcdefabcdefabcdefabcdefabcdefab" } },
        "user": { "id": "42", "email": "someone@x.example" },
        "entries": [
            { "type": "exception", "data": { "values": [
                { "type": "FetchError", "value": "cart service said 500", "stacktrace": { "frames": [
                    { "filename": "src/api.ts", "function": "getCart", "lineNo": 12, "inApp": true }
                ] } },
                { "type": "TypeError", "value": "Cannot read properties of undefined (reading 'id')",
                  "stacktrace": { "frames": [
                    { "filename": "node_modules/react.js", "function": "render", "lineNo": 900, "colNo": 3, "inApp": false },
                    { "filename": "src/cart.ts", "function": "addItem", "lineNo": 42, "colNo": 17, "inApp": true,
                      "context": [[40, "function addItem(cart) {"], [41, "  const first = cart.items[0];"],
                                  [42, "  return first.id;"], [43, "}"]] },
                    { "filename": "node_modules/lodash.js", "function": "get", "lineNo": 7, "inApp": false }
                ] } }
            ] } },
            { "type": "request", "data": { "method": "POST", "url": "https://shop.example/cart" } },
            { "type": "breadcrumbs", "data": { "values": [{ "message": "not shown here" }] } }
        ]
    })
}

#[tokio::test]
async fn an_error() {
    let world = world(Scripted::new().get(ISSUE, &issue()).get(LATEST, &event()));
    let text = world
        .text(
            "get_issue_details",
            json!({ "organizationSlug": "acme", "issueId": "web-1a" }),
        )
        .await;
    insta::assert_snapshot!(text, @r#"
    # WEB-1A: `TypeError: Cannot read properties of undefined (reading 'id')`

    **Culprit frame:** `src/cart.ts:42:17` in `addItem`
    ```
      40 | function addItem(cart) {
      41 |   const first = cart.items[0];
    > 42 |   return first.id;
      43 | }
    ```

    **Next step:** open `src/cart.ts:42:17` and fix the cause there. For another event, call again with its eventId. Similar issues: search_issues with query `error.type:"TypeError"`.

    ## Stack trace (newest call first)
    ```
    TypeError: Cannot read properties of undefined (reading 'id')
      at get (node_modules/lodash.js:7) [library]
      at addItem (src/cart.ts:42:17)
      at render (node_modules/react.js:900:3) [library]
    Caused by FetchError: cart service said 500
      at getCart (src/api.ts:12)
    ```

    ## Issue
    - Status: unresolved (regressed)
    - Level: error
    - Priority: high
    - Project: web
    - Platform: javascript
    - Culprit: addItem(src/cart)
    - Events: 1,204
    - Users: 87
    - First seen: 2025-10-01T10:00:00Z
    - Last seen: 2025-11-01T10:00:00Z
    - Link: https://sentry.example/organizations/acme/issues/4501/

    ## Event
    - Id: 0123456789abcdef0123456789abcdef
    - Time: 2025-11-01T10:00:00Z
    - Release: shop@1.4.0
    - Trace: abcdefabcdefabcdefabcdefabcdefab
    - Request: POST https://shop.example/cart
    - User: 42

    ## Tags
    `environment: production` `browser: Firefox 140`

    Next: `get_issue_breadcrumbs` for what happened before; `get_event_stacktrace` for all frames; `get_trace_details` for the request around it; `get_issue_tag_values` for who is affected; `analyze_issue_with_seer` for Seer's analysis; `update_issue` to resolve or assign. What your list lacks, run with `execute_sentry_tool`.
    "#);
}

#[tokio::test]
async fn an_issue_by_its_url() {
    let id = "0123456789abcdef0123456789abcdef";
    let path = format!("/organizations/acme/issues/4501/events/{id}/");
    let world = world(
        Scripted::new()
            .get("/organizations/acme/issues/4501/", &issue())
            .get(&path, &event()),
    );
    for url in [
        format!("https://acme.sentry.io/issues/4501/events/{id}/?project=1"),
        format!("https://sentry.example/organizations/acme/issues/4501/events/{id}"),
        format!(
            "https://sentry.example/acme/web/issues/4501/events/{}/",
            id.to_uppercase()
        ),
    ] {
        let text = world
            .text("get_issue_details", json!({ "issueUrl": url }))
            .await;
        assert!(text.contains(&format!("- Id: {id}")));
    }
    let asked = world.asked();
    let of_issue = asked
        .iter()
        .filter(|url| url.ends_with("/issues/4501/") || url.ends_with(&format!("/events/{id}/")));
    assert_eq!(of_issue.count(), 6);
}

#[tokio::test]
async fn an_issue_by_its_event_alone() {
    let id = "0123456789abcdef0123456789abcdef";
    let world = world(
        Scripted::new()
            .get("/organizations/acme/issues/", &json!([issue()]))
            .get(
                &format!("/organizations/acme/issues/4501/events/{id}/"),
                &event(),
            ),
    );
    let arguments = json!({ "organizationSlug": "acme", "eventId": id });
    let text = world.text("get_issue_details", arguments).await;
    assert!(text.starts_with("# WEB-1A"));
    assert_eq!(
        world.asked()[0],
        format!(
            "/organizations/acme/issues/?query={id}&limit=10&statsPeriod=90d&collapse=unhandled"
        )
    );
}

#[tokio::test]
async fn an_event_that_nobody_has() {
    let id = "0".repeat(32);
    let arguments = json!({ "organizationSlug": "acme", "eventId": id });
    let unknown = world(Scripted::new().get("/organizations/acme/issues/", &json!([])));
    let words = unknown.error("get_issue_details", arguments).await;
    assert!(
        words.contains("organizationSlug `acme`") && words.contains(&id),
        "{words}"
    );
}

#[tokio::test]
async fn an_issue_whose_events_are_gone() {
    let world = world(Scripted::new().get(ISSUE, &issue()).fails(LATEST, 404));
    let text = world
        .text(
            "get_issue_details",
            json!({ "organizationSlug": "acme", "issueId": "WEB-1A" }),
        )
        .await;
    assert!(
        text.contains("no longer has an event") && text.contains("- Events: 1,204"),
        "{text}"
    );
}

#[tokio::test]
async fn an_issue_that_a_detector_made() {
    let event = json!({
        "eventID": "aa", "type": "generic", "entries": [{ "type": "spans", "data": [] }],
        "occurrence": { "issueTitle": "N+1 Query", "subtitle": "SELECT * FROM items WHERE id = %s", "evidenceDisplay": [
            { "name": "Offending Spans", "value": "SELECT `items`.*\nFROM items", "important": true },
            { "name": "Repeating Spans", "value": "30" }
        ] }
    });
    let issue = json!({ "id": "9", "shortId": "API-2", "title": "N+1 Query", "issueType": "performance_n_plus_one_db_queries" });
    let world = world(
        Scripted::new()
            .get("/organizations/acme/issues/API-2/", &issue)
            .get("/organizations/acme/issues/API-2/events/latest/", &event),
    );
    let text = world
        .text(
            "get_issue_details",
            json!({ "organizationSlug": "acme", "issueId": "API-2" }),
        )
        .await;
    insta::assert_snapshot!(text, @r#"
    # API-2: `N+1 Query`

    ```
    SELECT * FROM items WHERE id = %s
    ```

    **Next step:** find what the message and tags below point at. For another event, call again with its eventId.

    ## Issue
    - Kind: performance_n_plus_one_db_queries
    - Link: https://sentry.example/organizations/acme/issues/9/

    ## Event
    - Id: aa

    ## Evidence
    ```
    Offending Spans: SELECT `items`.* FROM items
    Repeating Spans: 30
    ```

    Next: `get_event_stacktrace` for all frames; `get_issue_tag_values` for who is affected; `analyze_issue_with_seer` for Seer's analysis; `update_issue` to resolve or assign. What your list lacks, run with `execute_sentry_tool`.
    "#);
}

#[tokio::test]
async fn a_page_stays_small() {
    let frame = |n: u64, in_app: bool| {
        json!({ "filename": "f".repeat(500), "function": "g".repeat(500), "lineNo": n, "inApp": in_app,
                "context": [[n, "`".repeat(400)]] })
    };
    let frames: Vec<_> = (0..200).map(|n| frame(n, n % 10 == 0)).collect();
    let exception = |kind: &str| json!({ "type": kind, "value": "m".repeat(5_000), "stacktrace": { "frames": frames } });
    let tags: Vec<_> = (0..100)
        .map(|n| json!({ "key": format!("k{n}"), "value": "v".repeat(300) }))
        .collect();
    let mut event = event();
    event["tags"] = json!(tags);
    event["entries"][0]["data"]["values"] = json!([exception("Inner"), exception("Outer")]);
    let world = world(Scripted::new().get(ISSUE, &issue()).get(LATEST, &event));
    let text = world
        .text(
            "get_issue_details",
            json!({ "organizationSlug": "acme", "issueId": "WEB-1A" }),
        )
        .await;
    assert!(text.chars().count() <= 8_000, "{}", text.chars().count());
    assert_eq!(text.matches("\n  at ").count(), 20);
    assert_eq!(
        text.matches("[library]").count(),
        0,
        "the project's own 40 calls come first"
    );
    assert!(text.contains("(+ 180 calls in libraries)"), "{text}");
    assert!(text.contains("(+ 200 calls, 180 in libraries)"), "{text}");
}

#[tokio::test]
async fn bad_values_name_their_parameter() {
    let world = world(Scripted::new());
    for (arguments, word) in [
        (json!({}), "issueUrl"),
        (json!({ "issueId": "WEB-1A" }), "organizationSlug"),
        (json!({ "organizationSlug": "acme" }), "issueId"),
        (
            json!({ "organizationSlug": "acme", "issueId": "WEB" }),
            "issueId",
        ),
        (
            json!({ "organizationSlug": "acme", "issueId": "WEB-1A", "eventId": "newest" }),
            "eventId",
        ),
        (json!({ "issueUrl": "https://acme.sentry.io/" }), "issueUrl"),
        (json!({ "issueUrl": "javascript:1" }), "issueUrl"),
        (
            json!({ "organizationSlug": "b", "issueUrl": "https://acme.sentry.io/issues/1" }),
            "organizationSlug",
        ),
        (
            json!({ "issueId": "2", "issueUrl": "https://acme.sentry.io/issues/1" }),
            "issueId",
        ),
    ] {
        let words = world.error("get_issue_details", arguments.clone()).await;
        assert!(words.contains(word), "{arguments}: {words}");
    }
    assert!(world.asked().is_empty());
}
