use std::time::Duration;

use fetch::LocalFuture;
use mcp::CallToolResult;
use sentry_api::ApiError;

use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{EXPLAIN, ORGANIZATION, PERIOD, REGION};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::{ISSUE_SKILLS, READ};

mod dataset;
mod page;
mod replays;
mod search;

use search::{
    DATASET, ENVIRONMENT, FIELDS, LIMIT, OPTIONAL_PROJECT, QUERY, SORT, Search, not_understood,
    read, refused,
};

/// Asking whether a search is understood spares a failure, and may not cost more than one.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) static TOOL: Tool = Tool {
    name: "search_events",
    title: "Search events",
    description: "Searches single events (errors, spans, logs, metrics, profiles, replays), or counts them: how many, how \
                  slow, which values. For problems that Sentry grouped use search_issues.",
    skills: ISSUE_SKILLS,
    scopes: READ,
    surface: Surface::Direct,
    parameters: &[
        ORGANIZATION,
        DATASET,
        QUERY,
        FIELDS,
        SORT,
        OPTIONAL_PROJECT,
        ENVIRONMENT,
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
        let mut search = read(context)?;
        let project = context.arguments.project(&OPTIONAL_PROJECT);
        search.project_id = search.place.project_id(context, project).await?;
        let text = if search.dataset.is_replays() {
            replays::find(context, &search).await?
        } else {
            find(context, &search).await?
        };
        Ok(CallToolResult::text(text))
    })
}

async fn find(context: &Context<'_>, search: &Search<'_>) -> Result<String, Failure> {
    let client = context.client;
    let (region, organization) = (&search.place.region, &search.place.organization);
    let mut parameters = search.parameters("orderby");
    parameters.push(("dataset", search.dataset.wire));
    let invalid = client
        .with_patience(PATIENCE)
        .validate_events(region, organization, parameters, &search.fields)
        .await;
    match invalid {
        Ok(invalid) if !invalid.is_empty() => {
            return Err(not_understood(context, search, &invalid));
        }
        Err(ApiError::Unauthorized) => return Err(ApiError::Unauthorized.into()),
        // The search itself will tell.
        _ => {}
    }
    let limit = search.limit.to_string();
    let mut parameters = search.parameters("sort");
    parameters.extend([
        ("dataset", search.dataset.wire),
        ("per_page", limit.as_str()),
        ("referrer", "api.mcp.search-events"),
    ]);
    if search.dataset.wire == "spans" {
        parameters.push(("sampling", "NORMAL"));
    }
    let found = client
        .events(region, organization, parameters, &search.fields)
        .await
        .map_err(|error| refused(error, search))?;
    Ok(page::render(context, search, &context.sight.of_page(found)))
}
