use fetch::LocalFuture;
use mcp::CallToolResult;

use crate::text::markdown::{Facts, Joined, line, number, paragraph};
use crate::text::order;
use crate::text::trace_tree;
use crate::text::whose::WHOSE;
use crate::vocabulary::hint;
use crate::vocabulary::parameter::{ORGANIZATION, Parameter, REGION, TRACE_ID};
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Surface, Tool};
use crate::vocabulary::trace_target::FoundTrace;

use super::{READ, get_sentry_resource, get_span_details, search_events};

pub(super) const SPAN: &Parameter =
    &Parameter::text("spanId", "Shows this span instead of the whole.").near(&["span"]);

/// Lines of the tree.
const SPANS: usize = 60;

pub(crate) static TOOL: Tool = Tool {
    name: "get_trace_details",
    title: "Get trace details",
    description: "One request across services: how long it took, its slowest spans as a tree, and the errors in it, over \
                  the last 14 days.",
    skills: Skills::of(&[Skill::Inspect]),
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[ORGANIZATION, TRACE_ID, SPAN, REGION],
    output_schema: None,
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let found = FoundTrace::find(context).await?;
        if let Some(span) = context.arguments.text(SPAN) {
            return get_span_details::show(context, &found, span);
        }
        Ok(CallToolResult::text(render(context, &found)))
    })
}

fn render(context: &Context<'_>, found: &FoundTrace) -> String {
    let FoundTrace { trace, id, .. } = found;
    let trace = &trace.read();
    let spans = trace_tree::visible(context.sight, trace);
    let problems = trace_tree::problems(context.sight, trace);
    let mut facts = Facts::new();
    if let Some(root) = spans.first() {
        facts.said("Begins with", &trace_tree::name(root));
    }
    let mut longest = 0.0_f64;
    for span in &spans {
        longest = longest.max(span.duration.unwrap_or_default());
    }
    facts.add("Longest span", &trace_tree::milliseconds(longest));
    if let Some(meta) = &found.meta {
        facts.count("Spans", meta.spans);
        facts.count("Errors", meta.errors);
        facts.count("Detected problems", meta.performance_issues);
        facts.count("Log lines", meta.logs);
        let mut operations = Joined::default();
        let count = |place: usize| meta.operations.get(place).map(|(_, count)| *count);
        let most = order::first(meta.operations.len(), 8, &|a, b| count(a) > count(b));
        for (name, count) in most.iter().filter_map(|place| meta.operations.get(*place)) {
            operations.add(", ", &line(name, 60));
            operations.add(" ", &number(*count));
        }
        facts.said("Operations", &operations.text());
    }
    let path = ["/explore/traces/trace/", id.as_str(), "/"].concat();
    facts.add("Link", &found.place.link(context, &path));
    let mut text = facts.below(&["# Trace ", id.as_str(), "\n\n", WHOSE, "\n"].concat());
    let mut wanted: Vec<(&'static Tool, &str)> = vec![(
        &get_span_details::TOOL,
        "with a spanId, which stands in brackets",
    )];
    if !problems.is_empty() {
        paragraph(&mut text, "## Errors and problems in it");
        text.push_str(&trace_tree::list_problems(&problems, 15));
        wanted.push((&get_sentry_resource::TOOL, "for an issue of it"));
    }
    let tree = trace_tree::render(context.sight, trace, SPANS);
    if !tree.is_empty() {
        paragraph(&mut text, "## Spans\n");
        text.push_str(&tree);
    }
    wanted.push((&search_events::LOGS, "with query trace:… for its log"));
    paragraph(&mut text, &hint::next(context, &wanted));
    text
}
