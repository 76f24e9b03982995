//! What an alert rule can be made of: `available-actions/`, `data-conditions/`, and the apps that add to them.

use axum::extract::Path;
use serde_json::Value;

use super::wrong;
use crate::api::caller::Caller;
use crate::api::error::ApiError;
use crate::api::paging::{Listing, Page};
use crate::state::State;

const GROUPS: &[&str] = &["workflow_trigger", "action_filter"];

pub(crate) async fn actions(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    listing: Listing,
) -> Result<Page, ApiError> {
    offered(&state, &caller, &organization, listing, "available-actions")
}

pub(crate) async fn conditions(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    listing: Listing,
) -> Result<Page, ApiError> {
    let group = listing.params.first("group").unwrap_or_default();
    let Some(group) = GROUPS.iter().find(|known| **known == group) else {
        return wrong(
            "group",
            "Please provide a valid group to get the conditions.",
        );
    };
    offered(&state, &caller, &organization, listing, group)
}

fn offered(
    state: &State,
    caller: &Caller,
    organization: &str,
    listing: Listing,
    name: &str,
) -> Result<Page, ApiError> {
    let data = state.data();
    super::enter(&data, caller, organization, super::READ)?;
    let offered = data.alerting.offered(name).iter().collect();
    Ok(listing.page(offered, Value::clone))
}
