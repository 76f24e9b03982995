//! `/organizations/{organization}/teams/` and `/projects/{organization}/{project}/teams/`

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::body::{Body, slug_of, text};

use super::caller::Caller;
use super::error::ApiError;
use super::paging::{Listing, Page};
use super::projects;
use crate::data::team::Team;
use crate::state::State;

pub(crate) async fn list(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    listing: Listing,
) -> Result<Page, ApiError> {
    caller.may(&["team:read", "org:read"])?;
    let data = state.data();
    let organization = caller.organization(&data, &organization)?;
    Ok(listing.named(data.teams_of(&organization.slug), Team::wire))
}

/// The teams of a project. Unlike the organization's list, this one ignores `query`.
pub(crate) async fn of_project(
    state: State,
    caller: Caller,
    Path((organization, project)): Path<(String, String)>,
    listing: Listing,
) -> Result<Page, ApiError> {
    caller.may(&["project:read"])?;
    let data = state.data();
    let project = projects::find(&data, &caller, &organization, &project)?;
    let teams = data.teams_of(&project.organization);
    let own = teams.filter(|team| project.teams.contains(&team.slug));
    Ok(listing.page(own.collect(), Team::wire))
}

#[derive(Deserialize)]
pub(crate) struct NewTeam {
    name: Option<String>,
    slug: Option<String>,
}

/// Without a slug, the team gets one made from its name.
pub(crate) async fn create(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    Body(new): Body<NewTeam>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    caller.may(&["team:write", "org:write"])?;
    let now = state.clock().data_now();
    let mut data = state.data_mut();
    let organization = caller.organization(&data, &organization)?.slug.clone();
    let name = new.name.as_deref().or(new.slug.as_deref());
    let name = text("name", name, 64)?.to_owned();
    let slug = slug_of("slug", new.slug.as_deref(), &name, 50)?;
    if data.teams_of(&organization).any(|team| team.slug == slug) {
        let words = String::from("A team with this slug already exists.");
        return Err(ApiError::Conflict(words));
    }
    let team = Team {
        id: data.setup.next_id().to_string(),
        slug,
        name,
        organization,
        date_created: now,
        member_count: 1,
    };
    let answer = team.wire();
    data.teams.push(team);
    Ok((StatusCode::CREATED, Json(answer)))
}

/// Gives a team a project, or nothing new if it has it.
pub(crate) async fn add(
    state: State,
    caller: Caller,
    Path(path): Path<(String, String, String)>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    Ok((StatusCode::CREATED, change(&state, &caller, path, true)?))
}

/// Takes a project away from a team.
pub(crate) async fn remove(
    state: State,
    caller: Caller,
    Path(path): Path<(String, String, String)>,
) -> Result<Json<Value>, ApiError> {
    change(&state, &caller, path, false)
}

fn change(
    state: &State,
    caller: &Caller,
    (organization, project, team): (String, String, String),
    has: bool,
) -> Result<Json<Value>, ApiError> {
    caller.may(&["project:write"])?;
    let mut data = state.data_mut();
    let project = projects::find(&data, caller, &organization, &project)?;
    let (organization, id) = (project.organization.clone(), project.id.clone());
    let slug = {
        let mut teams = data.teams_of(&organization);
        let team = teams.find(|one| one.slug == team || one.id == team);
        team.ok_or(ApiError::NotFound)?.slug.clone()
    };
    let found = data.projects.iter_mut().find(|project| project.id == id);
    let project = found.ok_or(ApiError::NotFound)?;
    project.teams.retain(|own| *own != slug);
    if has {
        project.teams.push(slug);
    }
    let project = project.clone();
    Ok(Json(project.detail(&data, &state.config().origin)))
}
