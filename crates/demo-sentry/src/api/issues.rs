//! `/organizations/{organization}/issues/` and one of them.

mod change;

use axum::Json;
use axum::extract::Path;
use serde_json::Value;

pub(crate) use change::update;

use super::caller::Caller;
use super::error::ApiError;
use super::filter::{Projects, in_environment};
use super::paging::{Listing, Page};
use crate::data::issue::Issue;
use crate::search::Query;
use crate::search::issues::IssueSubject;
use crate::search::period::Window;
use crate::search::sort::IssueSort;
use crate::state::State;

/// The query that applies if there is no `query`; an empty one matches everything.
const DEFAULT_QUERY: &str = "is:unresolved";

pub(crate) async fn list(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    listing: Listing,
) -> Result<Page, ApiError> {
    caller.may(&["event:read"])?;
    let params = &listing.params;
    let now = state.clock().data_now();
    let data = state.data();
    let organization = caller.organization(&data, &organization)?;
    let projects = Projects::of(&data, organization, params)?;
    let window = Window::of(params, now).map_err(ApiError::invalid)?;
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
            .filter(|issue| projects.include(&issue.project))
            .filter(|issue| {
                let seen = issue.tags.get("environment");
                in_environment(params, |name| {
                    seen.is_some_and(|seen| seen.contains_key(name))
                })
            })
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
    Ok(listing.page(issues, |issue| issue.summary(&data, &state.config().origin)))
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
