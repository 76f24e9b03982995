//! `/organizations/{organization}/replays/` and `replay-count/`

use std::cmp::Ordering;

use axum::Json;
use axum::extract::Path;
use serde_json::{Map, Value, json};

use super::caller::Caller;
use super::discover::value_order::by_value;
use super::error::ApiError;
use super::filter::{Projects, in_environment};
use super::paging::{Listing, Page};
use super::projects;
use crate::data::Data;
use crate::data::issue::Issue;
use crate::data::replay::Replay;
use crate::params::Params;
use crate::search::period::Window;
use crate::search::{Query, Searchable};
use crate::state::State;

const SORTS: &[&str] = &[
    "started_at",
    "finished_at",
    "duration",
    "activity",
    "count_errors",
    "count_dead_clicks",
    "count_rage_clicks",
];

/// `{"data": […]}`, in order of the start time, newest first.
pub(crate) async fn list(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    listing: Listing,
) -> Result<Page, ApiError> {
    caller.may(&["event:read", "org:read"])?;
    let params = &listing.params;
    let now = state.clock().data_now();
    let data = state.data();
    let organization = caller.organization(&data, &organization)?;
    let projects = Projects::of(&data, organization, params)?;
    let window = Window::of(params, now).map_err(ApiError::invalid)?;
    let query =
        Query::parse(params.first("query").unwrap_or_default(), now).map_err(ApiError::invalid)?;
    let sort = params.first("sort").unwrap_or("-started_at");
    let (key, order) = match sort.strip_prefix('-') {
        Some(key) => (key, Ordering::reverse as fn(Ordering) -> Ordering),
        None => (sort, std::convert::identity as fn(Ordering) -> Ordering),
    };
    if !SORTS.contains(&key) {
        return Err(ApiError::Invalid(format!("Invalid sort: {sort}")));
    }

    let mut replays: Vec<Value> = data
        .replays
        .iter()
        .filter(|replay| projects.include(&replay.project))
        .filter(|replay| window.contains(replay.started_at))
        .filter_map(|replay| Some(replay.wire(data.project(&organization.slug, &replay.project)?)))
        .filter(|replay| in_environment(params, |name| replay["environment"] == name))
        .filter(|replay| query.matches(&ReplaySubject(replay)))
        .collect();
    replays.sort_by(|one, other| order(by_value(&one[key], &other[key])));
    Ok(listing
        .page(replays, std::convert::identity)
        .enveloped(Map::new()))
}

struct ReplaySubject<'a>(&'a Value);

impl Searchable for ReplaySubject<'_> {
    fn values(&self, key: &str) -> Vec<String> {
        let key = match key {
            "error_id" | "error" => "error_ids",
            "trace" | "trace_id" => "trace_ids",
            "url" => "urls",
            "release" => "releases",
            "user.username" => "user.display_name",
            "user.ip_address" => "user.ip",
            key => key,
        };
        let text = |value: &Value| match value {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        };
        match Replay::member(self.0, key) {
            Some(Value::Array(values)) => values.iter().filter_map(text).collect(),
            value => value.and_then(text).into_iter().collect(),
        }
    }

    fn text(&self) -> String {
        format!(
            "{}\n{}",
            self.values("user.display_name").join(" "),
            self.values("urls").join(" ")
        )
    }
}

/// Counts replays by issue id or, with `returnIds=true`, lists their ids.
///
/// `query` is `issue.id:[1,2]`; issues that are not errors count only if the source is `search_issues`.
pub(crate) async fn count(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    caller.may(&["event:read", "org:read"])?;
    let data = state.data();
    let organization = caller.organization(&data, &organization)?;
    let source = params.first("data_source").unwrap_or("discover");
    if !["events", "discover", "search_issues"].contains(&source) {
        return Err(ApiError::Invalid(format!("Invalid data_source: {source}")));
    }
    let query = params.first("query").unwrap_or_default();
    let ids = query
        .strip_prefix("issue.id:")
        .map(|list| list.trim_start_matches('[').trim_end_matches(']'))
        .ok_or_else(|| ApiError::invalid("Must provide at least one issue id"))?;
    let whole = params
        .first("returnIds")
        .is_some_and(|flag| flag.eq_ignore_ascii_case("true"));
    let mut counts = Map::new();
    for id in ids.split(',').map(str::trim) {
        let issue = data.issue(&organization.slug, id);
        let fits =
            |issue: &&Issue| (issue.issue_category == "error") != (source == "search_issues");
        if let Some(issue) = issue.filter(fits) {
            let ids = of_issue(&data, issue);
            let answer = if whole { json!(ids) } else { json!(ids.len()) };
            counts.insert(issue.id.clone(), answer);
        }
    }
    Ok(Json(Value::Object(counts)))
}

/// `replays/{replay}/`: one replay, in `data`.
pub(crate) async fn show(
    state: State,
    caller: Caller,
    Path((organization, id)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    caller.may(&["event:read", "org:read"])?;
    let data = state.data();
    let organization = caller.organization(&data, &organization)?;
    let found = data
        .replays
        .iter()
        .find(|replay| replay.id == plain(&id))
        .and_then(|replay| Some(replay.wire(data.project(&organization.slug, &replay.project)?)));
    Ok(Json(json!({"data": found.ok_or(ApiError::NotFound)?})))
}

/// `recording-segments/`: what segments there are or, with `download=true`, the events of each.
pub(crate) async fn segments(
    state: State,
    caller: Caller,
    Path((organization, project, id)): Path<(String, String, String)>,
    listing: Listing,
) -> Result<Page, ApiError> {
    caller.may(&["project:read"])?;
    let data = state.data();
    let project = projects::find(&data, &caller, &organization, &project)?;
    let replay = data
        .replays
        .iter()
        .find(|replay| replay.id == plain(&id) && replay.project == project.slug)
        .ok_or(ApiError::NotFound)?;
    let recording = data.inspected.recordings.get(&replay.id);
    let segments: Vec<_> = recording.into_iter().flatten().enumerate().collect();
    if listing.params.first("download").is_some() {
        let start = replay.started_at;
        return Ok(listing.page(segments, |(_, moments)| {
            moments.iter().map(|moment| moment.wire(start)).collect()
        }));
    }
    let about = listing.page(segments, |(number, _)| {
        json!({
            "replayId": replay.id,
            "segmentId": number,
            "projectId": project.id,
            "dateAdded": replay.finished_at,
        })
    });
    Ok(about.enveloped(Map::new()))
}

/// An id may be written as a UUID.
fn plain(id: &str) -> String {
    id.replace('-', "").to_ascii_lowercase()
}

fn of_issue<'a>(data: &'a Data, issue: &Issue) -> Vec<&'a str> {
    data.replays
        .iter()
        .filter(|replay| replay.error_ids.iter().any(|id| issue.event(id).is_some()))
        .map(|replay| replay.id.as_str())
        .collect()
}
