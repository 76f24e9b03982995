//! `/organizations/{organization}/workflows/`: alert rules.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::group::{self, Rules};
use super::{given, wrong};
use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::error::ApiError;
use crate::api::filter::Projects;
use crate::api::paging::{Listing, Page};
use crate::data::Data;
use crate::data::alerting::{by_id, list as members, on, text};
use crate::data::organization::Organization;
use crate::state::State;

/// The longest name of a rule, in characters.
const LONGEST_NAME: usize = 256;

pub(crate) async fn list(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    listing: Listing,
) -> Result<Page, ApiError> {
    let data = state.data();
    let organization = super::enter(&data, &caller, &organization, super::READ)?;
    let projects = Projects::of(&data, organization, &listing.params)?;
    let all = on(&data.alerting.workflows, &organization.slug).iter();
    let of = all.filter(|rule| covers(&data, organization, rule, &projects));
    let found = super::found(of, &listing.params)?;
    Ok(listing.page(found, Value::clone))
}

/// Whether a rule listens to a monitor of one of these projects.
fn covers(data: &Data, organization: &Organization, rule: &Value, projects: &Projects<'_>) -> bool {
    if projects.include("") {
        return true;
    }
    let detectors = on(&data.alerting.detectors, &organization.slug);
    members(rule, "detectorIds").iter().any(|id| {
        let detector = by_id(detectors, id.as_str().unwrap_or_default());
        let project =
            detector.and_then(|one| data.project(&organization.slug, text(one, "projectId")));
        project.is_some_and(|project| projects.include(&project.slug))
    })
}

pub(crate) async fn show(
    state: State,
    caller: Caller,
    Path((organization, workflow)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let data = state.data();
    let organization = super::enter(&data, &caller, &organization, super::READ)?;
    let all = on(&data.alerting.workflows, &organization.slug);
    by_id(all, &workflow)
        .cloned()
        .map(Json)
        .ok_or(ApiError::NotFound)
}

pub(crate) async fn create(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    Body(body): Body<Value>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let now = state.clock().data_now();
    let mut data = state.data_mut();
    let organization = super::enter(&data, &caller, &organization, super::WRITE)?.clone();
    let mut rule = read(&mut data, &organization, &body, &BTreeSet::new())?;
    rule["id"] = json!(data.alerting.new_id());
    rule["createdBy"] = json!(caller.user.id);
    rule["dateCreated"] = json!(now);
    rule["dateUpdated"] = json!(now);
    rule["lastTriggered"] = Value::Null;
    let shelf = data
        .alerting
        .workflows
        .entry(organization.slug)
        .or_default();
    shelf.push(rule.clone());
    Ok((StatusCode::CREATED, Json(rule)))
}

/// Replaces the rule: what is not sent is as in a new one.
pub(crate) async fn update(
    state: State,
    caller: Caller,
    Path((organization, workflow)): Path<(String, String)>,
    Body(body): Body<Value>,
) -> Result<Json<Value>, ApiError> {
    let now = state.clock().data_now();
    let mut data = state.data_mut();
    let organization = super::enter(&data, &caller, &organization, super::WRITE)?.clone();
    let all = on(&data.alerting.workflows, &organization.slug);
    let old = by_id(all, &workflow).ok_or(ApiError::NotFound)?.clone();
    let groups = members(&old, "actionFilters")
        .iter()
        .chain([&old["triggers"]]);
    let known = group::ids(groups);
    let mut rule = read(&mut data, &organization, &body, &known)?;
    for kept in ["id", "createdBy", "dateCreated", "lastTriggered"] {
        rule[kept] = old[kept].clone();
    }
    rule["dateUpdated"] = json!(now);
    let shelf = data
        .alerting
        .workflows
        .entry(organization.slug)
        .or_default();
    shelf.retain_mut(|one| {
        if text(one, "id") == workflow {
            *one = rule.clone();
        }
        true
    });
    Ok(Json(rule))
}

pub(crate) async fn delete(
    state: State,
    caller: Caller,
    Path((organization, workflow)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let mut data = state.data_mut();
    let organization = super::enter(&data, &caller, &organization, super::WRITE)?.clone();
    let shelf = data
        .alerting
        .workflows
        .entry(organization.slug)
        .or_default();
    let before = shelf.len();
    shelf.retain(|one| text(one, "id") != workflow);
    if shelf.len() == before {
        return Err(ApiError::NotFound);
    }
    Ok(StatusCode::NO_CONTENT)
}

/// What a body says of a rule.
fn read(
    data: &mut Data,
    organization: &Organization,
    body: &Value,
    known: &BTreeSet<String>,
) -> Result<Value, ApiError> {
    let name = super::name(body, LONGEST_NAME)?.to_owned();
    let detectors = super::ids(body, "detectorIds")?;
    let all = on(&data.alerting.detectors, &organization.slug);
    if let Some(missing) = detectors.iter().find(|id| by_id(all, id).is_none()) {
        return wrong(
            "detectorIds",
            format!("Some detectors do not exist: {missing}"),
        );
    }
    let config = super::object(body, "config")?;
    if config
        .get("frequency")
        .is_some_and(|minutes| !minutes.is_u64())
    {
        return wrong("config", "frequency: must be a number of minutes.");
    }
    let environment = given(body, "environment").cloned().unwrap_or_default();
    if let Some(wanted) = environment.as_str() {
        let mut projects = data.projects_of(&organization.slug);
        if !projects.any(|project| project.environments.iter().any(|name| name == wanted)) {
            return wrong("environment", "Environment does not exist.");
        }
    }
    let owner = super::owner(data, organization, body)?;
    let enabled = super::enabled(body)?;
    let group = |data: &mut Data, member, conditions: &str, sent: &Value| {
        let conditions = data.alerting.offered(conditions).to_vec();
        let rules = Rules {
            member,
            conditions: &conditions,
            known,
            organization: &organization.id,
        };
        group::read(&mut data.alerting, &rules, sent)
    };
    let triggers = match given(body, "triggers") {
        None => Value::Null,
        Some(sent) => group(data, "triggers", "workflow_trigger", sent)?,
    };
    let mut filters = Vec::new();
    if let Some(sent) = given(body, "actionFilters") {
        for sent in sent.as_array().into_iter().flatten() {
            filters.push(group(data, "actionFilters", "action_filter", sent)?);
        }
    }
    Ok(json!({
        "name": name,
        "organizationId": organization.id,
        "triggers": triggers,
        "actionFilters": filters,
        "environment": environment,
        "config": config,
        "detectorIds": detectors,
        "enabled": enabled,
        "owner": owner,
    }))
}
