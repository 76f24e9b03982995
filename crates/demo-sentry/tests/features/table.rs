//! The table of events: datasets, columns, functions, groups, order.

use serde_json::{Value, json};

use crate::support::*;

const EVENTS: &str = "/api/0/organizations/lighthouse-books/events/";

async fn rows(sentry: &Sentry, query: &str) -> Vec<Value> {
    let table = sentry.json(&format!("{EVENTS}?{query}")).await;
    table["data"].as_array().unwrap().clone()
}

/// One column of all rows.
fn column(rows: &[Value], name: &str) -> Vec<Value> {
    rows.iter().map(|row| row[name].clone()).collect()
}

#[tokio::test]
async fn two_hundred_errors_newest_first() {
    let sentry = sentry();
    let fields = "field=issue&field=title&field=project&field=timestamp&field=level&field=message&field=error.type\
                  &field=culprit&field=user.email&field=user.id&sort=-timestamp";
    let reply = sentry
        .get(&format!("{EVENTS}?dataset=errors&statsPeriod=14d&{fields}"))
        .await;
    assert_eq!(reply.header("x-hits"), "200");
    let table = reply.json();
    assert_eq!(
        table["data"][0],
        json!({
            "id": "8ce832f4ad83c8ea6e6ce925339c8130",
            "project.name": "shop-window",
            "issue": "SHOP-WINDOW-1",
            "title": "TypeError: Cannot read properties of undefined (reading 'price')",
            "project": "shop-window",
            "timestamp": "2026-03-10T11:57:00+00:00",
            "level": "error",
            "message": "TypeError: Cannot read properties of undefined (reading 'price')",
            "error.type": ["TypeError"],
            "culprit": "BasketLine(src/basket/BasketLine)",
            "user.email": "iris@reader.example",
            "user.id": "88120",
        })
    );
    let times = column(table["data"].as_array().unwrap(), "timestamp");
    assert!(times.is_sorted_by(|one, other| one.as_str() >= other.as_str()));
    assert_eq!(table["meta"]["fields"]["timestamp"], "date");
    assert_eq!(table["meta"]["fields"]["error.type"], "array");
    let id = table["data"][7]["id"].as_str().unwrap();
    let issue = table["data"][7]["issue"].as_str().unwrap();
    let event = format!("/api/0/organizations/lighthouse-books/issues/{issue}/events/{id}/");
    assert_eq!(
        sentry.json(&event).await["eventID"],
        id,
        "a row leads to its event"
    );
}

#[tokio::test]
async fn groups_with_counts_in_order() {
    let sentry = sentry();
    let groups = rows(
        &sentry,
        "field=issue&field=count()&statsPeriod=14d&sort=-count()",
    )
    .await;
    let counts = column(&groups, "count()");
    assert_eq!(counts.iter().filter_map(Value::as_u64).sum::<u64>(), 200);
    assert!(counts.is_sorted_by(|one, other| one.as_u64() >= other.as_u64()));
    assert!(groups[0].get("id").is_none(), "a group is no event");
    let alias = rows(
        &sentry,
        "field=issue&field=count()&statsPeriod=14d&sort=-count",
    )
    .await;
    assert_eq!(alias, groups, "the older way to name a column");
    let many = rows(
        &sentry,
        "field=issue&field=count()&statsPeriod=14d&query=count():%3E40",
    )
    .await;
    assert_eq!(
        column(&many, "issue"),
        [json!("SHOP-WINDOW-1"), json!("CHECKOUT-1")]
    );
    let total = rows(
        &sentry,
        "field=count()&field=count_unique(user.id)&statsPeriod=14d",
    )
    .await;
    assert_eq!(total.len(), 1);
    assert_eq!(total[0]["count()"], 200);
    let unique = total[0]["count_unique(user.id)"].as_u64().unwrap();
    assert!((3..20).contains(&unique), "{unique}");
    let none = rows(&sentry, "field=count()&query=title:nonsense").await;
    assert_eq!(none, [json!({"count()": 0})]);
    assert_eq!(
        rows(&sentry, "field=title&field=count()&query=title:nonsense").await,
        Vec::<Value>::new()
    );
}

#[tokio::test]
async fn queries_projects_environments_and_times() {
    let sentry = sentry();
    let count = async |query: &str| {
        let total = rows(&sentry, &format!("field=count()&{query}")).await;
        total[0]["count()"].as_u64().unwrap()
    };
    let all = count("statsPeriod=14d").await;
    for (query, fits) in [
        ("query=level:fatal", "CHECKOUT-7"),
        (
            "query=(level:fatal+OR+level:info)+AND+project:checkout",
            "CHECKOUT-7",
        ),
        ("query=error.type:KeyError", "CHECKOUT-4"),
        ("query=currency:[EUR,GBP]", "CHECKOUT-2"),
        ("query=tags[printer]:dock*", "PARCEL-POST-1"),
        (
            "query=%22did+not+answer%22+level:error+project:parcel-post",
            "PARCEL-POST-1",
        ),
        ("query=has:blocked-uri", "SHOP-WINDOW-2"),
        ("query=issue:CHECKOUT-5", "CHECKOUT-5"),
        (
            "query=error.unhandled:true+project:shop-window",
            "SHOP-WINDOW-1",
        ),
        (
            "query=!environment:production+project:checkout",
            "CHECKOUT-1",
        ),
        ("environment=staging&project=checkout", "CHECKOUT-1"),
    ] {
        let found = rows(&sentry, &format!("field=issue&statsPeriod=14d&{query}")).await;
        assert!(
            !found.is_empty() && found.iter().all(|row| row["issue"] == fits),
            "{query}: {found:?}"
        );
    }
    let by_project = [
        count("statsPeriod=14d&project=checkout").await,
        count("statsPeriod=14d&project=610002").await,
        count("statsPeriod=14d&project=shop-window").await,
    ];
    assert_eq!(by_project.iter().sum::<u64>(), all);
    assert_eq!(
        count("statsPeriod=14d&project=610001&project=610002").await,
        by_project[0] + by_project[1]
    );
    assert_eq!(count("statsPeriod=14d&project=-1").await, all);
    let day = count("statsPeriod=24h").await;
    assert!(day > 0 && day < all);
    assert_eq!(
        count("start=2026-03-09T12:00:00&end=2026-03-10T12:00:00").await,
        day
    );
    assert_eq!(count("statsPeriod=14d&query=timestamp:-24h").await, day);
    assert_eq!(
        sentry
            .get(&format!("{EVENTS}?field=id&project=nowhere"))
            .await
            .status,
        403
    );
}

