use fetch::LocalFuture;
use mcp::CallToolResult;
use sentry_api::{ApiError, IssueSearch, IssueSort, Region, Slug, SlugOrId};

use crate::arguments::required;
use crate::failure::Failure;
use crate::markdown::code;
use crate::parameter::{EXPLAIN, ORGANIZATION, Parameter, REGION};
use crate::place::project_id;
use crate::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::{ISSUE_SKILLS, READ};

mod page;

const QUERY: Parameter = Parameter::with_default(
    "query",
    "Sentry search syntax, such as is:unresolved level:error release:1.4.0 assigned:me \"text\".",
    "is:unresolved",
);

const SORT: Parameter = Parameter::choice(
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
);

const PROJECT: Parameter = Parameter::text("projectSlugOrId", "").nullable();

const PERIOD: Parameter = Parameter::choice(
    "period",
    "",
    &["24h", "7d", "14d", "30d", "90d"],
    Some("30d"),
);

const LIMIT: Parameter = Parameter::number("limit", 100, 10);

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

/// What is searched for, as the answer repeats it.
struct Search {
    organization: Slug,
    region: Region,
    query: String,
    project: Option<SlugOrId>,
    sort: &'static str,
    period: &'static str,
    limit: u32,
    explain: bool,
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let search = read(context)?;
        let project = search.project.as_ref();
        let project_id = project_id(context, &search.region, &search.organization, project).await?;
        let found = context
            .client
            .issues(
                &search.region,
                &search.organization,
                IssueSearch {
                    query: &search.query,
                    project_id: project_id.as_deref(),
                    sort: IssueSort::parse(search.sort),
                    period: search.period,
                    limit: search.limit,
                },
            )
            .await
            .map_err(|error| query_refused(error, &search))?;
        let has_more = found.next.is_some() || found.items.len() > search.limit as usize;
        let issues: Vec<_> = found
            .items
            .into_iter()
            .take(search.limit as usize)
            .collect();
        Ok(CallToolResult::text(page::render(
            context,
            &search,
            project_id.as_deref(),
            &issues,
            has_more,
        )))
    })
}

fn read(context: &Context<'_>) -> Result<Search, Failure> {
    let arguments = context.arguments;
    Ok(Search {
        organization: required(&ORGANIZATION, arguments.slug(&ORGANIZATION)?)?,
        // The empty query means something: every issue, whatever its status.
        query: arguments.raw_text(&QUERY)?.unwrap_or_default(),
        project: arguments.project(&PROJECT)?,
        sort: arguments.choice(&SORT)?.unwrap_or_default(),
        period: arguments.choice(&PERIOD)?.unwrap_or_default(),
        limit: arguments.limit(&LIMIT)?,
        explain: arguments.flag(&EXPLAIN)?,
        region: context.region()?,
    })
}

fn query_refused(error: ApiError, search: &Search) -> Failure {
    if error != ApiError::Rejected(400) {
        return error.into();
    }
    Failure::Invalid(format!(
        "Sentry does not understand `query` {}. Write space-separated `key:value` terms and quoted text, such as \
         `is:unresolved level:error \"timed out\"`; `!key:value` excludes.",
        code(&search.query, 300)
    ))
}
