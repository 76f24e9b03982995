//! An issue's history: `activities/` and `notes/`.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::{Body, text};
use super::caller::Caller;
use super::error::ApiError;
use super::events::find;
use super::paging::{Listing, Page};
use crate::data::Data;
use crate::data::activity::Activity;
use crate::state::State;

const LONGEST_NOTE: usize = 65_536;

/// The complete history of an issue, newest first, in one object.
pub(crate) async fn list(
    state: State,
    caller: Caller,
    Path((organization, issue)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    caller.may(&["event:read"])?;
    let data = state.data();
    let (issue, _) = find(&data, &caller, &organization, &issue)?;
    let activity: Vec<Value> = of(&data, &issue.id).iter().map(Activity::wire).collect();
    Ok(Json(json!({"activity": activity})))
}

pub(crate) async fn notes(
    state: State,
    caller: Caller,
    Path((organization, issue)): Path<(String, String)>,
    listing: Listing,
) -> Result<Page, ApiError> {
    caller.may(&["event:read"])?;
    let data = state.data();
    let (issue, _) = find(&data, &caller, &organization, &issue)?;
    let notes = of(&data, &issue.id)
        .iter()
        .filter(|activity| activity.is_note());
    Ok(listing.page(notes.collect(), Activity::wire))
}

#[derive(Deserialize)]
pub(crate) struct NewNote {
    text: Option<String>,
}

pub(crate) async fn add_note(
    state: State,
    caller: Caller,
    Path((organization, issue)): Path<(String, String)>,
    Body(new): Body<NewNote>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    caller.may(&["event:write"])?;
    let now = state.clock().data_now();
    let mut data = state.data_mut();
    let (issue, _) = find(&data, &caller, &organization, &issue)?;
    let text = text("text", new.text.as_deref(), LONGEST_NOTE)?;
    let id = issue.id.clone();
    let note = data.record(
        &id,
        "note",
        caller.user.person(),
        json!({"text": text}),
        now,
    );
    let answer = note.wire();
    if let Some(issue) = data.issues.iter_mut().find(|issue| issue.id == id) {
        issue.num_comments += 1;
    }
    Ok((StatusCode::CREATED, Json(answer)))
}

fn of<'a>(data: &'a Data, issue: &str) -> &'a [Activity] {
    data.activity.get(issue).map_or(&[], Vec::as_slice)
}
