//! The table of events, and the validation of its queries.
// file rule: mcp/missing-members

use fetch::Method;
use fetch::scripted::Scripted;
use sentry_api::{ApiError, Cell};
use serde_json::json;

use crate::world::{BASE, get, world};

#[tokio::test]
async fn rows_have_the_fields_in_order() {
    let world = get(
        "/organizations/acme/events/",
        &json!({ "data": [
        { "count()": 3, "title": "T", "other": 1 }, { "title": ["a", "b"], "count()": null }, "odd" ], "meta": {} }),
    );
    let fields = ["title", "count()"];
    let page = world
        .client
        .events(&world.region, &world.acme, vec![("query", "a b")], &fields)
        .await
        .unwrap();
    let some = |text: &str, is_text| {
        let text = text.to_owned();
        Some(Cell { text, is_text })
    };
    assert_eq!(
        world.sight.of_page(page).items,
        [
            vec![some("T", true), some("3", false)],
            vec![some("a, b", true), None],
            vec![None, None]
        ]
    );
    assert_eq!(
        world.asked(),
        ["/organizations/acme/events/?query=a+b&field=title&field=count%28%29"]
    );
}

// rule: mcp/search-events-datasets
#[tokio::test]
async fn what_a_server_does_not_understand() {
    let url = format!("{BASE}/organizations/acme/events/validate/");
    let read = async |status: u16, body: &str| {
        let world = world(Scripted::new().json(Method::Get, &url, status, body));
        world
            .client
            .validate_events(&world.region, &world.acme, vec![], &[])
            .await
    };
    let body = json!({ "valid": false, "field": [{ "valid": true, "name": "ok" }, { "valid": false, "name": "nope", "error": "words" }],
        "query": [{ "valid": false, "error": "upstream words" }], "orderby": [] });
    for status in [200, 400] {
        let found = read(status, &body.to_string()).await.unwrap();
        let found: Vec<_> = found
            .iter()
            .map(|each| (each.part, each.name.as_deref()))
            .collect();
        assert_eq!(found, [("query", None), ("field", Some("nope"))]);
    }
    // As published: the query is one object, and says why.
    let body = json!({ "query": { "valid": false, "error": "Invalid date" }, "field": [], "dataset": { "valid": true } });
    let found = read(200, &body.to_string()).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].part, found[0].reason.as_deref()),
        ("query", Some("Invalid date"))
    );
    let body = json!({ "query": { "valid": false, "error": null, "fields": [{ "name": "a", "valid": true }, { "name": "b", "valid": false, "error": "?" }] } });
    let found = read(400, &body.to_string()).await.unwrap();
    let named: Vec<_> = found.iter().map(|each| each.name.as_deref()).collect();
    assert_eq!(named, [Some("b")]);
    // A server that has it not, or does not say.
    for (status, body) in [(404, "{}"), (400, ""), (400, "[]"), (200, "{}")] {
        assert_eq!(read(status, body).await, Ok(vec![]), "{status} {body}");
    }
    assert_eq!(read(500, "{}").await, Err(ApiError::Unavailable(500)));
}
