//! `user-reports/`: what people wrote who met an issue.

use axum::extract::Path;
use serde_json::{Map, Value, json};

use super::caller::Caller;
use super::error::ApiError;
use super::events::find;
use super::paging::{Listing, Page};
use crate::state::State;

/// Newest first.
pub(crate) async fn list(
    state: State,
    caller: Caller,
    Path((organization, issue)): Path<(String, String)>,
    listing: Listing,
) -> Result<Page, ApiError> {
    caller.may(&["event:read"])?;
    let data = state.data();
    let (issue, _) = find(&data, &caller, &organization, &issue)?;
    let reports = data.inspected.user_reports.get(&issue.short_id);
    let wire = |report: &Map<String, Value>| {
        let mut wire = report.clone();
        let event = report.get("eventID");
        wire.insert(
            String::from("event"),
            json!({"id": event, "eventID": event}),
        );
        Value::Object(wire)
    };
    Ok(listing.page(reports.into_iter().flatten().collect(), wire))
}
