use fetch::LocalFuture;
use serde_json::Value;

use crate::arguments::required;
use crate::catalogue::TOOLS;
use crate::json::{known, object, structured};
use crate::parameter::{Parameter, input_schema};
use crate::ranking::{self, Document};
use crate::skill::Skills;
use crate::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::{READ, execute_sentry_tool};

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

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let query = required(&QUERY, context.arguments.text(&QUERY)?)?;
        let limit = context.arguments.limit(&LIMIT)?;
        let mut tools: Vec<&Tool> = TOOLS.to_vec();
        let itself = [TOOL.name, execute_sentry_tool::TOOL.name];
        tools.retain(|tool| context.offers(tool) && !itself.contains(&tool.name));
        let documents: Vec<_> = tools.iter().map(|tool| document(tool)).collect();
        let best = ranking::rank(&query, &documents);
        let results: Vec<_> = best
            .into_iter()
            .take(limit as usize)
            .filter_map(|index| Some(describe(context, tools.get(index)?)))
            .collect();
        structured(&object(vec![
            ("query", query.into()),
            ("results", results.into()),
        ]))
    })
}

/// A tool's words; those of its name say most.
fn document(tool: &Tool) -> Document {
    let mut document = Document::default();
    document.add(tool.name, 4);
    document.add(tool.description, 1);
    for parameter in tool.parameters {
        document.add(parameter.name, 1);
        document.add(parameter.about, 1);
    }
    document
}

fn describe(context: &Context<'_>, tool: &Tool) -> Value {
    let hints = tool.effect.annotations();
    object(vec![
        ("name", tool.name.into()),
        ("description", tool.description.into()),
        (
            "inputSchema",
            input_schema(tool.parameters, &context.session.constraint),
        ),
        (
            "annotations",
            known(vec![
                ("title", Some(tool.title.into())),
                ("readOnlyHint", Some(hints.read_only_hint.into())),
                ("destructiveHint", Some(hints.destructive_hint.into())),
                ("idempotentHint", hints.idempotent_hint.map(Value::from)),
                ("openWorldHint", Some(hints.open_world_hint.into())),
            ]),
        ),
    ])
}
