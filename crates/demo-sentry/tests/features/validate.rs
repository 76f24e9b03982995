//! Checking a query before it is asked.

use serde_json::json;

use crate::support::*;

const EVENTS: &str = "/api/0/organizations/lighthouse-books/events/";

#[tokio::test]
async fn a_check_says_what_is_wrong_part_by_part() {
    let sentry = sentry();
    let good = "dataset=spans&field=span.op&field=p95(span.duration)&query=span.op:db&orderby=-p95(span.duration)";
    let checked = sentry
        .json(&format!(
            "{EVENTS}validate/?{good}&statsPeriod=7d&project=610001"
        ))
        .await;
    assert_eq!(checked["query"]["valid"], true);
    assert_eq!(checked["query"]["error"], json!(null));
    assert_eq!(
        checked["field"][1],
        json!({"name": "p95(span.duration)", "valid": true, "error": null, "type": "duration"})
    );
    let bad = "dataset=spans&field=span.op&field=span.colour&field=nope()&query=span.taste:sweet&orderby=-span.duration";
    let reply = sentry.get(&format!("{EVENTS}validate/?{bad}")).await;
    assert_eq!(reply.status, 400);
    let checked = reply.json();
    let valid: Vec<_> = ["field", "orderby"]
        .iter()
        .flat_map(|part| checked[*part].as_array().unwrap())
        .map(|part| part["valid"].clone())
        .collect();
    assert_eq!(valid, [true, false, false, false]);
    assert_eq!(checked["field"][1]["error"], "Unknown attribute");
    assert_eq!(checked["orderby"][0]["name"], "-span.duration");
    assert_eq!(checked["query"]["fields"][0]["name"], "span.taste");
    assert_eq!(checked["query"]["valid"], false);
    let open = sentry
        .get(&format!("{EVENTS}validate/?field=title&query=%22open"))
        .await
        .json();
    assert!(open["query"]["error"].as_str().unwrap().contains("quote"));
    let tag = sentry
        .json(&format!(
            "{EVENTS}validate/?field=gateway&query=printer:dock-3"
        ))
        .await;
    assert_eq!(
        tag["query"]["valid"], true,
        "tags that events have are columns"
    );
}
