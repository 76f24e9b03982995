//! Text where an object, a list, a number or a flag is due.
// file rule: mcp/arguments-as-written

use super::*;

#[tokio::test]
async fn text_where_another_type_is_due() {
    let events = |more: Value| of_acme(&more);
    for (written, plain) in [
        (
            json!({ "fields": "[\"title\", \"count()\"]" }),
            json!({ "fields": ["title", "count()"] }),
        ),
        (json!({ "fields": "title" }), json!({ "fields": ["title"] })),
        (
            json!({ "fields": "title, count()" }),
            json!({ "fields": ["title", "count()"] }),
        ),
        (
            json!({ "fields": "title,count_if(level,equals,error)" }),
            json!({ "fields": ["title", "count_if(level,equals,error)"] }),
        ),
        (json!({ "fields": "[]" }), json!({})),
        (json!({ "fields": [] }), json!({})),
        (
            json!({ "fields": ["title", null, ""] }),
            json!({ "fields": ["title"] }),
        ),
        (
            json!({ "environment": "[\"production\", \"pier-test\"]" }),
            json!({ "environment": ["production", "pier-test"] }),
        ),
        (json!({ "environment": "[]" }), json!({})),
        (
            json!({ "environment": "production,pier-test" }),
            json!({ "environment": ["production", "pier-test"] }),
        ),
        (
            json!({ "environment": "production" }),
            json!({ "environment": ["production"] }),
        ),
        (json!({ "limit": "5" }), json!({ "limit": 5 })),
        (
            json!({ "includeExplanation": "true" }),
            json!({ "includeExplanation": true }),
        ),
    ] {
        taken("search_events", events(written), events(plain), "").await;
    }
    for (written, is) in [
        (json!("true"), true),
        (json!("True"), true),
        (json!("TRUE"), true),
        (json!(1), true),
        (json!("1"), true),
        (json!("false"), false),
        (json!("False"), false),
        (json!(0), false),
        (json!("0"), false),
    ] {
        let plain = of_acme(&json!({ "includeExplanation": is }));
        taken(
            "search_issues",
            of_acme(&json!({ "includeExplanation": written })),
            plain,
            "",
        )
        .await;
    }
    taken(
        "get_issue_activity",
        of_acme(&json!({ "issueId": "WEB-1A", "includeComments": "false" })),
        of_acme(&json!({ "issueId": "WEB-1A", "includeComments": false })),
        "",
    )
    .await;
    for limit in [json!("5"), json!("5.0"), json!(5.0), json!(" 5 ")] {
        taken(
            "search_issues",
            of_acme(&json!({ "limit": limit })),
            of_acme(&json!({ "limit": 5 })),
            "",
        )
        .await;
    }
    for limit in [
        json!(500),
        json!(0),
        json!(-1),
        json!(5.5),
        json!("many"),
        json!(true),
        json!([5]),
        json!({ "a": 5 }),
    ] {
        named(
            "search_issues",
            of_acme(&json!({ "limit": limit })),
            &["`limit`", "1 to 100"],
        )
        .await;
    }
    taken(
        "get_issue_details",
        of_acme(&json!({ "issueId": 4501 })),
        of_acme(&json!({ "issueId": "4501" })),
        "",
    )
    .await;
    taken(
        "get_event_stacktrace",
        of_acme(&json!({ "issueId": "WEB-1A", "thread": 1 })),
        of_acme(&json!({ "issueId": "WEB-1A", "thread": "1" })),
        "",
    )
    .await;
    taken(
        "search_issues",
        of_acme(&json!({ "query": ["level:error"] })),
        of_acme(&json!({ "query": "level:error" })),
        "",
    )
    .await;
    named(
        "search_issues",
        of_acme(&json!({ "query": ["a", "b"] })),
        &["`query`", "a string"],
    )
    .await;
    named(
        "search_issues",
        of_acme(&json!({ "includeExplanation": "maybe" })),
        &["`includeExplanation`", "true or false"],
    )
    .await;
    named(
        "search_events",
        of_acme(&json!({ "fields": [{ "name": "title" }] })),
        &["`fields`", "a list"],
    )
    .await;
}
