//! `/organizations/{organization}/tags/`, and `tags/{key}/` of an issue.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::Path;
use serde_json::{Value, json};

use super::dataset::Dataset;
use super::records;
use crate::api::caller::Caller;
use crate::api::error::ApiError;
use crate::api::events::find;
use crate::data::issue::title_of_tag;
use crate::params::Params;
use crate::search::period::Window;
use crate::search::records::Source;
use crate::state::State;

/// The number of values of a tag that Sentry shows.
const MOST_VALUES: usize = 10;

/// The tags of a dataset's rows, with the number of rows that have each.
pub(crate) async fn list(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    params: Params,
) -> Result<Json<Vec<Value>>, ApiError> {
    caller.may(&["event:read", "org:read"])?;
    let data = state.data();
    let organization = caller.organization(&data, &organization)?;
    let dataset = Dataset::parse(params.first("dataset"))?;
    let window = Window::of(&params, state.clock().data_now()).map_err(ApiError::invalid)?;
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for record in records(&data, organization, &params, dataset, window)? {
        let keys: Vec<&String> = match record.source {
            Source::Event { event, .. } => event.tags.keys().collect(),
            Source::Row(row) => {
                let texts = row.fields.iter().filter(|(_, value)| value.is_string());
                texts.map(|(key, _)| key).collect()
            }
        };
        for key in keys {
            *counts.entry(key.clone()).or_default() += 1;
        }
    }
    let tag = |(key, count): (&String, &u64)| json!({"key": key, "name": title_of_tag(key), "totalValues": count});
    Ok(Json(counts.iter().map(tag).collect()))
}

/// The most frequent values of one tag of an issue.
pub(crate) async fn of_issue(
    state: State,
    caller: Caller,
    Path((organization, issue, key)): Path<(String, String, String)>,
) -> Result<Json<Value>, ApiError> {
    caller.may(&["event:read"])?;
    let data = state.data();
    let (issue, _) = find(&data, &caller, &organization, &issue)?;
    let counts = issue.tags.get(&key).ok_or(ApiError::NotFound)?;
    let mut values: Vec<(&String, &u64)> = counts.iter().collect();
    values.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let top: Vec<Value> = values
        .into_iter()
        .take(MOST_VALUES)
        .map(|(value, count)| {
            json!({
                "key": key,
                "name": value,
                "value": value,
                "count": count,
                "firstSeen": issue.first_seen,
                "lastSeen": issue.last_seen,
            })
        })
        .collect();
    Ok(Json(json!({
        "key": key,
        "name": title_of_tag(&key),
        "totalValues": counts.values().sum::<u64>(),
        "uniqueValues": counts.len(),
        "topValues": top,
    })))
}
