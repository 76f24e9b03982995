//! `/organizations/` and one of them.

use axum::Json;
use axum::extract::Path;
use serde_json::{Value, json};

use super::caller::Caller;
use super::error::ApiError;
use super::paging::{Listing, Page};
use crate::state::State;

/// The caller's organizations in the order of the data, so that the one with the sample data comes first.
pub(crate) async fn list(state: State, caller: Caller, listing: Listing) -> Result<Page, ApiError> {
    caller.may(&["org:read"])?;
    let data = state.data();
    let own = data
        .organizations
        .iter()
        .filter(|organization| caller.is_member(organization));
    Ok(listing.named(own, |organization| {
        organization.summary(&state.config().origin)
    }))
}

pub(crate) async fn show(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let data = state.data();
    caller.may(&["org:read"])?;
    let organization = caller.organization(&data, &organization)?;
    let mut detail = organization.summary(&state.config().origin);
    if let Value::Object(members) = &mut detail {
        members.insert(String::from("access"), json!(caller.scopes()));
        members.insert(String::from("role"), json!("owner"));
        members.insert(String::from("isDefault"), json!(false));
    }
    Ok(Json(detail))
}
