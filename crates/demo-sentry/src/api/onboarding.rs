//! `onboarding/agent/status/`: an agent that sets up a project reports how far it is.

use axum::Json;
use axum::extract::Path;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::body::{Body, text};
use super::caller::Caller;
use super::error::ApiError;
use crate::state::State;

const STAGES: &[&str] = &[
    "connect_mcp",
    "analyze_project",
    "create_project",
    "instrument_app",
    "plan_test_error",
    "send_verification_error",
    "receive_verification_error",
    "prepare_production",
    "check_stack_trace_quality",
];
const STATUSES: &[&str] = &["active", "waiting", "completed", "skipped", "failed"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    run_token: Option<String>,
    stage: Option<String>,
    status: Option<String>,
    run_status: Option<String>,
    event_note: Option<String>,
    #[serde(default)]
    extra: Map<String, Value>,
}

pub(crate) async fn report(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    Body(report): Body<Report>,
) -> Result<Json<Value>, ApiError> {
    caller.may(&["org:read"])?;
    let now = state.clock().data_now();
    let mut data = state.data_mut();
    let organization = caller.organization(&data, &organization)?.slug.clone();
    let token = text("runToken", report.run_token.as_deref(), 10)?;
    let stage = one_of("stage", report.stage.as_deref(), STAGES)?;
    let status = one_of("status", report.status.as_deref(), STATUSES)?;
    if let Some(note) = &report.event_note {
        text("eventNote", Some(note), 256)?;
    }
    if let Some(run_status) = &report.run_status {
        one_of("runStatus", Some(run_status), &["completed", "failed"])?;
    }
    let mut runs = data.setup.runs.iter_mut();
    let run = runs
        .find(|run| run.organization == organization && run.token == token)
        .ok_or(ApiError::NotFound)?;
    if run.ended.is_none() {
        let entry = json!({"status": status, "eventNote": report.event_note, "extra": report.extra, "updatedAt": now});
        run.stages.insert(stage.to_owned(), entry);
        run.ended = report.run_status;
    }
    Ok(Json(json!({
        "schemaVersion": 1,
        "updatedAt": now,
        "sequence": run.stages.len(),
        "continueUpdates": run.ended.is_none(),
        "runStatus": run.ended.as_deref().unwrap_or("active"),
        "stages": run.stages,
    })))
}

fn one_of<'a>(
    name: &'static str,
    value: Option<&'a str>,
    options: &[&str],
) -> Result<&'a str, ApiError> {
    let value = text(name, value, 64)?;
    if options.contains(&value) {
        return Ok(value);
    }
    let words = format!("\"{value}\" is not a valid choice.");
    Err(ApiError::InvalidMember(name, words))
}
