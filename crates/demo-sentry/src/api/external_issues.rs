//! `external-issues/`: the issue's counterparts in external trackers.

use axum::Json;
use axum::extract::Path;
use serde_json::Value;

use super::caller::Caller;
use super::error::ApiError;
use super::events::find;
use crate::state::State;

pub(crate) async fn list(
    state: State,
    caller: Caller,
    Path((organization, issue)): Path<(String, String)>,
) -> Result<Json<Vec<Value>>, ApiError> {
    caller.may(&["event:read"])?;
    let data = state.data();
    let (issue, _) = find(&data, &caller, &organization, &issue)?;
    let mut links = data
        .external_issues
        .get(&issue.short_id)
        .cloned()
        .unwrap_or_default();
    for link in &mut links {
        if let Value::Object(members) = link {
            members.insert(String::from("issueId"), Value::from(issue.id.as_str()));
        }
    }
    Ok(Json(links))
}
