//! Connections with limits of their own, and those that list everything.
// file rule: mcp/narrowed-connection

use std::rc::Rc;

use fetch::scripted::Scripted;
use mcp::{Handler as _, List, Version};
use sentry_tools::{Limits, Listings, Scope, Scopes, Session, Skill, Skills, changes_something};
use serde_json::json;

use crate::fixture::{BASE, World, session, sharing, world, world_of};

fn limited(query: &str) -> World {
    held(query, Skills::ALL, Scopes::ALL)
}

fn held(query: &str, skills: Skills, scopes: Scopes) -> World {
    let mut limits = Limits::default();
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        limits.narrow(name, value).unwrap();
    }
    let session = Session {
        skills,
        scopes,
        limits,
        ..session()
    };
    world_of(BASE, session, Scripted::new())
}

fn names(world: &World) -> Vec<String> {
    let tools = world.tools(Version::LATEST);
    let tools = tools.as_array().unwrap().iter();
    tools
        .map(|tool| tool["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_connection_that_only_reads_has_no_tool_that_changes_anything() {
    let world = limited("readonly=1");
    for tool in world.tools(Version::LATEST).as_array().unwrap() {
        assert_eq!(tool["annotations"]["readOnlyHint"], true, "{tool}");
        assert_eq!(tool["annotations"]["destructiveHint"], false, "{tool}");
    }
    assert!(names(&world).contains(&"execute_sentry_tool".to_owned()));
    for name in sentry_tools::reference::names() {
        if changes_something(name) != Some(true) || name == "execute_sentry_tool" {
            continue;
        }
        assert!(!names(&world).contains(&name.to_owned()), "{name}");
        for (called, arguments) in [
            (name, json!({})),
            (
                "execute_sentry_tool",
                json!({ "name": name, "arguments": {} }),
            ),
        ] {
            let words = world.error(called, arguments).await;
            assert!(
                words.contains("`readonly`") && words.contains(name),
                "{words}"
            );
        }
        let found = world
            .json("search_sentry_tools", json!({ "query": name }))
            .await;
        assert!(
            !found["results"]
                .to_string()
                .contains(&format!("\"{name}\"")),
            "{name}"
        );
    }
    assert!(world.asked().is_empty());
    // Its scope is not asked for: a sign-in would not bring it back.
    let reads = held(
        "readonly=1",
        Skills::of(&[Skill::Inspect]),
        Scopes::of(&[Scope::OrgRead]),
    );
    assert!(
        reads
            .error("update_issue", json!({}))
            .await
            .contains("`readonly`")
    );
}

#[tokio::test]
async fn skills_are_those_that_both_the_sign_in_and_the_connection_have() {
    let world = limited("skills=inspect");
    assert!(world.tool("search_issues").is_some() && world.tool("update_issue").is_none());
    let words = world.error("update_issue", json!({})).await;
    assert!(words.contains("only the skills inspect"), "{words}");
    // What the sign-in lacks, no parameter gives.
    let inspect = Skills::of(&[Skill::Inspect]);
    let world = held("skills=triage", inspect, Scopes::ALL);
    assert!(world.tool("update_issue").is_none() && world.tool("search_issues").is_none());
    let words = world.error("update_issue", json!({})).await;
    assert!(words.contains("tick Triage"), "{words}");
    // Either skill would turn it on; the two sides agree on none.
    let words = world.error("search_issues", json!({})).await;
    assert!(words.contains("`skills`"), "{words}");
    assert!(
        world
            .server
            .instructions()
            .unwrap()
            .contains("leaves no tool")
    );
}

#[tokio::test]
async fn named_tools_are_listed_wherever_they_stand_and_no_other_runs() {
    let world = limited("tools=get_issue_details,search_issues,get_issue_details");
    assert_eq!(names(&world), ["search_issues", "get_issue_details"]);
    for called in ["whoami", "execute_sentry_tool"] {
        let words = world.error(called, json!({ "name": "whoami" })).await;
        assert!(
            words.contains("`tools`") && words.contains("`whoami`"),
            "{words}"
        );
    }
    let instructions = world.server.instructions().unwrap();
    assert!(
        instructions.contains("only the tools get_issue_details, search_issues"),
        "{instructions}"
    );
    assert!(
        !instructions.contains("get_sentry_resource"),
        "{instructions}"
    );
    let both = limited("tools=update_issue,whoami&readonly=1");
    assert_eq!(names(&both), ["whoami"]);
    // A tool that has gone since is no reason for a wider connection.
    let gone = Limits::stored("tools=no_such_tool");
    let gone = world_of(
        BASE,
        Session {
            limits: gone,
            ..session()
        },
        Scripted::new(),
    );
    assert!(names(&gone).is_empty());
}

#[test]
fn the_whole_catalogue_is_listed_where_that_is_asked_for() {
    let session = Session {
        lists_all: true,
        ..session()
    };
    let all = world_of(BASE, session.clone(), Scripted::new());
    let known: Vec<_> = sentry_tools::reference::names().collect();
    let (former, listed): (Vec<&str>, Vec<&str>) = known
        .iter()
        .copied()
        .partition(|name| *name == "search_events");
    assert_eq!(names(&all), listed);
    assert_eq!(former, ["search_events"], "callable, and in no list");
    assert!(names(&world(Scripted::new())).len() < known.len());
    let mut limits = Limits::default();
    limits.forbid_changes();
    let reads = world_of(BASE, Session { limits, ..session }, Scripted::new());
    assert!(!names(&reads).contains(&"create_dsn".to_owned()));
    assert!(names(&reads).contains(&"get_trace_details".to_owned()));
}

// rule: mcp/read-only-server: while the server is read-only nothing that changes something is listed or runs, and the words say
//    that the server is at it [ADR 125]
#[tokio::test]
async fn a_server_that_is_read_only_says_that_it_is_not_the_connection() {
    let mut limits = Limits::default();
    limits.pause_changes();
    let session = Session {
        limits,
        ..session()
    };
    let paused = world_of(BASE, session, Scripted::new());
    assert!(!names(&paused).contains(&"update_issue".to_owned()));
    for (name, arguments) in [
        ("update_issue", json!({})),
        (
            "execute_sentry_tool",
            json!({ "name": "update_issue", "arguments": {} }),
        ),
    ] {
        let words = paused.error(name, arguments).await;
        assert!(
            words.contains("this server is read-only for now"),
            "{words}"
        );
        assert!(!words.contains("connection"), "{words}");
    }
    assert!(paused.asked().is_empty());
    let told = paused.server.instructions().unwrap();
    assert!(told.contains("since the whole server does"), "{told}");
    assert!(!told.contains("by its own parameters"), "{told}");
}

#[test]
fn a_strangers_urls_leave_no_list_behind() {
    let shared = Rc::new(Listings::default());
    let kept = || format!("{shared:?}").len();
    let empty = kept();
    let list = |session| sharing(session, &shared).list(List::Tools, Version::LATEST);
    for query in ["readonly=1", "skills=docs", "tools=whoami"] {
        list(Session {
            limits: Limits::stored(query),
            ..session()
        });
    }
    list(Session {
        lists_all: true,
        ..session()
    });
    assert_eq!(kept(), empty);
    list(session());
    assert!(kept() > empty);
}

#[test]
fn limits_survive_being_kept_and_add_up() {
    let query = "readonly=1&skills=inspect,docs&tools=whoami,search_issues";
    let mut limits = Limits::stored(query);
    assert_eq!(limits.as_query(), query);
    limits.add(&Limits::stored(
        "skills=docs,seer&tools=search_issues,search_events",
    ));
    assert_eq!(
        limits.as_query(),
        "readonly=1&skills=docs&tools=search_issues"
    );
    limits.add(&Limits::default());
    assert_eq!(
        limits.in_words(),
        "it reads only; only the skills docs; only the tools search_issues"
    );
    assert!(Limits::default().are_none() && Limits::stored("").are_none());
}
