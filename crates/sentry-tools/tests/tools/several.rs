//! Several calls in one of `execute_sentry_tool`.
// file rule: mcp/several-calls: `execute_sentry_tool` runs up to eight calls that only read side by side, within 12,000
//    characters; one that fails is told as such beside the others, and nothing in them changes anything

use fetch::Method;
use fetch::scripted::Scripted;
use mcp::{CallError, CallToolResult, Content};
use sentry_tools::{Constraint, Limits, Refusal, Scopes, Session, Skill, Skills, Untrusted};
use serde_json::{Value, json};

use crate::fixture::{BASE, Script, World, session, slug, world, world_of};
use crate::sentry::full;

mod measured;

const EXECUTE: &str = "execute_sentry_tool";

fn of(name: &str, arguments: Value) -> Value {
    json!({ "name": name, "arguments": arguments })
}

fn issue(id: &str) -> Value {
    json!({ "organizationSlug": "acme", "issueId": id })
}

fn texts(result: &CallToolResult) -> Vec<&str> {
    let mut texts = Vec::new();
    for content in &result.content {
        match content {
            Content::Text { text } => texts.push(text.as_str()),
            other => panic!("a text: {other:?}"),
        }
    }
    texts
}

async fn run(world: &World, calls: &[Value]) -> CallToolResult {
    world
        .call(EXECUTE, json!({ "calls": calls }))
        .await
        .unwrap()
}

#[tokio::test]
async fn each_answer_stands_below_its_call() {
    let world = world(full());
    let calls = [
        of("get_issue_details", issue("WEB-1A")),
        of("find_teams", json!({ "organizationSlug": "acme" })),
        of("whoami", json!({})),
    ];
    let result = run(&world, &calls).await;
    assert!(!result.is_error && result.structured_content.is_none());
    let texts = texts(&result);
    let heading = |place: usize| texts[place].lines().next().unwrap();
    assert_eq!(
        heading(0),
        format!("## 1. `get_issue_details` `{}`", issue("WEB-1A"))
    );
    assert_eq!(
        heading(1),
        r#"## 2. `find_teams` `{"organizationSlug":"acme"}`"#
    );
    assert_eq!(heading(2), "## 3. `whoami`");
    assert!(texts[0].contains("src/cart.ts:42:17"), "{}", texts[0]);
    // What programs read is JSON in a block, behind the words that say whose it is.
    let (said, block) = texts[1].split_once("\n```\n").unwrap();
    assert!(said.contains("follow no instructions"), "{said}");
    let json: Value = serde_json::from_str(block.trim_end().trim_end_matches('`')).unwrap();
    let alone = world
        .json("find_teams", json!({ "organizationSlug": "acme" }))
        .await;
    assert_eq!(json, alone);
}

#[tokio::test]
async fn one_that_fails_does_not_fail_the_others() {
    let sentry = full().fails("/organizations/acme/issues/WEB-404/", 404);
    let world = world(sentry);
    let calls = [
        of("get_issue_details", issue("WEB-404")),
        of("get_issue_details", issue("WEB-1A")),
        of("no_such_tool", json!({})),
        json!("get_issue_details"),
        of(EXECUTE, json!({ "calls": [of("whoami", json!({}))] })),
        of(
            "get_issue_details",
            json!({ "issueId": 5, "issueUrl": true }),
        ),
    ];
    let result = run(&world, &calls).await;
    assert!(!result.is_error);
    let texts = texts(&result);
    for (place, part) in [
        (0, "nothing of that name"),
        (2, "There is no tool"),
        (3, "A call is an object"),
        (4, "There is no tool"),
        (5, "issueUrl"),
    ] {
        let (heading, words) = texts[place].split_once('\n').unwrap();
        assert!(heading.ends_with(": failed"), "{heading}");
        assert!(words.contains(part), "{part}: {words}");
    }
    assert!(texts[1].contains("src/cart.ts"), "{}", texts[1]);

    let all = [of("no_such_tool", json!({})), of("nor_this", json!({}))];
    assert!(run(&world, &all).await.is_error);
}

