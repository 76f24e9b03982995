//! `/organizations/{organization}/issues/` and one of them.

mod change;

use axum::Json;
use axum::extract::{OriginalUri, Path};
use serde_json::Value;

pub(crate) use change::update;

use super::caller::Caller;
use super::error::ApiError;
use super::paging::{Page, Paging};
use crate::data::Data;
use crate::data::issue::Issue;
use crate::data::organization::Organization;
use crate::params::Params;
use crate::search::Query;
use crate::search::issues::IssueSubject;
use crate::search::period::Window;
use crate::search::sort::IssueSort;
use crate::state::State;

/// What an absent `query` means; an empty one means everything.
const DEFAULT_QUERY: &str = "is:unresolved";

pub(crate) async fn list(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    params: Params,
    OriginalUri(uri): OriginalUri,
) -> Result<Page, ApiError> {
    caller.may(&["event:read"])?;
    let now = state.clock().data_now();
    let data = state.data();
    let organization = caller.organization(&data, &organization)?;
    let paging = Paging::of(&params, &state.config().origin, &uri)?;
    let projects = projects(&data, organization, &params)?;
    let window = Window::of(&params, now).map_err(ApiError::invalid)?;
    let sort: IssueSort = params
        .first("sort")
        .unwrap_or("date")
        .parse()
        .map_err(ApiError::invalid)?;
    let query = Query::parse(params.first("query").unwrap_or(DEFAULT_QUERY), now)
        .map_err(ApiError::invalid)?;

    let mut issues: Vec<&Issue> = match query
        .event_id()
        .and_then(|id| data.event(&organization.slug, &id))
    {
        Some((issue, _)) => vec![issue],
        None => data
            .issues_of(&organization.slug)
            .filter(|issue| projects.is_empty() || projects.contains(&issue.project.as_str()))
            .filter(|issue| in_environment(issue, &params))
            .filter(|issue| window.overlaps(issue.first_seen, issue.last_seen))
            .filter(|issue| {
                query.matches(&IssueSubject {
                    issue,
                    data: &data,
                    caller: &caller.user,
                })
            })
            .collect(),
    };
    sort.apply(&mut issues);
    Ok(paging.cut(issues, |issue| issue.summary(&data, &state.config().origin)))
}

pub(crate) async fn show(
    state: State,
    caller: Caller,
    Path((organization, issue)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    caller.may(&["event:read"])?;
    let data = state.data();
    let organization = caller.organization(&data, &organization)?;
    let issue = data
        .issue(&organization.slug, &issue)
        .ok_or(ApiError::NotFound)?;
    Ok(Json(issue.detail(&data, &state.config().origin)))
}

/// Slugs of the projects asked for, by slug or id; none when all are (`-1`, or no parameter).
/// A project that is not there is a 403, as in Sentry.
fn projects<'a>(
    data: &'a Data,
    organization: &Organization,
    params: &'a Params,
) -> Result<Vec<&'a str>, ApiError> {
    let asked: Vec<&str> = params
        .all("project")
        .chain(params.all("projectSlug"))
        .collect();
    if asked.contains(&"-1") {
        return Ok(Vec::new());
    }
    asked
        .into_iter()
        .map(|asked| {
            let project = data.project(&organization.slug, asked);
            project
                .map(|project| project.slug.as_str())
                .ok_or(ApiError::Forbidden)
        })
        .collect()
}

fn in_environment(issue: &Issue, params: &Params) -> bool {
    let mut asked = params.all("environment").peekable();
    let seen = issue.tags.get("environment");
    asked.peek().is_none() || asked.any(|name| seen.is_some_and(|seen| seen.contains_key(name)))
}
