//! `/organizations/{organization}/teams/`

use axum::extract::{OriginalUri, Path};

use super::caller::Caller;
use super::error::ApiError;
use super::name_query::NameQuery;
use super::paging::{Page, Paging};
use crate::data::team::Team;
use crate::params::Params;
use crate::state::State;

pub(crate) async fn list(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    params: Params,
    OriginalUri(uri): OriginalUri,
) -> Result<Page, ApiError> {
    caller.may(&["team:read", "org:read"])?;
    let data = state.data();
    let organization = caller.organization(&data, &organization)?;
    let paging = Paging::of(&params, &state.config().origin, &uri)?;
    let query = NameQuery::of(&params);
    let teams = data
        .teams_of(&organization.slug)
        .filter(|team| query.fits(&[("id", &team.id), ("slug", &team.slug), ("name", &team.name)]))
        .collect();
    Ok(paging.cut(teams, Team::wire))
}
