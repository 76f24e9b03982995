//! `/projects/{organization}/{project}/keys/`

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::body::{Body, text};
use super::caller::Caller;
use super::error::ApiError;
use super::paging::{Listing, Page};
use super::projects;
use crate::data::Data;
use crate::data::key::{ClientKey, KeySettings};
use crate::data::project::Project;
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
        settings: KeySettings::default(),
        made_for: None,
    };
    let answer = key.wire(&project, &state.config().origin);
    data.keys.push(key);
    Ok((StatusCode::CREATED, Json(answer)))
}

pub(crate) async fn show(
    state: State,
    caller: Caller,
    Path((organization, project, key)): Path<(String, String, String)>,
) -> Result<Json<Value>, ApiError> {
    caller.may(&["project:read"])?;
    let data = state.data();
    let project = projects::find(&data, &caller, &organization, &project)?;
    let place = place(&data, project, &key)?;
    let key = data.keys.get(place).ok_or(ApiError::NotFound)?;
    Ok(Json(key.wire(project, &state.config().origin)))
}

fn place(data: &Data, project: &Project, id: &str) -> Result<usize, ApiError> {
    let mut keys = data.keys.iter();
    keys.position(|key| key.project == project.slug && key.id() == id)
        .ok_or(ApiError::NotFound)
}

/// What is absent stays as it is.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeyChange {
    name: Option<String>,
    is_active: Option<bool>,
    rate_limit: Option<RateLimit>,
    browser_sdk_version: Option<String>,
    dynamic_sdk_loader_options: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
struct RateLimit {
    count: Option<u64>,
    window: Option<u64>,
}

pub(crate) async fn update(
    state: State,
    caller: Caller,
    Path((organization, project, key)): Path<(String, String, String)>,
    Body(change): Body<KeyChange>,
) -> Result<Json<Value>, ApiError> {
    caller.may(&["project:write"])?;
    let mut data = state.data_mut();
    let project = projects::find(&data, &caller, &organization, &project)?.clone();
    let place = place(&data, &project, &key)?;
    let key = data.keys.get_mut(place).ok_or(ApiError::NotFound)?;
    let mut changed = key.clone();
    if let Some(name) = &change.name {
        changed.name = text("name", Some(name), LONGEST_NAME)?.to_owned();
    }
    changed.settings.is_active = change.is_active.unwrap_or(changed.settings.is_active);
    if let Some(limit) = change.rate_limit {
        changed.settings.rate_limit = rate_limit(&limit)?;
    }
    if let Some(version) = change.browser_sdk_version {
        if !["latest", "7.x", "8.x", "9.x", "10.x"].contains(&version.as_str()) {
            let words = format!("\"{version}\" is not a valid choice.");
            return Err(ApiError::InvalidMember("browserSdkVersion", words));
        }
        changed.settings.browser_sdk_version = version;
    }
    for (name, value) in change.dynamic_sdk_loader_options.unwrap_or_default() {
        if changed.settings.loader.contains_key(&name) && value.is_boolean() {
            changed.settings.loader.insert(name, value);
        }
    }
    *key = changed;
    Ok(Json(key.wire(&project, &state.config().origin)))
}

/// Nothing in both members, or zero, lifts the limit.
fn rate_limit(limit: &RateLimit) -> Result<Option<(u64, u64)>, ApiError> {
    match (limit.window.unwrap_or(0), limit.count.unwrap_or(0)) {
        (0, _) | (_, 0) => Ok(None),
        (86_401.., _) => Err(ApiError::InvalidMember(
            "rateLimit",
            String::from("Ensure this value is less than or equal to 86400."),
        )),
        (window, count) => Ok(Some((window, count))),
    }
}
