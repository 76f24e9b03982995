//! `/organizations/{organization}/projects/` and `/projects/{organization}/{project}/`

use axum::Json;
use axum::extract::{OriginalUri, Path};
use serde_json::Value;

use super::caller::Caller;
use super::error::ApiError;
use super::name_query::NameQuery;
use super::paging::{Page, Paging};
use crate::data::project::Project;
use crate::params::Params;
use crate::state::State;

pub(crate) async fn list(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    params: Params,
    OriginalUri(uri): OriginalUri,
) -> Result<Page, ApiError> {
    caller.may(&["project:read", "org:read"])?;
    let data = state.data();
    let organization = caller.organization(&data, &organization)?;
    let paging = Paging::of(&params, &state.config().origin, &uri)?;
    let query = NameQuery::of(&params);
    let projects = data
        .projects_of(&organization.slug)
        .filter(|project| query.fits(&names(project)))
        .collect();
    Ok(paging.cut(projects, |project: &Project| project.summary(&data)))
}

pub(crate) async fn show(
    state: State,
    caller: Caller,
    Path((organization, project)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    caller.may(&["project:read"])?;
    let data = state.data();
    let organization = caller.organization(&data, &organization)?;
    let project = data
        .project(&organization.slug, &project)
        .ok_or(ApiError::NotFound)?;
    Ok(Json(project.detail(&data, &state.config().origin)))
}

fn names(project: &Project) -> Vec<(&str, &str)> {
    let own = [
        ("id", project.id.as_str()),
        ("slug", &project.slug),
        ("name", &project.name),
        ("platform", &project.platform),
    ];
    own.into_iter()
        .chain(project.teams.iter().map(|team| ("team", team.as_str())))
        .collect()
}
