//! `/organizations/{organization}/teams/` and `/projects/{organization}/{project}/teams/`

use axum::extract::Path;

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
