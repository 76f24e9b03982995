//! Cron monitors of an organization or of a project: list, one, its check-ins and figures; creation, and deletion of an
//! environment.

pub(crate) mod create;

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::caller::Caller;
use super::error::ApiError;
use super::filter::{Projects, in_environment};
use super::named::NameQuery;
use super::owner;
use super::paging::{Listing, Page};
use crate::data::Data;
use crate::data::monitor::{CheckIn, Monitor};
use crate::params::Params;
use crate::search::period::Window;
use crate::state::State;

const READ: &[&str] = &["alerts:read", "org:read", "project:read"];
pub(super) const WRITE: &[&str] = &["alerts:write", "org:write", "project:write"];

/// The statuses that figures count.
const COUNTED: [&str; 5] = ["ok", "error", "missed", "timeout", "unknown"];

pub(crate) async fn list(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    listing: Listing,
) -> Result<Page, ApiError> {
    caller.may(READ)?;
    let data = state.data();
    let organization = caller.organization(&data, &organization)?;
    let projects = Projects::of(&data, organization, &listing.params)?;
    let query = NameQuery::of(&listing.params);
    let shown = |monitor: &&Monitor| {
        let mut environments = monitor.environments.iter();
        data.project(&organization.slug, &monitor.project).is_some()
            && projects.include(&monitor.project)
            && query.fits(&[
                ("slug", &monitor.slug),
                ("name", &monitor.name),
                ("id", &monitor.id),
            ])
            && (listing.params.first("environment").is_none()
                || environments.any(|one| in_environment(&listing.params, |name| name == one.name)))
            && owner::is_asked_for(&listing.params, monitor.owner.as_ref())
    };
    let found: Vec<Value> = data
        .monitors
        .iter()
        .filter(shown)
        .map(|monitor| {
            monitor.wire(&data, |name| {
                in_environment(&listing.params, |one| one == name)
            })
        })
        .collect();
    Ok(listing.page(found, std::convert::identity))
}

pub(crate) async fn show(
    state: State,
    caller: Caller,
    path: MonitorPath,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let data = state.data();
    let monitor = path.find(&data, &caller)?;
    Ok(Json(monitor.wire(&data, |name| {
        in_environment(&params, |one| one == name)
    })))
}

/// Newest first.
pub(crate) async fn check_ins(
    state: State,
    caller: Caller,
    path: MonitorPath,
    listing: Listing,
) -> Result<Page, ApiError> {
    let data = state.data();
    let monitor = path.find(&data, &caller)?;
    let window =
        Window::of(&listing.params, state.clock().data_now()).map_err(ApiError::invalid)?;
    let mut found = monitor.check_ins();
    found.retain(|check_in| {
        window.contains(check_in.expected)
            && in_environment(&listing.params, |name| name == check_in.environment)
    });
    Ok(listing.page(found, |check_in| check_in.wire(monitor)))
}

/// Counts of check-ins in steps of `resolution` from `since` to `until`, which are seconds of the epoch.
pub(crate) async fn stats(
    state: State,
    caller: Caller,
    path: MonitorPath,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let data = state.data();
    let monitor = path.find(&data, &caller)?;
    let now = state.clock().data_now().as_second();
    let number = |name: &str, otherwise: i64| match params.first(name) {
        None => Ok(otherwise),
        Some(text) => text
            .trim_end_matches('s')
            .parse()
            .map_err(|_| ApiError::Invalid(format!("Invalid {name}"))),
    };
    let (since, until) = (number("since", now - 24 * 3600)?, number("until", now)?);
    let step = number("resolution", 3600)?;
    if step <= 0 || until < since || (until - since) / step > 1000 {
        return Err(ApiError::invalid("Invalid resolution"));
    }
    let mut buckets: Vec<Value> = Vec::new();
    for at in (since..until.max(since + 1)).step_by(usize::try_from(step).unwrap_or(1)) {
        let mut bucket = serde_json::Map::from_iter([(String::from("ts"), json!(at))]);
        let here: Vec<_> = monitor
            .check_ins()
            .into_iter()
            .filter(|one| (at..at + step).contains(&one.expected.as_second()))
            .filter(|one| in_environment(&params, |name| name == one.environment))
            .collect();
        for status in COUNTED {
            let count = here.iter().filter(|one| one.status() == status).count();
            bucket.insert(status.to_owned(), json!(count));
        }
        let durations: Vec<u64> = here.iter().filter_map(CheckIn::duration).collect();
        let mean = durations
            .iter()
            .sum::<u64>()
            .checked_div(durations.len() as u64);
        bucket.insert(String::from("duration"), json!(mean.unwrap_or(0)));
        buckets.push(Value::Object(bucket));
    }
    Ok(Json(Value::Array(buckets)))
}

/// Deletes what is known of one environment: 202, and 404 if there is no such one.
pub(crate) async fn delete_environment(
    state: State,
    caller: Caller,
    Path((organization, project, slug, environment)): Path<(String, String, String, String)>,
) -> Result<StatusCode, ApiError> {
    caller.may(WRITE)?;
    let mut data = state.data_mut();
    let project = super::projects::find(&data, &caller, &organization, &project)?
        .slug
        .clone();
    let monitor = data
        .monitors
        .iter_mut()
        .find(|monitor| monitor.project == project && monitor.is(&slug))
        .ok_or(ApiError::NotFound)?;
    let before = monitor.environments.len();
    monitor.environments.retain(|one| one.name != environment);
    if monitor.environments.len() == before {
        return Err(ApiError::NotFound);
    }
    Ok(StatusCode::ACCEPTED)
}

/// Which monitor a path names, below an organization or a project.
pub(crate) struct MonitorPath {
    organization: String,
    project: Option<String>,
    monitor: String,
}

impl axum::extract::FromRequestParts<State> for MonitorPath {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        state: &State,
    ) -> Result<Self, ApiError> {
        let named: Path<std::collections::BTreeMap<String, String>> =
            Path::from_request_parts(parts, state)
                .await
                .map_err(|_| ApiError::NotFound)?;
        let get = |name: &str| named.0.get(name).cloned();
        let (Some(organization), Some(monitor)) = (get("organization"), get("monitor")) else {
            return Err(ApiError::NotFound);
        };
        Ok(Self {
            organization,
            project: get("project"),
            monitor,
        })
    }
}

impl MonitorPath {
    fn find<'a>(&self, data: &'a Data, caller: &Caller) -> Result<&'a Monitor, ApiError> {
        caller.may(READ)?;
        let organization = caller.organization(data, &self.organization)?;
        if let Some(project) = &self.project {
            data.project(&organization.slug, project)
                .ok_or(ApiError::NotFound)?;
        }
        let mut monitors = data.monitors.iter();
        monitors
            .find(|monitor| {
                let project = data.project(&organization.slug, &monitor.project);
                monitor.is(&self.monitor)
                    && project
                        .is_some_and(|own| self.project.as_ref().is_none_or(|asked| own.is(asked)))
            })
            .ok_or(ApiError::NotFound)
    }
}
