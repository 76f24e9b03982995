use fetch::LocalFuture;
use mcp::CallToolResult;
use sentry_api::{ApiError, IssueSearch, IssueSort, Region, Slug, SlugOrId};

use crate::arguments::required;
use crate::failure::Failure;
use crate::markdown::code;
use crate::parameter::{Kind, ORGANIZATION, Parameter, Presence, REGION};
use crate::scope::{Scope, Scopes};
use crate::skill::{Skill, Skills};
use crate::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

mod page;

const QUERY: Parameter = Parameter {
    name: "query",
    about: "Sentry search syntax, such as is:unresolved level:error release:1.4.0 assigned:me \"text\".",
    kind: Kind::Text {
        default: Some("is:unresolved"),
    },
    presence: Presence::Optional,
};

const SORT: Parameter = Parameter {
    name: "sort",
    about: "",
    kind: Kind::Choice {
        options: &[
            IssueSort::Date.as_str(),
            IssueSort::Frequency.as_str(),
            IssueSort::New.as_str(),
            IssueSort::Users.as_str(),
            IssueSort::Recommended.as_str(),
        ],
        default: IssueSort::Date.as_str(),
    },
    presence: Presence::Optional,
};

const PROJECT: Parameter = Parameter {
    name: "projectSlugOrId",
    about: "",
    kind: Kind::Text { default: None },
    presence: Presence::Nullable,
};

const PERIOD: Parameter = Parameter {
    name: "period",
    about: "",
    kind: Kind::Choice {
        options: &["24h", "7d", "14d", "30d", "90d"],
        default: "30d",
    },
    presence: Presence::Optional,
};

const LIMIT: Parameter = Parameter {
    name: "limit",
    about: "",
    kind: Kind::Limit {
        most: 100,
        default: 10,
    },
    presence: Presence::Optional,
};

const EXPLAIN: Parameter = Parameter {
    name: "includeExplanation",
    about: "Say how the query was understood.",
    kind: Kind::Flag { default: false },
    presence: Presence::Optional,
};

pub(crate) static TOOL: Tool = Tool {
    name: "search_issues",
    title: "Search issues",
    description: "Searches an organization's issues (problems grouped from many events) and answers short id, title, \
                  status, counts and last seen of each. Use it to see what is broken or to find an issue by text, \
                  tag, release or assignee; for one known issue use get_issue_details.",
    skills: Skills::of(&[Skill::Inspect, Skill::Triage, Skill::Seer]),
    scopes: Scopes::of(&[Scope::OrgRead]),
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
    surface: Surface::Direct,
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
    limit: u8,
    explain: bool,
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let search = read(context)?;
        let project_id = project_id(context, &search).await?;
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
        let has_more = found.next.is_some() || found.items.len() > usize::from(search.limit);
        let issues: Vec<_> = found
            .items
            .into_iter()
            .take(usize::from(search.limit))
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
        sort: arguments.choice(&SORT)?,
        period: arguments.choice(&PERIOD)?,
        limit: arguments.limit(&LIMIT)?,
        explain: arguments.flag(&EXPLAIN)?,
        region: context.region()?,
    })
}

/// The project's number: older servers take no slug in `project`.
async fn project_id(context: &Context<'_>, search: &Search) -> Result<Option<String>, Failure> {
    let fixed = context
        .verified
        .and_then(|verified| verified.project.as_ref());
    if let Some(fixed) = fixed {
        return Ok(Some(fixed.id.clone()));
    }
    match &search.project {
        None => Ok(None),
        Some(SlugOrId::Id(id)) => Ok(Some(id.clone())),
        Some(slug) => {
            let found = context
                .client
                .project(&search.region, &search.organization, slug)
                .await?;
            Ok(Some(found.id))
        }
    }
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
