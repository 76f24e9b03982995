//! A trace in few lines: what went wrong and what took long, in the order of the tree; the same call many times is one
//! line. In a session of one project, spans of others are counted and not shown.

use sentry_api::{Span, Trace, TraceProblem};

use crate::markdown::{block, code, line, number};
use crate::place::fixed_project;
use crate::tool::Context;

/// A span, or several alike in a row.
struct Row<'a> {
    span: &'a Span,
    times: u64,
    /// In all, in milliseconds.
    duration: f64,
}

/// The tree with at most `most` lines; empty where there is nothing to show.
pub(crate) fn render(context: &Context<'_>, trace: &Trace, most: usize) -> String {
    let spans: Vec<_> = visible(context, trace).collect();
    let others = trace.spans.len() - spans.len();
    let rows = rows(&spans);
    let mut chosen: Vec<usize> = (0..rows.len()).collect();
    chosen.sort_by(|one, other| match (rows.get(*one), rows.get(*other)) {
        (Some(one), Some(other)) => weight(other).total_cmp(&weight(one)),
        _ => std::cmp::Ordering::Equal,
    });
    chosen.truncate(most);
    chosen.sort_unstable();
    let lines: Vec<_> = chosen
        .iter()
        .filter_map(|index| rows.get(*index))
        .map(describe)
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    let mut text = block(&lines.join("\n"), 12_000);
    let hidden = rows.len() - lines.len();
    if hidden > 0 {
        text.push_str(&format!(
            "\n{} faster lines without errors are left out.",
            number(hidden as u64)
        ));
    }
    if others > 0 {
        text.push_str(&format!(
            "\n{} spans of other projects are not shown here.",
            number(others as u64)
        ));
    }
    text
}

/// The spans that the session may see.
pub(crate) fn visible<'a>(
    context: &Context<'_>,
    trace: &'a Trace,
) -> impl Iterator<Item = &'a Span> {
    let fixed = fixed_project(context).map(|fixed| fixed.slug.clone());
    trace.spans.iter().filter(move |span| {
        let slug = fixed.as_ref().map(sentry_api::Slug::as_str);
        slug.is_none() || span.project.as_deref() == slug
    })
}

/// The errors and detected problems that the session may see, each once.
pub(crate) fn problems<'a>(context: &Context<'_>, trace: &'a Trace) -> Vec<&'a TraceProblem> {
    let fixed = fixed_project(context).map(|fixed| fixed.slug.as_str());
    let mut problems: Vec<&TraceProblem> = Vec::new();
    let of_spans = trace.spans.iter().flat_map(|span| &span.problems);
    for problem in of_spans.chain(&trace.orphans) {
        let is_visible = fixed.is_none() || problem.project.as_deref() == fixed;
        if is_visible && !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    problems
}

/// A problem in one line.
pub(crate) fn describe_problem(problem: &TraceProblem) -> String {
    let id = problem.short_id.as_deref().or(problem.issue_id.as_deref());
    let title = problem.title.as_deref().unwrap_or("(no title)");
    format!(
        "- **{}** {}{}",
        line(id.unwrap_or("?"), 120),
        code(title, 160),
        in_project(problem.project.as_deref())
    )
}

fn in_project(project: Option<&str>) -> String {
    project.map_or_else(String::new, |project| format!(" in {}", line(project, 100)))
}

fn rows<'a>(spans: &[&'a Span]) -> Vec<Row<'a>> {
    let mut rows: Vec<Row<'a>> = Vec::new();
    for span in spans {
        let duration = span.duration.unwrap_or_default();
        if let Some(last) = rows.last_mut().filter(|last| is_again(last.span, span)) {
            last.times += 1;
            last.duration += duration;
        } else {
            rows.push(Row {
                span,
                times: 1,
                duration,
            });
        }
    }
    rows
}

fn is_again(one: &Span, other: &Span) -> bool {
    one.depth == other.depth
        && one.children == 0
        && other.children == 0
        && one.problems.is_empty()
        && other.problems.is_empty()
        && one.operation == other.operation
        && one.description == other.description
}

/// Problems first, then what begins a request, then what took long.
fn weight(row: &Row<'_>) -> f64 {
    const ABOVE_ALL: f64 = 1e15;
    let span = row.span;
    row.duration
        + if span.problems.is_empty() {
            0.0
        } else {
            ABOVE_ALL
        }
        + if span.is_transaction {
            ABOVE_ALL / 10.0
        } else {
            0.0
        }
}

fn describe(row: &Row<'_>) -> String {
    let Row {
        span,
        times,
        duration,
    } = row;
    let mut text = "  ".repeat(span.depth.min(12));
    text.push_str(&milliseconds(*duration));
    if *times > 1 {
        text.push_str(&format!(" in {} calls", number(*times)));
    }
    text.push(' ');
    text.push_str(&name(span));
    if span.is_transaction {
        text.push_str(&in_project(span.project.as_deref()));
    }
    text.push_str(&format!(" [{}]", line(&span.id, 32)));
    for problem in span.problems.iter().take(3) {
        let id = problem.short_id.as_deref().or(problem.issue_id.as_deref());
        text.push_str(&format!(" !{}", line(id.unwrap_or("problem"), 120)));
    }
    text
}

/// `db SELECT …`.
pub(crate) fn name(span: &Span) -> String {
    let operation = line(span.operation.as_deref().unwrap_or("?"), 60);
    match &span.description {
        Some(description) => format!("{operation} {}", line(description, 160)),
        None => operation,
    }
}

/// `1,204 ms`; a fraction below 10.
pub(crate) fn milliseconds(duration: f64) -> String {
    // Invariant: not negative, and a float's conversion saturates.
    let duration = duration.max(0.0);
    if duration < 10.0 && duration > 0.0 {
        format!("{duration:.1} ms")
    } else {
        format!("{} ms", number(duration.round() as u64))
    }
}
