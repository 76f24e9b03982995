//! Values that are near to a good one.
// file rule: mcp/arguments-as-written

use super::*;

#[tokio::test]
async fn values_that_are_near() {
    let details = |id: Value| of_acme(&json!({ "issueId": id }));
    for id in [
        "web-1a",
        " WEB-1A ",
        "#WEB-1A",
        "`WEB-1A`",
        "\"WEB-1A\"",
        "[WEB-1A]",
    ] {
        taken(
            "get_issue_details",
            details(json!(id)),
            details(json!("WEB-1A")),
            "",
        )
        .await;
    }
    let url = "https://acme.sentry.io/issues/WEB-1A/";
    let note = "`issueId` is an address and was taken for `issueUrl`";
    taken(
        "get_issue_details",
        details(json!(url)),
        of_acme(&json!({ "issueUrl": url })),
        note,
    )
    .await;
    named(
        "get_event_stacktrace",
        details(json!(url)),
        &["`issueId`", "short id"],
    )
    .await;
    let dashed = "01234567-89AB-cdef-0123-456789abcdef";
    for tool in [
        "get_issue_details",
        "get_issue_breadcrumbs",
        "get_event_stacktrace",
    ] {
        let of = |event: &str| of_acme(&json!({ "issueId": "WEB-1A", "eventId": event }));
        taken(tool, of(dashed), of(E), "").await;
        for latest in ["latest", "LATEST", " Latest "] {
            taken(
                tool,
                of(latest),
                of_acme(&json!({ "issueId": "WEB-1A" })),
                "",
            )
            .await;
        }
        let oldest = both(tool, of("oldest")).await;
        assert!(
            oldest
                .sent
                .iter()
                .any(|line| line.contains("/events/oldest/")),
            "{tool}: {:?}",
            oldest.sent
        );
        named(tool, of("4be71c"), &["`eventId`", "32 hexadecimal digits"]).await;
    }
    for slug in [
        "https://lighthouse-books.sentry.io",
        "@lighthouse-books",
        "lighthouse books",
    ] {
        named(
            "search_issues",
            json!({ "organizationSlug": slug }),
            &["`organizationSlug` must begin with"],
        )
        .await;
    }
    for period in [
        json!("24 hours"),
        json!("24H"),
        json!("1d"),
        json!("last 24 hours"),
    ] {
        taken(
            "search_issues",
            of_acme(&json!({ "period": period })),
            of_acme(&json!({ "period": "24h" })),
            "",
        )
        .await;
    }
    taken(
        "search_issues",
        of_acme(&json!({ "period": "2w" })),
        of_acme(&json!({ "period": "14d" })),
        "",
    )
    .await;
    for period in [json!(14), json!("14"), json!("5d"), json!("yesterday")] {
        named(
            "search_issues",
            of_acme(&json!({ "period": period })),
            &["`period`", "24h, 7d, 14d, 30d, 90d"],
        )
        .await;
    }
    taken(
        "search_events",
        of_acme(&json!({ "period": "3 days" })),
        of_acme(&json!({ "period": "3d" })),
        "",
    )
    .await;
    taken(
        "search_issues",
        of_acme(&json!({ "sort": "-date" })),
        of_acme(&json!({ "sort": "date" })),
        "",
    )
    .await;
    named(
        "search_issues",
        of_acme(&json!({ "sort": "lastSeen" })),
        &["`sort`", "date, freq, new, user, recommended"],
    )
    .await;
    taken(
        "search_events",
        of_acme(&json!({ "dataset": "error" })),
        of_acme(&json!({ "dataset": "errors" })),
        "",
    )
    .await;
    taken(
        "search_events",
        of_acme(&json!({ "dataset": "Spans" })),
        of_acme(&json!({ "dataset": "spans" })),
        "",
    )
    .await;
    named(
        "search_events",
        of_acme(&json!({ "dataset": "transactions" })),
        &["`dataset`", "spans, errors"],
    )
    .await;
    let resolved = |status: &str| of_acme(&json!({ "issueId": "WEB-1A", "status": status }));
    taken(
        "update_issue",
        resolved("Resolved"),
        resolved("resolved"),
        "",
    )
    .await;
    taken(
        "update_issue",
        resolved("resolved_in_next_release"),
        resolved("resolvedInNextRelease"),
        "",
    )
    .await;
}
