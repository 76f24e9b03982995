//! `/projects/{organization}/{project}/events/{event}/committers/`: whose commits an event is suspected to come from.

use axum::Json;
use axum::extract::Path;
use serde_json::{Value, json};

use super::caller::Caller;
use super::error::ApiError;
use super::projects;
use crate::state::State;

/// An empty list where nobody is suspected.
pub(crate) async fn show(
    state: State,
    caller: Caller,
    Path((organization, project, event)): Path<(String, String, String)>,
) -> Result<Json<Value>, ApiError> {
    caller.may(&["project:read"])?;
    let data = state.data();
    let project = projects::find(&data, &caller, &organization, &project)?;
    let (issue, _) = data
        .event(&project.organization, &event)
        .filter(|(issue, _)| issue.project == project.slug)
        .ok_or(ApiError::NoEvent)?;
    let committers = data.committers.get(&issue.short_id);
    Ok(Json(
        json!({"committers": committers.cloned().unwrap_or_default()}),
    ))
}
