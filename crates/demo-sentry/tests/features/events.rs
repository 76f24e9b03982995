//! Events of an issue.

use crate::support::*;

const ISSUES: &str = "/api/0/organizations/lighthouse-books/issues";
const LATEST: &str = "8cbd13198f1c6e17e06e4f70a383ec83";

#[tokio::test]
async fn latest_oldest_and_by_id() {
    let sentry = sentry();
    let latest = sentry
        .json(&format!("{ISSUES}/CHECKOUT-1/events/latest/"))
        .await;
    assert_eq!(latest["eventID"], LATEST);
    assert_eq!(latest["dateCreated"], "2026-03-10T11:48:00Z");
    for id in ["recommended", LATEST, "8CBD13198F1C6E17E06E4F70A383EC83"] {
        assert_eq!(
            sentry.json(&format!("{ISSUES}/9000001/events/{id}/")).await,
            latest,
            "{id}"
        );
    }
    let oldest = sentry
        .json(&format!("{ISSUES}/CHECKOUT-1/events/oldest/"))
        .await;
    assert_eq!(oldest["release"]["version"], "checkout@5.1.3");
    assert_eq!(oldest["previousEventID"], serde_json::Value::Null);
    assert_eq!(latest["nextEventID"], serde_json::Value::Null);
    let previous = latest["previousEventID"].as_str().unwrap();
    let previous = sentry
        .json(&format!("{ISSUES}/CHECKOUT-1/events/{previous}/"))
        .await;
    assert_eq!(previous["nextEventID"], LATEST);
    for unknown in ["0123456789abcdef0123456789abcdef", "nonsense"] {
        assert_eq!(
            sentry
                .get(&format!("{ISSUES}/CHECKOUT-1/events/{unknown}/"))
                .await
                .status,
            404
        );
    }
    let elsewhere = sentry
        .get(&format!("{ISSUES}/CHECKOUT-2/events/{LATEST}/"))
        .await;
    assert_eq!(elsewhere.json()["detail"], "No matching event");
}

#[tokio::test]
async fn a_chained_exception_with_frames_oldest_first() {
    let event = sentry()
        .json(&format!("{ISSUES}/CHECKOUT-1/events/latest/"))
        .await;
    assert_eq!(event["groupID"], "9000001");
    assert_eq!(event["type"], "error");
    assert_eq!(event["platform"], "python");
    assert_eq!(event["projectSlug"], "checkout");
    let exceptions = event["entries"][0]["data"]["values"].as_array().unwrap();
    let types: Vec<_> = exceptions
        .iter()
        .map(|exception| exception["type"].as_str().unwrap())
        .collect();
    assert_eq!(types, ["ConnectionError", "GatewayUnavailable"]);
    let frame = exceptions[1]["stacktrace"]["frames"]
        .as_array()
        .unwrap()
        .last()
        .unwrap();
    assert_eq!(
        (&frame["filename"], &frame["lineNo"]),
        (&"payments/settle.py".into(), &66.into())
    );
    assert_eq!(frame["inApp"], true);
    assert_eq!(
        frame["context"][2],
        serde_json::json!([
            66,
            "        raise GatewayUnavailable(order.number) from error"
        ])
    );
    assert_eq!(frame["vars"]["order"], "<Order: 48213>");
}

/// Every kind of issue shows what is particular about it.
#[tokio::test]
async fn kinds() {
    let sentry = sentry();
    for (issue, kind, entries) in [
        (
            "CHECKOUT-1",
            "error",
            vec!["exception", "breadcrumbs", "request"],
        ),
        ("CHECKOUT-2", "default", vec!["message", "breadcrumbs"]),
        ("CHECKOUT-3", "transaction", vec!["spans", "request"]),
        ("CHECKOUT-7", "error", vec!["exception", "threads"]),
        ("PARCEL-POST-2", "generic", vec![]),
        ("SHOP-WINDOW-2", "csp", vec!["csp", "message"]),
        ("SHOP-WINDOW-3", "generic", vec![]),
    ] {
        let event = sentry
            .json(&format!("{ISSUES}/{issue}/events/latest/"))
            .await;
        assert_eq!(event["type"], kind, "{issue}");
        let found: Vec<_> = event["entries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["type"].as_str().unwrap())
            .collect();
        assert_eq!(found, entries, "{issue}");
    }
    let slow = sentry
        .json(&format!("{ISSUES}/CHECKOUT-3/events/latest/"))
        .await;
    assert_eq!(
        slow["occurrence"]["evidenceData"]["offenderSpanIds"]
            .as_array()
            .unwrap()
            .len(),
        8
    );
    let seconds = slow["endTimestamp"].as_f64().unwrap() - slow["startTimestamp"].as_f64().unwrap();
    assert!((seconds - 1.31).abs() < 0.001);
}

#[tokio::test]
async fn the_listing_can_be_narrowed() {
    let sentry = sentry();
    let list = async |query: &str| {
        sentry
            .get(&format!("{ISSUES}/CHECKOUT-1/events/?{query}"))
            .await
            .each("eventID")
    };
    let all = list("").await;
    assert_eq!(all.len(), 44);
    assert_eq!(all[0], LATEST);
    let american = list("query=gateway:cardwise-us").await;
    assert_eq!(american.len(), 11, "a quarter of them");
    assert!(american.iter().all(|id| all.contains(id)));
    let day = list("statsPeriod=24h").await;
    assert!(day.len() > 1 && day.len() < 10);
    assert_eq!(day, all[..day.len()]);
    let toms = list("query=user.email:tomas@reader.example&statsPeriod=24h").await;
    assert!(!toms.is_empty() && toms.len() < day.len());
    assert!(toms.iter().all(|id| day.contains(id)));
    let staging = list("environment=staging").await;
    assert_eq!((staging.len(), staging.last()), (11, all.last()));
    assert_eq!(
        list("query=timestamp:-24h&sort=-timestamp&per_page=1").await,
        all[..1]
    );
    let mut reversed = all.clone();
    reversed.reverse();
    assert_eq!(list("sort=timestamp").await, reversed);
    let whole = sentry
        .json(&format!("{ISSUES}/CHECKOUT-1/events/?full=true"))
        .await;
    assert!(whole[0]["entries"].is_array());
    assert_eq!(
        sentry
            .get(&format!("{ISSUES}/CHECKOUT-1/events/?query=%22"))
            .await
            .status,
        400
    );
}
