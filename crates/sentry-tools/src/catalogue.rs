//! Every tool, listed once: those of `tools/list` in front, in its order, then those that are found by
//! `search_sentry_tools`.

use approval::Target;
use serde_json::{Map, Value};

use crate::tools::*;
use crate::vocabulary::session::Session;
use crate::vocabulary::tool::{EXECUTE, Tool};

/// The catalogue.
pub(crate) static TOOLS: &[&Tool] = &[
    &get_sentry_resource::TOOL,
    &search_issues::TOOL,
    &search_events::TOOL,
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
    &add_issue_note::TOOL,
    &find_teams::TOOL,
    &find_releases::TOOL,
    &find_dsns::TOOL,
    &create_dsn::TOOL,
    &whoami::TOOL,
];

/// The tool of that name.
pub(crate) fn find(name: &str) -> Option<&'static Tool> {
    TOOLS.iter().copied().find(|tool| tool.name == name)
}

/// Name and purpose of every tool, in the order of `tools/list`.
pub fn catalogue() -> impl Iterator<Item = (&'static str, &'static str)> {
    TOOLS.iter().map(|tool| (tool.name, tool.description))
}

/// Whether a tool changes something in Sentry; `None` where there is none of that name.
#[must_use]
pub fn changes_something(name: &str) -> Option<bool> {
    find(name).map(|tool| tool.effect.changes_something())
}

/// The tool that a call is for in the end, where the one that it names stands for any other. The effects of the whole
/// catalogue are public (docs/TOOLS.md); whether a call is allowed, the server says.
#[must_use]
pub fn target(name: &str, arguments: &Map<String, Value>) -> Option<Target> {
    if name != EXECUTE {
        return None;
    }
    let named = arguments.get("name").and_then(Value::as_str);
    let named = named.unwrap_or_default().trim();
    Some(Target {
        name: named.chars().take(100).collect(),
        // Where there is no such tool there is nothing that it could change.
        changes: changes_something(named).unwrap_or(false),
    })
}

/// Name and description of the tools that a session can use.
pub fn offered(session: &Session) -> impl Iterator<Item = (&'static str, &'static str)> {
    TOOLS
        .iter()
        .filter(|tool| tool.works_for(session))
        .map(|tool| (tool.name, tool.description))
}
