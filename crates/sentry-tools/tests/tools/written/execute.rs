//! Arguments of the tool that stands for others.
// file rule: mcp/arguments-as-written

use super::*;

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
