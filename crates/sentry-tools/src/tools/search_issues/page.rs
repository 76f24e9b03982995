//! The answer: what was searched, where to see the same in Sentry, then one issue after the other.

use sentry_api::{Issue, IssueSearch, IssueSort, Page};

use crate::text::markdown::{Joined, code, line, number, paragraph, push};
use crate::tools::get_sentry_resource;
use crate::vocabulary::hint;
use crate::vocabulary::parameter::EXPLAIN;
use crate::vocabulary::place::Place;
use crate::vocabulary::search::{AS_IT_IS, MORE, counted, link};
use crate::vocabulary::tool::Context;

/// `project` is as the caller named it.
pub(super) fn render(
    context: &Context<'_>,
    place: &Place,
    search: IssueSearch<'_>,
    project: Option<&str>,
    found: &Page<Issue>,
) -> String {
    let mut text = counted(found.items.len(), found.next.is_some(), "issue");
    push(&mut text, &[" in `", place.organization.as_str(), "`"]);
    let query = match search.query {
        "" => "every status".to_owned(),
        query => code(query, 500),
    };
    paragraph(&mut text, "Searched: ");
    text.push_str(&query);
    if let Some(project) = project {
        push(&mut text, &[", project `", project, "`"]);
    }
    let sort = search.sort.map_or("", IssueSort::as_str);
    let mut parameters = vec![("query", search.query)];
    parameters.extend(search.project_id.map(|id| ("project", id)));
    parameters.extend([("sort", sort), ("statsPeriod", search.period)]);
    let link = link(context, place, &["/issues/"], &parameters);
    push(
        &mut text,
        &[", last ", search.period, ", sorted by ", sort, ".\n", &link],
    );
    if context.arguments.flag(&EXPLAIN) {
        paragraph(&mut text, AS_IT_IS);
    }
    text.push('\n');
    for (index, issue) in found.items.iter().enumerate() {
        push(&mut text, &["\n", &number(index as u64 + 1), ". "]);
        entry(issue, &mut text);
    }
    match found.items.first() {
        Some(first) => {
            let name = code(name(first), 120);
            let purpose = ["with resourceType `issue` and resourceId such as ", &name].concat();
            let hint = [(&get_sentry_resource::TOOL, purpose.as_str())];
            paragraph(&mut text, &hint::next(context, &hint));
        }
        None if search.query.is_empty() => text.push_str("\nTry a longer period."),
        None => {
            text.push_str("\nTry a longer period, fewer terms, or an empty query for every status.")
        }
    }
    if found.next.is_some() {
        paragraph(&mut text, MORE);
    }
    text
}

fn entry(issue: &Issue, text: &mut String) {
    let title = issue.title.as_deref().unwrap_or("(no title)");
    push(
        text,
        &["**", &line(name(issue), 120), "** ", &code(title, 200)],
    );
    let mut facts = Joined::default();
    let mut add = |before: &str, value: &str, after: &str| {
        if !value.is_empty() {
            facts.add(" · ", &[before, &line(value, 100), after].concat());
        }
    };
    add("", issue.status.as_deref().unwrap_or_default(), "");
    add("", issue.level.as_deref().unwrap_or_default(), "");
    if let Some(project) = &issue.project {
        add("", &project.slug, "");
    }
    for (count, what) in [(issue.count, " events"), (issue.user_count, " users")] {
        add("", &count.map(number).unwrap_or_default(), what);
    }
    add(
        "last seen ",
        issue.last_seen.as_deref().unwrap_or_default(),
        "",
    );
    let assignee = issue.assigned_to.as_ref();
    let assignee = assignee.and_then(|assignee| assignee.name.as_deref());
    add("assigned to ", assignee.unwrap_or_default(), "");
    let facts = facts.text();
    if !facts.is_empty() {
        push(text, &["\n   ", &facts]);
    }
    match issue.culprit.as_deref() {
        None | Some("") => {}
        Some(culprit) => push(text, &["\n   in ", &code(culprit, 160)]),
    }
}

/// The short id, which people and agents say; the number where there is none.
fn name(issue: &Issue) -> &str {
    issue.short_id.as_deref().unwrap_or(&issue.id)
}
