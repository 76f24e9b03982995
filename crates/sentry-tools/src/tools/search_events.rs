use std::time::Duration;

use fetch::LocalFuture;
use mcp::CallToolResult;
use sentry_api::ApiError;

use crate::vocabulary::parameter::{EXPLAIN, ORGANIZATION, PERIOD, REGION};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::{ISSUE_SKILLS, READ};

mod answer;
mod dataset;
mod page;
mod replays;
mod search;

use dataset::Dataset;
use search::{
    DATASET, ENVIRONMENT, FIELDS, LIMIT, OPTIONAL_PROJECT, QUERY, SORT, Search, not_understood,
    read, refused,
};

/// Asking whether a search is understood spares a failure, and may not cost more than one.
const PATIENCE: Duration = Duration::from_secs(5);

/// By its name of before: the dataset is a parameter, and the answer Markdown alone.
pub(crate) static TOOL: Tool = Tool {
    name: "search_events",
    title: "Search events",
    description: "The former name of search_errors, search_logs, search_traces, search_metrics, search_profiles and \
                  search_replays, which take no dataset.",
    skills: ISSUE_SKILLS,
    scopes: READ,
    surface: Surface::Former,
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
    run: |context| {
        let dataset = context.arguments.text(DATASET).unwrap_or_default();
        let dataset = Dataset::named(dataset);
        Box::pin(async move {
            Ok(CallToolResult {
                structured_content: None,
                meta: Vec::new(),
                ..searched(context, dataset).await?
            })
        })
    },
};

pub(crate) static ERRORS: Tool = Tool {
    name: "search_errors",
    title: "Search errors",
    description: "Searches single error events, or counts them: how many, which users, browsers or releases. For problems \
                  that Sentry grouped use search_issues.",
    surface: Surface::Direct,
    run: |context| searched(context, Dataset::named("errors")),
    ..SEARCH
};

pub(crate) static LOGS: Tool = Tool {
    name: "search_logs",
    title: "Search logs",
    description: "Searches log lines, or counts them by severity, message or attribute.",
    surface: Surface::Direct,
    run: |context| searched(context, Dataset::named("logs")),
    ..SEARCH
};

pub(crate) static TRACES: Tool = Tool {
    name: "search_traces",
    title: "Search traces",
    description: "Searches spans (requests, database queries, calls of AI models), or measures them: how slow, how often, \
                  which transaction.",
    surface: Surface::Direct,
    run: |context| searched(context, Dataset::named("spans")),
    ..SEARCH
};

pub(crate) static METRICS: Tool = Tool {
    name: "search_metrics",
    title: "Search metrics",
    description: "Searches what programs measured under names of their own: counters, gauges, distributions.",
    surface: Surface::Direct,
    run: |context| searched(context, Dataset::named("metrics")),
    ..SEARCH
};

pub(crate) static PROFILES: Tool = Tool {
    name: "search_profiles",
    title: "Search profiles",
    description: "Searches recorded profiles (where CPU time went) by transaction, release or duration.",
    surface: Surface::Direct,
    run: |context| searched(context, Dataset::named("profiles")),
    ..SEARCH
};

pub(crate) static REPLAYS: Tool = Tool {
    name: "search_replays",
    title: "Search replays",
    description: "Searches recordings of what people saw and clicked: rage clicks, dead clicks, pages, users.",
    surface: Surface::Direct,
    parameters: &[
        ORGANIZATION,
        QUERY,
        SORT,
        OPTIONAL_PROJECT,
        ENVIRONMENT,
        PERIOD,
        LIMIT,
        REGION,
        EXPLAIN,
    ],
    output_schema: Some(Schema::Shape(answer::REPLAYS)),
    run: |context| searched(context, Dataset::named("replays")),
    ..SEARCH
};

/// What the searches have in common.
const SEARCH: Tool = Tool {
    name: "",
    title: "",
    description: "",
    skills: ISSUE_SKILLS,
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[
        ORGANIZATION,
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
    output_schema: Some(Schema::Shape(answer::ROWS)),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run: |context| searched(context, Dataset::named("errors")),
};

fn searched<'a>(context: &'a Context<'a>, dataset: &'static Dataset) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let mut search = read(context, dataset)?;
        let project = context.arguments.project(OPTIONAL_PROJECT);
        search.project_id = search.place.project_id(context, project).await?;
        if dataset.is_replays() {
            replays::find(context, &search).await
        } else {
            find(context, &search).await
        }
    })
}

async fn find(context: &Context<'_>, search: &Search<'_>) -> Answer {
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
    page::answer(context, search, &context.sight.of_page(found))
}
