//! `events-dropped/`: what was sent and not kept, by outcome and reason, beside what was.

use axum::Json;
use axum::extract::Path;
use serde_json::{Value, json};

use super::caller::Caller;
use super::error::ApiError;
use super::filter::Projects;
use crate::params::Params;
use crate::search::period::{Window, parse_period};
use crate::state::State;

const DATASETS: &[&str] = &["spans", "logs", "metrics", "errors"];

/// Accepted in each interval, of each project that drops something.
const ACCEPTED: u64 = 100;

pub(crate) async fn show(
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
    let dataset = params.first("dataset").unwrap_or("spans");
    if !DATASETS.contains(&dataset) {
        return Err(ApiError::Invalid(format!(
            "dataset {dataset} does not support dropped events"
        )));
    }
    let interval = match params.first("interval") {
        None => 3_600,
        Some(text) => parse_period(text)
            .map(|period| period.as_secs())
            .filter(|seconds| *seconds >= 60)
            .ok_or_else(|| ApiError::Invalid(format!("Invalid interval: {text}")))?,
    };
    let (start, end) = window.bounds();
    let count = (end.as_second() - start.as_second()) / interval;
    if count > 10_000 {
        return Err(ApiError::invalid(
            "Your interval and date range would create too many results. Use a larger interval, or a smaller date range.",
        ));
    }
    let wanted = |name: &str, value: &str| params.first(name).is_none_or(|wanted| wanted == value);
    let of_dataset: Vec<_> = data
        .setup
        .dropped
        .iter()
        .filter(|one| one.dataset == dataset && projects.include(&one.project))
        .collect();
    let mut sources: Vec<_> = of_dataset.iter().map(|one| &one.project).collect();
    sources.sort();
    sources.dedup();
    let (mut dropped, mut accepted) = (Vec::new(), Vec::new());
    for number in 0..count {
        let at = start.as_second() + number * interval;
        for one in &of_dataset {
            if wanted("outcome", &one.outcome) && wanted("reason", &one.reason) {
                dropped.push(json!({"timestamp": at * 1000, "outcome": one.outcome, "reason": one.reason, "count": one.share}));
            }
        }
        if !sources.is_empty() {
            let kept = ACCEPTED * u64::try_from(sources.len()).unwrap_or(1);
            accepted.push(json!({"timestamp": at * 1000, "outcome": "accepted", "reason": "accepted", "count": kept}));
        }
    }
    Ok(Json(json!({
        "meta": {"dataset": dataset, "interval": interval * 1000},
        "droppedEvents": dropped,
        "acceptedEvents": accepted,
    })))
}
