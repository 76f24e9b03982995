//! `profiling/`: one profile, the chunk of a profiler that runs all the time, the flame graph of a transaction.

use axum::Json;
use axum::extract::Path;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::caller::Caller;
use super::error::ApiError;
use super::filter::{Projects, in_environment};
use super::projects;
use crate::data::profile::{CONTINUOUS, CONTINUOUS_PROJECT, nothing};
use crate::data::row::Row;
use crate::params::Params;
use crate::search::period::Window;
use crate::search::records::{Record, Source};
use crate::search::{Query, Searchable};
use crate::state::State;

const SOURCES: &[&str] = &["functions", "profiles", "spans", "transactions"];

pub(crate) async fn profile(
    state: State,
    caller: Caller,
    Path((organization, project, id)): Path<(String, String, String)>,
) -> Result<Json<Value>, ApiError> {
    caller.may(&["project:read"])?;
    let now = state.clock().data_now();
    let data = state.data();
    let project = projects::find(&data, &caller, &organization, &project)?;
    let row = data
        .rows
        .profiles
        .iter()
        .find(|row| row.id == id && row.project == project.slug)
        .ok_or(ApiError::NotFound)?;
    let shape = data
        .inspected
        .profiles
        .iter()
        .find(|shape| shape.is_of(row))
        .ok_or(ApiError::NotFound)?;
    Ok(Json(shape.profile(row, project, is_recent(row, now))))
}

/// A profiler's samples between `start` and `end`: the profiler of [`CONTINUOUS_PROJECT`] began an hour ago.
pub(crate) async fn chunks(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    caller.may(&["org:read"])?;
    let now = state.clock().data_now();
    let data = state.data();
    let organization = caller.organization(&data, &organization)?;
    let needed = |name: &'static str| {
        let value = params.first(name).filter(|value| !value.is_empty());
        value.ok_or_else(|| ApiError::Invalid(format!("{name} must be specified")))
    };
    let (project, profiler) = (needed("project")?, needed("profiler_id")?);
    let window = Window::of(&params, now).map_err(ApiError::invalid)?;
    let project = data
        .project(&organization.slug, project)
        .ok_or(ApiError::Forbidden)?;
    let start = now
        .checked_sub(SignedDuration::from_hours(1))
        .unwrap_or(now);
    let is_here = profiler == CONTINUOUS && project.slug == CONTINUOUS_PROJECT;
    let shape = data
        .inspected
        .profiles
        .first()
        .filter(|_| is_here && window.overlaps(start, now))
        .ok_or(ApiError::NotFound)?;
    Ok(Json(shape.chunk(project, start)))
}

pub(crate) async fn flame_graph(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    caller.may(&["org:read"])?;
    let now = state.clock().data_now();
    let data = state.data();
    let organization = caller.organization(&data, &organization)?;
    let projects = Projects::of(&data, organization, &params)?;
    let window = Window::of(&params, now).map_err(ApiError::invalid)?;
    let source = params.first("dataSource").unwrap_or("transactions");
    if !SOURCES.contains(&source) {
        return Err(ApiError::Invalid(format!("Invalid dataSource: {source}")));
    }
    let query =
        Query::parse(params.first("query").unwrap_or_default(), now).map_err(ApiError::invalid)?;
    let found: Vec<(&Row, bool)> = data
        .rows
        .profiles
        .iter()
        .filter(|row| projects.include(&row.project) && window.contains(row.time))
        .filter(|row| {
            in_environment(&params, |name| {
                row.fields.get("environment") == Some(&name.into())
            })
        })
        .filter(|row| {
            let project = data.project(&organization.slug, &row.project);
            project.is_some_and(|project| {
                let source = Source::Row(row);
                query.matches(&Profiled(Record { project, source }))
            })
        })
        .map(|row| (row, is_recent(row, now)))
        .collect();
    let graph = found.first().and_then(|(row, _)| {
        let mut shapes = data.inspected.profiles.iter();
        let shape = shapes.find(|shape| shape.is_of(row))?;
        let of_shape: Vec<_> = found
            .iter()
            .copied()
            .filter(|(row, _)| shape.is_of(row))
            .collect();
        Some(shape.flame_graph(data.project(&organization.slug, &row.project)?, &of_shape))
    });
    Ok(Json(graph.unwrap_or_else(nothing)))
}

/// The shapes of profiles differ before the last week.
fn is_recent(row: &Row, now: Timestamp) -> bool {
    now.duration_since(row.time) <= SignedDuration::from_hours(7 * 24)
}

/// A profile, which belongs to a transaction.
struct Profiled<'a>(Record<'a>);

impl Searchable for Profiled<'_> {
    fn values(&self, key: &str) -> Vec<String> {
        match key {
            "event.type" => vec![String::from("transaction")],
            key => self.0.values(key),
        }
    }

    fn text(&self) -> String {
        self.0.text()
    }
}
