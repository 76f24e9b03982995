//! Scopes and skills.

use fetch::scripted::Scripted;
use mcp::CallError;
use sentry_tools::{Constraint, Refusal, Scope, Scopes, Session, Skill, Skills};
use serde_json::json;

use crate::fixture::{BASE, session, slug, world_of};

#[tokio::test]
async fn a_missing_scope_is_the_transports_to_say() {
    let scopes = Scopes::of(&[Scope::EventWrite]);
    let refusal = Refusal::InsufficientScope {
        scopes: Scopes::of(&[Scope::OrgRead]),
        skill: Skill::Inspect,
    };
    // Also for a tool that the list hides.
    let constraint = Constraint::Organization(slug("acme"));
    for session in [
        Session {
            scopes,
            ..session()
        },
        Session {
            scopes,
            constraint,
            ..session()
        },
    ] {
        let world = world_of(BASE, session, Scripted::new());
        for tool in ["whoami", "find_organizations", "search_issues"] {
            assert!(world.tool(tool).is_none());
            let result = world.call(tool, json!({})).await;
            assert_eq!(result.unwrap_err(), CallError::Refused(refusal));
        }
    }
}

#[tokio::test]
async fn a_skill_left_unticked_is_a_tool_error() {
    let skills = Skills::of(&[Skill::ProjectManagement]);
    let world = world_of(
        BASE,
        Session {
            skills,
            ..session()
        },
        Scripted::new(),
    );
    let words = world.error("search_issues", json!({})).await;
    assert_eq!(
        words,
        "`search_issues` needs a skill that was not allowed. Connect again and tick Inspect or Seer or Triage."
    );
}

#[test]
fn sets() {
    assert_eq!(
        Scopes::ALL.to_string(),
        "org:read project:write team:write event:write"
    );
    assert_eq!(
        Scopes::parse("event:write  nonsense org:read").to_string(),
        "org:read event:write"
    );
    assert_eq!(Skills::NONE.scopes(), Scopes::NONE);
    assert_eq!(Skills::ALL.scopes(), Scopes::ALL);
    assert_eq!(
        Skills::of(&[Skill::Inspect, Skill::Docs])
            .scopes()
            .to_string(),
        "org:read"
    );
    for skill in Skill::ALL {
        assert_eq!(Skill::parse(skill.as_str()), Some(skill));
        assert!(skill.scopes().contain(Scopes::of(&[Scope::OrgRead])));
    }
}
