//! The catalogue as a document: `docs/TOOLS.md` is made of it, and a test fails where the two differ.

use std::borrow::Cow;

use serde_json::Value;

use crate::catalogue::{self, TOOLS};
use crate::vocabulary::input_schema::{describe, input_schema};
use crate::vocabulary::near::squeeze;
use crate::vocabulary::session::Constraint;
use crate::vocabulary::skill::Skill;
use crate::vocabulary::tool::{Hidden, Surface, Tool};

/// The names of all tools, in the order of the catalogue.
pub fn names() -> impl Iterator<Item = &'static str> {
    TOOLS.iter().map(|tool| tool.name)
}

/// The JSON Schema that a tool's structured answers satisfy, where it has such.
#[must_use]
pub fn output_schema(name: &str) -> Option<Cow<'static, str>> {
    Some(catalogue::find(name)?.output_schema?.json())
}

/// The `inputSchema` of a tool in an unconstrained session.
#[must_use]
pub fn schema_of(name: &str) -> Option<Value> {
    let tool = catalogue::find(name)?;
    serde_json::from_str(input_schema(tool.parameters, &Constraint::None).get()).ok()
}

/// Whether a tool takes an argument of that name for one of its parameters.
#[must_use]
pub fn takes(tool: &str, name: &str) -> bool {
    let squeezed = squeeze(name);
    catalogue::find(tool)
        .is_some_and(|tool| tool.parameters.iter().any(|own| own.is_near(&squeezed)))
}

/// The text of `docs/TOOLS.md`.
#[must_use]
pub fn markdown() -> String {
    let mut text = HEAD.to_owned();
    for (heading, surface) in [
        ("\n## In `tools/list`\n", Surface::Direct),
        (
            "\n## Found by `search_sentry_tools`, run by `execute_sentry_tool` or by name\n",
            Surface::Catalog,
        ),
    ] {
        text.push_str(heading);
        for tool in TOOLS.iter().filter(|tool| tool.surface == surface) {
            section(tool, &mut text);
        }
    }
    text
}

const HEAD: &str = "# Tools

Made from the catalogue (`crates/sentry-tools`) by `cargo test -p sentry-tools`, with `UPDATE=1` to write it anew.
A tool is there when any of its skills was ticked and the access token has all of its scopes. Parameters in bold are
required; `/mcp/{organization}` and `/mcp/{organization}/{project}` fix organization, region and project. Schemas have only words
that OpenAI's strict mode, Anthropic and Gemini all take; what is taken beside them is in
[ADR 98](adr/0098-what-is-taken-for-what.md).

A connection's address can leave something out, and add nothing ([ADR 105](adr/0105-a-connection-narrows-itself.md)):

| in the query | what is left |
|---|---|
| `readonly=1`, or the header `X-MCP-Readonly: true` | tools that only read |
| `skills=inspect,docs` | tools that one of these skills turns on |
| `tools=search_issues,get_issue_details` | these tools, all of them in `tools/list` |
| `untrusted=omit` | answers without free text of others |
| `all=1` | everything, and all of it in `tools/list`: for clients that call only what is listed |
";

fn section(tool: &Tool, text: &mut String) {
    let skills: Vec<_> = tool.skills.iter().map(Skill::as_str).collect();
    let skills = if skills.len() == Skill::ALL.len() {
        "any".to_owned()
    } else {
        skills.join(", ")
    };
    let output = if tool.output_schema.is_some() {
        "structured JSON"
    } else {
        "Markdown"
    };
    let hints = tool.effect.annotations();
    let effect = match (hints.read_only_hint, hints.destructive_hint) {
        (true, _) => "reads",
        (false, false) => "adds",
        (false, true) => "changes",
    };
    let hidden = match tool.hidden {
        Hidden::Never => "",
        Hidden::OrganizationFixed => " Not where the organization is fixed.",
        Hidden::ProjectFixed => " Not where the project is fixed.",
    };
    text.push_str(&format!(
        "\n### `{}`\n\n{}\n\nSkills: {skills}. Scopes: {}. Answers {output}; {effect}.{hidden}\n",
        tool.name, tool.description, tool.scopes
    ));
    let schema = schema_of(tool.name).unwrap_or_default();
    let required = schema.get("required").and_then(Value::as_array);
    let properties = schema.get("properties").and_then(Value::as_object);
    if tool.parameters.is_empty() {
        return;
    }
    text.push('\n');
    for parameter in tool.parameters {
        let name = parameter.name;
        let is_required = required.is_some_and(|names| names.iter().any(|each| each == name));
        let mut rules = properties
            .and_then(|all| all.get(name))
            .cloned()
            .unwrap_or_default();
        if let Some(rules) = rules.as_object_mut() {
            rules.remove("description");
        }
        let mark = if is_required { "**" } else { "" };
        let mut about = describe(parameter);
        if !about.is_empty() {
            about.insert(0, ' ');
        }
        text.push_str(&format!("* {mark}`{name}`{mark}{about} `{rules}`\n"));
    }
}
