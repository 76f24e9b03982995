use std::time::Duration;

use fetch::LocalFuture;
use mcp::CallToolResult;
use sentry_api::{ApiError, Invalid};

use crate::text::markdown::{code, push};
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{
    EXPLAIN, Kind, ORGANIZATION, PERIOD, PROJECT, Parameter, REGION,
};
use crate::vocabulary::place::Place;
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::{ISSUE_SKILLS, READ};

mod dataset;
mod page;
mod replays;

use dataset::Dataset;

const DATASET: Parameter = Parameter::choice(
    "dataset",
    "Default errors.",
    &["spans", "errors", "logs", "metrics", "profiles", "replays"],
    None,
);
const QUERY: Parameter = Parameter::text(
    "query",
    "Sentry search syntax, such as level:error span.op:db transaction:\"/cart\" !has:user.id.",
);
const FIELDS: Parameter = Parameter::new(
    "fields",
    "Columns; aggregates such as count() or p95(span.duration) group by the others.",
    Kind::Texts { or_one: false },
)
.nullable();
const SORT: Parameter = Parameter::text("sort", "A field, descending with `-`.").nullable();
const OPTIONAL_PROJECT: Parameter = PROJECT.nullable();
const ENVIRONMENT: Parameter = Parameter::new("environment", "", Kind::Texts { or_one: true });
const LIMIT: Parameter = Parameter::number("limit", 100, 10);

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

/// What is searched for, as the answer repeats it.
struct Search<'a> {
    place: Place,
    dataset: &'static Dataset,
    query: &'a str,
    fields: Vec<&'a str>,
    sort: String,
    project_id: Option<String>,
    environments: Vec<&'a str>,
    period: &'a str,
    limit: u32,
}

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

fn read<'a>(context: &'a Context<'_>) -> Result<Search<'a>, Failure> {
    let arguments = context.arguments;
    let dataset = Dataset::named(arguments.text(&DATASET).unwrap_or_default());
    let mut fields = arguments.texts(&FIELDS);
    if fields.is_empty() {
        fields = dataset.fields.to_vec();
    }
    let sort = arguments.text(&SORT).map(str::to_owned);
    Ok(Search {
        place: Place::read(context)?,
        dataset,
        query: arguments.text(&QUERY).unwrap_or_default(),
        sort: sort.unwrap_or_else(|| dataset.default_sort(&fields)),
        fields,
        project_id: None,
        environments: arguments.texts(&ENVIRONMENT),
        period: arguments.text(&PERIOD).unwrap_or("14d"),
        limit: arguments.number(&LIMIT).unwrap_or_default(),
    })
}

impl Search<'_> {
    /// Whether the caller used that word.
    fn says(&self, word: &str) -> bool {
        let mut texts = self.fields.iter().chain(&self.environments);
        texts.any(|text| text.contains(word))
            || self.sort.contains(word)
            || self.query.contains(word)
    }

    /// What all requests have in common.
    fn parameters<'b>(&'b self, sort: &'static str) -> Vec<(&'static str, &'b str)> {
        let mut parameters = vec![("query", self.query), ("statsPeriod", self.period)];
        if let Some(id) = &self.project_id {
            parameters.push(("project", id));
        }
        for name in &self.environments {
            parameters.push(("environment", name));
        }
        if !self.sort.is_empty() {
            parameters.push((sort, &self.sort));
        }
        parameters
    }
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
        Ok(invalid) if !invalid.is_empty() => return Err(not_understood(search, &invalid)),
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

fn not_understood(search: &Search<'_>, invalid: &[Invalid]) -> Failure {
    let mut words = "Sentry does not understand this search in dataset `".to_owned();
    push(&mut words, &[search.dataset.name, "`:"]);
    for found in invalid.iter().take(10) {
        let (parameter, rule) = match found.part {
            "field" => (FIELDS.name, "` names no field of the dataset"),
            "orderby" => (SORT.name, "` must be one of the fields"),
            "environment" => (ENVIRONMENT.name, "` is unknown"),
            "projects" => (OPTIONAL_PROJECT.name, "` leads to no project that you see"),
            "dataset" => (DATASET.name, "` is not available on this server"),
            _ => (
                QUERY.name,
                "` has a term that it does not know or cannot read",
            ),
        };
        push(&mut words, &["\n- `", parameter, rule]);
        // Sentry's words are repeated only where they were the caller's before.
        if let Some(name) = found.name.as_ref().filter(|name| search.says(name)) {
            push(&mut words, &[": ", &code(name, 100)]);
        }
    }
    Failure::Invalid(words)
}

fn refused(error: ApiError, search: &Search<'_>) -> Failure {
    if error != ApiError::Rejected(400) {
        return error.into();
    }
    let name = search.dataset.name;
    let query = code(search.query, 300);
    if search.dataset.may_be_missing {
        return Failure::Invalid(format!(
            "Dataset `{name}` is not available on this server, or it does not understand `query` {query}."
        ));
    }
    Failure::Invalid(format!(
        "Sentry does not understand this search in dataset `{name}`: `query` {query}, `fields` {}, `sort` {}. Write \
         `query` as space-separated `key:value` terms and quoted text, and sort by one of the fields.",
        code(&search.fields.join(", "), 300),
        code(&search.sort, 100)
    ))
}
