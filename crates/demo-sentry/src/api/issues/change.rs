//! `PUT` on an issue: changes its status and its assignee.

use axum::Json;
use axum::extract::Path;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::api::actor;
use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::error::ApiError;
use crate::data::Data;
use crate::data::issue::{Assignee, Issue, Status};
use crate::state::State;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Change {
    status: Option<String>,
    substatus: Option<String>,
    #[serde(default)]
    status_details: Map<String, Value>,
    /// Absent: unchanged. Null or empty: unassigned.
    #[serde(default, deserialize_with = "present")]
    assigned_to: Option<Option<String>>,
    // Sentry's API documentation has these members at the top level.
    ignore_duration: Option<Value>,
    ignore_count: Option<Value>,
    ignore_window: Option<Value>,
    ignore_user_count: Option<Value>,
    ignore_user_window: Option<Value>,
}

/// Distinguishes a member that is null from one that is absent.
fn present<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

pub(crate) async fn update(
    state: State,
    caller: Caller,
    Path((organization, issue)): Path<(String, String)>,
    Body(change): Body<Change>,
) -> Result<Json<Value>, ApiError> {
    caller.may(&["event:write"])?;
    let mut data = state.data_mut();
    let organization = caller.organization(&data, &organization)?.slug.clone();
    let mut changed = data
        .issue(&organization, &issue)
        .ok_or(ApiError::NotFound)?
        .clone();
    let before = changed.clone();
    change.assign(&mut changed, &data, &organization)?;
    change.move_to(&mut changed)?;
    let now = state.clock().data_now();
    for (kind, details) in happened(&before, &changed) {
        data.record(&changed.id, kind, caller.user.person(), details, now);
    }
    let answer = changed.summary(&data, &state.config().origin);
    if let Some(issue) = data.issues.iter_mut().find(|issue| issue.id == changed.id) {
        *issue = changed;
    }
    Ok(Json(answer))
}

/// The activities that record a change.
fn happened(before: &Issue, after: &Issue) -> Vec<(&'static str, Value)> {
    let mut list = Vec::new();
    if before.assigned_to != after.assigned_to {
        list.push(match &after.assigned_to {
            None => ("unassigned", json!({})),
            Some(Assignee::User(id)) => {
                ("assigned", json!({"assignee": id, "assigneeType": "user"}))
            }
            Some(Assignee::Team(id)) => {
                ("assigned", json!({"assignee": id, "assigneeType": "team"}))
            }
        });
    }
    let moved = before.status != after.status || before.status_details != after.status_details;
    if moved {
        let kind = match after.status {
            Status::Unresolved => "set_unresolved",
            Status::Resolved if after.status_details.contains_key("inNextRelease") => {
                "set_resolved_in_release"
            }
            Status::Resolved => "set_resolved",
            Status::Ignored => "set_ignored",
        };
        list.push((kind, Value::Object(after.status_details.clone())));
    }
    list
}

impl Change {
    fn assign(&self, issue: &mut Issue, data: &Data, organization: &str) -> Result<(), ApiError> {
        let Some(assigned_to) = &self.assigned_to else {
            return Ok(());
        };
        issue.assigned_to = match assigned_to.as_deref() {
            None | Some("") => None,
            Some(actor) => Some(actor::find(data, organization, actor).ok_or_else(|| {
                ApiError::InvalidMember("assignedTo", String::from("Unknown actor input"))
            })?),
        };
        Ok(())
    }

    /// Sets the status, and the substatus that follows from it unless the request names one.
    fn move_to(&self, issue: &mut Issue) -> Result<(), ApiError> {
        let Some(status) = &self.status else {
            return Ok(());
        };
        let conditions = self.conditions();
        let (status, substatus) = match status.as_str() {
            "unresolved" => (Status::Unresolved, Some("ongoing")),
            "resolved" | "resolvedInNextRelease" => (Status::Resolved, None),
            "ignored" if conditions.is_empty() => {
                (Status::Ignored, Some("archived_until_escalating"))
            }
            "ignored" => (Status::Ignored, Some("archived_until_condition_met")),
            other => {
                return Err(ApiError::InvalidMember(
                    "status",
                    format!("\"{other}\" is not a valid choice."),
                ));
            }
        };
        issue.status_details = conditions;
        if self.status.as_deref() == Some("resolvedInNextRelease") {
            issue
                .status_details
                .insert(String::from("inNextRelease"), Value::Bool(true));
        }
        issue.substatus = self
            .substatus
            .clone()
            .or_else(|| substatus.map(String::from));
        issue.status = status;
        Ok(())
    }

    fn conditions(&self) -> Map<String, Value> {
        let mut conditions = self.status_details.clone();
        for (name, value) in [
            ("ignoreDuration", &self.ignore_duration),
            ("ignoreCount", &self.ignore_count),
            ("ignoreWindow", &self.ignore_window),
            ("ignoreUserCount", &self.ignore_user_count),
            ("ignoreUserWindow", &self.ignore_user_window),
        ] {
            if let Some(value) = value {
                conditions.insert(name.to_owned(), value.clone());
            }
        }
        conditions
    }
}
