//! `preprodartifacts/snapshots/`: pictures of an app's screens at a commit, and the bytes of a picture.

use axum::Json;
use axum::extract::Path;
use axum::http::header;
use axum::response::IntoResponse;
use serde_json::Value;

use super::caller::Caller;
use super::error::ApiError;
use super::filter::Projects;
use super::projects;
use crate::data::Data;
use crate::data::picture;
use crate::data::project::Project;
use crate::data::snapshot::Snapshot;
use crate::params::Params;
use crate::state::State;

pub(crate) async fn show(
    state: State,
    caller: Caller,
    Path((organization, id)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let data = state.data();
    let (snapshot, project) = find(&data, &caller, &organization, &id)?;
    Ok(Json(snapshot.wire(project)))
}

/// The newest snapshot of an app that others are compared with, of a branch if one is named.
pub(crate) async fn latest_base(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    caller.may(&["project:read"])?;
    let data = state.data();
    let organization = caller.organization(&data, &organization)?;
    let projects = Projects::of(&data, organization, &params)?;
    let app = params.first("app_id").filter(|app| !app.is_empty());
    let app = app.ok_or_else(|| ApiError::invalid("app_id is required"))?;
    let branch = params.first("branch").filter(|branch| !branch.is_empty());
    let mut snapshots = data.inspected.snapshots.iter();
    let snapshot = snapshots
        .find(|snapshot| snapshot.is_base_of(app, branch) && projects.include(&snapshot.project))
        .ok_or(ApiError::NotFound)?;
    let project = data
        .project(&organization.slug, &snapshot.project)
        .ok_or(ApiError::NotFound)?;
    let address = address(&state, project);
    Ok(Json(snapshot.as_base(project, &address)))
}

pub(crate) async fn image(
    state: State,
    caller: Caller,
    Path((organization, id, identifier)): Path<(String, String, String)>,
) -> Result<Json<Value>, ApiError> {
    let data = state.data();
    let (snapshot, project) = find(&data, &caller, &organization, &id)?;
    let address = address(&state, project);
    let image = snapshot.image(&identifier, &address);
    image.map(Json).ok_or(ApiError::NotFound)
}

/// The bytes of a picture.
pub(crate) async fn bytes(
    state: State,
    caller: Caller,
    Path((organization, project, key)): Path<(String, String, String)>,
) -> Result<impl IntoResponse, ApiError> {
    caller.may(&["project:read"])?;
    let data = state.data();
    projects::find(&data, &caller, &organization, &project)?;
    let bytes = picture::of(&key).ok_or(ApiError::NotFound)?;
    Ok(([(header::CONTENT_TYPE, "image/png")], bytes))
}

fn find<'a>(
    data: &'a Data,
    caller: &Caller,
    organization: &str,
    id: &str,
) -> Result<(&'a Snapshot, &'a Project), ApiError> {
    caller.may(&["project:read"])?;
    let organization = caller.organization(data, organization)?;
    let snapshot = data.inspected.snapshots.iter().find(|one| one.id == id);
    snapshot
        .and_then(|one| Some((one, data.project(&organization.slug, &one.project)?)))
        .ok_or(ApiError::NotFound)
}

/// Where the bytes of a picture are.
fn address(state: &State, project: &Project) -> impl Fn(&str) -> String {
    let begin = format!(
        "{}/api/0/projects/{}/{}/files/images",
        state.config().origin,
        project.organization,
        project.slug
    );
    move |key| format!("{begin}/{key}/")
}
