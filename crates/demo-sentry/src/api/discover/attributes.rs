//! `/organizations/{organization}/trace-items/attributes/`: the attributes that can be requested of rows.

use axum::extract::Path;
use serde_json::{Value, json};

use super::dataset::{Dataset, Kind};
use crate::api::caller::Caller;
use crate::api::error::ApiError;
use crate::api::filter::Projects;
use crate::api::paging::{Listing, Page};
use crate::state::State;

/// `itemType` is a dataset; `attributeType` (string, number, boolean) and `substringMatch` narrow the list down.
pub(crate) async fn list(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    listing: Listing,
) -> Result<Page, ApiError> {
    caller.may(&["event:read", "org:read"])?;
    let params = &listing.params;
    let data = state.data();
    let organization = caller.organization(&data, &organization)?;
    Projects::of(&data, organization, params)?;
    let name = params.first("itemType").or_else(|| params.first("dataset"));
    let dataset = Dataset::parse(Some(name.unwrap_or("spans")))?;
    let part = params
        .first("substringMatch")
        .unwrap_or_default()
        .to_lowercase();
    let kind = params.first("attributeType");
    let attributes = dataset
        .columns()
        .filter(|(name, _)| name.contains(&part))
        .map(|(name, column)| (name, type_of(column)))
        .filter(|(_, attribute)| kind.is_none_or(|kind| kind == *attribute))
        .collect();
    Ok(listing.page(attributes, |(name, kind)| attribute(name, kind)))
}

fn attribute(name: &str, kind: &str) -> Value {
    json!({
        "key": name,
        "name": name,
        "attributeType": kind,
        "attributeSource": {"source_type": "sentry"},
    })
}

fn type_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Flag => "boolean",
        kind if kind.is_numeric() => "number",
        _ => "string",
    }
}
