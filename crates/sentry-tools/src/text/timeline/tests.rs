use sentry_api::Json;
use serde_json::{Value, json};

use super::*;

fn crumb(at: f64, category: &str, more: Value) -> Value {
    let mut payload = json!({"timestamp": at, "category": category});
    payload
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    json!({"type": 5, "timestamp": at * 1000.0, "data": {"tag": "breadcrumb", "payload": payload}})
}

fn span(at: f64, op: &str, about: &str, lasted: f64, data: Value) -> Value {
    json!({"type": 5, "timestamp": at * 1000.0, "data": {"tag": "performanceSpan", "payload": {
        "op": op, "description": about, "startTimestamp": at, "endTimestamp": at + lasted, "data": data,
    }}})
}

fn page(at: f64, address: &str) -> Value {
    json!({"type": 4, "timestamp": at * 1000.0, "data": {"href": address}})
}

/// Each moment's second, category, kind and words, in order.
fn told(segments: Value) -> Vec<(f64, &'static str, &'static str, String)> {
    let json = Json::from(&segments);
    let segments: Vec<_> = json.root().elements().iter().collect();
    let moments = moments(&segments);
    let tell = |place: usize| {
        let moment = &moments[place];
        let Told { kind, words } = moment.told();
        (moment.at, moment.category, kind, words)
    };
    in_order(&moments).into_iter().map(tell).collect()
}

#[test]
fn each_kind_of_event_says_what_happened() {
    for (event, category, kind, words) in [
        (
            page(1.0, "https://a.example/x"),
            NAVIGATION,
            "page",
            "https://a.example/x",
        ),
        (
            crumb(
                1.0,
                "navigation",
                json!({"data": {"from": "/", "to": "/x"}}),
            ),
            NAVIGATION,
            "page",
            "/x",
        ),
        (
            crumb(1.0, "ui.click", json!({"message": "button.pay"})),
            CLICK,
            "click",
            "button.pay",
        ),
        (
            crumb(1.0, "ui.tap", json!({"message": "pay"})),
            CLICK,
            "tap",
            "pay",
        ),
        (
            crumb(
                1.0,
                "ui.multiClick",
                json!({"message": "b", "data": {"clickCount": 5}}),
            ),
            CLICK,
            "rage click",
            "b, 5 times",
        ),
        (
            crumb(
                1.0,
                "ui.slowClickDetected",
                json!({"message": "b", "data": {"clickCount": 4, "endReason": "timeout"}}),
            ),
            CLICK,
            "rage click",
            "b, 4 times",
        ),
        (
            crumb(
                1.0,
                "ui.slowClickDetected",
                json!({"message": "b", "data": {"endReason": "timeout"}}),
            ),
            CLICK,
            "dead click",
            "b",
        ),
        (
            crumb(
                1.0,
                "ui.slowClickDetected",
                json!({"message": "b", "data": {"endReason": "mutation"}}),
            ),
            CLICK,
            "slow click",
            "b",
        ),
        (
            crumb(1.0, "ui.input", json!({"message": "input#q"})),
            INPUT,
            "input",
            "input#q",
        ),
        (
            crumb(1.0, "console", json!({"level": "error", "message": "no"})),
            CONSOLE,
            "console error",
            "no",
        ),
        (
            crumb(1.0, "console", json!({"level": "warning", "message": "no"})),
            CONSOLE,
            "console warning",
            "no",
        ),
        (
            crumb(1.0, "console", json!({"level": null, "message": "a\nb"})),
            CONSOLE,
            "console",
            "a b",
        ),
        (
            span(
                1.0,
                "resource.fetch",
                "/api",
                0.7,
                json!({"method": "GET", "statusCode": 503}),
            ),
            NETWORK,
            "failed request",
            "GET /api, 503, 700 ms",
        ),
        (
            span(
                1.0,
                "resource.xhr",
                "/api",
                0.01,
                json!({"method": "PUT", "statusCode": 0}),
            ),
            NETWORK,
            "failed request",
            "PUT /api, no answer, 10 ms",
        ),
        (
            span(1.0, "resource.fetch", "/api", -3.0, json!({})),
            NETWORK,
            "request",
            "/api",
        ),
        (
            crumb(
                1.0,
                "http",
                json!({"data": {"url": "/api", "method": "GET", "status_code": 200}}),
            ),
            NETWORK,
            "request",
            "GET /api, 200",
        ),
        (
            span(1.0, "web-vital", "lcp", 0.0, json!({})),
            OTHER,
            "other",
            "web-vital lcp",
        ),
        (crumb(1.0, "ui.blur", json!({})), OTHER, "other", "ui.blur"),
    ] {
        let found = told(json!([[event]]));
        assert_eq!(found, [(1.0, category, kind, words.to_owned())], "{event}");
    }
}

#[test]
fn a_way_is_told_once_and_all_stand_in_order() {
    let found = told(json!([
        [
            page(0.0, "https://a.example/"),
            span(
                0.1,
                "navigation.navigate",
                "https://a.example/",
                0.8,
                json!({})
            )
        ],
        [
            crumb(9.0, "ui.click", json!({"message": "late"})),
            crumb(
                5.0,
                "navigation",
                json!({"data": {"from": "/", "to": "/x"}})
            )
        ],
        [
            page(5.1, "https://a.example/x"),
            page(7.0, "https://a.example/")
        ],
    ]));
    let words: Vec<_> = found
        .iter()
        .map(|(at, _, _, words)| (*at, words.as_str()))
        .collect();
    assert_eq!(
        words,
        [
            (0.0, "https://a.example/"),
            (5.0, "/x"),
            (7.0, "https://a.example/"),
            (9.0, "late")
        ]
    );
}

#[test]
fn what_is_no_event_is_passed_over() {
    for hostile in [
        Value::Null,
        json!("x"),
        json!({"a": []}),
        json!([1, null, "x", {"data": {}}]),
        json!([[null, 1, {"type": 5}, {"type": 4, "data": {"href": 7}, "timestamp": 1}, {"type": 2, "data": {"node": {}}}]]),
        json!([[{"type": 5, "data": {"tag": "breadcrumb", "payload": {"category": "console"}}}]]),
        json!([[{"type": 5, "data": {"tag": "breadcrumb", "payload": {"timestamp": "now", "category": 3}}}]]),
        json!([[{"type": 5, "data": {"tag": "options", "payload": {"timestamp": 1, "category": "console"}}}]]),
    ] {
        assert_eq!(told(hostile.clone()), [], "{hostile}");
    }
}

#[test]
fn a_long_recording_and_long_words_end() {
    let many: Vec<Value> = (0..6_000)
        .map(|at| crumb(f64::from(at), "ui.blur", json!({})))
        .collect();
    assert_eq!(told(json!([many])).len(), MOST);
    let long = crumb(1.0, "console", json!({"message": "x".repeat(9_000)}));
    let words = told(json!([[long]])).remove(0).3;
    assert!(words.chars().count() <= LONGEST, "{}", words.len());
}
