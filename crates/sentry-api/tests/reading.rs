//! Answers of other releases: members missing, `null`, of another type, or unknown.

#![cfg(test)]

use sentry_api::{Event, Issue};
use serde_json::{Value, json};

fn event() -> Value {
    json!({
        "id": "1", "eventID": "aa", "title": "T", "message": "m", "culprit": "c", "platform": "python",
        "type": "error", "dateCreated": "2025-01-01T00:00:00Z",
        "tags": [{ "key": "environment", "value": "prod" }],
        "entries": [
            { "type": "exception", "data": { "values": [
                { "type": "KeyError", "value": "'a'", "stacktrace": { "frames": [
                    { "filename": "a.py", "function": "f", "lineNo": 3, "inApp": true,
                      "context": [[2, "x"], [3, "y"], [null, 7]] },
                    { "filename": null, "lineNo": "12", "inApp": null, "context": null, "vars": {} }
                ] } },
                null
            ] } },
            { "type": "request", "data": { "method": "GET", "url": "https://x/" } },
            { "type": "breadcrumbs", "data": { "values": "odd" } },
            { "type": "message", "data": { "formatted": "hello" } }
        ],
        "contexts": { "trace": { "trace_id": "t", "op": 1 }, "x": null },
        "release": { "version": "1.0" },
        "user": { "id": 5 },
        "occurrence": { "issueTitle": "I", "evidenceDisplay": [{ "name": "n", "value": "v", "important": true }] }
    })
}

fn issue() -> Value {
    json!({
        "id": "4501", "shortId": "WEB-1A", "title": "T", "culprit": "c", "permalink": "https://x", "status": "unresolved",
        "substatus": "ongoing", "level": "error", "issueCategory": "error", "issueType": "error", "priority": "high",
        "platform": "python", "count": "1204", "userCount": 87, "firstSeen": "2025-01-01", "lastSeen": "2025-01-02",
        "project": { "id": "5", "slug": "web", "name": "Web" }, "metadata": { "type": "KeyError", "value": "'a'" },
        "assignedTo": { "type": "user", "id": "1", "name": "Ada" }
    })
}

#[test]
fn an_event_is_read() {
    let event: Event = serde_json::from_value(event()).unwrap();
    let exceptions = event.exceptions();
    let frames = &exceptions[0].stacktrace.as_ref().unwrap().frames;
    assert_eq!((exceptions.len(), frames.len()), (1, 2));
    assert_eq!((frames[0].line_no, frames[1].line_no), (Some(3), Some(12)));
    assert_eq!(frames[0].context[1].text, "y");
    assert_eq!(
        (
            frames[0].context[2].number,
            frames[0].context[2].text.as_str()
        ),
        (None, "")
    );
    assert_eq!(event.http_request().as_deref(), Some("GET https://x/"));
    assert_eq!(event.formatted_message().as_deref(), Some("hello"));
    assert_eq!(
        (event.trace_id(), event.release()),
        (Some("t"), Some("1.0"))
    );
    assert!(event.threads().is_empty() && event.stacktrace().is_none());
}

/// Each member in turn: dropped, `null`, and of a type that nobody expects.
fn each_member_changed(value: &Value, required: &[&str], read: impl Fn(Value) -> bool) {
    let names: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
    for name in names
        .iter()
        .filter(|name| !required.contains(&name.as_str()))
    {
        let mut dropped = value.clone();
        dropped.as_object_mut().unwrap().remove(name);
        assert!(read(dropped), "without {name}");
        for odd in [Value::Null, json!({ "odd": [1] })] {
            let is_list = value[name].is_array() && !odd.is_null() && name == "entries";
            let mut changed = value.clone();
            changed[name] = odd;
            assert!(read(changed) || is_list, "odd {name}");
        }
    }
}

#[test]
fn no_member_but_the_id_is_needed() {
    each_member_changed(&event(), &[], |value| {
        serde_json::from_str::<Event>(&value.to_string()).is_ok()
    });
    each_member_changed(&issue(), &["id"], |value| {
        serde_json::from_str::<Issue>(&value.to_string()).is_ok()
    });
}

#[test]
fn an_issue_needs_its_id() {
    assert!(serde_json::from_value::<Issue>(json!({ "detail": "x" })).is_err());
    assert!(serde_json::from_value::<Issue>(json!([])).is_err());
}
