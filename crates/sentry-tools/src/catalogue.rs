//! Every tool, listed once: those of `tools/list` in front, in its order, then those that are found by
//! `search_sentry_tools`.

use approval::Target;
use serde_json::{Map, Value};

use crate::tools::*;
use crate::vocabulary::input_schema;
use crate::vocabulary::session::{Constraint, Session};
use crate::vocabulary::tool::{EXECUTE, Surface, Tool};

pub(crate) mod executed;
pub(crate) mod narrowed;
#[cfg(test)]
mod requests;

/// The catalogue.
pub(crate) static TOOLS: &[&Tool] = &[
    &get_sentry_resource::TOOL,
    &search_issues::TOOL,
    &search_events::ERRORS,
    &search_events::LOGS,
    &search_events::TRACES,
    &search_events::METRICS,
    &search_events::PROFILES,
    &search_events::REPLAYS,
    &analyze_issue_with_seer::TOOL,
    &update_issue::TOOL,
    &find_organizations::TOOL,
    &find_projects::TOOL,
    &search_sentry_tools::TOOL,
    &execute_sentry_tool::TOOL,
    &get_issue_details::TOOL,
    &get_event_stacktrace::TOOL,
    &get_issue_breadcrumbs::TOOL,
    &get_issue_tag_values::TOOL,
    &get_issue_activity::TOOL,
    &search_issue_events::TOOL,
    &get_trace_details::TOOL,
    &get_span_details::TOOL,
    &search_agent_conversations::TOOL,
    &get_agent_conversation_details::TOOL,
    &get_replay_details::TOOL,
    &get_profile::TOOL,
    &get_profile_details::TOOL,
    &get_event_attachment::TOOL,
    &get_issue_user_reports::TOOL,
    &get_snapshot::TOOL,
    &get_snapshot_image::TOOL,
    &get_latest_base_snapshot::TOOL,
    &add_issue_note::TOOL,
    &link_issue::TOOL,
    &unlink_issue::TOOL,
    &find_teams::TOOL,
    &find_releases::TOOL,
    &get_release_details::TOOL,
    &search_docs::TOOL,
    &get_doc::TOOL,
    &find_monitors::TOOL,
    &get_monitor_details::TOOL,
    &create_monitor::TOOL,
    &delete_monitor_environment::TOOL,
    &find_uptime_monitors::TOOL,
    &get_uptime_monitor_details::TOOL,
    &create_uptime_monitor::TOOL,
    &update_uptime_monitor::TOOL,
    &delete_uptime_monitor::TOOL,
    &find_dsns::TOOL,
    &create_dsn::TOOL,
    &find_dashboards::TOOL,
    &get_dashboard_details::TOOL,
    &find_alert_rules::TOOL,
    &get_alert_rule::TOOL,
    &get_alert_options::TOOL,
    &create_alert_rule::TOOL,
    &update_alert_rule::TOOL,
    &delete_alert_rule::TOOL,
    &find_metric_monitors::TOOL,
    &get_metric_monitor_details::TOOL,
    &create_metric_monitor::TOOL,
    &update_metric_monitor::TOOL,
    &delete_metric_monitor::TOOL,
    &update_dsn::TOOL,
    &create_team::TOOL,
    &create_project::TOOL,
    &update_project::TOOL,
    &add_team_to_project::TOOL,
    &remove_team_from_project::TOOL,
    &find_dropped_events::TOOL,
    &find_custom_inbound_filters::TOOL,
    &create_custom_inbound_filter::TOOL,
    &update_custom_inbound_filter::TOOL,
    &delete_custom_inbound_filter::TOOL,
    &onboarding_status_update::TOOL,
    &submit_feedback_to_sentry_team::TOOL,
    &get_sentry_mcp_info::TOOL,
    &whoami::TOOL,
    &search_events::TOOL,
];

/// What some tools were called before, and their names.
const FORMER: [(&str, &str); 2] = [
    ("search_ai_conversations", "search_agent_conversations"),
    (
        "get_ai_conversation_details",
        "get_agent_conversation_details",
    ),
];

/// The tool of that name, or that had it before.
pub(crate) fn find(name: &str) -> Option<&'static Tool> {
    let former = FORMER.iter().find(|(former, _)| *former == name);
    let name = former.map_or(name, |(_, now)| now);
    TOOLS.iter().copied().find(|tool| tool.name == name)
}

