//! `/organizations/{organization}/projects/` and `/projects/{organization}/{project}/`

use axum::Json;
use axum::extract::Path;
use serde_json::Value;

use super::caller::Caller;
use super::error::ApiError;
use super::paging::{Listing, Page};
use crate::data::Data;
use crate::data::project::Project;
use crate::state::State;

pub(crate) async fn list(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    listing: Listing,
) -> Result<Page, ApiError> {
    caller.may(&["project:read", "org:read"])?;
    let data = state.data();
    let organization = caller.organization(&data, &organization)?;
    let projects = data.projects_of(&organization.slug);
    Ok(listing.named(projects, |project| project.summary(&data)))
}

pub(crate) async fn show(
    state: State,
    caller: Caller,
    Path((organization, project)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    caller.may(&["project:read"])?;
    let data = state.data();
    let project = find(&data, &caller, &organization, &project)?;
    Ok(Json(project.detail(&data, &state.config().origin)))
}

/// The project named by a path that begins with `/projects/{organization}/{project}/`.
pub(super) fn find<'a>(
    data: &'a Data,
    caller: &Caller,
    organization: &str,
    project: &str,
) -> Result<&'a Project, ApiError> {
    let organization = caller.organization(data, organization)?;
    data.project(&organization.slug, project)
        .ok_or(ApiError::NotFound)
}
