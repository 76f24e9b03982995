//! Arguments as models write them: taken for what they can only mean, or named. Each row is called directly and through
//! `execute_sentry_tool`.
// file rule: mcp/arguments-as-written: arguments as models write them are taken, or named; nothing is dropped without a word

use fetch::Method;
use fetch::scripted::Scripted;
use mcp::{Content, Handler, Input, Outcome, ToolCall};
use sentry_tools::{Constraint, Session};
use serde_json::{Map, Value, json};

use crate::fixture::{BASE, Script, session, slug, world_of};
use crate::sentry::full;

const E: &str = "0123456789abcdef0123456789abcdef";

struct Came {
    is_error: bool,
    /// All of it, the notes too.
    words: String,
    /// Method, URL and body of each request.
    sent: Vec<String>,
}

fn sentry() -> Scripted {
    let event = crate::sentry::event();
    let script = full()
        .get("/organizations/acme/issues/WEB-1A/events/oldest/", &event)
        .get("/organizations/acme/issues/4501/events/oldest/", &event)
        .get(
            &format!("/organizations/acme/issues/WEB-1A/events/{E}/"),
            &event,
        )
        .get("/organizations/acme/issues/4501/", &crate::sentry::issue())
        .get("/organizations/acme/issues/4501/events/latest/", &event);
    ["till", "web"].iter().fold(script, |script, project| {
        script.get(
            &format!("/projects/acme/{project}/"),
            &json!({ "id": "5", "slug": project }),
        )
    })
}

async fn call_in(session: Session, name: &str, arguments: Value) -> Came {
    let world = world_of(BASE, session, sentry());
    let result = world.call(name, arguments.clone()).await;
    let result = result.unwrap_or_else(|error| panic!("{name} {arguments}: {error:?}"));
    let mut words = String::new();
    for content in &result.content {
        let Content::Text { text } = content else {
            panic!("text")
        };
        words.push_str(text);
        words.push('\n');
    }
    let requests = world.sentry.requests();
    let sent = requests.iter().map(|request| {
        let body = request
            .body
            .as_ref()
            .map(|body| String::from_utf8_lossy(body).into_owned());
        format!(
            "{} {} {}",
            request.method.as_str(),
            request.url.as_str().replace(BASE, ""),
            body.unwrap_or_default()
        )
    });
    Came {
        is_error: result.is_error,
        words,
        sent: sent.collect(),
    }
}

async fn call(name: &str, arguments: Value) -> Came {
    call_in(session(), name, arguments).await
}

/// Directly, and through the tool that stands for others: the same comes of both.
async fn both(name: &str, arguments: Value) -> Came {
    let direct = call(name, arguments.clone()).await;
    for arguments in [arguments.clone(), arguments.to_string().into()] {
        let through = call(
            "execute_sentry_tool",
            json!({ "name": name, "arguments": arguments }),
        )
        .await;
        assert_eq!(through.words, direct.words, "{name} {arguments}");
        assert_eq!(through.sent, direct.sent, "{name} {arguments}");
    }
    direct
}

fn of_acme(more: &Value) -> Value {
    let mut arguments = json!({ "organizationSlug": "acme" });
    arguments
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    arguments
}

/// The call is as if it had been written as the schema says; `note` is in the answer, and nothing where it is empty.
async fn taken(name: &str, written: Value, plain: Value, note: &str) {
    let came = both(name, written.clone()).await;
    let as_declared = call(name, plain).await;
    assert!(!came.is_error, "{name} {written}: {}", came.words);
    assert_eq!(
        came.sent, as_declared.sent,
        "{name} {written}: {}",
        came.words
    );
    assert!(
        came.words.contains(note),
        "{name} {written}: {}",
        came.words
    );
    if note.is_empty() {
        assert_eq!(came.words, as_declared.words, "{name} {written}");
    }
}

