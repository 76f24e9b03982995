//! `/organizations/{organization}/projects/` and `/projects/{organization}/{project}/`

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::body::{Body, slug_of, text};
use super::caller::Caller;
use super::error::ApiError;
use super::paging::{Listing, Page};
use crate::data::Data;
use crate::data::key::{ClientKey, KeySettings};
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

#[derive(Deserialize)]
pub(crate) struct NewProject {
    name: Option<String>,
    slug: Option<String>,
    platform: Option<String>,
}

/// Creates a project of a team, with a key named `Default`.
pub(crate) async fn create(
    state: State,
    caller: Caller,
    Path((organization, team)): Path<(String, String)>,
    Body(new): Body<NewProject>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    caller.may(&["project:write"])?;
    let now = state.clock().data_now();
    let mut data = state.data_mut();
    let organization = caller.organization(&data, &organization)?.slug.clone();
    let team = {
        let mut teams = data.teams_of(&organization);
        let team = teams.find(|one| one.slug == team || one.id == team);
        team.ok_or(ApiError::NotFound)?.slug.clone()
    };
    let name = text("name", new.name.as_deref(), 50)?.to_owned();
    let slug = slug_of("slug", new.slug.as_deref(), &name, 100)?;
    if data.project(&organization, &slug).is_some() {
        let words = String::from("A project with this slug already exists.");
        return Err(ApiError::Conflict(words));
    }
    let project = Project {
        id: data.setup.next_id().to_string(),
        slug: slug.clone(),
        name,
        platform: new.platform.unwrap_or_default(),
        organization,
        teams: vec![team],
        environments: Vec::new(),
        date_created: now,
        latest_release: String::new(),
    };
    let answer = project.summary(&data);
    data.projects.push(project);
    data.keys.push(ClientKey {
        project: slug,
        name: String::from("Default"),
        date_created: now,
        number: 0,
        settings: KeySettings::default(),
        made_for: None,
    });
    Ok((StatusCode::CREATED, Json(answer)))
}

/// What is absent stays as it is.
#[derive(Deserialize)]
pub(crate) struct ProjectChange {
    name: Option<String>,
    slug: Option<String>,
    platform: Option<String>,
}

pub(crate) async fn update(
    state: State,
    caller: Caller,
    Path((organization, project)): Path<(String, String)>,
    Body(change): Body<ProjectChange>,
) -> Result<Json<Value>, ApiError> {
    caller.may(&["project:write"])?;
    let mut data = state.data_mut();
    let mut project = find(&data, &caller, &organization, &project)?.clone();
    let old = project.slug.clone();
    if let Some(name) = &change.name {
        project.name = text("name", Some(name), 200)?.to_owned();
    }
    if let Some(slug) = &change.slug {
        project.slug = slug_of("slug", Some(slug), "", 100)?;
    }
    if let Some(platform) = change.platform {
        project.platform = platform;
    }
    let taken = data.project(&project.organization, &project.slug);
    if taken.is_some_and(|other| other.id != project.id) {
        let words = format!(
            "Another project ({}) is already using that slug",
            project.slug
        );
        return Err(ApiError::InvalidMember("slug", words));
    }
    let new = project.slug.clone();
    if let Some(own) = data.projects.iter_mut().find(|own| own.id == project.id) {
        *own = Project {
            slug: old.clone(),
            ..project.clone()
        };
    }
    if new != old {
        data.rename_project(&old, &new);
    }
    Ok(Json(project.detail(&data, &state.config().origin)))
}
