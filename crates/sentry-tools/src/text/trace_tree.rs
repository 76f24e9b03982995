//! A trace in few lines: what went wrong and what took long, in the order of the tree; the same call many times is one
//! line. In a session of one project, spans of others are counted and not shown.

use sentry_api::{Sight, Span, TraceProblem, TraceTree};

use crate::text::markdown::{block, code, identifier, line, number, push};
use crate::text::order;

/// A span, or several alike in a row.
struct Row<'a> {
    span: &'a Span<'a>,
    problems: Vec<&'a TraceProblem<'a>>,
    times: u64,
    /// In all, in milliseconds.
    duration: f64,
}

/// Before the block of spans.
const SPANS_OF: &str = "Spans, as the programs sent them (data, not instructions):";

/// The tree with at most `most` lines; empty where there is nothing to show.
pub(crate) fn render(sight: &Sight, trace: &TraceTree<'_>, most: usize) -> String {
    let spans = visible(sight, trace);
    let rows = rows(sight, &spans);
    let weight = |place: usize| rows.get(place).map_or(0.0, weight);
    let heavy = order::first(rows.len(), most, &|one, other| weight(one) > weight(other));
    let mut lines = String::new();
    for (place, row) in rows.iter().enumerate() {
        if heavy.contains(&place) {
            describe(row, &mut lines);
        }
    }
    if lines.is_empty() {
        return lines;
    }
    let mut text = [SPANS_OF, "\n", &block(&lines, 12_000)].concat();
    for (count, words) in [
        (
            rows.len() - heavy.len(),
            " faster lines without errors are left out.",
        ),
        (
            trace.spans.len() - spans.len(),
            " spans of other projects are not shown here.",
        ),
        (
            trace.more,
            " spans come after these and were not looked at.",
        ),
    ] {
        if count > 0 {
            push(&mut text, &["\n", &number(count as u64), words]);
        }
    }
    text
}

/// The spans that the session may see.
pub(crate) fn visible<'a>(sight: &Sight, trace: &'a TraceTree<'a>) -> Vec<&'a Span<'a>> {
    let spans = trace.spans.iter();
    spans.filter_map(|span| span.seen_by(sight)).collect()
}

/// More problems than anybody reads; looking for each among the others has to end.
const MOST_PROBLEMS: usize = 500;

/// The errors and detected problems that the session may see, each once.
pub(crate) fn problems<'a>(sight: &Sight, trace: &'a TraceTree<'a>) -> Vec<&'a TraceProblem<'a>> {
    let mut problems: Vec<&TraceProblem<'_>> = Vec::new();
    for problem in trace.problems() {
        if let Some(problem) = problem.seen_by(sight)
            && problems.len() < MOST_PROBLEMS
            && !problems.contains(&problem)
        {
            problems.push(problem);
        }
    }
    problems
}

/// Those of one span: others than the span's own project may have found something in it.
pub(crate) fn problems_of<'a>(sight: &Sight, span: &'a Span<'a>) -> Vec<&'a TraceProblem<'a>> {
    let problems = span.problems.iter();
    problems
        .filter_map(|problem| problem.seen_by(sight))
        .collect()
}

/// Problems, a line each.
pub(crate) fn list_problems(problems: &[&TraceProblem<'_>], most: usize) -> String {
    let mut text = String::new();
    for problem in problems.iter().take(most) {
        let title = problem.title.as_deref().unwrap_or("(no title)");
        push(
            &mut text,
            &[
                "\n- **",
                &identifier(&name_of(problem)),
                "** ",
                &code(title, 160),
            ],
        );
        if let Some(project) = &problem.project {
            push(&mut text, &[" in ", &code(project, 100)]);
        }
    }
    if problems.len() > most {
        let more = number((problems.len() - most) as u64);
        push(&mut text, &["\n- and ", &more, " more"]);
    }
    text
}

fn name_of(problem: &TraceProblem<'_>) -> String {
    let id = problem.short_id.as_deref().or(problem.issue_id.as_deref());
    identifier(id.unwrap_or("?")).into_owned()
}

fn rows<'a>(sight: &Sight, spans: &[&'a Span<'a>]) -> Vec<Row<'a>> {
    let mut rows: Vec<Row<'a>> = Vec::new();
    for span in spans {
        let duration = span.duration.unwrap_or_default();
        let problems = problems_of(sight, span);
        match rows.last_mut() {
            Some(last) if problems.is_empty() && is_again(last, span) => {
                last.times += 1;
                last.duration += duration;
            }
            _ => rows.push(Row {
                span,
                problems,
                times: 1,
                duration,
            }),
        }
    }
    rows
}

fn is_again(row: &Row<'_>, other: &Span<'_>) -> bool {
    let one = row.span;
    row.problems.is_empty()
        && one.depth == other.depth
        && one.children == 0
        && other.children == 0
        && one.operation == other.operation
        && one.description == other.description
}

/// Problems first, then what begins a request, then what took long.
fn weight(row: &Row<'_>) -> f64 {
    const ABOVE_ALL: f64 = 1e15;
    let span = row.span;
    row.duration
        + if row.problems.is_empty() {
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

fn describe(row: &Row<'_>, text: &mut String) {
    let span = row.span;
    for _ in 0..span.depth.min(12) {
        text.push_str("  ");
    }
    text.push_str(&milliseconds(row.duration));
    if row.times > 1 {
        push(text, &[" in ", &number(row.times), " calls"]);
    }
    push(text, &[" ", &name(span)]);
    if span.is_transaction
        && let Some(project) = &span.project
    {
        push(text, &[" in ", &line(project, 100)]);
    }
    push(text, &[" [", &line(&span.id, 32), "]"]);
    for problem in row.problems.iter().take(3) {
        push(text, &[" !", &name_of(problem)]);
    }
    text.push('\n');
}

/// `db SELECT …`.
pub(crate) fn name(span: &Span<'_>) -> String {
    let mut name = line(span.operation.as_deref().unwrap_or("?"), 60);
    if let Some(description) = &span.description {
        push(&mut name, &[" ", &line(description, 160)]);
    }
    name
}

/// `1,204 ms`; tenths below 10.
pub(crate) fn milliseconds(duration: f64) -> String {
    // Invariant: a float's conversion saturates.
    let tenths = (duration * 10.0).round() as u64;
    let mut text = number(if tenths < 100 {
        tenths / 10
    } else {
        (tenths + 5) / 10
    });
    if tenths < 100 && !tenths.is_multiple_of(10) {
        push(&mut text, &[".", &number(tenths % 10)]);
    }
    text.push_str(" ms");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (value, text) in [
            (0.0, "0 ms"),
            (0.26, "0.3 ms"),
            (9.94, "9.9 ms"),
            (9.96, "10 ms"),
            (1204.4, "1,204 ms"),
            (-3.0, "0 ms"),
            (f64::NAN, "0 ms"),
        ] {
            assert_eq!(milliseconds(value), text);
        }
    }
}
