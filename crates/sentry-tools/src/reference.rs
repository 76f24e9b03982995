//! The catalogue as a document: `docs/TOOLS.md` is made of it, and a test fails where the two differ.

use std::borrow::Cow;

use serde_json::Value;

use mcp::json::{self, Object};

use crate::catalogue::{self, TOOLS};
use crate::tools::search_sentry_tools;
use crate::vocabulary::input_schema::{describe, input_schema, is_required};
use crate::vocabulary::near::squeeze;
use crate::vocabulary::parameter::{Format, Kind, Parameter, Presence};
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

/// A tool as a page shows it.
#[derive(Debug)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// What it does, and when to choose it.
    pub description: &'static str,
    /// The skills, any of which turns it on.
    pub skills: String,
    /// `reads`, `adds` or `changes`.
    pub effect: &'static str,
    /// What it answers with.
    pub output: &'static str,
    /// In the order of importance.
    pub parameters: Vec<EntryParameter>,
    /// An example of its arguments, as JSON.
    pub call: String,
}

/// A parameter as a page shows it.
#[derive(Debug)]
pub struct EntryParameter {
    /// Its name.
    pub name: &'static str,
    /// Its JSON type, or its values.
    pub kind: String,
    /// What it is.
    pub about: String,
    /// Whether a call has to have it.
    pub is_required: bool,
}

/// The tools that do what is asked for, the likeliest first; all of them where nothing is.
#[must_use]
pub fn entries(query: &str) -> Vec<Entry> {
    if query.is_empty() {
        let known = TOOLS.iter().filter(|tool| tool.surface != Surface::Former);
        return known.map(|tool| entry(tool)).collect();
    }
    let best = search_sentry_tools::best(query, TOOLS, &|_| true, MOST_ENTRIES);
    best.into_iter().map(entry).collect()
}

/// Of a search.
const MOST_ENTRIES: usize = 10;

fn entry(tool: &Tool) -> Entry {
    let parameters = tool.parameters.iter().map(|parameter| EntryParameter {
        name: parameter.name,
        kind: match parameter.kind {
            Kind::Choice { options, .. } => options.join(" | "),
            Kind::Number { .. } => "number".to_owned(),
            Kind::Flag { .. } => "true | false".to_owned(),
            Kind::Texts | Kind::Objects | Kind::Pairs => "list".to_owned(),
            Kind::Object => "object".to_owned(),
            Kind::Text(_) | Kind::NumberOrText => "text".to_owned(),
        },
        about: describe(parameter),
        is_required: is_required(parameter),
    });
    let mut call = String::new();
    let mut object = Object::begin(&mut call);
    for parameter in tool.parameters {
        if parameter.presence == Presence::Required {
            example(object.name(parameter.name), parameter);
        }
    }
    object.end();
    Entry {
        name: tool.name,
        description: tool.description,
        skills: skills(tool),
        effect: effect(tool),
        output: output(tool),
        parameters: parameters.collect(),
        call,
    }
}

/// A value that could stand there, as JSON.
fn example(out: &mut String, parameter: &Parameter) {
    let text = match (parameter.kind, parameter.name) {
        (Kind::Choice { options, .. }, _) => options.first().copied().unwrap_or_default(),
        (Kind::Number { .. }, _) => return out.push('5'),
        (Kind::Flag { .. }, _) => return out.push_str("true"),
        (Kind::Texts | Kind::Objects | Kind::Pairs, _) => return out.push_str("[]"),
        (Kind::Object, _) => return out.push_str("{}"),
        (_, "organizationSlug") => "acme",
        (_, "projectSlug") => "web",
        (_, "issueId") => "WEB-1A",
        (_, "query") => "is:unresolved",
        (Kind::Text(text), _) if text.format == Format::HexId => "4bf92f3577b34da6a3ce929d0e0e4736",
        (Kind::Text(text), _) if text.format == Format::Digits => "42",
        (Kind::Text(text), _) if text.format == Format::Url => "https://example.com/",
        _ => "…",
    };
    json::text(out, text);
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
        (
            "\n## Former names, callable and in no list\n",
            Surface::Former,
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

`search_sentry_tools` finds a tool by what is wanted, in other words than its description's and in several languages
([ADR 139](adr/0139-tools-are-found-by-their-purpose.md)). `execute_sentry_tool` runs up to eight tools that only read in one
call: ten ordinary jobs take 12 calls that way instead of 36, and a model reads 60 % fewer tokens for them
([measured](SEVERAL-CALLS.md)).
";

fn skills(tool: &Tool) -> String {
    let skills: Vec<_> = tool.skills.iter().map(Skill::as_str).collect();
    if skills.len() == Skill::ALL.len() {
        return "any".to_owned();
    }
    skills.join(", ")
}

const fn output(tool: &Tool) -> &'static str {
    if tool.output_schema.is_some() {
        "structured JSON"
    } else {
        "Markdown"
    }
}

const fn effect(tool: &Tool) -> &'static str {
    let hints = tool.effect.annotations();
    match (hints.read_only_hint, hints.destructive_hint) {
        (true, _) => "reads",
        (false, false) => "adds",
        (false, true) => "changes",
    }
}

fn section(tool: &Tool, text: &mut String) {
    let (skills, output, effect) = (skills(tool), output(tool), effect(tool));
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
