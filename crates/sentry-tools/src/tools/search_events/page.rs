//! The answer: what was searched, where to see the same in Sentry, then a table of aggregates or one event after the
//! other.

use sentry_api::{Page, Row};

use crate::text::markdown::{Joined, code, line, number, paragraph, push, value};
use crate::text::whose::WHOSE;
use crate::tools::{get_sentry_resource, get_trace_details};
use crate::vocabulary::hint;
use crate::vocabulary::parameter::EXPLAIN;
use crate::vocabulary::search::{AS_IT_IS, MORE, counted, link};
use crate::vocabulary::tool::{Answer, Context, Tool};

use super::answer::{Found, both};
use super::dataset::is_aggregate;
use super::search::{OPTIONAL_PROJECT, Search};

pub(super) fn answer(context: &Context<'_>, search: &Search<'_>, found: &Page<Row>) -> Answer {
    let page = render(context, search, found);
    both(context, search, &Found::Rows(found), page)
}

fn render(context: &Context<'_>, search: &Search<'_>, found: &Page<Row>) -> String {
    let has_more = found.next.is_some();
    let mut text = heading(context, search, found.items.len(), has_more);
    let is_table = search.fields.iter().any(|field| is_aggregate(field));
    if !found.items.is_empty() {
        paragraph(&mut text, WHOSE);
    }
    text.push('\n');
    if is_table && !found.items.is_empty() {
        table(search, &found.items, &mut text);
    } else {
        for (index, row) in found.items.iter().enumerate() {
            push(&mut text, &["\n", &number(index as u64 + 1), ". "]);
            entry(search, row, &mut text);
        }
    }
    let hint: (&'static Tool, &str) = match search.dataset.name {
        "errors" => (
            &get_sentry_resource::TOOL,
            "with resourceType issue and an issue's short id",
        ),
        _ => (
            &get_trace_details::TOOL,
            "with a trace for the request around it",
        ),
    };
    let fits = !is_table && ["errors", "spans", "logs"].contains(&search.dataset.name);
    let hints = if fits { &[hint][..] } else { &[] };
    finish(context, found.items.is_empty(), has_more, hints, &mut text);
    text
}

/// Title, what was executed, and the link.
pub(super) fn heading(
    context: &Context<'_>,
    search: &Search<'_>,
    count: usize,
    has_more: bool,
) -> String {
    let mut text = counted(count, has_more, "result");
    let organization = search.place.organization.as_str();
    push(&mut text, &[" in `", organization, "`\n\nSearched: "]);
    text.push_str(&match search.query {
        "" => "everything".to_owned(),
        query => code(query, 500),
    });
    push(&mut text, &[" in dataset `", search.dataset.name, "`"]);
    if let Some(project) = context.arguments.text(OPTIONAL_PROJECT) {
        push(&mut text, &[", project `", project, "`"]);
    }
    if !search.environments.is_empty() {
        let environments = code(&search.environments.join(", "), 200);
        push(&mut text, &[", environment ", &environments]);
    }
    push(&mut text, &[", last ", search.period]);
    if !search.sort.is_empty() {
        push(&mut text, &[", sorted by ", &code(&search.sort, 100)]);
    }
    push(&mut text, &[".\n", &address(context, search)]);
    if context.arguments.flag(EXPLAIN) {
        paragraph(&mut text, AS_IT_IS);
        if !search.fields.is_empty() {
            let fields = code(&search.fields.join(", "), 500);
            push(&mut text, &[" Fields: ", &fields, "."]);
        }
    }
    text
}

/// The same search in Sentry's web interface.
pub(super) fn address(context: &Context<'_>, search: &Search<'_>) -> String {
    let (page, query) = search.dataset.page;
    let mut parameters = search.parameters("sort");
    // What it is called on that page.
    if let Some(first) = parameters.first_mut() {
        first.0 = query;
    }
    for field in &search.fields {
        parameters.push(("field", field));
    }
    if search.dataset.wire == "errors" {
        parameters.push(("dataset", "errors"));
    }
    link(context, &search.place, &[page], &parameters)
}

fn table(search: &Search<'_>, rows: &[Row], text: &mut String) {
    fn cell(value: &str, text: &mut String) {
        push(text, &[" ", &value.replace('|', "\\|"), " |"]);
    }
    text.push_str("\n|");
    for field in &search.fields {
        cell(&line(field, 160), text);
    }
    text.push_str("\n|");
    for _ in &search.fields {
        cell("---", text);
    }
    for row in rows {
        text.push_str("\n|");
        for said in row {
            let said = said.as_ref().filter(|said| !said.text.is_empty());
            cell(
                &said.map_or_else(String::new, |said| value(&said.text, 160)),
                text,
            );
        }
    }
}

fn entry(search: &Search<'_>, row: &Row, text: &mut String) {
    let mut heading = String::new();
    let mut facts = Joined::default();
    for (field, said) in search.fields.iter().zip(row) {
        match said.as_ref().map_or("", |said| &said.text) {
            "" => {}
            said if *field == search.dataset.heading => heading = code(said, 300),
            said => facts.add(" · ", &[&line(field, 80), ": ", &value(said, 200)].concat()),
        }
    }
    let mut lines = Joined::default();
    lines.add("", &heading);
    lines.add("\n   ", &facts.text());
    match lines.text().as_str() {
        "" => text.push_str("(nothing in these fields)"),
        lines => text.push_str(lines),
    }
}

/// Said where there is nothing.
pub(super) const NOTHING: &str =
    "Try a longer period or fewer terms; another kind of event may have it.";

/// What to do next.
pub(super) fn finish(
    context: &Context<'_>,
    is_empty: bool,
    has_more: bool,
    hints: &[(&'static Tool, &str)],
    text: &mut String,
) {
    if is_empty {
        push(text, &["\n", NOTHING]);
        return;
    }
    paragraph(text, &hint::next(context, hints));
    if has_more {
        paragraph(text, MORE);
    }
}