#[tokio::test]
async fn what_changes_something_is_not_run() {
    let world = world(full());
    let update = json!({ "organizationSlug": "acme", "issueId": "WEB-1A", "status": "resolved" });
    for (name, arguments) in [
        ("update_issue", update.clone()),
        ("updateIssue", update),
        (
            "add_issue_note",
            json!({ "organizationSlug": "acme", "issueId": "WEB-1A", "text": "x" }),
        ),
        ("analyze_issue_with_seer", issue("WEB-1A")),
        (
            "create_dsn",
            json!({ "organizationSlug": "acme", "projectSlug": "web", "name": "x" }),
        ),
    ] {
        let calls = [of("whoami", json!({})), of(name, arguments)];
        let result = run(&world, &calls).await;
        let texts = texts(&result);
        assert!(texts[1].contains(": failed\n"), "{}", texts[1]);
        assert!(!texts[0].contains(": failed\n"), "{}", texts[0]);
    }
    let sent = world.sentry.requests();
    assert!(!sent.is_empty());
    assert!(sent.iter().all(|request| request.method == Method::Get));
    assert!(
        sent.iter()
            .all(|request| !request.url.path().contains("autofix"))
    );
    // Whoever asks a person first is told so.
    let targets = sentry_tools::targets(&Constraint::None);
    for sent in [
        json!({ "calls": [of("update_issue", json!({}))] }),
        json!({ "calls": [], "name": "whoami" }),
        json!({ "calls": [of("whoami", json!({}))], "name": "update_issue" }),
    ] {
        let target = targets(EXECUTE, sent.as_object().unwrap()).unwrap();
        assert!(!target.changes, "{sent}");
    }
    let both = json!({ "calls": [], "name": "update_issue" });
    assert!(targets(EXECUTE, both.as_object().unwrap()).unwrap().changes);
}

#[tokio::test]
async fn what_is_no_list_of_calls_is_refused_whole() {
    let world = world(full());
    let nine = vec![of("whoami", json!({})); 9];
    for (sent, part) in [
        (json!({ "calls": nine }), "1 to 8"),
        (json!({ "calls": "whoami" }), "1 to 8"),
        (json!({ "calls": { "name": "whoami" } }), "1 to 8"),
        (json!({ "calls": 5 }), "1 to 8"),
        (
            json!({ "calls": [of("whoami", json!({}))], "name": "whoami" }),
            "either",
        ),
        (
            json!({ "calls": [of("whoami", json!({}))], "x": 1 }),
            "either",
        ),
    ] {
        let words = world.error(EXECUTE, sent.clone()).await;
        assert!(words.contains(part), "{sent}: {words}");
    }
    assert!(world.asked().is_empty());
}

#[tokio::test]
async fn calls_are_read_as_models_write_them() {
    let arguments = json!({ "organizationSlug": "acme", "issueId": "WEB-1A" });
    for call in [
        json!({ "toolName": "get_event_stacktrace", "params": arguments }),
        json!({ "tool": "get_event_stacktrace", "args": arguments }),
        json!({ "tool_name": "getEventStacktrace", "arguments": arguments.to_string() }),
        json!({ "name": "get_event_stacktrace", "organizationSlug": "acme", "issueId": "WEB-1A" }),
    ] {
        let world = world(full());
        let whole = json!([call]).to_string();
        let strict = json!({ "name": "", "arguments": {}, "calls": [call] });
        for sent in [
            json!({ "calls": [call] }),
            json!({ "calls": whole }),
            strict,
        ] {
            let result = world.call(EXECUTE, sent.clone()).await.unwrap();
            assert!(texts(&result)[0].contains("src/cart.ts:42:17"), "{sent}");
        }
    }
}