/// An error that names what was sent and what is meant; nothing is asked of Sentry.
async fn named(name: &str, written: Value, parts: &[&str]) {
    let came = both(name, written.clone()).await;
    assert!(came.is_error, "{name} {written}: {}", came.words);
    assert!(came.sent.is_empty(), "{name} {written}: {:?}", came.sent);
    for part in parts {
        assert!(
            came.words.contains(part),
            "{name} {written}: {part} in {}",
            came.words
        );
    }
}

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

#[tokio::test]
async fn arguments_of_the_tool_that_stands_for_others() {
    let plain = call(
        "get_issue_details",
        of_acme(&json!({ "issueId": "WEB-1A" })),
    )
    .await;
    let arguments = json!({ "organizationSlug": "acme", "issueId": "WEB-1A" });
    for written in [
        json!({ "name": "get_issue_details", "arguments": arguments.to_string() }),
        json!({ "name": "get_issue_details", "args": arguments }),
        json!({ "name": "get_issue_details", "params": arguments.to_string() }),
        json!({ "name": "get_issue_details", "input": arguments, "arguments": {} }),
        json!({ "name": "get_issue_details", "organizationSlug": "acme", "issueId": "WEB-1A" }),
        json!({ "name": "get_issue_details", "organizationSlug": "acme", "issueId": "WEB-1A", "arguments": null }),
        json!({ "tool": "get_issue_details", "arguments": arguments }),
        json!({ "toolName": "get_issue_details", "arguments": arguments }),
        json!({ "tool_name": "get_issue_details", "tool_arguments": arguments }),
        json!({ "name": "sentry__get_issue_details", "arguments": arguments }),
        json!({ "name": "mcp__sentry__get_issue_details", "arguments": arguments }),
        json!({ "name": "get-issue-details", "arguments": arguments }),
        json!({ "name": "getIssueDetails", "arguments": arguments }),
    ] {
        let came = call("execute_sentry_tool", written.clone()).await;
        assert_eq!(
            (came.words, came.sent),
            (plain.words.clone(), plain.sent.clone()),
            "{written}"
        );
    }
    for arguments in [
        json!("{}"),
        json!(""),
        json!([]),
        json!({}),
        Value::Null,
        json!("null"),
        json!("[]"),
    ] {
        let came = call(
            "execute_sentry_tool",
            json!({ "name": "find_organizations", "arguments": arguments }),
        )
        .await;
        assert!(!came.is_error, "{arguments}: {}", came.words);
    }
    for (written, part) in [
        (
            json!({ "name": "get_issue_details", "arguments": "not json" }),
            "text of a JSON object",
        ),
        (
            json!({ "name": "get_issue_details", "arguments": ["x"] }),
            "must be an object",
        ),
        (
            json!({ "name": "get_issue_details", "arguments": 5 }),
            "must be an object",
        ),
        (
            json!({ "name": "get_issue_detail", "arguments": arguments }),
            "`get_issue_details`",
        ),
        (
            json!({ "name": "getIssue", "arguments": arguments }),
            "`get_issue_details`",
        ),
        (
            json!({ "name": "updateIssue", "arguments": arguments }),
            "`update_issue`",
        ),
        (
            json!({ "name": "sentry__create_dsn", "arguments": arguments }),
            "`create_dsn`",
        ),
        (
            json!({ "name": "nothing_like_it", "arguments": arguments }),
            "search_sentry_tools",
        ),
        (
            json!({ "name": "execute_sentry_tool", "arguments": arguments }),
            "There is no tool",
        ),
        (
            json!({ "name": "get_issue_details", "tool": "update_issue", "arguments": arguments }),
            "something else",
        ),
        (
            json!({ "name": "get_issue_details", "issueId": "WEB-2", "arguments": arguments }),
            "`issueId` stands beside",
        ),
        (json!({ "arguments": arguments }), "`name`"),
        (json!({}), "`name`"),
    ] {
        let came = call("execute_sentry_tool", written.clone()).await;
        assert!(
            came.is_error && came.sent.is_empty(),
            "{written}: {}",
            came.words
        );
        assert!(
            came.words.contains(part),
            "{written}: {part} in {}",
            came.words
        );
    }
}

