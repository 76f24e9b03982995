//! What an agent reads when Sentry does not answer as hoped: for every tool, each failure.

use std::time::Duration;

use fetch::FetchError;
use fetch::scripted::Scripted;
use mcp::CallError;
use sentry_tools::Refusal;
use serde_json::{Value, json};

use crate::fixture::{Script, World, world};

/// Each tool with arguments, and the first path that it asks.
fn calls() -> [(&'static str, Value, &'static str); 5] {
    [
        ("whoami", json!({}), "/auth/"),
        (
            "find_organizations",
            json!({ "query": "ac" }),
            "/organizations/",
        ),
        (
            "find_projects",
            json!({ "organizationSlug": "acme" }),
            "/organizations/acme/projects/",
        ),
        (
            "search_issues",
            json!({ "organizationSlug": "acme" }),
            "/organizations/acme/issues/",
        ),
        (
            "get_issue_details",
            json!({ "organizationSlug": "acme", "issueId": "WEB-1A" }),
            "/organizations/acme/issues/WEB-1A/",
        ),
    ]
}

async fn words(tool: &str, arguments: &Value, script: Scripted) -> String {
    // The other half of get_issue_details, which is asked at the same time.
    let script = script.fails("/organizations/acme/issues/WEB-1A/events/latest/", 404);
    let words = world(script).error(tool, arguments.clone()).await;
    assert!(!words.contains("upstream words"), "{words}");
    words
}

#[tokio::test]
async fn not_there_and_not_allowed_name_what_was_used() {
    for (tool, arguments, path) in calls() {
        for status in [403, 404] {
            let words = words(tool, &arguments, Scripted::new().fails(path, status)).await;
            for (name, value) in arguments.as_object().unwrap() {
                let used = format!("{name} `{}`", value.as_str().unwrap());
                assert!(words.contains(&used), "{tool} {status}: {words}");
            }
        }
    }
}

#[tokio::test]
async fn a_rate_limit_says_when() {
    for (tool, arguments, path) in calls() {
        let words = words(tool, &arguments, Scripted::new().fails(path, 429)).await;
        assert!(words.contains("Try again in 42 s."), "{words}");
    }
}

#[tokio::test]
async fn trouble_upstream_names_the_request() {
    for (tool, arguments, path) in calls() {
        for script in [
            Scripted::new().fails(path, 500),
            Scripted::new().fails(path, 503),
            Scripted::new().breaks(path, FetchError::Timeout(Duration::from_secs(30))),
            Scripted::new().breaks(path, FetchError::Unreachable("dns".to_owned())),
            Scripted::new().breaks(path, FetchError::TooLarge(1)),
            Scripted::new().get(path, &json!("odd")),
            Scripted::new().get(path, &json!({})),
        ] {
            let words = words(tool, &arguments, script).await;
            assert!(words.contains("`req-1`"), "{tool}: {words}");
        }
    }
}

#[tokio::test]
async fn the_end_of_the_sign_in_is_the_transports_to_say() {
    for (tool, arguments, path) in calls() {
        let script = Scripted::new()
            .fails(path, 401)
            .fails("/organizations/acme/issues/WEB-1A/events/latest/", 401);
        let result = world(script).call(tool, arguments).await;
        assert_eq!(
            result.unwrap_err(),
            CallError::Refused(Refusal::Unauthorized),
            "{tool}"
        );
    }
}

#[tokio::test]
async fn an_unknown_tool() {
    let world: World = world(Scripted::new());
    for name in ["", "nope", "WHOAMI", "whoami "] {
        assert_eq!(
            world.call(name, json!({})).await.unwrap_err(),
            CallError::Unknown
        );
    }
}
