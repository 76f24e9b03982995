//! `events/{event}/attachments/`: files that were sent with an event.

use axum::Json;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::caller::Caller;
use super::error::ApiError;
use super::paging::{Listing, Page};
use super::projects;
use crate::data::Data;
use crate::data::attachment::Attachment;
use crate::params::Params;
use crate::state::State;

pub(crate) async fn list(
    state: State,
    caller: Caller,
    Path((organization, project, event)): Path<(String, String, String)>,
    listing: Listing,
) -> Result<Page, ApiError> {
    let data = state.data();
    let mut attachments = of(&data, &caller, &organization, &project, &event)?;
    let query = listing.params.first("query").unwrap_or_default().to_owned();
    attachments.retain(|attachment| attachment.name.contains(&query));
    Ok(listing.page(attachments, Attachment::wire))
}

/// What it is or, with `download`, its bytes.
pub(crate) async fn show(
    state: State,
    caller: Caller,
    Path((organization, project, event, id)): Path<(String, String, String, String)>,
    params: Params,
) -> Result<Response, ApiError> {
    let data = state.data();
    let attachments = of(&data, &caller, &organization, &project, &event)?;
    let attachment = attachments
        .into_iter()
        .find(|attachment| attachment.id == id)
        .ok_or(ApiError::NotFound)?;
    if params.first("download").is_none() {
        return Ok(Json(attachment.wire()).into_response());
    }
    let disposition = format!("attachment; filename=\"{}\"", attachment.name);
    let headers = [
        (header::CONTENT_TYPE, attachment.mimetype.clone()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, attachment.bytes().into_owned()).into_response())
}

fn of<'a>(
    data: &'a Data,
    caller: &Caller,
    organization: &str,
    project: &str,
    event: &str,
) -> Result<Vec<&'a Attachment>, ApiError> {
    caller.may(&["project:read"])?;
    let project = projects::find(data, caller, organization, project)?;
    data.issues
        .iter()
        .filter(|issue| issue.project == project.slug)
        .find_map(|issue| issue.event(event))
        .ok_or(ApiError::NotFound)?;
    let attachments = data.inspected.attachments.iter();
    Ok(attachments
        .filter(|attachment| attachment.event == event && attachment.project == project.slug)
        .collect())
}
