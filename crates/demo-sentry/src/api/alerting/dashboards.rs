//! `/organizations/{organization}/dashboards/`

use std::cmp::Reverse;

use axum::Json;
use axum::extract::Path;
use serde_json::{Value, json};

use crate::api::caller::Caller;
use crate::api::error::ApiError;
use crate::api::paging::{Listing, Page};
use crate::data::Data;
use crate::data::alerting::{by_id, list as members, on, text};
use crate::state::State;

pub(crate) async fn list(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    listing: Listing,
) -> Result<Page, ApiError> {
    let data = state.data();
    let organization = super::enter(&data, &caller, &organization, &["org:read"])?;
    let params = &listing.params;
    let wanted = params.first("query").unwrap_or_default().to_lowercase();
    let fits = |board: &&Value| text(board, "title").to_lowercase().contains(&wanted);
    let all = on(&data.alerting.dashboards, &organization.slug);
    let mut found: Vec<&Value> = all.iter().filter(fits).collect();
    match params.first("sort").unwrap_or("title") {
        "title" => found.sort_by_key(|board| text(board, "title").to_lowercase()),
        "-title" => found.sort_by_key(|board| Reverse(text(board, "title").to_lowercase())),
        "dateCreated" => found.sort_by_key(|board| text(board, "dateCreated")),
        "-dateCreated" => found.sort_by_key(|board| Reverse(text(board, "dateCreated"))),
        _ => {}
    }
    Ok(listing.page(found, |board| summary(&data, board)))
}

pub(crate) async fn show(
    state: State,
    caller: Caller,
    Path((organization, dashboard)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let data = state.data();
    let organization = super::enter(&data, &caller, &organization, &["org:read"])?;
    let all = on(&data.alerting.dashboards, &organization.slug);
    let board = by_id(all, &dashboard).ok_or(ApiError::NotFound)?;
    let mut board = board.clone();
    board["createdBy"] = author(&data, &board);
    Ok(Json(board))
}

fn author(data: &Data, board: &Value) -> Value {
    let author = data.user(text(board, "createdBy"));
    author.map_or(Value::Null, crate::data::user::User::account)
}

/// A dashboard as the list has it: without its widgets, and with what they look like.
fn summary(data: &Data, board: &Value) -> Value {
    let widgets = members(board, "widgets");
    let displays: Vec<&Value> = widgets
        .iter()
        .map(|widget| &widget["displayType"])
        .collect();
    let preview = widgets
        .iter()
        .map(|widget| json!({"displayType": widget["displayType"], "layout": null}));
    json!({
        "id": board["id"],
        "title": board["title"],
        "dateCreated": board["dateCreated"],
        "createdBy": author(data, board),
        "environment": board["environment"],
        "filters": board["filters"],
        "lastVisited": null,
        "widgetDisplay": displays,
        "widgetPreview": preview.collect::<Vec<_>>(),
        "permissions": board["permissions"],
        "isFavorited": board["isFavorited"],
        "projects": board["projects"],
        "prebuiltId": board["prebuiltId"],
    })
}
