//! What holds for every tool that changes something, and must hold for one that is added: all of the catalogue that
//! `calls()` has, which `failures::every_tool_is_tried` keeps complete.

use fetch::Method;
use sentry_tools::{Scope, Scopes, Session, Skill, Skills, changes_something};
use serde_json::{Value, json};

use crate::fixture::{BASE, World, session, world, world_of};
use crate::sentry::{calls, full};

fn changing() -> Vec<(&'static str, Value)> {
    let found: Vec<_> = calls()
        .into_iter()
        .filter(|(name, ..)| changes_something(name) == Some(true))
        .map(|(name, arguments, _)| (name, arguments))
        .collect();
    assert!(found.len() > 3, "{found:?}");
    found
}

/// By its own name and through the tool that stands for all others.
fn both_ways(name: &'static str, arguments: Value) -> [(&'static str, Value); 2] {
    let through = json!({ "name": name, "arguments": arguments.clone() });
    [(name, arguments), ("execute_sentry_tool", through)]
}

fn changes(world: &World) -> usize {
    let requests = world.sentry.requests();
    requests
        .iter()
        .filter(|request| request.method != Method::Get && request.url.as_str().starts_with(BASE))
        .count()
}

#[tokio::test]
async fn only_what_says_so_changes_something() {
    let mut changed = 0;
    for (name, arguments, _) in calls() {
        let world = world(full());
        world.call(name, arguments).await.unwrap();
        let says = changes_something(name) == Some(true);
        assert!(says || changes(&world) == 0, "{name}");
        changed += changes(&world);
    }
    // Seer has a run already, which is followed.
    assert_eq!(changed, changing().len() - 1);
}

#[tokio::test]
async fn without_the_skill_or_the_scope_nothing_changes() {
    for (name, arguments) in changing() {
        // It reports what was done, to whoever waits for it: any skill has it.
        if name == "onboarding_status_update" {
            continue;
        }
        for session in [
            Session {
                skills: Skills::of(&[Skill::Inspect]),
                ..session()
            },
            Session {
                skills: Skills::of(&[]),
                ..session()
            },
            Session {
                scopes: Scopes::of(&[Scope::OrgRead]),
                ..session()
            },
        ] {
            for (name, arguments) in both_ways(name, arguments.clone()) {
                let world = world_of(BASE, session.clone(), full());
                let result = world.call(name, arguments).await;
                assert!(result.is_err() || result.unwrap().is_error, "{name}");
                assert_eq!(changes(&world), 0, "{name}");
            }
        }
    }
}

#[tokio::test]
async fn without_naming_what_nothing_changes() {
    for (name, arguments) in changing() {
        for what in ["issueId", "projectSlug"] {
            if arguments.get(what).is_none() {
                continue;
            }
            for nothing in [None, Some(Value::Null), Some(json!(" "))] {
                let mut arguments = arguments.clone();
                arguments.as_object_mut().unwrap().remove(what);
                if let Some(nothing) = nothing {
                    arguments[what] = nothing;
                }
                for (name, arguments) in both_ways(name, arguments) {
                    let world = world(full());
                    let result = world.call(name, arguments).await;
                    assert!(result.is_err() || result.unwrap().is_error, "{name} {what}");
                    assert_eq!(changes(&world), 0, "{name} without {what}");
                }
            }
        }
    }
}
