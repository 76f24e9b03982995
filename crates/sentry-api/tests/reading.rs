//! Answers of other releases: members missing, `null`, of another type, or unknown.
// file rule: mcp/missing-members

#![cfg(test)]

use sentry_api::{Event, Issue, Json};
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
    let event = Event::read(Json::from(&event())).unwrap();
    let exceptions = event.exceptions();
    let frames = &exceptions[0].stack.frames;
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
    let request = event.request().unwrap();
    assert_eq!(
        (request.method.as_deref(), request.url.as_deref()),
        (Some("GET"), Some("https://x/"))
    );
    assert_eq!(event.message().unwrap().text(), Some("hello"));
    assert_eq!(
        (event.trace_id().as_deref(), event.release().as_deref()),
        (Some("t"), Some("1.0"))
    );
    assert_eq!(event.user().get("id").as_u64(), Some(5));
    assert!(event.threads().is_empty() && event.stacktrace().is_empty());
    assert!(event.breadcrumbs().is_empty());
    assert_eq!(event.occurrence().unwrap().evidence[0].value, "v");
}

/// Each member in turn, at every depth: dropped, `null`, and of a type that nobody expects.
fn each_member_changed(value: &Value, try_it: &mut impl FnMut(&Value, &str)) {
    fn at<'a>(root: &'a mut Value, path: &[String]) -> &'a mut Value {
        path.iter().fold(root, |value, step| match value {
            Value::Array(values) => &mut values[step.parse::<usize>().unwrap()],
            value => &mut value[step.as_str()],
        })
    }
    let mut paths = vec![vec![]];
    while let Some(path) = paths.pop() {
        let mut root = value.clone();
        let steps: Vec<String> = match at(&mut root, &path) {
            Value::Object(members) => members.keys().cloned().collect(),
            Value::Array(values) => (0..values.len()).map(|index| index.to_string()).collect(),
            _ => vec![],
        };
        for step in steps {
            let mut whole = path.clone();
            whole.push(step.clone());
            for odd in [
                Value::Null,
                json!({ "odd": [1] }),
                json!([[]]),
                json!("odd"),
                json!(-1.5),
            ] {
                let mut changed = value.clone();
                *at(&mut changed, &whole) = odd;
                try_it(&changed, &whole.join("."));
            }
            let mut dropped = value.clone();
            match at(&mut dropped, &path) {
                Value::Object(members) => drop(members.remove(&step)),
                Value::Array(values) => drop(values.remove(step.parse().unwrap())),
                _ => {}
            }
            try_it(&dropped, &whole.join("."));
            paths.push(whole);
        }
    }
}

#[test]
fn no_member_but_the_id_is_needed() {
    let mut tried = 0;
    each_member_changed(&event(), &mut |value, path| {
        tried += 1;
        let event = Event::read(Json::from(value)).expect(path);
        drop(event.exceptions());
        drop(event.threads());
        drop(event.breadcrumbs());
        drop(event.occurrence());
        drop(event.tags());
    });
    each_member_changed(&issue(), &mut |value, path| {
        tried += 1;
        assert!(
            Issue::read(Json::from(value).root()).is_some() || path == "id",
            "{path}"
        );
    });
    assert!(tried > 400, "{tried}");
}

#[test]
fn an_issue_needs_its_id() {
    for value in [
        json!({ "detail": "x" }),
        json!([]),
        json!({ "id": "" }),
        json!({ "id": true }),
    ] {
        assert!(Issue::read(Json::from(&value).root()).is_none(), "{value}");
    }
}
