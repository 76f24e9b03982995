//! `custom-inbound-filters/`: what a project drops before it is kept.

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
use crate::data::Data;
use crate::data::project::Project;
use crate::data::setup::{Condition, InboundFilter};
use crate::state::State;

const DATA_TYPES: &[&str] = &["all", "error", "log", "metric", "span"];
const CONDITIONS: &[&str] = &[
    "error_type",
    "error_message",
    "log_message",
    "metric_name",
    "release",
    "ip_address",
];

pub(crate) async fn list(
    state: State,
    caller: Caller,
    Path((organization, project)): Path<(String, String)>,
    listing: Listing,
) -> Result<Page, ApiError> {
    caller.may(&["project:read"])?;
    let data = state.data();
    let project = projects::find(&data, &caller, &organization, &project)?;
    let own = data.setup.filters.iter().filter(|one| one.is_of(project));
    Ok(listing.page(own.collect(), InboundFilter::wire))
}

pub(crate) async fn show(
    state: State,
    caller: Caller,
    Path((organization, project, id)): Path<(String, String, String)>,
) -> Result<Json<Value>, ApiError> {
    caller.may(&["project:read"])?;
    let data = state.data();
    let project = projects::find(&data, &caller, &organization, &project)?;
    let filter = data.setup.filters.get(place(&data, project, &id)?);
    Ok(Json(filter.ok_or(ApiError::NotFound)?.wire()))
}

fn place(data: &Data, project: &Project, id: &str) -> Result<usize, ApiError> {
    let mut all = data.setup.filters.iter();
    all.position(|one| one.is_of(project) && one.id == id)
        .ok_or(ApiError::NotFound)
}

/// What is absent of a change stays as it is.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Said {
    name: Option<String>,
    active: Option<bool>,
    data_type: Option<String>,
    conditions: Option<Vec<SaidCondition>>,
}

#[derive(Deserialize)]
struct SaidCondition {
    #[serde(rename = "type")]
    kind: String,
    value: Vec<String>,
}

impl Said {
    fn apply(self, filter: &mut InboundFilter) -> Result<(), ApiError> {
        if let Some(name) = self.name {
            filter.name = Some(text("name", Some(&name), 256)?.to_owned());
        }
        filter.active = self.active.unwrap_or(filter.active);
        if let Some(data_type) = self.data_type {
            if !DATA_TYPES.contains(&data_type.as_str()) {
                let words = format!("\"{data_type}\" is not a valid choice.");
                return Err(ApiError::InvalidMember("dataType", words));
            }
            filter.data_type = data_type;
        }
        if let Some(conditions) = self.conditions {
            filter.conditions = read(conditions)?;
        }
        Ok(())
    }
}

fn read(said: Vec<SaidCondition>) -> Result<Vec<Condition>, ApiError> {
    let invalid = |text: &str| Err(ApiError::InvalidMember("conditions", text.to_owned()));
    if said.is_empty() {
        return invalid("This list may not be empty.");
    }
    let mut conditions: Vec<Condition> = Vec::new();
    for one in said {
        if !CONDITIONS.contains(&one.kind.as_str()) {
            return invalid("is not a valid choice.");
        }
        if conditions.iter().any(|other| other.kind == one.kind) {
            return invalid("Condition types must be unique.");
        }
        if one.value.is_empty() || one.value.iter().any(|value| value.trim().is_empty()) {
            return invalid("This field may not be blank.");
        }
        conditions.push(Condition {
            kind: one.kind,
            value: one.value,
        });
    }
    Ok(conditions)
}

pub(crate) async fn create(
    state: State,
    caller: Caller,
    Path((organization, project)): Path<(String, String)>,
    Body(said): Body<Said>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    caller.may(&["project:write"])?;
    let now = state.clock().data_now();
    let mut data = state.data_mut();
    let project = projects::find(&data, &caller, &organization, &project)?
        .slug
        .clone();
    if said.conditions.is_none() {
        let words = String::from("This field is required.");
        return Err(ApiError::InvalidMember("conditions", words));
    }
    let mut filter = InboundFilter {
        id: data.setup.next_id().to_string(),
        project,
        name: None,
        active: true,
        data_type: String::from("all"),
        conditions: Vec::new(),
        date_created: now,
        date_updated: now,
    };
    said.apply(&mut filter)?;
    let answer = filter.wire();
    data.setup.filters.push(filter);
    Ok((StatusCode::CREATED, Json(answer)))
}

pub(crate) async fn update(
    state: State,
    caller: Caller,
    Path((organization, project, id)): Path<(String, String, String)>,
    Body(said): Body<Said>,
) -> Result<Json<Value>, ApiError> {
    caller.may(&["project:write"])?;
    let now = state.clock().data_now();
    let mut data = state.data_mut();
    let project = projects::find(&data, &caller, &organization, &project)?.clone();
    let place = place(&data, &project, &id)?;
    let filter = data
        .setup
        .filters
        .get_mut(place)
        .ok_or(ApiError::NotFound)?;
    let mut changed = filter.clone();
    said.apply(&mut changed)?;
    changed.date_updated = now;
    *filter = changed;
    Ok(Json(filter.wire()))
}

pub(crate) async fn delete(
    state: State,
    caller: Caller,
    Path((organization, project, id)): Path<(String, String, String)>,
) -> Result<StatusCode, ApiError> {
    caller.may(&["project:write"])?;
    let mut data = state.data_mut();
    let project = projects::find(&data, &caller, &organization, &project)?.clone();
    let place = place(&data, &project, &id)?;
    data.setup.filters.remove(place);
    Ok(StatusCode::NO_CONTENT)
}
