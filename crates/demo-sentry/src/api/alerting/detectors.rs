//! `/organizations/{organization}/detectors/`: monitors.

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
use crate::params::Params;
use crate::state::State;

/// The longest name of a monitor, in characters.
const LONGEST_NAME: usize = 200;

const DATASETS: &[&str] = &[
    "events",
    "transactions",
    "generic_metrics",
    "metrics",
    "events_analytics_platform",
];

pub(crate) async fn list(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    listing: Listing,
) -> Result<Page, ApiError> {
    let data = state.data();
    let organization = super::enter(&data, &caller, &organization, super::READ)?;
    let projects = Projects::of(&data, organization, &listing.params)?;
    let all = on(&data.alerting.detectors, &organization.slug).iter();
    let of = all.filter(|one| {
        let project = data.project(&organization.slug, text(one, "projectId"));
        project.is_some_and(|project| projects.include(&project.slug))
    });
    let found = super::found(of, &listing.params)?;
    Ok(listing.page(found, |one| wire(&data, organization, one)))
}

pub(crate) async fn show(
    state: State,
    caller: Caller,
    Path((organization, detector)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let data = state.data();
    let organization = super::enter(&data, &caller, &organization, super::READ)?;
    let all = on(&data.alerting.detectors, &organization.slug);
    let one = by_id(all, &detector).ok_or(ApiError::NotFound)?;
    Ok(Json(wire(&data, organization, one)))
}

/// Which monitor came from an alert rule of earlier times, and the other way round.
pub(crate) async fn legacy(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let data = state.data();
    let organization = super::enter(&data, &caller, &organization, super::READ)?;
    let (member, id) = match (params.first("alert_rule_id"), params.first("detector_id")) {
        (Some(id), _) => ("alertRuleId", id),
        (None, Some(id)) => ("id", id),
        (None, None) => {
            return Err(ApiError::invalid(
                "You must provide at least one of the parameters: 'rule_id', 'alert_rule_id', or 'detector_id'.",
            ));
        }
    };
    let mut all = on(&data.alerting.detectors, &organization.slug).iter();
    let one = all.find(|one| text(one, member) == id && one["alertRuleId"].is_string());
    let one = one.ok_or(ApiError::NotFound)?;
    Ok(Json(
        json!({"ruleId": null, "alertRuleId": one["alertRuleId"], "detectorId": one["id"]}),
    ))
}

pub(crate) async fn create(
    state: State,
    caller: Caller,
    Path((organization, project)): Path<(String, String)>,
    Body(body): Body<Value>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let now = state.clock().data_now();
    let mut data = state.data_mut();
    let scopes = ["alerts:write", "project:write", "project:admin"];
    let organization = super::enter(&data, &caller, &organization, &scopes)?.clone();
    let project = data.project(&organization.slug, &project);
    let project = project.ok_or(ApiError::NotFound)?.id.clone();
    let mut one = read(&mut data, &organization, &body, &Value::Null)?;
    one["id"] = json!(data.alerting.new_id());
    one["projectId"] = json!(project);
    one["createdBy"] = json!(caller.user.id);
    one["dateCreated"] = json!(now);
    one["dateUpdated"] = json!(now);
    one["latestGroup"] = Value::Null;
    one["alertRuleId"] = Value::Null;
    let shelf = data.alerting.detectors.entry(organization.slug.clone());
    shelf.or_default().push(one.clone());
    connect(&mut data, &organization, text(&one, "id"), &body)?;
    Ok((StatusCode::CREATED, Json(wire(&data, &organization, &one))))
}

/// Replaces the monitor: what is not sent is as in a new one.
pub(crate) async fn update(
    state: State,
    caller: Caller,
    Path((organization, detector)): Path<(String, String)>,
    Body(body): Body<Value>,
) -> Result<Json<Value>, ApiError> {
    let now = state.clock().data_now();
    let mut data = state.data_mut();
    let organization = super::enter(&data, &caller, &organization, super::WRITE)?.clone();
    let all = on(&data.alerting.detectors, &organization.slug);
    let old = by_id(all, &detector).ok_or(ApiError::NotFound)?.clone();
    let mut one = read(&mut data, &organization, &body, &old)?;
    for kept in [
        "id",
        "projectId",
        "createdBy",
        "dateCreated",
        "latestGroup",
        "alertRuleId",
    ] {
        one[kept] = old[kept].clone();
    }
    one["dateUpdated"] = json!(now);
    let shelf = data.alerting.detectors.entry(organization.slug.clone());
    for kept in shelf.or_default() {
        if text(kept, "id") == detector {
            *kept = one.clone();
        }
    }
    connect(&mut data, &organization, &detector, &body)?;
    Ok(Json(wire(&data, &organization, &one)))
}

pub(crate) async fn delete(
    state: State,
    caller: Caller,
    Path((organization, detector)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let mut data = state.data_mut();
    let organization = super::enter(&data, &caller, &organization, super::WRITE)?.clone();
    let shelf = data.alerting.detectors.entry(organization.slug.clone());
    let shelf = shelf.or_default();
    let before = shelf.len();
    shelf.retain(|one| text(one, "id") != detector);
    if shelf.len() == before {
        return Err(ApiError::NotFound);
    }
    set_rules(&mut data, &organization, &detector, &[]);
    Ok(StatusCode::NO_CONTENT)
}

/// A monitor as it goes out: its rules are those that listen to it, and its owner is spelled out.
fn wire(data: &Data, organization: &Organization, one: &Value) -> Value {
    let id = &one["id"];
    let rules = on(&data.alerting.workflows, &organization.slug).iter();
    let rules = rules.filter(|rule| members(rule, "detectorIds").contains(id));
    let mut sent = one.clone();
    sent["workflowIds"] = rules.map(|rule| rule["id"].clone()).collect();
    if let Some((kind, id)) = one["owner"]
        .as_str()
        .and_then(|owner| owner.split_once(':'))
    {
        let team = data
            .teams
            .iter()
            .find(|team| kind == "team" && team.id == id);
        let user = data.user(id).filter(|_| kind == "user");
        sent["owner"] = match (team, user) {
            (Some(team), _) => json!({"type": kind, "id": id, "name": team.slug}),
            (_, Some(user)) => {
                json!({"type": kind, "id": id, "name": user.name, "email": user.email})
            }
            _ => Value::Null,
        };
    }
    sent
}

/// Lets exactly the rules that the body names listen to the monitor, if it names any.
fn connect(
    data: &mut Data,
    organization: &Organization,
    detector: &str,
    body: &Value,
) -> Result<(), ApiError> {
    let wanted = super::ids(body, "workflowIds")?;
    set_rules(data, organization, detector, &wanted);
    Ok(())
}

fn set_rules(data: &mut Data, organization: &Organization, detector: &str, wanted: &[String]) {
    let rules = data.alerting.workflows.entry(organization.slug.clone());
    for rule in rules.or_default() {
        let is_wanted = wanted.iter().any(|id| id == text(rule, "id"));
        let mut listens = members(rule, "detectorIds").to_vec();
        listens.retain(|id| id != detector);
        if is_wanted {
            listens.push(json!(detector));
        }
        rule["detectorIds"] = json!(listens);
    }
}

/// What a body says of a metric monitor. `old` is what it replaces.
fn read(
    data: &mut Data,
    organization: &Organization,
    body: &Value,
    old: &Value,
) -> Result<Value, ApiError> {
    let name = super::name(body, LONGEST_NAME)?.to_owned();
    if text(body, "type") != "metric_issue" {
        return wrong(
            "type",
            "Unknown detector type. Must be one of: metric_issue",
        );
    }
    let rules = on(&data.alerting.workflows, &organization.slug);
    let wanted = super::ids(body, "workflowIds")?;
    if let Some(missing) = wanted.iter().find(|id| by_id(rules, id).is_none()) {
        return wrong(
            "workflowIds",
            format!("Some workflows do not exist: {missing}"),
        );
    }
    let owner = super::owner(data, organization, body)?;
    let enabled = super::enabled(body)?;
    let config = read_config(body)?;
    let sources = given(body, "dataSources").and_then(Value::as_array);
    let Some([source]) = sources.map(Vec::as_slice) else {
        return wrong(
            "dataSources",
            "Only one data source is allowed for this detector type.",
        );
    };
    let query = read_query(source)?;
    let Some(group) = given(body, "conditionGroup") else {
        return wrong("conditionGroup", "This field is required.");
    };
    let count = members(group, "conditions").len();
    if !(1..=3).contains(&count) {
        return wrong(
            "conditionGroup",
            "A metric monitor has one to three conditions.",
        );
    }
    let is_dynamic = text(&config, "detectionType") == "dynamic";
    for condition in members(group, "conditions") {
        let fits = match text(condition, "type") {
            "anomaly_detection" => is_dynamic,
            "gt" | "lt" | "gte" | "lte" => !is_dynamic && condition["comparison"].is_number(),
            _ => false,
        };
        if !fits {
            return wrong(
                "conditionGroup",
                "Conditions do not fit the detection type.",
            );
        }
    }
    let known = group::ids([&old["conditionGroup"]].into_iter());
    let rules = Rules {
        member: "conditionGroup",
        conditions: &[],
        known: &known,
        organization: &organization.id,
    };
    let group = group::read(&mut data.alerting, &rules, group)?;
    let source = source_of(data, organization, old, query);
    Ok(json!({
        "name": name,
        "description": given(body, "description"),
        "type": "metric_issue",
        "workflowIds": [],
        "owner": owner,
        "dataSources": [source],
        "conditionGroup": group,
        "config": config,
        "enabled": enabled,
    }))
}

fn read_config(body: &Value) -> Result<Value, ApiError> {
    let config = super::object(body, "config")?;
    let kind = given(&config, "detectionType").and_then(Value::as_str);
    let delta = given(&config, "comparisonDelta");
    match (kind, delta) {
        (Some("static" | "dynamic"), None) => Ok(config),
        (Some("percent"), Some(seconds)) if seconds.as_u64() > Some(0) => Ok(config),
        (Some("percent"), _) => wrong("config", "comparisonDelta is required for percent."),
        (Some("static" | "dynamic"), Some(_)) => {
            wrong("config", "comparisonDelta is for percent only.")
        }
        _ => wrong(
            "config",
            "detectionType: must be one of static, percent, dynamic.",
        ),
    }
}

fn read_query(source: &Value) -> Result<Value, ApiError> {
    let dataset = given(source, "dataset").and_then(Value::as_str);
    if !dataset.is_some_and(|dataset| DATASETS.contains(&dataset)) {
        return wrong("dataSources", "dataset: not a valid choice.");
    }
    let aggregate = given(source, "aggregate").and_then(Value::as_str);
    if !aggregate.is_some_and(|aggregate| aggregate.contains('(') && aggregate.ends_with(')')) {
        return wrong("dataSources", "aggregate: Invalid Metric");
    }
    let window = given(source, "timeWindow").and_then(Value::as_u64);
    if !window.is_some_and(|seconds| seconds >= 60 && seconds.is_multiple_of(60)) {
        return wrong(
            "dataSources",
            "timeWindow: must be whole minutes, in seconds.",
        );
    }
    if !given(source, "eventTypes").is_some_and(Value::is_array) {
        return wrong("dataSources", "eventTypes: This field is required.");
    }
    Ok(json!({
        "dataset": dataset,
        "query": given(source, "query").and_then(Value::as_str).unwrap_or_default(),
        "aggregate": aggregate,
        "timeWindow": window,
        "environment": given(source, "environment"),
        "eventTypes": given(source, "eventTypes"),
        "extrapolationMode": given(source, "extrapolationMode"),
    }))
}

fn source_of(data: &mut Data, organization: &Organization, old: &Value, mut query: Value) -> Value {
    let mut source = match members(old, "dataSources").first() {
        Some(old) => old.clone(),
        None => json!({
            "id": data.alerting.new_id(),
            "organizationId": organization.id,
            "type": "snuba_query_subscription",
            "sourceId": data.alerting.new_id(),
            "queryObj": {"id": data.alerting.new_id(), "status": 0, "subscription": null,
                "snubaQuery": {"id": data.alerting.new_id()}},
        }),
    };
    query["id"] = source["queryObj"]["snubaQuery"]["id"].clone();
    source["queryObj"]["snubaQuery"] = query;
    source
}
