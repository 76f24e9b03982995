//! The table: `tests/every/rows.json`.

use serde_json::Value;

/// A tool, and arguments that lead to an answer of the local Sentry.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) tool: &'static str,
    pub(crate) arguments: Value,
}

/// Tools without a line of their own, with the reason. A line that is there and stands here fails.
const WITHOUT: &[(&str, &str)] = &[
    ("search_sentry_tools", "asks nobody: find.rs"),
    (
        "submit_feedback_to_sentry_team",
        "asks no Sentry: prompts and `tries.rs`",
    ),
    (
        "execute_sentry_tool",
        "is the tool that it names: written/execute.rs",
    ),
];

/// The organization that holds the local Sentry's data, and the project that the rows read.
pub(crate) const ORGANIZATION: &str = "lighthouse-books";
pub(crate) const PROJECT: &str = "checkout";

/// A tool and its arguments a line, in alphabetical order; several for one where different arguments ask for different things.
const ROWS: &str = include_str!("../../every/rows.json");

/// Every row.
pub(crate) fn rows() -> Vec<Row> {
    let rows: Vec<(&'static str, Value)> = serde_json::from_str(ROWS).unwrap();
    let rows = rows.into_iter();
    rows.map(|(tool, arguments)| Row::of(tool, arguments))
        .collect()
}

impl Row {
    /// With the organization, where the tool takes one.
    fn of(tool: &'static str, mut arguments: Value) -> Self {
        let takes = sentry_tools::reference::takes(tool, "organizationSlug");
        let named = ["issueUrl", "replayUrl", "profileUrl"];
        let is_pasted = tool == "get_sentry_resource" && arguments.get("url").is_some();
        if takes && !is_pasted && !named.iter().any(|name| arguments.get(name).is_some()) {
            arguments["organizationSlug"] = ORGANIZATION.into();
        }
        Self { tool, arguments }
    }

    /// For a person.
    pub(crate) fn name(&self) -> String {
        let arguments = self.arguments.to_string();
        let arguments: String = arguments.chars().take(70).collect();
        format!("{} {arguments}", self.tool)
    }
}

#[test]
fn every_tool_has_its_line() {
    let rows = rows();
    let names: Vec<_> = sentry_tools::reference::names().collect();
    for name in &names {
        let has_line = rows.iter().any(|row| row.tool == *name);
        let is_left_out = WITHOUT.iter().any(|(tool, _)| tool == name);
        assert!(
            has_line != is_left_out,
            "{name}: a line, or a reason for none"
        );
    }
    let known = rows.iter().map(|row| row.tool);
    assert!(known.clone().is_sorted(), "in alphabetical order");
    for tool in known.chain(WITHOUT.iter().map(|(tool, _)| *tool)) {
        assert!(names.contains(&tool), "{tool} is no tool");
    }
}
