//! `/organizations/{organization}/teams/`

use axum::extract::Path;

use super::caller::Caller;
use super::error::ApiError;
use super::paging::{Listing, Page};
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
