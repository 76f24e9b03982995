//! Names that are near to a parameter's.
// file rule: mcp/arguments-as-written

use super::*;

#[tokio::test]
async fn names_that_are_near() {
    let issues = |more: Value| of_acme(&more);
    for name in [
        "organization_slug",
        "orgSlug",
        "organization",
        "org",
        "OrganizationSlug",
        "organization-slug",
    ] {
        let note = format!("`{name}` was taken for `organizationSlug`");
        taken(
            "search_issues",
            json!({ name: "acme" }),
            issues(json!({})),
            &note,
        )
        .await;
    }
    for name in ["issue_id", "issueID", "issue", "id", "shortId"] {
        let note = format!("`{name}` was taken for `issueId`");
        taken(
            "get_issue_details",
            issues(json!({ name: "WEB-1A" })),
            issues(json!({ "issueId": "WEB-1A" })),
            &note,
        )
        .await;
    }
    let url = "https://acme.sentry.io/issues/WEB-1A/";
    for name in ["url", "issue_url", "issueURL", "link"] {
        let note = format!("`{name}` was taken for `issueUrl`");
        taken(
            "get_issue_details",
            json!({ name: url }),
            json!({ "issueUrl": url }),
            &note,
        )
        .await;
    }
    for name in ["event_id", "event"] {
        let note = format!("`{name}` was taken for `eventId`");
        let plain = issues(json!({ "issueId": "WEB-1A", "eventId": E }));
        taken(
            "get_issue_details",
            issues(json!({ "issueId": "WEB-1A", name: E })),
            plain,
            &note,
        )
        .await;
    }
    for name in ["statsPeriod", "timeRange", "stats_period"] {
        let note = format!("`{name}` was taken for `period`");
        for tool in ["search_issues", "search_events"] {
            taken(
                tool,
                issues(json!({ name: "24h" })),
                issues(json!({ "period": "24h" })),
                &note,
            )
            .await;
        }
    }
    for name in [
        "naturalLanguageQuery",
        "q",
        "natural_language_query",
        "searchQuery",
    ] {
        for tool in ["search_issues", "search_events", "search_issue_events"] {
            let written = issues(json!({ "issueId": "WEB-1A", name: "crashes on pier 3" }));
            named(
                tool,
                written,
                &[&format!("`{name}`"), "`query`", "search syntax"],
            )
            .await;
        }
    }
    for name in ["project", "projectSlug", "project_slug", "projectId"] {
        let note = format!("`{name}` was taken for `projectSlugOrId`");
        taken(
            "search_issues",
            issues(json!({ name: "till" })),
            issues(json!({ "projectSlugOrId": "till" })),
            &note,
        )
        .await;
    }
    let note = "`projectSlugOrId` was taken for `projectSlug`";
    taken(
        "search_events",
        issues(json!({ "projectSlugOrId": "till" })),
        issues(json!({ "projectSlug": "till" })),
        note,
    )
    .await;
    for (name, value) in [
        ("environment", "production"),
        ("level", "fatal"),
        ("release", "1.4.0"),
        ("status", "resolved"),
    ] {
        named(
            "search_issues",
            issues(json!({ name: value })),
            &[&format!("`{name}`"), "`query`", "environment:production"],
        )
        .await;
    }
    let note = "Not known here and not used: `environment`.";
    taken(
        "find_projects",
        issues(json!({ "environment": "production" })),
        issues(json!({})),
        note,
    )
    .await;
    for name in ["per_page", "max_results", "perPage"] {
        let note = format!("`{name}` was taken for `limit`");
        taken(
            "search_issues",
            issues(json!({ name: 3 })),
            issues(json!({ "limit": 3 })),
            &note,
        )
        .await;
    }
    for name in ["start", "end", "since"] {
        for tool in ["search_events", "search_issues"] {
            named(
                tool,
                issues(json!({ name: "2026-11-20T00:00:00Z" })),
                &[&format!("`{name}`"), "`period`"],
            )
            .await;
        }
    }
    taken(
        "search_events",
        issues(json!({ "field": ["title"] })),
        issues(json!({ "fields": ["title"] })),
        "`field` was taken for `fields`",
    )
    .await;
    taken(
        "search_events",
        issues(json!({ "orderby": "-timestamp" })),
        issues(json!({ "sort": "-timestamp" })),
        "`orderby` was taken for `sort`",
    )
    .await;
    let unknown = "Not known here and not used: `verbose`.";
    taken(
        "search_issues",
        issues(json!({ "verbose": true })),
        issues(json!({})),
        unknown,
    )
    .await;
    let unknown = "Not known here and not used: `includeStacktrace`.";
    taken(
        "get_issue_details",
        issues(json!({ "issueId": "WEB-1A", "includeStacktrace": true })),
        issues(json!({ "issueId": "WEB-1A" })),
        unknown,
    )
    .await;
    taken(
        "whoami",
        json!({ "verbose": true }),
        json!({}),
        "Not known here and not used: `verbose`.",
    )
    .await;
    taken(
        "get_sentry_resource",
        json!({ "issueUrl": url }),
        json!({ "url": url }),
        "`issueUrl` was taken for `url`",
    )
    .await;
    taken(
        "get_sentry_resource",
        issues(json!({ "issueId": "WEB-1A" })),
        issues(json!({ "resourceType": "issue", "resourceId": "WEB-1A" })),
        "for `resourceId`",
    )
    .await;
    named(
        "get_event_stacktrace",
        json!({ "issueUrl": url }),
        &["`issueUrl`", "`organizationSlug` and `issueId` together"],
    )
    .await;
    // Two names that say two things are a question, not a choice.
    named(
        "get_issue_details",
        issues(json!({ "issueId": "WEB-1A", "issue_id": "WEB-2" })),
        &["`issueId`", "`issue_id`", "different things"],
    )
    .await;
    taken(
        "get_issue_details",
        issues(json!({ "issueId": "WEB-1A", "issue_id": "WEB-1A" })),
        issues(json!({ "issueId": "WEB-1A" })),
        "",
    )
    .await;
}
