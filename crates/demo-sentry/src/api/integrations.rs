//! Links between issues and those of trackers: by an integration, or by an installed app.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::body::{Body, text};
use super::caller::Caller;
use super::error::ApiError;
use super::events::find;
use super::paging::{Listing, Page};
use crate::data::Data;
use crate::data::setup::{Installation, Integration, Link};
use crate::params::Params;
use crate::state::State;

/// `issues/{issue}/integrations/`: the integrations that can hold the issue, with what they hold of it.
pub(crate) async fn of_issue(
    state: State,
    caller: Caller,
    Path((organization, issue)): Path<(String, String)>,
    listing: Listing,
) -> Result<Page, ApiError> {
    caller.may(&["event:read"])?;
    let data = state.data();
    let (issue, project) = find(&data, &caller, &organization, &issue)?;
    let links = data.setup.links.get(&issue.short_id);
    let integrations = data.setup.integrations.iter();
    let own = integrations.filter(|one| one.organization == project.organization);
    Ok(listing.page(own.collect(), |integration: &Integration| {
        let mut wire = integration.wire();
        let links = links.into_iter().flatten();
        let held = links.filter(|link| link.integration == integration.id);
        let held: Value = held.map(|link| link.wire(integration)).collect();
        if let Value::Object(members) = &mut wire {
            members.insert(String::from("externalIssues"), held);
        }
        wire
    }))
}

fn integration<'a>(
    data: &'a Data,
    organization: &str,
    id: &str,
) -> Result<&'a Integration, ApiError> {
    let mut all = data.setup.integrations.iter();
    all.find(|one| one.organization == organization && one.id == id)
        .ok_or(ApiError::NotFound)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewLink {
    external_issue: Option<String>,
    /// Of a tracker that has issues in repositories.
    repo: Option<String>,
}

/// `PUT issues/{issue}/integrations/{integration}/`: links an issue that there is.
pub(crate) async fn link(
    state: State,
    caller: Caller,
    Path((organization, issue, id)): Path<(String, String, String)>,
    Body(new): Body<NewLink>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    caller.may(&["event:write"])?;
    let mut data = state.data_mut();
    let (issue, project) = find(&data, &caller, &organization, &issue)?;
    let short_id = issue.short_id.clone();
    let integration = integration(&data, &project.organization, &id)?.clone();
    let mut key = text("externalIssue", new.external_issue.as_deref(), 200)?.to_owned();
    if integration.provider == "github" {
        let repository = text("repo", new.repo.as_deref(), 200)?;
        key = format!("{repository}#{key}");
    }
    let links = data.setup.links.get(&short_id).into_iter().flatten();
    if links
        .filter(|one| one.integration == id && one.key == key)
        .count()
        > 0
    {
        let words = String::from("That issue is already linked");
        return Err(ApiError::InvalidMember("non_field_errors", words));
    }
    let link = Link {
        id: data.setup.next_id(),
        integration: id,
        key,
    };
    let answer = json!({
        "id": link.id,
        "key": link.key,
        "url": integration.address(&link.key),
        "integrationId": integration.id.parse::<u64>().unwrap_or_default(),
        "displayName": link.key,
    });
    data.setup.links.entry(short_id).or_default().push(link);
    Ok((StatusCode::CREATED, Json(answer)))
}