#[tokio::test]
async fn nothing_in_every_spelling() {
    for nothing in [Value::Null, json!(""), json!("  "), json!("\n")] {
        for name in [
            "projectSlugOrId",
            "regionUrl",
            "sort",
            "period",
            "limit",
            "includeExplanation",
        ] {
            taken(
                "search_issues",
                of_acme(&json!({ name: nothing })),
                of_acme(&json!({})),
                "",
            )
            .await;
        }
        for name in ["issueUrl", "eventId", "regionUrl"] {
            let plain = of_acme(&json!({ "issueId": "WEB-1A" }));
            taken(
                "get_issue_details",
                of_acme(&json!({ "issueId": "WEB-1A", name: nothing })),
                plain,
                "",
            )
            .await;
        }
        let plain = of_acme(&json!({ "issueId": "WEB-1A" }));
        taken(
            "get_event_stacktrace",
            of_acme(&json!({ "issueId": "WEB-1A", "thread": nothing })),
            plain,
            "",
        )
        .await;
        taken(
            "search_events",
            of_acme(&json!({ "environment": nothing })),
            of_acme(&json!({})),
            "",
        )
        .await;
        taken(
            "search_events",
            of_acme(&json!({ "environment": [nothing] })),
            of_acme(&json!({})),
            "",
        )
        .await;
        let resolved = of_acme(&json!({ "issueId": "WEB-1A", "status": "resolved" }));
        for more in [
            json!({ "reason": nothing }),
            json!({ "assignedTo": nothing, "ignoreCount": nothing, "ignoreMode": nothing }),
        ] {
            let mut written = resolved.clone();
            written
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            taken("update_issue", written, resolved.clone(), "").await;
        }
        // Unknown, but nothing was said with it.
        taken(
            "update_issue",
            of_acme(&json!({ "issueId": "WEB-1A", "status": "resolved", "verbose": nothing })),
            resolved.clone(),
            "",
        )
        .await;
    }
    let every = both("search_issues", of_acme(&json!({ "query": "" }))).await;
    assert!(every.sent[0].contains("query=&"), "{:?}", every.sent);
    taken(
        "search_issues",
        of_acme(&json!({ "query": null })),
        of_acme(&json!({})),
        "",
    )
    .await;
    for word in ["null", "None", "undefined"] {
        let note = format!("`projectSlugOrId` `{word}` was taken as not sent");
        taken(
            "search_issues",
            of_acme(&json!({ "projectSlugOrId": word })),
            of_acme(&json!({})),
            &note,
        )
        .await;
        let note = format!("`environment` `{word}` was taken as not sent");
        taken(
            "search_events",
            of_acme(&json!({ "environment": word })),
            of_acme(&json!({})),
            &note,
        )
        .await;
        let note = format!("`regionUrl` `{word}` was taken as not sent");
        taken(
            "search_issues",
            of_acme(&json!({ "regionUrl": word })),
            of_acme(&json!({})),
            &note,
        )
        .await;
        let note = format!("`eventId` `{word}` was taken as not sent");
        let plain = of_acme(&json!({ "issueId": "WEB-1A" }));
        taken(
            "get_issue_details",
            of_acme(&json!({ "issueId": "WEB-1A", "eventId": word })),
            plain,
            &note,
        )
        .await;
        named(
            "search_issues",
            json!({ "organizationSlug": word }),
            &["`organizationSlug` is required"],
        )
        .await;
        // In a free text such a word may be meant.
        taken(
            "search_issues",
            of_acme(&json!({ "query": word })),
            of_acme(&json!({ "query": word })),
            "",
        )
        .await;
    }
}

