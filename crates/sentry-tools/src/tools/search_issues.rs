use fetch::LocalFuture;
use mcp::CallToolResult;
use sentry_api::{ApiError, IssueSearch, IssueSort};

use crate::text::markdown::code;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{
    EXPLAIN, Format, NEAR_LIMIT, NEAR_PERIOD, NEAR_PROJECT, NEAR_SORT, ORGANIZATION, Parameter,
    REGION,
};
use crate::vocabulary::place::Place;
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::{ISSUE_SKILLS, READ};

mod page;

const QUERY: &Parameter = &Parameter::text(
    "query",
    "Sentry search syntax, such as is:unresolved level:error release:1.4.0 assigned:me \"text\".",
)
.with_default("is:unresolved");

const SORT: &Parameter = &Parameter::choice(
    "sort",
    "",
    &[
        IssueSort::Date.as_str(),
        IssueSort::Frequency.as_str(),
        IssueSort::New.as_str(),
        IssueSort::Users.as_str(),
        IssueSort::Recommended.as_str(),
    ],
    Some(IssueSort::Date.as_str()),
)
.near(NEAR_SORT);

const PROJECT: &Parameter = &Parameter::format("projectSlugOrId", "", Format::Slug)
    .nullable()
    .near(NEAR_PROJECT);

const PERIOD: &Parameter = &Parameter::choice(
    "period",
    "",
    &["24h", "7d", "14d", "30d", "90d"],
    Some("30d"),
)
.near(NEAR_PERIOD);

const LIMIT: &Parameter = &Parameter::number("limit", 100, 10).near(NEAR_LIMIT);

pub(crate) static TOOL: Tool = Tool {
    name: "search_issues",
    title: "Search issues",
    description: "Searches an organization's issues (problems grouped from many events) and answers short id, title, \
                  status, counts and last seen of each. Use it to see what is broken or to find an issue by text, \
                  tag, release or assignee; for one known issue use get_sentry_resource.",
    skills: ISSUE_SKILLS,
    scopes: READ,
    surface: Surface::Direct,
    parameters: &[
        ORGANIZATION,
        QUERY,
        PROJECT,
        SORT,
        PERIOD,
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
        let place = Place::read(context)?;
        let limit = arguments.number(LIMIT).unwrap_or_default();
        let project = place
            .project_id(context, arguments.project(PROJECT))
            .await?;
        let sort = arguments.text(SORT).unwrap_or_default();
        let search = IssueSearch {
            // The empty query means something: every issue, whatever its status.
            query: arguments.text(QUERY).unwrap_or_default(),
            project_id: project.as_deref(),
            sort: IssueSort::parse(sort),
            period: arguments.text(PERIOD).unwrap_or_default(),
            limit,
        };
        let client = context.client;
        let found = client
            .issues(&place.region, &place.organization, search)
            .await
            .map_err(|error| query_refused(error, search.query))?;
        let mut found = context.sight.of_page(found);
        if found.items.len() > limit as usize {
            found.items.truncate(limit as usize);
            found.next = Some(String::new());
        }
        let project = arguments.text(PROJECT);
        let page = page::render(context, &place, search, project, &found);
        Ok(CallToolResult::text(page))
    })
}

fn query_refused(error: ApiError, query: &str) -> Failure {
    if error != ApiError::Rejected(400) {
        return error.into();
    }
    Failure::Invalid(format!(
        "Sentry does not understand `query` {}. Write space-separated `key:value` terms and quoted text, such as \
         `is:unresolved level:error \"timed out\"`; `!key:value` excludes.",
        code(query, 300)
    ))
}
