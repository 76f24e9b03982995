use fetch::LocalFuture;
use mcp::CallToolResult;
use sentry_api::{EventId, Slug, Span, Trace};

use crate::arguments::required;
use crate::failure::Failure;
use crate::hint;
use crate::markdown::{block, code, facts, line};
use crate::parameter::{ORGANIZATION, Parameter, REGION, TRACE_ID};
use crate::skill::{Skill, Skills};
use crate::tool::{Answer, Context, Effect, Hidden, Surface, Tool};
use crate::trace_tree;

use super::{READ, get_trace_details};

const SPAN: Parameter = Parameter::sized("spanId", "16 hexadecimal digits.", 1, None).required();

pub(crate) static TOOL: Tool = Tool {
    name: "get_span_details",
    title: "Get span details",
    description: "One span of a trace: its whole description (such as a query), its data, what it is part of, what is \
                  below it, and the errors in it.",
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
        let span = required(&SPAN, context.arguments.text(&SPAN)?)?;
        let (organization, id, _, trace) = get_trace_details::read(context).await?;
        show(context, &organization, &id, &trace, &span)
    })
}

/// The page of one span of a trace.
pub(super) fn show(
    context: &Context<'_>,
    organization: &Slug,
    id: &EventId,
    trace: &Trace,
    wanted: &str,
) -> Answer {
    let spans: Vec<&Span> = trace_tree::visible(context, trace).collect();
    let found = spans
        .iter()
        .position(|span| span.id.eq_ignore_ascii_case(wanted));
    let (Some(index), Some(span)) = (found, found.and_then(|index| spans.get(index))) else {
        return Err(Failure::Invalid(format!(
            "The trace {} has no span {}. Take a span id from get_trace_details.",
            code(id.as_str(), 40),
            code(wanted, 40)
        )));
    };
    let path = format!(
        "/explore/traces/trace/{}/?node=span-{}",
        id.as_str(),
        url_text(&span.id)
    );
    let mut parts = vec![format!(
        "# Span {}: {}",
        code(&span.id, 32),
        line(span.operation.as_deref().unwrap_or("?"), 60)
    )];
    if let Some(description) = &span.description {
        parts.push(block(description, 3_000));
    }
    let problems: Vec<_> = span
        .problems
        .iter()
        .take(10)
        .map(trace_tree::describe_problem)
        .collect();
    if !problems.is_empty() {
        parts.push(format!(
            "## Errors and problems in it\n{}",
            problems.join("\n")
        ));
    }
    parts.push(facts(
        "## Facts",
        vec![
            ("Duration", span.duration.map(trace_tree::milliseconds)),
            ("Start", span.start.clone()),
            ("Project", span.project.clone()),
            ("Transaction", span.transaction.clone()),
            ("Link", Some(context.base().web_url(organization, &path))),
        ],
    ));
    parts.push(ancestors(&spans, index, span.depth));
    parts.push(children(&spans, index, span));
    parts.push(data(span));
    parts.push(hint::next(
        context,
        &[(&get_trace_details::TOOL, "for the whole trace")],
    ));
    parts.retain(|part| !part.is_empty());
    Ok(CallToolResult::text(parts.join("\n\n")))
}

/// The spans around it, the outermost first: going back, each that lies less deep than all before.
fn ancestors(spans: &[&Span], index: usize, mut depth: usize) -> String {
    let mut lines = Vec::new();
    for span in spans.iter().take(index).rev() {
        if span.depth < depth {
            depth = span.depth;
            lines.push(format!(
                "- {} {}",
                trace_tree::name(span),
                code(&span.id, 32)
            ));
        }
    }
    lines.reverse();
    section("## Part of", &lines, 20)
}

fn children(spans: &[&Span], index: usize, of: &Span) -> String {
    let below = spans
        .iter()
        .skip(index + 1)
        .take_while(|span| span.depth > of.depth);
    let lines: Vec<_> = below
        .filter(|span| span.depth == of.depth + 1)
        .map(|span| {
            format!(
                "- {} {} {}",
                trace_tree::milliseconds(span.duration.unwrap_or_default()),
                trace_tree::name(span),
                code(&span.id, 32)
            )
        })
        .collect();
    section("## Right below it", &lines, 20)
}

fn data(span: &Span) -> String {
    let lines: Vec<_> = span
        .attributes
        .iter()
        .map(|(name, value)| format!("- {}: {}", line(name, 80), line(value, 300)))
        .collect();
    section("## Data", &lines, 40)
}

fn section(heading: &str, lines: &[String], most: usize) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let shown: Vec<_> = lines.iter().take(most).map(String::as_str).collect();
    let more = match lines.len().saturating_sub(most) {
        0 => String::new(),
        more => format!("\n- and {more} more"),
    };
    format!("{heading}\n{}{more}", shown.join("\n"))
}

/// A span's id as a query may hold it.
fn url_text(id: &str) -> String {
    id.chars()
        .filter(char::is_ascii_alphanumeric)
        .take(32)
        .collect()
}
