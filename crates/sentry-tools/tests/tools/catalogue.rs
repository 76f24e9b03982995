//! `tools/list` and the name card.
// file rule: mcp/catalogue: catalogue, skills, scopes

use fetch::scripted::Scripted;
use mcp::{Handler, Version};
use sentry_tools::{Constraint, Skill, Skills};
use serde_json::Value;

use crate::fixture::{BASE, session, slug, world, world_of};

// rule: mcp/list-size: `tools/list` in less than 5,000 tokens (20,000 bytes; held to 17,500)
#[test]
fn the_list() {
    let tools = world(Scripted::new()).tools(Version::LATEST);
    let size = tools.to_string().len();
    // 5,000 tokens at four characters each are the limit.
    assert!(size < 20_000, "{size} bytes");
    assert!(
        size < 17_500,
        "{size} bytes: more than they were, and tokens cost"
    );
    insta::assert_snapshot!(summary(&tools), @r#"
    get_sentry_resource md {"destructiveHint":false,"openWorldHint":true,"readOnlyHint":true}
      organizationSlug {"type":"string"}
      resourceId {"description":"Without url: an issue's short id or number, an event's or trace's id, or traceId:spanId.","type":"string"}
      resourceType {"description":"Without url.","enum":["issue","event","trace","ai_conversation","replay","monitor","snapshot","dashboard"],"type":"string"}
      url {"description":"As it was pasted; nothing else is needed.","type":"string"}
    search_issues md {"destructiveHint":false,"openWorldHint":true,"readOnlyHint":true}
      includeExplanation {"description":"Say how the query was understood.","type":"boolean"}
      limit {"description":"At most 100. Default 10.","type":"number"}
      organizationSlug {"type":"string"}
      period {"description":"Default 30d.","enum":["24h","7d","14d","30d","90d"],"type":"string"}
      projectSlugOrId {"type":"string"}
      query {"description":"Sentry search syntax, such as is:unresolved level:error release:1.4.0 assigned:me \"text\". Default is:unresolved.","type":"string"}
      regionUrl {"description":"From find_organizations, if it gave one.","type":"string"}
      sort {"description":"Default date.","enum":["date","freq","new","user","recommended"],"type":"string"}
    search_errors json {"destructiveHint":false,"openWorldHint":true,"readOnlyHint":true}
      environment {"items":{"type":"string"},"type":"array"}
      fields {"description":"Columns; aggregates such as count() or p95(span.duration) group by the others.","items":{"type":"string"},"type":"array"}
      includeExplanation {"description":"Say how the query was understood.","type":"boolean"}
      limit {"description":"At most 100. Default 10.","type":"number"}
      organizationSlug {"type":"string"}
      period {"description":"Such as 30m, 24h, 14d, 2w.","type":"string"}
      projectSlug {"type":"string"}
      query {"description":"Sentry search syntax, such as level:error span.op:db transaction:\"/cart\" !has:user.id.","type":"string"}
      regionUrl {"description":"From find_organizations, if it gave one.","type":"string"}
      sort {"description":"A field, descending with `-`.","type":"string"}
    search_logs json {"destructiveHint":false,"openWorldHint":true,"readOnlyHint":true}
      environment {"items":{"type":"string"},"type":"array"}
      fields {"description":"Columns; aggregates such as count() or p95(span.duration) group by the others.","items":{"type":"string"},"type":"array"}
      includeExplanation {"description":"Say how the query was understood.","type":"boolean"}
      limit {"description":"At most 100. Default 10.","type":"number"}
      organizationSlug {"type":"string"}
      period {"description":"Such as 30m, 24h, 14d, 2w.","type":"string"}
      projectSlug {"type":"string"}
      query {"description":"Sentry search syntax, such as level:error span.op:db transaction:\"/cart\" !has:user.id.","type":"string"}
      regionUrl {"description":"From find_organizations, if it gave one.","type":"string"}
      sort {"description":"A field, descending with `-`.","type":"string"}
    search_traces json {"destructiveHint":false,"openWorldHint":true,"readOnlyHint":true}
      environment {"items":{"type":"string"},"type":"array"}
      fields {"description":"Columns; aggregates such as count() or p95(span.duration) group by the others.","items":{"type":"string"},"type":"array"}
      includeExplanation {"description":"Say how the query was understood.","type":"boolean"}
      limit {"description":"At most 100. Default 10.","type":"number"}
      organizationSlug {"type":"string"}
      period {"description":"Such as 30m, 24h, 14d, 2w.","type":"string"}
      projectSlug {"type":"string"}
      query {"description":"Sentry search syntax, such as level:error span.op:db transaction:\"/cart\" !has:user.id.","type":"string"}
      regionUrl {"description":"From find_organizations, if it gave one.","type":"string"}
      sort {"description":"A field, descending with `-`.","type":"string"}
    search_metrics json {"destructiveHint":false,"openWorldHint":true,"readOnlyHint":true}
      environment {"items":{"type":"string"},"type":"array"}
      fields {"description":"Columns; aggregates such as count() or p95(span.duration) group by the others.","items":{"type":"string"},"type":"array"}
      includeExplanation {"description":"Say how the query was understood.","type":"boolean"}
      limit {"description":"At most 100. Default 10.","type":"number"}
      organizationSlug {"type":"string"}
      period {"description":"Such as 30m, 24h, 14d, 2w.","type":"string"}
      projectSlug {"type":"string"}
      query {"description":"Sentry search syntax, such as level:error span.op:db transaction:\"/cart\" !has:user.id.","type":"string"}
      regionUrl {"description":"From find_organizations, if it gave one.","type":"string"}
      sort {"description":"A field, descending with `-`.","type":"string"}
    search_profiles json {"destructiveHint":false,"openWorldHint":true,"readOnlyHint":true}
      environment {"items":{"type":"string"},"type":"array"}
      fields {"description":"Columns; aggregates such as count() or p95(span.duration) group by the others.","items":{"type":"string"},"type":"array"}
      includeExplanation {"description":"Say how the query was understood.","type":"boolean"}
      limit {"description":"At most 100. Default 10.","type":"number"}
      organizationSlug {"type":"string"}
      period {"description":"Such as 30m, 24h, 14d, 2w.","type":"string"}
      projectSlug {"type":"string"}
      query {"description":"Sentry search syntax, such as level:error span.op:db transaction:\"/cart\" !has:user.id.","type":"string"}
      regionUrl {"description":"From find_organizations, if it gave one.","type":"string"}
      sort {"description":"A field, descending with `-`.","type":"string"}
    search_replays json {"destructiveHint":false,"openWorldHint":true,"readOnlyHint":true}
      environment {"items":{"type":"string"},"type":"array"}
      includeExplanation {"description":"Say how the query was understood.","type":"boolean"}
      limit {"description":"At most 100. Default 10.","type":"number"}
      organizationSlug {"type":"string"}
      period {"description":"Such as 30m, 24h, 14d, 2w.","type":"string"}
      projectSlug {"type":"string"}
      query {"description":"Sentry search syntax, such as level:error span.op:db transaction:\"/cart\" !has:user.id.","type":"string"}
      regionUrl {"description":"From find_organizations, if it gave one.","type":"string"}
      sort {"description":"A field, descending with `-`.","type":"string"}
    analyze_issue_with_seer md {"destructiveHint":false,"openWorldHint":true,"readOnlyHint":false}
      instruction {"description":"What Seer should look at. At most 1000 characters.","type":"string"}
      issueId {"description":"Short id (WEB-1A) or number.","type":"string"}
      issueUrl {"description":"The issue's Sentry URL, instead of organizationSlug and issueId.","type":"string"}
      organizationSlug {"type":"string"}
      regionUrl {"description":"From find_organizations, if it gave one.","type":"string"}
    update_issue md {"destructiveHint":true,"idempotentHint":false,"openWorldHint":true,"readOnlyHint":false}
      assignedTo {"description":"user:ID, e-mail, username, team:ID or team:slug; nobody unassigns.","type":"string"}
      ignoreCount {"type":"integer"}
      ignoreDurationMinutes {"type":"integer"}
      ignoreMode {"description":"With status ignored.","enum":["untilEscalating","forever","forDuration","untilOccurrenceCount","untilUserCount"],"type":"string"}
      ignoreUserCount {"type":"integer"}
      ignoreUserWindowMinutes {"description":"For ignoreUserCount. At most 10080.","type":"integer"}
      ignoreWindowMinutes {"description":"For ignoreCount. At most 10080.","type":"integer"}
      issueId {"description":"Short id (WEB-1A) or number.","type":"string"}
      issueUrl {"description":"The issue's Sentry URL, instead of organizationSlug and issueId.","type":"string"}
      organizationSlug {"type":"string"}
      reason {"description":"Becomes a note on the issue.","type":"string"}
      regionUrl {"description":"From find_organizations, if it gave one.","type":"string"}
      status {"description":"ignored archives it.","enum":["resolved","resolvedInNextRelease","unresolved","ignored"],"type":"string"}
    find_organizations json {"destructiveHint":false,"openWorldHint":true,"readOnlyHint":true}
      query {"description":"Part of a name or slug.","type":"string"}
    find_projects json {"destructiveHint":false,"openWorldHint":true,"readOnlyHint":true}
      organizationSlug {"type":"string"}
      query {"description":"Part of a name or slug.","type":"string"}
      regionUrl {"description":"From find_organizations, if it gave one.","type":"string"}
    search_sentry_tools json {"destructiveHint":false,"openWorldHint":false,"readOnlyHint":true}
      limit {"description":"At most 20. Default 8.","type":"integer"}
      query! {"description":"What you want to do, in a few words.","type":"string"}
    execute_sentry_tool md {"destructiveHint":true,"openWorldHint":true,"readOnlyHint":false}
      arguments {"description":"As its inputSchema says.","type":"object"}
      calls {"description":"Instead: up to 8 {name, arguments} that only read, answered together.","items":{"type":"object"},"type":"array"}
      name {"type":"string"}
    "#);
}

/// One line per tool and parameter.
fn summary(tools: &Value) -> String {
    let mut text = String::new();
    for tool in tools.as_array().unwrap() {
        let schema = &tool["inputSchema"];
        let output = if tool.get("outputSchema").is_some() {
            "json"
        } else {
            "md"
        };
        text.push_str(&format!(
            "{} {output} {}\n",
            tool["name"].as_str().unwrap(),
            tool["annotations"]
        ));
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        for (name, parameter) in schema["properties"].as_object().unwrap() {
            let mark = if required.contains(&Value::from(name.as_str())) {
                "!"
            } else {
                ""
            };
            text.push_str(&format!("  {name}{mark} {parameter}\n"));
        }
    }
    text
}

#[test]
fn every_schema_is_one_and_flat() {
    for tool in world(Scripted::new())
        .tools(Version::LATEST)
        .as_array()
        .unwrap()
    {
        let name = tool["name"].as_str().unwrap();
        jsonschema::validator_for(&tool["inputSchema"]).unwrap();
        assert_eq!(tool["inputSchema"]["type"], "object");
        let text = tool["inputSchema"].to_string();
        for word in ["anyOf", "oneOf", "allOf"] {
            assert!(!text.contains(word), "{name}");
        }
        if let Some(output) = tool.get("outputSchema") {
            jsonschema::validator_for(output).unwrap();
            assert_eq!(output["type"], "object");
        }
    }
}

#[test]
fn every_tool_of_the_catalogue_has_its_place() {
    let listed = world(Scripted::new()).tools(Version::LATEST);
    let listed: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| tool["name"].clone())
        .collect();
    assert_eq!(
        listed,
        [
            "get_sentry_resource",
            "search_issues",
            "search_errors",
            "search_logs",
            "search_traces",
            "search_metrics",
            "search_profiles",
            "search_replays",
            "analyze_issue_with_seer",
            "update_issue",
            "find_organizations",
            "find_projects",
            "search_sentry_tools",
            "execute_sentry_tool",
        ]
    );
    let structured: Vec<_> = sentry_tools::reference::names()
        .filter(|name| sentry_tools::reference::output_schema(name).is_some())
        .collect();
    assert_eq!(
        structured,
        [
            "search_errors",
            "search_logs",
            "search_traces",
            "search_metrics",
            "search_profiles",
            "search_replays",
            "find_organizations",
            "find_projects",
            "search_sentry_tools",
            "get_issue_tag_values",
            "search_agent_conversations",
            "get_agent_conversation_details",
            "get_replay_details",
            "get_profile",
            "get_profile_details",
            "get_issue_user_reports",
            "get_snapshot",
            "get_latest_base_snapshot",
            "link_issue",
            "unlink_issue",
            "find_teams",
            "find_releases",
            "get_release_details",
            "search_docs",
            "find_monitors",
            "get_monitor_details",
            "create_monitor",
            "delete_monitor_environment",
            "find_uptime_monitors",
            "get_uptime_monitor_details",
            "create_uptime_monitor",
            "update_uptime_monitor",
            "delete_uptime_monitor",
            "find_dsns",
            "create_dsn",
            "find_dashboards",
            "get_dashboard_details",
            "find_alert_rules",
            "get_alert_rule",
            "get_alert_options",
            "create_alert_rule",
            "update_alert_rule",
            "delete_alert_rule",
            "find_metric_monitors",
            "get_metric_monitor_details",
            "create_metric_monitor",
            "update_metric_monitor",
            "delete_metric_monitor",
            "update_dsn",
            "create_team",
            "create_project",
            "update_project",
            "add_team_to_project",
            "remove_team_from_project",
            "find_dropped_events",
            "find_custom_inbound_filters",
            "create_custom_inbound_filter",
            "update_custom_inbound_filter",
            "delete_custom_inbound_filter",
            "onboarding_status_update",
            "submit_feedback_to_sentry_team",
            "get_sentry_mcp_info",
            "whoami",
        ]
    );
    assert_eq!(sentry_tools::reference::names().count(), 80);
    for name in sentry_tools::reference::names() {
        let schema = sentry_tools::reference::schema_of(name).unwrap();
        jsonschema::validator_for(&schema).unwrap();
        if let Some(output) = sentry_tools::reference::output_schema(name) {
            jsonschema::validator_for(&serde_json::from_str(&output).unwrap()).unwrap();
        }
    }
}

