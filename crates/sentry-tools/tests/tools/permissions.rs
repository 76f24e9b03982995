//! Scopes and skills.
// file rule: mcp/catalogue

use fetch::scripted::Scripted;
use mcp::CallError;
use sentry_tools::{Constraint, Refusal, Scope, Scopes, Session, Skill, Skills};
use serde_json::json;

use crate::fixture::{BASE, session, slug, world_of};
use crate::sentry::{calls, full};

// rule: mcp/missing-scope-or-skill
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

/// What each tool that changes something needs.
const WRITERS: &[(&str, &[Scope], Skill)] = &[
    (
        "create_alert_rule",
        &[Scope::OrgRead, Scope::ProjectWrite],
        Skill::ProjectManagement,
    ),
    (
        "update_alert_rule",
        &[Scope::OrgRead, Scope::ProjectWrite],
        Skill::ProjectManagement,
    ),
    (
        "delete_alert_rule",
        &[Scope::OrgRead, Scope::ProjectWrite],
        Skill::ProjectManagement,
    ),
    (
        "create_metric_monitor",
        &[Scope::OrgRead, Scope::ProjectWrite],
        Skill::ProjectManagement,
    ),
    (
        "update_metric_monitor",
        &[Scope::OrgRead, Scope::ProjectWrite],
        Skill::ProjectManagement,
    ),
    (
        "delete_metric_monitor",
        &[Scope::OrgRead, Scope::ProjectWrite],
        Skill::ProjectManagement,
    ),
    (
        "update_issue",
        &[Scope::OrgRead, Scope::EventWrite],
        Skill::Triage,
    ),
    (
        "add_issue_note",
        &[Scope::OrgRead, Scope::EventWrite],
        Skill::Triage,
    ),
    (
        "analyze_issue_with_seer",
        &[Scope::OrgRead, Scope::EventWrite],
        Skill::Seer,
    ),
    (
        "create_dsn",
        &[Scope::OrgRead, Scope::ProjectWrite],
        Skill::ProjectManagement,
    ),
    (
        "create_project",
        &[Scope::OrgRead, Scope::ProjectWrite],
        Skill::ProjectManagement,
    ),
    (
        "update_project",
        &[Scope::OrgRead, Scope::ProjectWrite],
        Skill::ProjectManagement,
    ),
    (
        "update_dsn",
        &[Scope::OrgRead, Scope::ProjectWrite],
        Skill::ProjectManagement,
    ),
    (
        "add_team_to_project",
        &[Scope::OrgRead, Scope::ProjectWrite],
        Skill::ProjectManagement,
    ),
    (
        "remove_team_from_project",
        &[Scope::OrgRead, Scope::ProjectWrite],
        Skill::ProjectManagement,
    ),
    (
        "create_custom_inbound_filter",
        &[Scope::OrgRead, Scope::ProjectWrite],
        Skill::ProjectManagement,
    ),
    (
        "update_custom_inbound_filter",
        &[Scope::OrgRead, Scope::ProjectWrite],
        Skill::ProjectManagement,
    ),
    (
        "delete_custom_inbound_filter",
        &[Scope::OrgRead, Scope::ProjectWrite],
        Skill::ProjectManagement,
    ),
    (
        "create_team",
        &[Scope::OrgRead, Scope::TeamWrite],
        Skill::ProjectManagement,
    ),
    (
        "link_issue",
        &[Scope::OrgRead, Scope::EventWrite],
        Skill::Triage,
    ),
    (
        "unlink_issue",
        &[Scope::OrgRead, Scope::EventWrite],
        Skill::Triage,
    ),
    (
        "create_monitor",
        &[Scope::OrgRead, Scope::ProjectWrite],
        Skill::ProjectManagement,
    ),
    (
        "delete_monitor_environment",
        &[Scope::OrgRead, Scope::ProjectWrite],
        Skill::ProjectManagement,
    ),
    (
        "create_uptime_monitor",
        &[Scope::OrgRead, Scope::ProjectWrite],
        Skill::ProjectManagement,
    ),
    (
        "update_uptime_monitor",
        &[Scope::OrgRead, Scope::ProjectWrite],
        Skill::ProjectManagement,
    ),
    (
        "delete_uptime_monitor",
        &[Scope::OrgRead, Scope::ProjectWrite],
        Skill::ProjectManagement,
    ),
];

// rule: mcp/missing-scope-or-skill
#[tokio::test]
async fn writing_needs_its_scope_and_its_skill() {
    for &(tool, scopes, skill) in WRITERS {
        let held = Scopes::of(&[Scope::OrgRead]);
        let lacking = world_of(
            BASE,
            Session {
                scopes: held,
                ..session()
            },
            Scripted::new(),
        );
        let refusal = Refusal::InsufficientScope {
            scopes: Scopes::of(scopes),
            skill,
        };
        // Also through the tool that stands for all others.
        for (name, arguments) in [
            (tool, json!({})),
            (
                "execute_sentry_tool",
                json!({ "name": tool, "arguments": {} }),
            ),
        ] {
            let result = lacking.call(name, arguments).await;
            assert_eq!(result.unwrap_err(), CallError::Refused(refusal), "{tool}");
        }
        let others: Skills = Skill::ALL
            .into_iter()
            .filter(|other| *other != skill)
            .collect();
        let unticked = world_of(
            BASE,
            Session {
                skills: others,
                ..session()
            },
            Scripted::new(),
        );
        let words = unticked.error(tool, json!({})).await;
        assert!(
            words.contains(&format!("tick {}", skill.title())),
            "{words}"
        );
        assert!(unticked.asked().is_empty() && lacking.asked().is_empty());
    }
}

#[tokio::test]
async fn hints_and_searches_name_what_the_session_has() {
    let skills = Skills::of(&[Skill::Inspect]);
    let world = world_of(
        BASE,
        Session {
            skills,
            ..session()
        },
        full(),
    );
    let (_, arguments, _) = calls()
        .into_iter()
        .find(|(tool, ..)| *tool == "get_issue_details")
        .unwrap();
    let text = world.text("get_issue_details", arguments).await;
    assert!(text.contains("get_trace_details for"), "{text}");
    for tool in ["update_issue", "analyze_issue_with_seer"] {
        assert!(!text.contains(tool), "{text}");
        let found = world
            .json("search_sentry_tools", json!({ "query": tool, "limit": 20 }))
            .await;
        assert!(
            !found["results"]
                .to_string()
                .contains(&format!("\"{tool}\"")),
            "{found}"
        );
    }
    let words = world
        .error("execute_sentry_tool", json!({ "name": "nope" }))
        .await;
    assert!(words.contains("`nope`"), "{words}");
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