/// `null` and the empty text unassign where that is all that is to be changed.
#[tokio::test]
async fn nobody() {
    let puts = |came: &Came| {
        came.sent
            .iter()
            .filter(|line| line.starts_with("PUT"))
            .cloned()
            .collect::<Vec<_>>()
    };
    for nobody in [
        Value::Null,
        json!(""),
        json!(" "),
        json!("null"),
        json!("None"),
        json!("nobody"),
    ] {
        let came = both(
            "update_issue",
            of_acme(&json!({ "issueId": "WEB-1A", "assignedTo": nobody })),
        )
        .await;
        assert!(!came.is_error, "{nobody}: {}", came.words);
        assert!(
            puts(&came)[0].contains("{\"assignedTo\":\"\"}"),
            "{nobody}: {:?}",
            came.sent
        );
    }
    let arguments =
        of_acme(&json!({ "issueId": "WEB-1A", "assignedTo": "nobody", "status": "resolved" }));
    let came = both("update_issue", arguments).await;
    assert!(
        puts(&came)[0].contains("\"assignedTo\":\"\""),
        "{:?}",
        came.sent
    );
    let came = both(
        "update_issue",
        of_acme(&json!({ "issueId": "WEB-1A", "assignedTo": null, "status": "resolved" })),
    )
    .await;
    assert!(!puts(&came)[0].contains("assignedTo"), "{:?}", came.sent);
    named(
        "update_issue",
        of_acme(&json!({ "issueId": "WEB-1A" })),
        &["`status`", "`assignedTo`"],
    )
    .await;
}

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

/// What a tool that changes something does not know is refused, and nothing is done.
#[tokio::test]
async fn a_change_with_something_unknown_is_refused() {
    for (tool, arguments) in [
        (
            "update_issue",
            json!({ "issueId": "WEB-1A", "status": "resolved" }),
        ),
        (
            "add_issue_note",
            json!({ "issueId": "WEB-1A", "text": "x" }),
        ),
        ("create_dsn", json!({ "projectSlug": "web", "name": "x" })),
        ("analyze_issue_with_seer", json!({ "issueId": "WEB-1A" })),
    ] {
        for (unknown, value) in [
            ("verbose", json!(true)),
            ("onlyIf", json!({ "a": 1 })),
            ("dry_run", json!(true)),
            ("confirm", json!(true)),
        ] {
            let mut written = of_acme(&arguments);
            written[unknown] = value;
            named(
                tool,
                written,
                &["Nothing was done", &format!("`{unknown}`"), tool],
            )
            .await;
        }
    }
}

/// A name that is near counts for what the session's URL fixes exactly as the name itself.
#[tokio::test]
async fn no_spelling_leaves_the_session() {
    let project = Session {
        constraint: Constraint::Project {
            organization: slug("acme"),
            project: slug("web"),
        },
        ..session()
    };
    for (name, value) in [
        ("organization", "rival"),
        ("org", "rival"),
        ("organization_slug", "rival"),
        ("ORGANIZATIONSLUG", "rival"),
        ("project", "rival"),
        ("project_slug", "rival"),
        ("projectSlugOrId", "rival"),
        ("projectId", "99"),
        ("region", "https://evil.example"),
        ("region_url", "https://evil.example"),
    ] {
        for (tool, arguments) in [
            ("search_issues", json!({})),
            ("search_events", json!({})),
            ("get_issue_details", json!({ "issueId": "WEB-1A" })),
            (
                "update_issue",
                json!({ "issueId": "WEB-1A", "status": "resolved" }),
            ),
            ("create_dsn", json!({ "name": "x" })),
        ] {
            let plain = call_in(project.clone(), tool, arguments.clone()).await;
            let mut written = arguments;
            written[name] = value.into();
            let is_own = sentry_tools::reference::schema_of(tool)
                .unwrap()
                .to_string()
                .contains("roject");
            if name.to_lowercase().contains("project") && !is_own {
                continue;
            }
            let came = call_in(project.clone(), tool, written.clone()).await;
            assert_eq!(came.sent, plain.sent, "{tool} {written}");
            let through = json!({ "name": tool, "arguments": written.to_string() });
            let came = call_in(project.clone(), "execute_sentry_tool", through).await;
            assert_eq!(came.sent, plain.sent, "{tool} {written}");
        }
    }
}

