//! What an agent reads when Sentry does not answer as hoped: for every tool, each failure.
// file rule: mcp/failures-in-words: failures in words, for every tool

use std::time::Duration;

use fetch::scripted::Scripted;
use fetch::{FetchError, Method, Response};
use mcp::CallError;
use sentry_tools::Refusal;
use serde_json::{Value, json};

use crate::fixture::{World, world};
use crate::sentry::{answers, calls, script, url};

/// The Sentry that has everything, but for what one path answers to any method.
fn without(path: &str) -> Scripted {
    let mut answers = answers();
    answers.retain(|answer| answer.path != path);
    // Notes stand in for activity where the server has only those.
    if path.ends_with("/activities/") {
        answers.retain(|answer| !answer.path.ends_with("/notes/"));
    }
    script(&answers)
}

fn fails(script: Scripted, path: &str, status: u16) -> Scripted {
    let headers = match status {
        429 => vec![("retry-after".to_owned(), "42".to_owned())],
        _ => vec![],
    };
    // Where older servers have the same.
    let script = match path.split_once("agents/conversations/") {
        Some((before, after)) => {
            let url = url(&[before, "ai-conversations/", after].concat());
            script.json(Method::Get, &url, status, r#"{"detail":"upstream words"}"#)
        }
        None => script,
    };
    all_methods(
        script,
        path,
        &Ok(Response {
            status,
            headers,
            body: br#"{"detail":"upstream words"}"#.to_vec(),
        }),
    )
}

fn all_methods(script: Scripted, path: &str, answer: &Result<Response, FetchError>) -> Scripted {
    let url = url(path);
    [Method::Get, Method::Post, Method::Put, Method::Delete]
        .into_iter()
        .fold(script, |script, method| {
            script.on(method, &url, answer.clone())
        })
}

async fn words(tool: &str, arguments: &Value, script: Scripted) -> String {
    let words = world(script).error(tool, arguments.clone()).await;
    assert!(!words.contains("upstream words"), "{words}");
    words
}

#[test]
fn every_tool_is_tried() {
    let tried: Vec<_> = calls().iter().map(|(tool, ..)| *tool).collect();
    // They ask nothing of the person's Sentry.
    let itself = [
        "submit_feedback_to_sentry_team",
        "search_sentry_tools",
        "execute_sentry_tool",
        "get_sentry_mcp_info",
    ];
    let missing: Vec<_> = sentry_tools::reference::names()
        .filter(|name| !tried.contains(name) && !itself.contains(name))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[tokio::test]
async fn not_there_and_not_allowed_name_what_was_used() {
    for (tool, arguments, path) in calls() {
        for status in [403, 404] {
            let gone = ["delete_custom_inbound_filter", "delete_uptime_monitor"];
            if status == 404 && gone.contains(&tool) {
                // What is not there counts as deleted.
                continue;
            }
            let words = words(tool, &arguments, fails(without(path), path, status)).await;
            for (name, value) in arguments.as_object().unwrap() {
                // What a resource is called is passed on under its own name.
                let name = match (tool, name.as_str()) {
                    ("get_sentry_resource", "resourceType") => continue,
                    (_, name) => name,
                };
                let value = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                // What is long is cut.
                let start: String = value.chars().take(60).collect();
                let used = format!("{name} `{start}");
                assert!(words.contains(&used), "{tool} {status}: {words}");
            }
        }
    }
}

#[tokio::test]
async fn an_endpoint_that_not_every_server_has_is_not_the_organizations_fault() {
    let optional = [
        ("get_trace_details", "traces"),
        ("get_span_details", "traces"),
        ("get_issue_activity", "activity"),
        ("find_dropped_events", "dropped events"),
        ("search_agent_conversations", "conversations with AI agents"),
        ("find_custom_inbound_filters", "custom inbound filters"),
        ("get_issue_user_reports", "user reports"),
    ];
    for (tool, what) in optional {
        let mut calls = calls().into_iter();
        let (tool, arguments, path) = calls.find(|(name, ..)| *name == tool).unwrap();
        let mut answers = answers();
        answers.retain(|answer| answer.path != path);
        // Where there are notes, they are shown without the rest.
        for answer in &mut answers {
            if answer.path.ends_with("/notes/") {
                answer.body = json!([]);
            }
        }
        let words = words(tool, &arguments, fails(script(&answers), path, 404)).await;
        assert!(
            words.contains(&format!("no {what} for you: not every server")),
            "{tool}: {words}"
        );
        assert!(words.contains("organizationSlug `acme`"), "{tool}: {words}");
    }
}

#[tokio::test]
async fn a_rate_limit_says_when() {
    for (tool, arguments, path) in calls() {
        let words = words(tool, &arguments, fails(without(path), path, 429)).await;
        assert!(words.contains("Try again in 42 s."), "{tool}: {words}");
    }
}

#[tokio::test]
async fn trouble_upstream_names_the_request() {
    for (tool, arguments, path) in calls() {
        let answer = |body: &str| {
            Ok(Response {
                status: 200,
                headers: vec![],
                body: body.as_bytes().to_vec(),
            })
        };
        let status = |status| {
            Ok(Response {
                status,
                headers: vec![],
                body: vec![],
            })
        };
        let mut answers = vec![
            status(500),
            status(503),
            Err(FetchError::Timeout(Duration::from_secs(30))),
            Err(FetchError::Unreachable("dns".to_owned())),
            Err(FetchError::TooLarge(1)),
            answer("<html>"),
            answer("7"),
        ];
        // A note is written whatever the answer is, and a page of the documentation is any text.
        if tool == "add_issue_note" {
            answers.pop();
        }
        if tool == "get_doc" {
            answers.truncate(5);
        }
        for answer in answers {
            let script = all_methods(without(path), path, &answer);
            let words = words(tool, &arguments, script).await;
            assert!(words.contains("`req-1`"), "{tool} {answer:?}: {words}");
        }
    }
}

#[tokio::test]
async fn the_end_of_the_sign_in_is_the_transports_to_say() {
    for (tool, arguments, path) in calls() {
        // Nobody signs in to the documentation.
        if path.starts_with("https://") {
            continue;
        }
        let script = fails(without(path), path, 401);
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
