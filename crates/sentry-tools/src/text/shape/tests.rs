use sentry_api::Json;
use serde_json::{Value, json};

use super::*;

const SHAPE: &str = "slug! name~ checkins#=stats.checkIns isMuted? schedule*=config.schedule owner{type id!} \
                     teams[slug! name~] tags~[] releases[.version]";

fn written(shape: &str, value: &Value) -> Option<Value> {
    let mut out = String::new();
    thing(&mut out, shape, Json::from(value).root())?;
    Some(serde_json::from_str(&out).unwrap())
}

#[test]
fn what_is_there_is_written_and_the_rest_left_out() {
    let value = json!({
        "slug": "nightly", "name": "Nightly", "stats": { "checkIns": "12" }, "isMuted": false,
        "config": { "schedule": [1, "day", { "a": null }] }, "owner": { "type": "team", "id": 7, "other": 1 },
        "teams": [{ "slug": "core" }, { "slug": "web", "name": "Web" }], "tags": ["a", 1, {}],
        "releases": [{ "version": "1.0" }, {}], "unknown": 1
    });
    let expected = json!({
        "slug": "nightly", "name": "Nightly", "checkins": 12, "isMuted": false,
        "schedule": [1, "day", { "a": null }], "owner": { "type": "team", "id": "7" },
        "teams": [{ "slug": "core" }, { "slug": "web", "name": "Web" }], "tags": ["a", "1"], "releases": ["1.0"]
    });
    assert_eq!(written(SHAPE, &value), Some(expected));
    let bare = json!({ "slug": "x", "name": null, "stats": 1, "isMuted": "no", "owner": [], "teams": {}, "tags": null });
    assert_eq!(written(SHAPE, &bare), Some(json!({ "slug": "x" })));
}

#[test]
fn a_thing_without_what_is_always_there_is_none() {
    for value in [json!({}), json!([]), json!(null), json!({ "slug": null })] {
        assert_eq!(written(SHAPE, &value), None, "{value}");
    }
    let without = json!({ "slug": "x", "owner": { "type": "user" } });
    assert_eq!(written(SHAPE, &without), None);
    let without = json!({ "slug": "x", "teams": [{ "slug": "a" }, {}] });
    assert_eq!(written(SHAPE, &without), None);
}

#[test]
fn texts_and_json_are_bounded() {
    let long = "x".repeat(5_000);
    let value = json!({ "a": long, "b": long, "c": vec![1; 200], "d": vec!["t"; 200] });
    let written = written("a b* c* d[]", &value).unwrap();
    assert!(written["a"].as_str().unwrap().chars().count() <= 1_001);
    assert_eq!(written.get("b"), None);
    assert_eq!(written["c"].as_array().unwrap().len(), 200);
    assert_eq!(written["d"].as_array().unwrap().len(), 100);
    let mut deep = json!(1);
    for _ in 0..40 {
        deep = json!([deep]);
    }
    assert!(super::tests::written("a*", &json!({ "a": deep })).is_some());
}

#[test]
fn the_schema_and_the_pointers_are_of_the_same_shape() {
    let mut out = String::new();
    schema(&mut out, SHAPE);
    let text = json!({ "type": "string" });
    let expected = json!({
        "type": "object",
        "properties": {
            "slug": text, "name": text, "checkins": { "type": "number" }, "isMuted": { "type": "boolean" },
            "schedule": {},
            "owner": { "type": "object", "properties": { "type": text, "id": text }, "required": ["id"] },
            "teams": { "type": "array", "items": {
                "type": "object", "properties": { "slug": text, "name": text }, "required": ["slug"] } },
            "tags": { "type": "array", "items": text }, "releases": { "type": "array", "items": text }
        },
        "required": ["slug"]
    });
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), expected);
    let mut found = Vec::new();
    others(SHAPE, "", &mut found);
    assert_eq!(found, ["/name", "/teams/*/name", "/tags/*"]);
}
