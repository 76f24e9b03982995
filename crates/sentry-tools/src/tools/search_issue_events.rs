use fetch::LocalFuture;
use mcp::CallToolResult;
use sentry_api::{ApiError, Event, IssueEventSearch};
use url::form_urlencoded;

use crate::failure::Failure;
use crate::hint;
use crate::issue_target::Located;
use crate::markdown::{code, line};
use crate::parameter::{
    EXPLAIN, ISSUE_ID, ISSUE_URL, OPTIONAL_ORGANIZATION, PERIOD, PROJECT, Parameter, REGION,
};
use crate::place::project_id;
use crate::skill::{Skill, Skills};
use crate::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::{READ, get_event_stacktrace, get_issue_breadcrumbs};

const ORGANIZATION: Parameter = OPTIONAL_ORGANIZATION.nullable();
const QUERY: Parameter = Parameter::text(
    "query",
    "Sentry search syntax over its events, such as environment:production release:1.4.0.",
);
const SORT: Parameter = Parameter::text("sort", "Default -timestamp.");
const OPTIONAL_PROJECT: Parameter = PROJECT.nullable();
const LIMIT: Parameter = Parameter::number("limit", 100, 50);

pub(crate) static TOOL: Tool = Tool {
    name: "search_issue_events",
    title: "Search issue events",
    description: "Lists the events of one issue, by query and period, with id, time, release, environment and user of \
                  each: to compare occurrences or to find one with a certain tag.",
    skills: Skills::of(&[Skill::Inspect, Skill::Triage]),
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[
        ISSUE_URL,
        ORGANIZATION,
        ISSUE_ID,
        QUERY,
        SORT,
        PERIOD,
        OPTIONAL_PROJECT,
        LIMIT,
        REGION,
        EXPLAIN,
    ],
    output_schema: None,
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let arguments = context.arguments;
        let query = arguments.text(&QUERY)?.unwrap_or_default();
        let sort = arguments
            .text(&SORT)?
            .unwrap_or_else(|| "-timestamp".to_owned());
        let period = arguments
            .period(&PERIOD)?
            .unwrap_or_else(|| "14d".to_owned());
        let limit = arguments.limit(&LIMIT)?;
        let explain = arguments.flag(&EXPLAIN)?;
        let project = arguments.project(&OPTIONAL_PROJECT)?;
        let located = Located::find(context).await?;
        // An issue has one project anyway: without its number the search is the same.
        let (region, organization) = (&located.region, &located.organization);
        let project = match project_id(context, region, organization, project.as_ref()).await {
            Err(Failure::Api(ApiError::Unauthorized)) => return Err(ApiError::Unauthorized.into()),
            answer => answer.unwrap_or_default(),
        };
        let per_page = limit.to_string();
        let search = IssueEventSearch {
            query: &query,
            limit: &per_page,
            sort: &sort,
            period: &period,
            project_id: project.as_deref(),
        };
        let found = context
            .client
            .issue_events(region, organization, &located.id, search)
            .await
            .map_err(|error| refused(error, &query, &sort))?;
        let has_more = found.next.is_some() || found.items.len() > limit as usize;
        let events: Vec<_> = found.items.into_iter().take(limit as usize).collect();
        let mut parts = vec![
            format!(
                "# {} of {}",
                match (events.len(), has_more) {
                    (0, _) => "No events".to_owned(),
                    (1, false) => "1 event".to_owned(),
                    (count, true) => format!("First {count} events"),
                    (count, false) => format!("{count} events"),
                },
                code(located.name(), 120)
            ),
            format!(
                "Searched: {}, last {period}, sorted by {}.\n{}",
                if query.is_empty() {
                    "every event".to_owned()
                } else {
                    code(&query, 500)
                },
                code(&sort, 100),
                link(context, &located, &search)
            ),
        ];
        if explain {
            parts.push("The query was sent to Sentry's search as it is.".to_owned());
        }
        let lines: Vec<_> = events.iter().map(describe).collect();
        parts.push(lines.join("\n"));
        parts.push(if events.is_empty() {
            "Try a longer period or fewer terms.".to_owned()
        } else {
            hint::next(
                context,
                &[
                    (&get_event_stacktrace::TOOL, "with an eventId"),
                    (&get_issue_breadcrumbs::TOOL, "with an eventId"),
                ],
            )
        });
        if has_more {
            parts.push("There are more: raise limit (at most 100) or narrow the query.".to_owned());
        }
        parts.retain(|part| !part.is_empty());
        Ok(CallToolResult::text(parts.join("\n\n")))
    })
}

fn link(context: &Context<'_>, located: &Located, search: &IssueEventSearch<'_>) -> String {
    let mut parameters = form_urlencoded::Serializer::new(String::new());
    parameters.append_pair("query", search.query);
    parameters.append_pair("statsPeriod", search.period);
    parameters.append_pair("sort", search.sort);
    let path = format!("/issues/{}/events/?{}", located.id, parameters.finish());
    context.base().web_url(&located.organization, &path)
}

fn describe(event: &Event) -> String {
    const TAGS: [&str; 6] = [
        "release",
        "environment",
        "user",
        "transaction",
        "url",
        "browser",
    ];
    let tags = event.tags();
    let tags: Vec<_> = TAGS
        .iter()
        .filter_map(|name| tags.iter().find(|tag| tag.key == *name))
        .map(|tag| format!("{}: {}", tag.key, line(&tag.value, 100)))
        .collect();
    let title = event.text("title").or_else(|| event.text("message"));
    let title = title.map_or_else(String::new, |title| format!(" {}", code(&title, 160)));
    format!(
        "- {} {}{title}{}{}",
        code(&event.event_id().unwrap_or_default(), 40),
        line(&event.text("dateCreated").unwrap_or_default(), 40),
        if tags.is_empty() { "" } else { " " },
        tags.join(" · ")
    )
}

fn refused(error: ApiError, query: &str, sort: &str) -> Failure {
    if error != ApiError::Rejected(400) {
        return error.into();
    }
    Failure::Invalid(format!(
        "Sentry does not understand `query` {} with `sort` {}. Write space-separated `key:value` terms and quoted text.",
        code(query, 300),
        code(sort, 100)
    ))
}