#[test]
fn a_constraint_takes_away_what_it_says() {
    let listed = |constraint| {
        let session = sentry_tools::Session {
            constraint,
            ..session()
        };
        let tools = world_of(BASE, session, Scripted::new()).tools(Version::LATEST);
        let inputs: Vec<_> = tools
            .as_array()
            .unwrap()
            .iter()
            .map(|tool| tool["inputSchema"].to_string())
            .collect();
        let text = inputs.join("\n");
        let names: Vec<_> = tools
            .as_array()
            .unwrap()
            .iter()
            .map(|tool| tool["name"].as_str().unwrap().to_owned())
            .collect();
        (names, text)
    };
    let (names, text) = listed(Constraint::Organization(slug("acme")));
    assert_eq!(
        names,
        [
            "get_sentry_resource",
            "search_issues",
            "search_errors",
            "search_logs",
            "search_traces",
            "search_metrics",
            "search_profiles",
            "search_replays",
            "analyze_issue_with_seer",
            "update_issue",
            "find_projects",
            "search_sentry_tools",
            "execute_sentry_tool"
        ]
    );
    assert!(!text.contains("\"regionUrl\"") && !text.contains("\"organizationSlug\""));
    assert!(text.contains("projectSlugOrId"));
    let (names, text) = listed(Constraint::Project {
        organization: slug("acme"),
        project: slug("web"),
    });
    assert!(!names.contains(&"find_projects".to_owned()));
    assert!(!text.contains("\"projectSlugOrId\"") && !text.contains("\"projectSlug\""));
}

#[test]
fn no_skill_no_tools() {
    let session = |skills| sentry_tools::Session {
        skills,
        ..session()
    };
    let world = |skills| world_of(BASE, session(skills), Scripted::new());
    assert_eq!(
        world(Skills::NONE).tools(Version::LATEST),
        Value::Array(Vec::new())
    );
    assert!(
        world(Skills::NONE)
            .server
            .instructions()
            .unwrap()
            .contains("no skills")
    );
    let docs = world(Skills::of(&[Skill::Docs]));
    assert!(docs.tool("find_projects").is_some() && docs.tool("search_issues").is_none());
    let triage = world(Skills::of(&[Skill::Triage]));
    assert!(triage.tool("search_issues").is_some());
}

#[test]
fn older_clients_see_less() {
    let tools = world(Scripted::new())
        .tools(Version::V2025_03_26)
        .to_string();
    assert!(!tools.contains("outputSchema"));
    assert!(tools.contains(r#""annotations":{"destructiveHint":false"#));
}