/// What a person is asked is what is then done: the tool's own names and values, whatever they were sent as.
#[tokio::test]
async fn a_confirmation_shows_what_runs() {
    let world = world_of(BASE, session(), sentry());
    let mut input = Input::default();
    input.client.elicitation = true;
    let written = json!({ "org": "acme", "project": "web", "name": " Till 3 " });
    let Value::Object(written) = written else {
        panic!()
    };
    for (tool, arguments) in [
        ("create_dsn", written.clone()),
        (
            "execute_sentry_tool",
            [
                ("tool".to_owned(), json!("create_dsn")),
                ("args".to_owned(), Value::Object(written).to_string().into()),
            ]
            .into_iter()
            .collect::<Map<_, _>>(),
        ),
    ] {
        let call = ToolCall::new(tool, arguments).with_input(input.clone());
        let Ok(Outcome::InputRequired(question)) = world.server.call_tool(call).await else {
            panic!("a person is asked")
        };
        let params: Value = serde_json::from_str(&question.requests[0].1.params).unwrap();
        let message = params["message"].as_str().unwrap();
        for part in [
            "\"organizationSlug\": \"acme\"",
            "\"projectSlug\": \"web\"",
            "\"name\": \"Till 3\"",
        ] {
            assert!(message.contains(part), "{message}");
        }
        assert!(!message.contains("org\""), "{message}");
    }
    assert!(
        world
            .sentry
            .requests()
            .iter()
            .all(|request| request.method == Method::Get)
    );
}

/// Whoever asks a person before a call knows what the server would run, and that a call in another shape is one to refuse.
#[tokio::test]
async fn what_stands_behind_a_call_is_told_as_it_runs() {
    let target = sentry_tools::targets(&Constraint::None);
    let of = |written: Value| target("execute_sentry_tool", written.as_object().unwrap()).unwrap();
    let arguments =
        json!({ "organizationSlug": "acme", "issueId": "WEB-1A", "status": "resolved" });
    let plain = of(json!({ "name": "update_issue", "arguments": arguments }));
    assert!(plain.changes && plain.foreign.is_none() && plain.name == "update_issue");
    for written in [
        json!({ "name": "update_issue", "arguments": arguments.to_string() }),
        json!({ "tool": "update_issue", "arguments": arguments }),
        json!({ "name": "update_issue", "args": arguments }),
        json!({ "name": "update_issue", "arguments": arguments, "status": "unresolved" }),
        json!({ "name": "update_issue", "arguments": "not json" }),
        json!({ "name": " update_issue ", "arguments": arguments, "tool": "whoami" }),
        json!({ "name": "update_issue", "organizationSlug": "acme", "issueId": "WEB-1A", "status": "resolved" }),
        json!({ "name": "update_issue", "arguments": { "org": "acme", "issueId": "WEB-1A", "status": "resolved" } }),
    ] {
        let target = of(written.clone());
        assert!(
            target.changes && target.name == "update_issue",
            "{written}: {target:?}"
        );
        assert!(target.foreign.is_some(), "{written}: {target:?}");
    }
    for name in ["updateIssue", "sentry__update_issue", "update-issue"] {
        let written = json!({ "name": name, "arguments": arguments });
        assert!(!of(written.clone()).changes, "{name}");
        let came = call("execute_sentry_tool", written).await;
        assert!(
            came.is_error && came.sent.is_empty(),
            "{name}: it runs nothing"
        );
    }
}