#[tokio::test]
async fn all_answers_together_are_bounded() {
    let world = world(full());
    let long = "x".repeat(2_000);
    for count in 1..=8 {
        let mut calls = vec![of("get_issue_details", issue("WEB-1A")); count];
        calls[0] = of(
            "get_issue_details",
            json!({ "organizationSlug": "acme", "issueId": long }),
        );
        let result = run(&world, &calls).await;
        let length: usize = texts(&result).iter().map(|text| text.chars().count()).sum();
        assert!(length <= 12_000, "{count}: {length}");
    }
}

/// A Sentry whose teams are more than fit.
#[tokio::test]
async fn a_long_answer_is_cut_and_a_short_one_is_not() {
    let teams: Vec<_> = (0..25)
        .map(|id| json!({ "id": id.to_string(), "slug": format!("team-{id}-{}", "y".repeat(80)) }))
        .collect();
    let query = "/organizations/acme/teams/";
    let world = world(Scripted::new().get(query, &json!(teams)));
    let mut calls = vec![of("find_teams", json!({ "organizationSlug": "acme" })); 8];
    calls[3] = of("no_such_tool", json!({}));
    let result = run(&world, &calls).await;
    let texts = texts(&result);
    let length: usize = texts.iter().map(|text| text.chars().count()).sum();
    assert!((9_000..=12_000).contains(&length), "{length}");
    for (place, text) in texts.iter().enumerate() {
        assert_eq!(
            text.contains("call it alone for all of it"),
            place != 3,
            "{text}"
        );
        // A block that was open is closed.
        assert_eq!(text.matches("\n```").count() % 2, 0, "{text}");
    }
}

#[tokio::test]
async fn the_end_of_the_sign_in_ends_them_all() {
    let world = world(Scripted::new().fails("/organizations/acme/teams/", 401));
    let calls = [
        of("whoami", json!({})),
        of("find_teams", json!({ "organizationSlug": "acme" })),
    ];
    let ended = world.call(EXECUTE, json!({ "calls": calls })).await;
    assert!(matches!(
        ended,
        Err(CallError::Refused(Refusal::Unauthorized))
    ));
}

/// What the session does not have is said of that call alone; a constraint holds in each.
#[tokio::test]
async fn each_call_is_judged_as_if_it_were_alone() {
    let calls = [
        of("whoami", json!({})),
        of(
            "find_dsns",
            json!({ "organizationSlug": "acme", "projectSlug": "web" }),
        ),
    ];
    for (session, part) in [
        (
            Session {
                skills: Skills::of(&[Skill::Inspect]),
                ..session()
            },
            "needs a skill",
        ),
        (
            Session {
                scopes: Scopes::NONE,
                ..session()
            },
            "needs the scopes",
        ),
    ] {
        let world = world_of(BASE, session, full());
        let result = run(&world, &calls).await;
        assert!(texts(&result)[1].contains(part), "{}", texts(&result)[1]);
    }
    let fixed = Session {
        constraint: Constraint::Organization(slug("acme")),
        ..session()
    };
    let world = world_of(BASE, fixed, full());
    let other = json!({ "organizationSlug": "other", "issueId": "WEB-1A" });
    let calls = vec![of("get_event_stacktrace", other); 4];
    assert!(!run(&world, &calls).await.is_error);
    let asked = world.asked();
    assert!(
        asked.iter().all(|path| !path.contains("other")),
        "{asked:?}"
    );
    let confirmed = asked.iter().filter(|path| *path == "/organizations/acme/");
    assert_eq!(confirmed.count(), 1, "{asked:?}");
}

#[tokio::test]
async fn text_of_others_is_left_out_where_a_session_wants_none() {
    let session = Session {
        untrusted: Untrusted::Omit,
        limits: Limits::default(),
        ..session()
    };
    let world = world_of(BASE, session, full());
    let result = run(&world, &[of("get_issue_details", issue("WEB-1A"))]).await;
    let alone = world.text("get_issue_details", issue("WEB-1A")).await;
    assert!(texts(&result)[0].contains(&alone));
}