/// `DELETE issues/{issue}/integrations/{integration}/?externalIssue={id}`
pub(crate) async fn unlink(
    state: State,
    caller: Caller,
    Path((organization, issue, id)): Path<(String, String, String)>,
    params: Params,
) -> Result<StatusCode, ApiError> {
    caller.may(&["event:admin"])?;
    let mut data = state.data_mut();
    let (issue, project) = find(&data, &caller, &organization, &issue)?;
    let short_id = issue.short_id.clone();
    integration(&data, &project.organization, &id)?;
    let wanted = params
        .first("externalIssue")
        .ok_or_else(|| ApiError::invalid("External ID required"))?;
    let links = data.setup.links.entry(short_id).or_default();
    let before = links.len();
    links.retain(|link| link.integration != id || link.id.to_string() != wanted);
    if before == links.len() {
        return Err(ApiError::NotFound);
    }
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE issues/{issue}/external-issues/{id}/`: of an app.
pub(crate) async fn unlink_app(
    state: State,
    caller: Caller,
    Path((organization, issue, id)): Path<(String, String, String)>,
) -> Result<StatusCode, ApiError> {
    caller.may(&["event:admin"])?;
    let mut data = state.data_mut();
    let (issue, _) = find(&data, &caller, &organization, &issue)?;
    let short_id = issue.short_id.clone();
    let links = data.external_issues.entry(short_id).or_default();
    let before = links.len();
    links.retain(|link| link["id"] != id);
    if before == links.len() {
        return Err(ApiError::NotFound);
    }
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn installations(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    listing: Listing,
) -> Result<Page, ApiError> {
    let wire = Installation::wire;
    of_apps(
        &state,
        &caller,
        &organization,
        listing,
        wire,
        "sentry-app-installations",
    )
}

pub(crate) async fn components(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    listing: Listing,
) -> Result<Page, ApiError> {
    of_apps(
        &state,
        &caller,
        &organization,
        listing,
        Installation::component,
        "sentry-app-components",
    )
}

fn of_apps(
    state: &State,
    caller: &Caller,
    organization: &str,
    listing: Listing,
    wire: fn(&Installation) -> Value,
    name: &str,
) -> Result<Page, ApiError> {
    caller.may(&["org:read"])?;
    let data = state.data();
    let organization = caller.organization(&data, organization)?;
    let all = data.setup.installations.iter();
    let own = all.filter(|one| one.organization == organization.slug);
    let mut apps: Vec<Value> = own.map(wire).collect();
    if data.alerting.workflows.contains_key(&organization.slug) {
        // Of apps that alert rules can use.
        apps.extend(data.alerting.offered(name).iter().cloned());
    }
    Ok(listing.page(apps.iter().collect(), Value::clone))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Action {
    group_id: Value,
    action: Option<String>,
    #[serde(default)]
    fields: Map<String, Value>,
    uri: Option<String>,
}

/// `/sentry-app-installations/{uuid}/external-issue-actions/`: has an app link or create an issue.
pub(crate) async fn act(
    state: State,
    caller: Caller,
    Path(uuid): Path<String>,
    Body(action): Body<Action>,
) -> Result<Json<Value>, ApiError> {
    caller.may(&["event:write"])?;
    let mut data = state.data_mut();
    let installation = {
        let mut all = data.setup.installations.iter();
        let found = all.find(|one| one.uuid == uuid);
        found.ok_or(ApiError::NotFound)?.clone()
    };
    let group = action
        .group_id
        .as_str()
        .map_or_else(|| action.group_id.to_string(), str::to_owned);
    let (issue, project) = find(&data, &caller, &installation.organization, &group)?;
    let (short_id, issue, project) = (
        issue.short_id.clone(),
        issue.id.clone(),
        project.name.clone(),
    );
    let uri = text("uri", action.uri.as_deref(), 200)?;
    let field = match action.action.as_deref() {
        Some("link") if uri == "/sentry/issues/link" => "card",
        Some("create") if uri == "/sentry/issues/create" => "title",
        _ => return Err(ApiError::invalid("Invalid action")),
    };
    let value = action.fields.get(field).and_then(Value::as_str);
    let value = text("fields", value, 200)?;
    let id = data.setup.next_id().to_string();
    let answer = json!({
        "id": id,
        "issueId": issue,
        "serviceType": installation.app.slug,
        "displayName": format!("{project}#{value}"),
        "webUrl": format!("https://cards.lighthouse-books.example/{value}"),
    });
    data.external_issues
        .entry(short_id)
        .or_default()
        .push(answer.clone());
    Ok(Json(answer))
}
