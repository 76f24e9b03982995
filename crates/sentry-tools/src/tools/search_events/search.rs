//! What is searched for: the parameters, what they say together, and why Sentry may refuse it.

use sentry_api::{ApiError, Invalid};

use crate::text::markdown::{code, push};
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{Kind, NEAR_LIMIT, NEAR_SORT, PERIOD, PROJECT, Parameter};
use crate::vocabulary::place::Place;
use crate::vocabulary::tool::Context;

use super::dataset::Dataset;

pub(super) const DATASET: &Parameter = &Parameter::choice(
    "dataset",
    "Default errors.",
    &[
        "spans",
        "errors",
        "logs",
        "metrics",
        "profiles",
        "profile_functions",
        "replays",
    ],
    None,
);
pub(super) const QUERY: &Parameter = &Parameter::text(
    "query",
    "Sentry search syntax, such as level:error span.op:db transaction:\"/cart\" !has:user.id.",
);
pub(super) const FIELDS: &Parameter = &Parameter::new(
    "fields",
    "Columns; aggregates such as count() or p95(span.duration) group by the others.",
    Kind::Texts,
)
.near(&["field", "columns", "column", "select", "yaxis"]);
pub(super) const SORT: &Parameter = &Parameter::text("sort", "A field, descending with `-`.")
    .nullable()
    .near(NEAR_SORT);
pub(super) const OPTIONAL_PROJECT: &Parameter = &PROJECT.nullable();
pub(super) const ENVIRONMENT: &Parameter =
    &Parameter::new("environment", "", Kind::Texts).near(&["environments", "env"]);
pub(super) const LIMIT: &Parameter = &Parameter::number("limit", 100, 10).near(NEAR_LIMIT);

/// What is searched for, as the answer repeats it.
pub(super) struct Search<'a> {
    pub(super) place: Place,
    pub(super) dataset: &'static Dataset,
    pub(super) query: &'a str,
    pub(super) fields: Vec<&'a str>,
    pub(super) sort: String,
    pub(super) project_id: Option<String>,
    pub(super) environments: Vec<&'a str>,
    pub(super) period: &'a str,
    pub(super) limit: u32,
}

pub(super) fn read<'a>(
    context: &'a Context<'_>,
    dataset: &'static Dataset,
) -> Result<Search<'a>, Failure> {
    let arguments = context.arguments;
    let mut fields = arguments.texts(FIELDS);
    if fields.is_empty() {
        fields = dataset.fields.to_vec();
    }
    let sort = arguments.text(SORT).map(str::to_owned);
    Ok(Search {
        place: Place::read(context)?,
        dataset,
        query: arguments.text(QUERY).unwrap_or_default(),
        sort: sort.unwrap_or_else(|| dataset.default_sort(&fields)),
        fields,
        project_id: None,
        environments: arguments.texts(ENVIRONMENT),
        period: arguments.text(PERIOD).unwrap_or("14d"),
        limit: arguments.number(LIMIT).unwrap_or_default(),
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
    pub(super) fn parameters<'b>(&'b self, sort: &'static str) -> Vec<(&'static str, &'b str)> {
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

/// What Sentry said it cannot read, by the names of the parameters.
pub(super) fn not_understood(
    context: &Context<'_>,
    search: &Search<'_>,
    invalid: &[Invalid],
) -> Failure {
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
        // A name is repeated only where it was the caller's before.
        if let Some(name) = found.name.as_ref().filter(|name| search.says(name)) {
            push(&mut words, &[": ", &code(name, 100)]);
        }
        // In a session of one project, nobody knows whose names Sentry's reason has.
        if let Some(reason) = found
            .reason
            .as_ref()
            .filter(|_| !context.sight.is_of_project())
        {
            push(&mut words, &[". Sentry says: ", &code(reason, 300)]);
        }
    }
    Failure::Invalid(words)
}

/// A search that Sentry refused; other trouble stays what it is.
pub(super) fn refused(error: ApiError, search: &Search<'_>) -> Failure {
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
