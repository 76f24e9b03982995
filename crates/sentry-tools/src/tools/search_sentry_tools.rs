use std::sync::OnceLock;

use fetch::LocalFuture;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::text::ranking::{self, Document};
use crate::vocabulary::input_schema::input_schema;
use crate::vocabulary::parameter::{NEAR_LIMIT, Parameter};
use crate::vocabulary::skill::Skills;
use crate::vocabulary::tool::{
    Answer, Context, EXECUTE, Effect, Hidden, Schema, Surface, Tool, structured,
};

use super::READ;

const QUERY: &Parameter = &Parameter::text("query", "What you want to do, in a few words.")
    .required()
    .near(&["q", "task", "search", "name", "text", "description"]);
const LIMIT: &Parameter = &Parameter::integer("limit", "", Some(20), Some(8)).near(NEAR_LIMIT);

pub(crate) static TOOL: Tool = Tool {
    name: "search_sentry_tools",
    title: "Search Sentry tools",
    description: "Finds tools that this list lacks: stack traces, breadcrumbs, tags and activity of issues, notes, traces, \
                  spans, releases, teams, DSNs. Run what it finds with execute_sentry_tool.",
    skills: Skills::ALL,
    scopes: READ,
    surface: Surface::Direct,
    parameters: &[QUERY, LIMIT],
    output_schema: Some(Schema::Json(include_str!(
        "../../schemas/search_sentry_tools.json"
    ))),
    effect: Effect::ReadsHere,
    hidden: Hidden::Never,
    run,
};

/// A line for each tool: its name, then words for its jobs, objects and verbs. Words in other languages, and English ones
/// that mean the same, are known to [`ranking`]; a word that stands here twice says twice as much.
const PURPOSES: &str = include_str!("search_sentry_tools/purposes.txt");

/// Of each tool of the catalogue, in its order. They never change, and taking them apart is most of a search.
static DOCUMENTS: OnceLock<Vec<Document>> = OnceLock::new();

/// What it answers.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Found<'a> {
    query: &'a str,
    results: Vec<Described>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Described {
    name: &'static str,
    description: &'static str,
    #[cfg_attr(test, schemars(with = "serde_json::Map<String, serde_json::Value>"))]
    input_schema: Box<RawValue>,
    #[cfg_attr(test, schemars(with = "serde_json::Map<String, serde_json::Value>"))]
    annotations: Hints,
}

/// The members in the order in which MCP describes them, the title first.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Hints {
    title: &'static str,
    read_only_hint: bool,
    destructive_hint: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    idempotent_hint: Option<bool>,
    open_world_hint: bool,
}

/// Members that hold what somebody else wrote.
const SENDERS: &[&str] = &["/query"];

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let query = context.arguments.text(QUERY).unwrap_or_default();
        let limit = context.arguments.number(LIMIT).unwrap_or_default();
        let itself = [TOOL.name, EXECUTE];
        let is_wanted = |tool: &Tool| context.offers(tool) && !itself.contains(&tool.name);
        let found = best(query, context.catalogue, &is_wanted, limit as usize);
        let found = found.into_iter();
        structured(
            &Found {
                query,
                results: found.map(|tool| describe(context, tool)).collect(),
            },
            SENDERS,
        )
    })
}

/// Of the whole catalogue the tools that do what is asked for, the likeliest first.
pub(crate) fn best(
    query: &str,
    catalogue: &'static [&'static Tool],
    is_wanted: &dyn Fn(&Tool) -> bool,
    limit: usize,
) -> Vec<&'static Tool> {
    let all = DOCUMENTS.get_or_init(|| {
        catalogue
            .iter()
            .map(|tool| document(tool.name, tool.description))
            .collect()
    });
    let mut tools = Vec::new();
    let mut documents = Vec::new();
    for (tool, document) in catalogue.iter().zip(all) {
        if tool.surface != Surface::Former && is_wanted(tool) {
            tools.push(*tool);
            documents.push(document);
        }
    }
    let found = ranking::rank(query, &documents, limit);
    let found = found.into_iter();
    found
        .filter_map(|place| tools.get(place).copied())
        .collect()
}

/// A tool's words. Those of its name count most, and do not stand among its purposes again.
pub(crate) fn document(name: &str, description: &str) -> Document {
    let mut document = Document::default();
    document.add(name, 8);
    document.add(purpose(name).unwrap_or_default(), 4);
    document.add(description, 1);
    document
}

/// What people ask for who mean this tool.
pub(crate) fn purpose(name: &str) -> Option<&'static str> {
    let mut lines = PURPOSES.lines().filter_map(|line| line.split_once(' '));
    lines.find(|(own, _)| *own == name).map(|(_, words)| words)
}

fn describe(context: &Context<'_>, tool: &Tool) -> Described {
    let hints = tool.effect.annotations();
    Described {
        name: tool.name,
        description: tool.description,
        input_schema: input_schema(tool.parameters, &context.session.constraint),
        annotations: Hints {
            title: tool.title,
            read_only_hint: hints.read_only_hint,
            destructive_hint: hints.destructive_hint,
            idempotent_hint: hints.idempotent_hint,
            open_world_hint: hints.open_world_hint,
        },
    }
}
