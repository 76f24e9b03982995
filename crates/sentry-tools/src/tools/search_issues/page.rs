//! The answer: what was searched, where to see the same in Sentry, then one issue after the other.

use sentry_api::{Issue, IssueSearch, IssueSort, Page};

use crate::text::markdown::{Joined, code, identifier, number, paragraph, push, value, word};
use crate::text::whose::WHOSE;
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
    if context.arguments.flag(EXPLAIN) {
        paragraph(&mut text, AS_IT_IS);
    }
    if !found.items.is_empty() {
        paragraph(&mut text, WHOSE);
    }
    text.push('\n');
    for (index, issue) in found.items.iter().enumerate() {
        push(&mut text, &["\n", &number(index as u64 + 1), ". "]);
        entry(issue, &mut text);
    }
    match found.items.first() {
        Some(first) => {
            let name = code(name(first), 120);
            let purpose = ["with resourceType issue and resourceId such as ", &name].concat();
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
        &["**", &identifier(name(issue)), "** ", &code(title, 200)],
    );
    let mut facts = Joined::default();
    for said in [&issue.status, &issue.level].into_iter().flatten() {
        facts.add(" · ", &word(said));
    }
    if let Some(project) = &issue.project {
        facts.add(" · ", &code(&project.slug, 100));
    }
    for (count, what) in [(issue.count, " events"), (issue.user_count, " users")] {
        if let Some(count) = count {
            facts.add(" · ", &[&number(count), what].concat());
        }
    }
    if let Some(seen) = &issue.last_seen {
        facts.add(" · last seen ", &value(seen, 60));
    }
    let assignee = issue.assigned_to.as_ref();
    if let Some(name) = assignee.and_then(|assignee| assignee.name.as_deref()) {
        facts.add(" · assigned to ", &code(name, 100));
    }
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
