//! `/projects/{organization}/{project}/keys/`

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::body::{Body, text};
use super::caller::Caller;
use super::error::ApiError;
use super::paging::{Listing, Page};
use super::projects;
use crate::data::key::ClientKey;
use crate::state::State;

/// The longest name that Sentry allows for a key, in characters.
const LONGEST_NAME: usize = 64;

pub(crate) async fn list(
    state: State,
    caller: Caller,
    Path((organization, project)): Path<(String, String)>,
    listing: Listing,
) -> Result<Page, ApiError> {
    caller.may(&["project:read"])?;
    let data = state.data();
    let project = projects::find(&data, &caller, &organization, &project)?;
    let keys = data.keys.iter().filter(|key| key.project == project.slug);
    Ok(listing.page(keys.collect(), |key: &ClientKey| {
        key.wire(project, &state.config().origin)
    }))
}

#[derive(Deserialize)]
pub(crate) struct NewKey {
    name: Option<String>,
}

/// Creates a key. As in Sentry, its name is optional.
pub(crate) async fn create(
    state: State,
    caller: Caller,
    Path((organization, project)): Path<(String, String)>,
    Body(new): Body<NewKey>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    caller.may(&["project:write"])?;
    let mut data = state.data_mut();
    let project = projects::find(&data, &caller, &organization, &project)?.clone();
    let name = match &new.name {
        None => "Unnamed",
        Some(name) => text("name", Some(name), LONGEST_NAME)?,
    };
    let key = ClientKey {
        name: name.to_owned(),
        date_created: state.clock().data_now(),
        number: data
            .keys
            .iter()
            .filter(|key| key.project == project.slug)
            .count(),
        project: project.slug.clone(),
    };
    let answer = key.wire(&project, &state.config().origin);
    data.keys.push(key);
    Ok((StatusCode::CREATED, Json(answer)))
}
