//! Releases: lists for an organization and a project, one release, its deploys and its commits.

use axum::Json;
use axum::extract::Path;
use serde_json::Value;

use super::caller::Caller;
use super::error::ApiError;
use super::filter::Projects;
use super::paging::{Listing, Page};
use super::projects;
use crate::data::Data;
use crate::data::release::{Commit, Release};
use crate::params::Params;
use crate::state::State;

/// Newest first.
pub(crate) async fn of_organization(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    listing: Listing,
) -> Result<Page, ApiError> {
    caller.may(&["project:read", "project:releases"])?;
    let data = state.data();
    let organization = caller.organization(&data, &organization)?;
    let projects = Projects::of(&data, organization, &listing.params)?;
    let of = |release: &&Release| {
        release
            .projects
            .iter()
            .any(|slug| data.project(&organization.slug, slug).is_some() && projects.include(slug))
    };
    Ok(
        listing.named(newest_first(&data).into_iter().filter(of), |release| {
            release.wire(&data, &state.config().origin)
        }),
    )
}

pub(crate) async fn of_project(
    state: State,
    caller: Caller,
    Path((organization, project)): Path<(String, String)>,
    listing: Listing,
) -> Result<Page, ApiError> {
    caller.may(&["project:read", "project:releases"])?;
    let data = state.data();
    let project = projects::find(&data, &caller, &organization, &project)?;
    let of = |release: &&Release| release.is_of(&project.slug);
    Ok(
        listing.named(newest_first(&data).into_iter().filter(of), |release| {
            release.wire(&data, &state.config().origin)
        }),
    )
}

pub(crate) async fn show(
    state: State,
    caller: Caller,
    Path((organization, version)): Path<(String, String)>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let data = state.data();
    let release = find(&data, &caller, &organization, &version)?;
    Ok(Json(with_health(&state, &data, release, &params)))
}

/// As [`show`], of a release that is the project's.
pub(crate) async fn show_of_project(
    state: State,
    caller: Caller,
    Path((organization, project, version)): Path<(String, String, String)>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let data = state.data();
    let release = of(&data, &caller, &organization, &project, &version)?;
    Ok(Json(with_health(&state, &data, release, &params)))
}

/// The release, with the health of its sessions for `health=1`.
fn with_health(state: &State, data: &Data, release: &Release, params: &Params) -> Value {
    let mut release_wire = release.wire(data, &state.config().origin);
    let asked = params
        .first("health")
        .is_some_and(|flag| ["1", "true"].contains(&flag));
    if let Some(health) = release.health_data().filter(|_| asked)
        && let Some(Value::Array(projects)) = release_wire.get_mut("projects")
    {
        for project in projects.iter_mut().filter_map(Value::as_object_mut) {
            project.insert(String::from("hasHealthData"), Value::Bool(true));
            project.insert(String::from("healthData"), health.clone());
        }
    }
    release_wire
}

/// Newest first.
pub(crate) async fn deploys(
    state: State,
    caller: Caller,
    Path((organization, version)): Path<(String, String)>,
    listing: Listing,
) -> Result<Page, ApiError> {
    let data = state.data();
    let release = find(&data, &caller, &organization, &version)?;
    let deploys = release.deploys.iter().rev().collect();
    Ok(listing.page(deploys, |deploy| deploy.wire(&state.config().origin)))
}

pub(crate) async fn commits(
    state: State,
    caller: Caller,
    Path((organization, version)): Path<(String, String)>,
    listing: Listing,
) -> Result<Page, ApiError> {
    let data = state.data();
    let release = find(&data, &caller, &organization, &version)?;
    Ok(listing.page(release.commits.iter().collect(), Commit::wire))
}

pub(crate) async fn commits_of_project(
    state: State,
    caller: Caller,
    Path((organization, project, version)): Path<(String, String, String)>,
    listing: Listing,
) -> Result<Page, ApiError> {
    let data = state.data();
    let release = of(&data, &caller, &organization, &project, &version)?;
    Ok(listing.page(release.commits.iter().collect(), Commit::wire))
}

fn newest_first(data: &Data) -> Vec<&Release> {
    let mut releases: Vec<&Release> = data.releases.iter().collect();
    releases.sort_by_key(|release| std::cmp::Reverse(release.date_created));
    releases
}

/// The release of a version, if it is one of the project's.
fn of<'a>(
    data: &'a Data,
    caller: &Caller,
    organization: &str,
    project: &str,
    version: &str,
) -> Result<&'a Release, ApiError> {
    let slug = projects::find(data, caller, organization, project)?
        .slug
        .clone();
    let release = find(data, caller, organization, version)?;
    if release.is_of(&slug) {
        Ok(release)
    } else {
        Err(ApiError::NotFound)
    }
}

fn find<'a>(
    data: &'a Data,
    caller: &Caller,
    organization: &str,
    version: &str,
) -> Result<&'a Release, ApiError> {
    caller.may(&["project:read", "project:releases"])?;
    let organization = caller.organization(data, organization)?;
    let is_here = |release: &&Release| {
        let mut slugs = release.projects.iter();
        slugs.any(|slug| data.project(&organization.slug, slug).is_some())
    };
    data.releases
        .iter()
        .filter(is_here)
        .find(|release| release.version == version)
        .ok_or(ApiError::NotFound)
}
