//! The answer: what was searched, where to see the same in Sentry, then a table of aggregates or one event after the
//! other.

use sentry_api::Row;
use url::form_urlencoded;

use crate::hint;
use crate::markdown::{code, line};
use crate::tool::{Context, Tool};
use crate::tools::{get_sentry_resource, get_trace_details};

use super::Search;
use super::dataset::is_aggregate;

pub(super) fn render(
    context: &Context<'_>,
    search: &Search,
    rows: &[Row],
    has_more: bool,
) -> String {
    let is_table = search.fields.iter().any(|field| is_aggregate(field));
    let mut parts = heading(context, search, rows.len(), has_more);
    parts.push(if is_table {
        table(search, rows)
    } else {
        let entries = rows.iter().enumerate();
        let entries: Vec<_> = entries
            .map(|(index, row)| format!("{}. {}", index + 1, entry(search, row)))
            .collect();
        entries.join("\n")
    });
    let wanted: Vec<(&'static Tool, &str)> = match search.dataset.name {
        _ if rows.is_empty() => vec![],
        "errors" if !is_table => vec![(
            &get_sentry_resource::TOOL,
            "with resourceType `issue` and an issue's short id",
        )],
        "spans" | "logs" if !is_table => {
            vec![(
                &get_trace_details::TOOL,
                "with a trace for the request around it",
            )]
        }
        _ => vec![],
    };
    parts.push(next_step(
        context,
        search,
        rows.is_empty(),
        has_more,
        &wanted,
    ));
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n")
}

/// Title, what was executed, and the link.
pub(super) fn heading(
    context: &Context<'_>,
    search: &Search,
    count: usize,
    has_more: bool,
) -> Vec<String> {
    let first = if has_more { "First " } else { "" };
    let shown = match count {
        0 => "No results".to_owned(),
        1 => format!("{first}1 result"),
        _ => format!("{first}{count} results"),
    };
    let query = match search.query.is_empty() {
        true => "everything".to_owned(),
        false => code(&search.query, 500),
    };
    let mut executed = format!("Searched: {query} in dataset `{}`", search.dataset.name);
    if let Some(project) = &search.project {
        executed.push_str(&format!(", project `{}`", project.as_str()));
    }
    if !search.environments.is_empty() {
        executed.push_str(&format!(
            ", environment {}",
            code(&search.environments.join(", "), 200)
        ));
    }
    executed.push_str(&format!(", last {}", search.period));
    if !search.sort.is_empty() {
        executed.push_str(&format!(", sorted by {}", code(&search.sort, 100)));
    }
    let mut parts = vec![
        format!("# {shown} in `{}`", search.organization),
        format!("{executed}.\n{}", link(context, search)),
    ];
    if search.explain {
        let fields = match search.fields.is_empty() {
            true => String::new(),
            false => format!(" Fields: {}.", code(&search.fields.join(", "), 500)),
        };
        parts.push(format!(
            "The query was sent to Sentry's search as it is.{fields}"
        ));
    }
    parts
}

fn link(context: &Context<'_>, search: &Search) -> String {
    let (path, query) = search.dataset.page;
    let mut parameters = form_urlencoded::Serializer::new(String::new());
    parameters.append_pair(query, &search.query);
    parameters.append_pair("statsPeriod", &search.period);
    if let Some(id) = &search.project_id {
        parameters.append_pair("project", id);
    }
    for environment in &search.environments {
        parameters.append_pair("environment", environment);
    }
    if !search.sort.is_empty() {
        parameters.append_pair("sort", &search.sort);
    }
    for field in &search.fields {
        parameters.append_pair("field", field);
    }
    if search.dataset.wire == "errors" {
        parameters.append_pair("dataset", "errors");
    }
    let path = format!("{path}?{}", parameters.finish());
    context.base().web_url(&search.organization, &path)
}

fn table(search: &Search, rows: &[Row]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let cell = |text: &str| line(text, 160).replace('|', "\\|");
    let row = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let names = search.fields.iter().map(|field| cell(field)).collect();
    let rule = search.fields.iter().map(|_| "---".to_owned()).collect();
    let mut lines = vec![row(names), row(rule)];
    lines.extend(rows.iter().map(|values| {
        let values = values
            .iter()
            .map(|value| cell(value.as_deref().unwrap_or("")));
        row(values.collect())
    }));
    lines.join("\n")
}

fn entry(search: &Search, row: &Row) -> String {
    let mut heading = String::new();
    let mut facts = Vec::new();
    for (field, value) in search.fields.iter().zip(row) {
        let Some(value) = value.as_deref().filter(|value| !value.is_empty()) else {
            continue;
        };
        if field == search.dataset.heading {
            heading = code(value, 300);
        } else {
            facts.push(format!("{}: {}", line(field, 80), line(value, 200)));
        }
    }
    let lines = [heading, facts.join(" · ")];
    let lines: Vec<&str> = lines
        .iter()
        .map(String::as_str)
        .filter(|part| !part.is_empty())
        .collect();
    match lines.is_empty() {
        true => "(nothing in these fields)".to_owned(),
        false => lines.join("\n   "),
    }
}

pub(super) fn next_step(
    context: &Context<'_>,
    search: &Search,
    is_empty: bool,
    has_more: bool,
    wanted: &[(&'static Tool, &str)],
) -> String {
    if is_empty {
        return "Try a longer period or fewer terms; another dataset may have it.".to_owned();
    }
    let mut text = hint::next(context, wanted);
    if has_more {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(if search.limit < 100 {
            "There are more: raise limit (at most 100) or narrow the query."
        } else {
            "There are more: narrow the query."
        });
    }
    text
}
