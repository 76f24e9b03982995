use std::time::Duration;

use fetch::LocalFuture;
use mcp::CallToolResult;
use sentry_api::{ApiError, Invalid, Region, Slug, SlugOrId};

use crate::arguments::required;
use crate::failure::Failure;
use crate::markdown::code;
use crate::parameter::{EXPLAIN, Kind, ORGANIZATION, PERIOD, PROJECT, Parameter, REGION};
use crate::place::project_id;
use crate::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

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
struct Search {
    organization: Slug,
    region: Region,
    dataset: &'static Dataset,
    query: String,
    fields: Vec<String>,
    sort: String,
    project: Option<SlugOrId>,
    project_id: Option<String>,
    environments: Vec<String>,
    period: String,
    limit: u32,
    explain: bool,
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let mut search = read(context)?;
        search.project_id = project_id(
            context,
            &search.region,
            &search.organization,
            search.project.as_ref(),
        )
        .await?;
        let text = if search.dataset.is_replays() {
            replays::find(context, &search).await?
        } else {
            find(context, &search).await?
        };
        Ok(CallToolResult::text(text))
    })
}

fn read(context: &Context<'_>) -> Result<Search, Failure> {
    let arguments = context.arguments;
    let dataset = Dataset::named(arguments.choice(&DATASET)?.unwrap_or_default());
    let mut fields = arguments.texts(&FIELDS)?;
    if fields.is_empty() {
        fields = dataset
            .fields
            .iter()
            .map(|field| (*field).to_owned())
            .collect();
    }
    let sort = match arguments.text(&SORT)? {
        Some(sort) => sort,
        None => dataset.default_sort(&fields),
    };
    Ok(Search {
        organization: required(&ORGANIZATION, arguments.slug(&ORGANIZATION)?)?,
        region: context.region()?,
        dataset,
        query: arguments.text(&QUERY)?.unwrap_or_default(),
        fields,
        sort,
        project: arguments.project(&OPTIONAL_PROJECT)?,
        project_id: None,
        environments: arguments.texts(&ENVIRONMENT)?,
        period: arguments
            .period(&PERIOD)?
            .unwrap_or_else(|| "14d".to_owned()),
        limit: arguments.limit(&LIMIT)?,
        explain: arguments.flag(&EXPLAIN)?,
    })
}

impl Search {
    /// What searching and validating have in common.
    fn parameters(&self) -> Vec<(&'static str, &str)> {
        let mut parameters = vec![
            ("dataset", self.dataset.wire),
            ("query", self.query.as_str()),
            ("statsPeriod", self.period.as_str()),
        ];
        parameters.extend(self.project_id.as_deref().map(|id| ("project", id)));
        let environments = self.environments.iter();
        parameters.extend(environments.map(|name| ("environment", name.as_str())));
        parameters
    }
}

async fn find(context: &Context<'_>, search: &Search) -> Result<String, Failure> {
    let client = context.client;
    let (region, organization) = (&search.region, &search.organization);
    let mut parameters = search.parameters();
    if !search.sort.is_empty() {
        parameters.push(("orderby", &search.sort));
    }
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
    let mut parameters = search.parameters();
    parameters.extend([
        ("per_page", limit.as_str()),
        ("referrer", "api.mcp.search-events"),
    ]);
    if !search.sort.is_empty() {
        parameters.push(("sort", &search.sort));
    }
    if search.dataset.wire == "spans" {
        parameters.push(("sampling", "NORMAL"));
    }
    let found = client
        .events(region, organization, parameters, &search.fields)
        .await
        .map_err(|error| refused(error, search))?;
    Ok(page::render(
        context,
        search,
        &found.items,
        found.next.is_some(),
    ))
}

fn not_understood(search: &Search, invalid: &[Invalid]) -> Failure {
    let mut words = format!(
        "Sentry does not understand this search in dataset `{}`:",
        search.dataset.name
    );
    for found in invalid.iter().take(10) {
        let (parameter, rule) = match found.part {
            "field" => (FIELDS.name, "names no field of the dataset"),
            "orderby" => (SORT.name, "must be one of the fields"),
            "environment" => (ENVIRONMENT.name, "is unknown"),
            "projects" => (OPTIONAL_PROJECT.name, "leads to no project that you see"),
            "dataset" => (DATASET.name, "is not available on this server"),
            _ => (
                QUERY.name,
                "has a term that it does not know or cannot read",
            ),
        };
        words.push_str(&format!("\n- `{parameter}` {rule}"));
        if let Some(name) = &found.name {
            words.push_str(&format!(": {}", code(name, 100)));
        }
    }
    Failure::Invalid(words)
}

fn refused(error: ApiError, search: &Search) -> Failure {
    if error != ApiError::Rejected(400) {
        return error.into();
    }
    let name = search.dataset.name;
    if search.dataset.may_be_missing {
        return Failure::Invalid(format!(
            "Dataset `{name}` is not available on this server, or it does not understand `query` {}.",
            code(&search.query, 300)
        ));
    }
    Failure::Invalid(format!(
        "Sentry does not understand this search in dataset `{name}`: `query` {}, `fields` {}, `sort` {}. Write `query` as \
         space-separated `key:value` terms and quoted text, and sort by one of the fields.",
        code(&search.query, 300),
        code(&search.fields.join(", "), 300),
        code(&search.sort, 100)
    ))
}