/// Name and purpose of every tool, in the order of `tools/list`.
pub fn catalogue() -> impl Iterator<Item = (&'static str, &'static str)> {
    let tools = TOOLS.iter();
    let known = tools.filter(|tool| tool.surface != Surface::Former);
    known.map(|tool| (tool.name, tool.description))
}

/// Whether a tool changes something in Sentry; `None` where there is none of that name.
#[must_use]
pub fn changes_something(name: &str) -> Option<bool> {
    find(name).map(|tool| tool.effect.changes_something())
}

/// The tool of the catalogue that a call is for in the end, for a log; `None` for a name that no tool has.
#[must_use]
pub fn called(name: &str, arguments: Option<&Map<String, Value>>) -> Option<&'static str> {
    let named = find(name)?;
    let inner = arguments.filter(|_| named.name == EXECUTE);
    let inner = inner.and_then(|sent| executed::find(sent.get("name")?.as_str()?.trim()));
    Some(inner.unwrap_or(named).name)
}

/// The schema of a tool's arguments in sessions under this constraint, as JSON; `None` where there is no such tool.
#[must_use]
pub fn input_schema(name: &str, constraint: &Constraint) -> Option<String> {
    find(name).map(|tool| {
        input_schema::input_schema(tool.parameters, constraint)
            .get()
            .to_owned()
    })
}

/// Says which tool a call is for in the end, where the one that it names stands for any other, in sessions under this
/// constraint. The effects of the whole catalogue are public (docs/TOOLS.md); whether a call is allowed, the server says.
#[must_use]
pub fn targets(constraint: &Constraint) -> Targets {
    match constraint {
        Constraint::None => |name, arguments| target(name, arguments, false, false),
        Constraint::Organization(_) => |name, arguments| target(name, arguments, true, false),
        Constraint::Project { .. } => |name, arguments| target(name, arguments, true, true),
    }
}

/// `None` for a tool that stands for no other.
pub type Targets = fn(name: &str, arguments: &Map<String, Value>) -> Option<Target>;

fn target(
    name: &str,
    sent: &Map<String, Value>,
    organization: bool,
    project: bool,
) -> Option<Target> {
    if name != EXECUTE {
        return None;
    }
    if executed::several(sent).is_some() {
        // The server runs what only reads, and nothing else of it.
        return Some(Target {
            name: EXECUTE.to_owned(),
            changes: false,
            foreign: None,
        });
    }
    // Read as the server reads it: what it would run is what is said here.
    let read = executed::read(sent.clone());
    let plain = sent.get("name").and_then(Value::as_str).map(str::trim);
    // What cannot be read runs nothing; it is a call of the tool that it names all the same.
    let named = match &read {
        Ok(read) => read.name.as_str(),
        Err(_) => plain.unwrap_or_default(),
    };
    let tool = executed::find(named);
    let reads = |tool: &Tool, argument: &str| {
        let own = tool.parameters.iter().find(|own| own.name == argument);
        own.is_some_and(|own| !own.is_fixed_by(organization, project))
    };
    let foreign = tool.and_then(|tool| {
        let beside = sent
            .keys()
            .find(|key| *key != "name" && *key != "arguments");
        // As text it is read too; but a person is shown the call as it was written.
        let is_plain = matches!(
            sent.get("arguments"),
            None | Some(Value::Null | Value::Object(_))
        );
        let text = (!is_plain).then_some("arguments");
        let mut inside = read.iter().flat_map(|read| read.arguments.keys());
        let inside = inside.find(|key| !reads(tool, key));
        beside
            .map(String::as_str)
            .or(text)
            .or(inside.map(String::as_str))
            .map(str::to_owned)
    });
    Some(Target {
        name: tool
            .map_or(named, |tool| tool.name)
            .chars()
            .take(100)
            .collect(),
        // Where there is no such tool there is nothing that it could change.
        changes: tool.is_some_and(|tool| tool.effect.changes_something()),
        foreign,
    })
}

/// Name and description of the tools that a session can use.
pub fn offered(session: &Session) -> impl Iterator<Item = (&'static str, &'static str)> {
    TOOLS
        .iter()
        .filter(|tool| tool.surface != Surface::Former && tool.works_for(session))
        .map(|tool| (tool.name, tool.description))
}
