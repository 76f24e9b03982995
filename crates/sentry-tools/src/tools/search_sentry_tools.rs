use std::sync::OnceLock;

use fetch::LocalFuture;

use crate::text::ranking::{self, Document};
use crate::vocabulary::json::Json;
use crate::vocabulary::parameter::{Parameter, input_schema};
use crate::vocabulary::skill::Skills;
use crate::vocabulary::tool::{Answer, Context, EXECUTE, Effect, Hidden, Surface, Tool};

use super::READ;

const QUERY: Parameter =
    Parameter::sized("query", "What you want to do, in a few words.", 1, None).required();
const LIMIT: Parameter = Parameter::integer("limit", "", Some(20), Some(8)).nullable();

pub(crate) static TOOL: Tool = Tool {
    name: "search_sentry_tools",
    title: "Search Sentry tools",
    description: "Finds tools that this list lacks: stack traces, breadcrumbs, tags and activity of issues, notes, traces, \
                  spans, releases, teams, DSNs. Run what it finds with execute_sentry_tool.",
    skills: Skills::ALL,
    scopes: READ,
    surface: Surface::Direct,
    parameters: &[QUERY, LIMIT],
    output_schema: Some(
        r#"{"type":"object","properties":{"query":{"type":"string"},"results":{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"},"description":{"type":"string"},"inputSchema":{"type":"object"},"annotations":{"type":"object"}},"required":["name","description","inputSchema","annotations"]}}},"required":["query","results"]}"#,
    ),
    effect: Effect::ReadsHere,
    hidden: Hidden::Never,
    run,
};

/// Of each tool of the catalogue, in its order. They never change, and taking them apart is most of a search.
static DOCUMENTS: OnceLock<Vec<Document>> = OnceLock::new();

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let query = context.arguments.text(&QUERY).unwrap_or_default();
        let limit = context.arguments.number(&LIMIT).unwrap_or_default();
        let itself = [TOOL.name, EXECUTE];
        let all = DOCUMENTS.get_or_init(|| {
            context
                .catalogue
                .iter()
                .map(|tool| document(tool))
                .collect()
        });
        let mut tools: Vec<&Tool> = Vec::new();
        let mut documents = Vec::new();
        for (tool, document) in context.catalogue.iter().zip(all) {
            if context.offers(tool) && !itself.contains(&tool.name) {
                tools.push(tool);
                documents.push(document);
            }
        }
        let mut json = Json::object();
        json.text("query", query);
        json.begin("results", '[');
        for place in ranking::rank(query, &documents, limit as usize) {
            if let Some(tool) = tools.get(place) {
                json.element();
                describe(context, tool, &mut json);
                json.end('}');
            }
        }
        json.end(']');
        json.answer()
    })
}

/// A tool's words; those of its name say most.
fn document(tool: &Tool) -> Document {
    let mut document = Document::default();
    document.add(tool.name, 3);
    document.add(tool.title, 2);
    document.add(tool.description, 1);
    for parameter in tool.parameters {
        document.add(parameter.name, 1);
        document.add(parameter.about, 1);
    }
    document
}

fn describe(context: &Context<'_>, tool: &Tool, json: &mut Json) {
    let hints = tool.effect.annotations();
    let schema = input_schema(tool.parameters, &context.session.constraint);
    json.text("name", tool.name);
    json.text("description", tool.description);
    json.raw("inputSchema", &schema);
    json.begin("annotations", '{');
    json.text("title", tool.title);
    json.flag("readOnlyHint", hints.read_only_hint);
    json.flag("destructiveHint", hints.destructive_hint);
    if let Some(hint) = hints.idempotent_hint {
        json.flag("idempotentHint", hint);
    }
    json.flag("openWorldHint", hints.open_world_hint);
    json.end('}');
}