#[tokio::test]
async fn spans_have_durations() {
    let sentry = sentry();
    let query = "dataset=spans&statsPeriod=14d&field=span.op&field=count(span.duration)&field=avg(span.duration)\
                 &field=p95(span.duration)&field=max(span.duration)&field=min(span.duration)&field=sum(span.duration)";
    let table = sentry
        .json(&format!(
            "{EVENTS}?{query}&sort=-p95(span.duration)&sampling=NORMAL"
        ))
        .await;
    assert_eq!(table["meta"]["fields"]["p95(span.duration)"], "duration");
    assert_eq!(table["meta"]["units"]["avg(span.duration)"], "millisecond");
    assert_eq!(table["meta"]["fields"]["count(span.duration)"], "integer");
    for group in table["data"].as_array().unwrap() {
        let number = |name: &str| group[format!("{name}(span.duration)")].as_f64().unwrap();
        assert!(
            number("min") <= number("avg") && number("avg") <= number("max"),
            "{group}"
        );
        assert!(
            number("p95") <= number("max") && number("p95") >= number("min"),
            "{group}"
        );
        assert!(
            (number("avg") * number("count") - number("sum")).abs() < 0.01,
            "{group}"
        );
    }
    let trace = "query=trace:5d3a9c1be7f04862a1c40d9be8273f61";
    let spans = rows(
        &sentry,
        &format!("dataset=spans&{trace}&field=id&field=span.op&field=span.duration"),
    )
    .await;
    assert_eq!(spans.len(), 8);
    assert_eq!(
        spans.last().unwrap()["id"],
        "a2c4e68013579bdf",
        "the first span is the oldest"
    );
    let slow = rows(&sentry, &format!("dataset=spans&{trace}+span.duration:%3E5s&field=span.op&field=span.duration&sort=-span.duration")).await;
    assert_eq!(
        column(&slow, "span.duration"),
        [json!(6900), json!(6310), json!(6180), json!(6090)]
    );
    let failing = rows(
        &sentry,
        "dataset=spans&field=failure_rate()&field=epm()&statsPeriod=14d",
    )
    .await;
    let rate = failing[0]["failure_rate()"].as_f64().unwrap();
    assert!(rate > 0.0 && rate < 0.5, "{rate}");
}

#[tokio::test]
async fn logs_metrics_and_profiles() {
    let sentry = sentry();
    let logs = rows(&sentry, "dataset=logs&field=timestamp&field=message&field=severity&field=trace&query=severity:error&statsPeriod=14d").await;
    assert!(logs.len() > 10 && logs.iter().all(|row| row["severity"] == "error"));
    let wire = rows(&sentry, "dataset=ourlogs&field=count()&statsPeriod=15d").await;
    assert_eq!(wire[0]["count()"], 120);
    let metrics = rows(
        &sentry,
        "dataset=tracemetrics&field=metric.name&field=metric.type&field=sum(value)&statsPeriod=15d&sort=metric.name",
    )
    .await;
    assert_eq!(metrics.len(), 6);
    assert_eq!(metrics[0]["metric.name"], "basket.items");
    let confirmed = rows(
        &sentry,
        "dataset=tracemetrics&field=sum(value,orders.confirmed,counter,none)&statsPeriod=15d",
    )
    .await;
    assert_eq!(
        confirmed[0]["sum(value,orders.confirmed,counter,none)"],
        20.0
    );
    let profiles = rows(
        &sentry,
        "dataset=profiles&statsPeriod=15d&field=profile.id&field=project&field=transaction&field=transaction.duration",
    )
    .await;
    assert_eq!(profiles.len(), 12);
    assert_eq!(profiles[0]["id"], profiles[0]["profile.id"]);
}

#[tokio::test]
async fn what_cannot_be_answered_is_400_with_a_reason() {
    let sentry = sentry();
    for (query, reason) in [
        ("", "No columns selected"),
        ("field=title&dataset=weather", "dataset must be one of"),
        ("field=median(title)", "median is not a valid function"),
        ("field=p95(title)", "title is not a numeric column"),
        ("field=count_unique()", "expected 1 argument"),
        (
            "field=title&sort=-timestamp",
            "must also be in the selected columns",
        ),
        ("field=title&query=%22open", "a quote is opened"),
        ("field=title&query=is:unresolved", "Invalid key"),
        ("field=title&query=(level:error", "brackets"),
        ("field=title&statsPeriod=soon", "Invalid statsPeriod"),
        (&"&field=title".repeat(21), "You can view up to 20 fields"),
    ] {
        let reply = sentry.get(&format!("{EVENTS}?{query}")).await;
        assert_eq!(reply.status, 400, "{query}");
        let detail = reply.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(reason), "{query}: {detail}");
    }
}
