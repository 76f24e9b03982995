use fetch::LocalFuture;
use futures_util::future::join;
use mcp::CallToolResult;
use sentry_api::{ApiError, EventId, Slug, Trace, TraceMeta};

use crate::arguments::required;
use crate::hint;
use crate::markdown::{code, facts, line, number};
use crate::parameter::{ORGANIZATION, Parameter, REGION, TRACE_ID};
use crate::place::{fixed_project, region_of};
use crate::skill::{Skill, Skills};
use crate::tool::{Answer, Context, Effect, Hidden, Surface, Tool};
use crate::trace_tree;

use super::{READ, get_sentry_resource, get_span_details, search_events};

pub(super) const SPAN: Parameter =
    Parameter::sized("spanId", "Shows this span instead of the whole.", 1, None);

/// Lines of the tree.
const SPANS: usize = 60;

/// So many spans of a trace are read.
const READ_AT_MOST: &str = "10000";

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
        let span = context.arguments.text(&SPAN)?;
        let (organization, id, meta, trace) = read(context).await?;
        if let Some(span) = span {
            return get_span_details::show(context, &organization, &id, &trace, &span);
        }
        let text = render(context, &organization, &id, meta.as_ref(), &trace);
        Ok(CallToolResult::text(text))
    })
}

/// The trace that the arguments name, and its numbers where the server has them.
pub(super) async fn read(
    context: &Context<'_>,
) -> Result<(Slug, EventId, Option<TraceMeta>, Trace), crate::failure::Failure> {
    let arguments = context.arguments;
    let organization = required(&ORGANIZATION, arguments.slug(&ORGANIZATION)?)?;
    let id = required(&TRACE_ID, arguments.event(&TRACE_ID)?)?;
    let region = region_of(context, &organization).await?;
    let client = context.client;
    let (meta, trace) = join(
        client.trace_meta(&region, &organization, &id),
        client.trace(&region, &organization, &id, READ_AT_MOST),
    )
    .await;
    let trace = trace?;
    let is_empty = trace_tree::visible(context, &trace).next().is_none()
        && trace_tree::problems(context, &trace).is_empty();
    if is_empty {
        return Err(ApiError::NotFound.into());
    }
    Ok((organization, id, meta.ok(), trace))
}

fn render(
    context: &Context<'_>,
    organization: &Slug,
    id: &EventId,
    meta: Option<&TraceMeta>,
    trace: &Trace,
) -> String {
    let problems = trace_tree::problems(context, trace);
    let longest = trace_tree::visible(context, trace)
        .filter_map(|span| span.duration)
        .fold(0.0, f64::max);
    let root = trace_tree::visible(context, trace).next();
    let url = context.base().web_url(
        organization,
        &format!("/explore/traces/trace/{}/", id.as_str()),
    );
    // Numbers of the whole trace are not a project's business.
    let meta = meta.filter(|_| fixed_project(context).is_none());
    let count = |read: fn(&TraceMeta) -> Option<u64>| meta.and_then(read).map(number);
    let operations: Vec<_> = meta
        .into_iter()
        .flat_map(|meta| &meta.operations)
        .take(8)
        .map(|(name, count)| format!("{} {}", line(name, 60), number(*count)))
        .collect();
    let mut parts = vec![facts(
        &format!("# Trace {}\n", code(id.as_str(), 40)),
        vec![
            ("Begins with", root.map(trace_tree::name)),
            ("Longest span", Some(trace_tree::milliseconds(longest))),
            ("Spans", count(|meta| meta.spans)),
            ("Errors", count(|meta| meta.errors)),
            ("Detected problems", count(|meta| meta.performance_issues)),
            ("Log lines", count(|meta| meta.logs)),
            ("Operations", Some(operations.join(", "))),
            ("Link", Some(url)),
        ],
    )];
    if !problems.is_empty() {
        const MOST: usize = 15;
        let shown = problems.iter().take(MOST);
        let lines: Vec<_> = shown
            .map(|problem| trace_tree::describe_problem(problem))
            .collect();
        let more = match problems.len().saturating_sub(MOST) {
            0 => String::new(),
            more => format!("\n- and {more} more"),
        };
        parts.push(format!(
            "## Errors and problems in it\n{}{more}",
            lines.join("\n")
        ));
    }
    let tree = trace_tree::render(context, trace, SPANS);
    if !tree.is_empty() {
        parts.push(format!("## Spans\n{tree}"));
    }
    let mut wanted: Vec<(&'static Tool, &str)> = vec![(
        &get_span_details::TOOL,
        "with a spanId, which stands in brackets",
    )];
    if !problems.is_empty() {
        wanted.push((&get_sentry_resource::TOOL, "for an issue of it"));
    }
    wanted.push((
        &search_events::TOOL,
        "with dataset `logs` and query `trace:…` for its log",
    ));
    parts.push(hint::next(context, &wanted));
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n")
}
