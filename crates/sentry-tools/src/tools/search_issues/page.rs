//! The answer: what was searched, where to see the same in Sentry, then one issue after the other.

use sentry_api::Issue;
use url::form_urlencoded;

use crate::hint;
use crate::markdown::{code, line, number};
use crate::tool::Context;
use crate::tools::get_sentry_resource;

use super::Search;

pub(super) fn render(
    context: &Context<'_>,
    search: &Search,
    project_id: Option<&str>,
    issues: &[Issue],
    has_more: bool,
) -> String {
    let mut parts = vec![format!(
        "# {} in `{}`",
        match (issues.len(), has_more) {
            (0, _) => "No issues".to_owned(),
            (1, true) => "First issue".to_owned(),
            (1, false) => "1 issue".to_owned(),
            (count, true) => format!("First {count} issues"),
            (count, false) => format!("{count} issues"),
        },
        search.organization
    )];
    parts.push(format!(
        "{}\n{}",
        executed(search),
        link(context, search, project_id)
    ));
    if search.explain {
        parts.push("The query was sent to Sentry's search as it is.".to_owned());
    }
    let lines: Vec<_> = issues
        .iter()
        .enumerate()
        .map(|(index, issue)| format!("{}. {}", index + 1, entry(issue)))
        .collect();
    parts.push(lines.join("\n"));
    parts.push(next_step(context, search, issues, has_more));
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n")
}

fn executed(search: &Search) -> String {
    let query = if search.query.is_empty() {
        "every status".to_owned()
    } else {
        code(&search.query, 500)
    };
    let project = search.project.as_ref().map_or_else(String::new, |project| {
        format!(", project `{}`", project.as_str())
    });
    format!(
        "Searched: {query}{project}, last {}, sorted by {}.",
        search.period, search.sort
    )
}

fn link(context: &Context<'_>, search: &Search, project_id: Option<&str>) -> String {
    let mut parameters = form_urlencoded::Serializer::new(String::new());
    parameters.append_pair("query", &search.query);
    if let Some(id) = project_id {
        parameters.append_pair("project", id);
    }
    parameters.append_pair("sort", search.sort);
    parameters.append_pair("statsPeriod", search.period);
    let path = format!("/issues/?{}", parameters.finish());
    context.base().web_url(&search.organization, &path)
}

fn entry(issue: &Issue) -> String {
    let title = issue.title.as_deref().unwrap_or("(no title)");
    let project = issue.project.as_ref().map(|project| project.slug.clone());
    let assignee = issue
        .assigned_to
        .as_ref()
        .and_then(|assignee| assignee.name.as_ref());
    let facts: Vec<String> = [
        issue.status.clone(),
        issue.level.clone(),
        project,
        issue.count.map(|count| format!("{} events", number(count))),
        issue
            .user_count
            .map(|count| format!("{} users", number(count))),
        issue
            .last_seen
            .as_ref()
            .map(|seen| format!("last seen {seen}")),
        assignee.map(|name| format!("assigned to {name}")),
    ]
    .into_iter()
    .flatten()
    .map(|fact| line(&fact, 100))
    .collect();
    let culprit = issue
        .culprit
        .as_ref()
        .filter(|culprit| !culprit.is_empty())
        .map(|culprit| format!("in {}", code(culprit, 160)));
    let mut lines = vec![format!(
        "**{}** {}",
        line(name(issue), 120),
        code(title, 200)
    )];
    lines.push(facts.join(" · "));
    lines.extend(culprit);
    lines.retain(|line| !line.is_empty());
    lines.join("\n   ")
}

/// The short id, which people and agents say; the number where there is none.
fn name(issue: &Issue) -> &str {
    issue.short_id.as_deref().unwrap_or(&issue.id)
}

fn next_step(context: &Context<'_>, search: &Search, issues: &[Issue], has_more: bool) -> String {
    let mut steps = Vec::new();
    if let Some(first) = issues.first() {
        let name = code(name(first), 120);
        let purpose = format!("with resourceType `issue` and resourceId such as {name}");
        steps.push(hint::next(
            context,
            &[(&get_sentry_resource::TOOL, &purpose)],
        ));
    } else if search.query.is_empty() {
        steps.push("Try a longer period.".to_owned());
    } else {
        steps.push(
            "Try a longer period, fewer terms, or an empty query for every status.".to_owned(),
        );
    }
    if has_more {
        steps.push(if search.limit < 100 {
            "There are more: raise limit (at most 100) or narrow the query.".to_owned()
        } else {
            "There are more: narrow the query.".to_owned()
        });
    }
    steps.join(" ")
}
