//! `/organizations/{organization}/issues/{issue}/events/` and one of them.

use axum::Json;
use axum::extract::Path;
use serde_json::Value;

use super::caller::Caller;
use super::error::ApiError;
use super::filter::in_environment;
use super::paging::{Listing, Page};
use crate::data::Data;
use crate::data::event::Event;
use crate::data::issue::Issue;
use crate::data::project::Project;
use crate::search::Query;
use crate::search::events::EventSubject;
use crate::search::period::Window;
use crate::state::State;

/// Newest first, or oldest first with `sort=timestamp`; whole events with `full=true`.
pub(crate) async fn list(
    state: State,
    caller: Caller,
    Path((organization, issue)): Path<(String, String)>,
    listing: Listing,
) -> Result<Page, ApiError> {
    caller.may(&["event:read"])?;
    let params = &listing.params;
    let now = state.clock().data_now();
    let data = state.data();
    let (issue, project) = find(&data, &caller, &organization, &issue)?;
    let window = Window::of(params, now).map_err(ApiError::invalid)?;
    let query =
        Query::parse(params.first("query").unwrap_or_default(), now).map_err(ApiError::invalid)?;

    let mut events: Vec<&Event> = issue
        .events
        .iter()
        .filter(|event| {
            let seen = event.tags.get("environment");
            in_environment(params, |name| seen.is_some_and(|seen| seen == name))
        })
        .filter(|event| window.contains(event.date_created))
        .filter(|event| query.matches(&EventSubject { event, issue }))
        .collect();
    if params.first("sort") == Some("timestamp") {
        events.reverse();
    }
    let full = matches!(params.first("full"), Some("true" | "1"));
    Ok(listing.page(events, |event| {
        if full {
            detail(event, issue, project)
        } else {
            event.summary(issue, project)
        }
    }))
}

/// By id, or `latest`, `oldest`, `recommended`.
pub(crate) async fn show(
    state: State,
    caller: Caller,
    Path((organization, issue, event)): Path<(String, String, String)>,
) -> Result<Json<Value>, ApiError> {
    caller.may(&["event:read"])?;
    let data = state.data();
    let (issue, project) = find(&data, &caller, &organization, &issue)?;
    let event = match event.as_str() {
        "latest" | "recommended" => issue.events.first(),
        "oldest" => issue.events.last(),
        id => issue.event(id),
    };
    Ok(Json(detail(
        event.ok_or(ApiError::NoEvent)?,
        issue,
        project,
    )))
}

pub(crate) fn find<'a>(
    data: &'a Data,
    caller: &Caller,
    organization: &str,
    issue: &str,
) -> Result<(&'a Issue, &'a Project), ApiError> {
    let organization = caller.organization(data, organization)?;
    let issue = data
        .issue(&organization.slug, issue)
        .ok_or(ApiError::NotFound)?;
    let project = data
        .project(&organization.slug, &issue.project)
        .ok_or(ApiError::NotFound)?;
    Ok((issue, project))
}

fn detail(event: &Event, issue: &Issue, project: &Project) -> Value {
    let position = issue
        .events
        .iter()
        .position(|other| other.id == event.id)
        .unwrap_or_default();
    let newer = position
        .checked_sub(1)
        .and_then(|newer| issue.events.get(newer));
    event.detail(issue, project, [newer, issue.events.get(position + 1)])
}
