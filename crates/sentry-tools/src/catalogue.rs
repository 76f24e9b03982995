//! Every tool, listed once, in the order of `tools/list`.

use crate::tool::Tool;
use crate::tools::{find_organizations, find_projects, get_issue_details, search_issues, whoami};

/// The catalogue.
pub(crate) const TOOLS: &[&Tool] = &[
    &get_issue_details::TOOL,
    &search_issues::TOOL,
    &find_organizations::TOOL,
    &find_projects::TOOL,
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
