//! `autofix/` of an issue: Seer's analysis.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::Body;
use super::caller::Caller;
use super::error::ApiError;
use super::events::find;
use crate::data::analysis::Analysis;
use crate::state::State;

/// The id of the first run that is started; later ones count on from it.
const FIRST_RUN: u64 = 890_001;

/// The state of the analysis; `{"autofix": null}` before one was started.
pub(crate) async fn show(
    state: State,
    caller: Caller,
    Path((organization, issue)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    caller.may(&["event:read"])?;
    let mut data = state.data_mut();
    let (issue, _) = find(&data, &caller, &organization, &issue)?;
    let issue = issue.clone();
    let run = data
        .analyses
        .get_mut(&issue.id)
        .map(|analysis| analysis.look(&issue));
    Ok(Json(json!({"autofix": run})))
}

/// The members that a start request may have. Others, which only Sentry understands, are ignored.
#[derive(Deserialize)]
pub(crate) struct Start {
    step: Option<String>,
    user_context: Option<String>,
    instruction: Option<String>,
}

/// Starts a new run, which replaces an existing one.
pub(crate) async fn start(
    state: State,
    caller: Caller,
    Path((organization, issue)): Path<(String, String)>,
    Body(start): Body<Start>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    caller.may(&["event:write"])?;
    let now = state.clock().data_now();
    let mut data = state.data_mut();
    let (issue, _) = find(&data, &caller, &organization, &issue)?;
    let steps = [
        "root_cause",
        "solution",
        "code_changes",
        "impact_assessment",
        "triage",
    ];
    if let Some(step) = &start.step
        && !steps.contains(&step.as_str())
    {
        let text = format!("\"{step}\" is not a valid choice.");
        return Err(ApiError::InvalidMember("step", text));
    }
    let issue = issue.id.clone();
    let run_id = FIRST_RUN + data.started;
    data.started += 1;
    let instruction = start.user_context.or(start.instruction);
    data.analyses.insert(
        issue,
        Analysis::start(
            run_id,
            now,
            instruction.filter(|text| !text.trim().is_empty()),
        ),
    );
    Ok((StatusCode::ACCEPTED, Json(json!({"run_id": run_id}))))
}
