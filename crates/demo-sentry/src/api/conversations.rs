//! `agents/conversations/`, and the same below its older name `ai-conversations/`.

use axum::Json;
use axum::extract::Path;
use serde_json::{Value, json};

use super::caller::Caller;
use super::error::ApiError;
use super::filter::{Projects, in_environment};
use super::paging::{Listing, Page};
use crate::data::conversation::Conversation;
use crate::params::Params;
use crate::search::period::Window;
use crate::state::State;

/// The newest first. `query` is words, which must all occur in what was said.
pub(crate) async fn list(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    listing: Listing,
) -> Result<Page, ApiError> {
    caller.may(&["event:read", "org:read"])?;
    let now = state.clock().data_now();
    let data = state.data();
    let organization = caller.organization(&data, &organization)?;
    let params = &listing.params;
    let projects = Projects::of(&data, organization, params)?;
    let window = Window::of(params, now).map_err(ApiError::invalid)?;
    let words: Vec<_> = params
        .first("query")
        .unwrap_or_default()
        .split_whitespace()
        .map(|word| word.trim_matches(['"', '*']).to_owned())
        .collect();
    let mut found: Vec<&Conversation> = data
        .conversations
        .iter()
        .filter(|one| one.organization == organization.slug && projects.include(&one.project))
        .filter(|one| window.contains(one.start))
        .filter(|one| in_environment(params, |name| one.environment == name))
        .filter(|one| words.iter().all(|word| one.says(word)))
        .collect();
    found.sort_by_key(|one| std::cmp::Reverse(one.end()));
    Ok(listing.page(found, Conversation::summary))
}

/// The spans of one; none of one that does not exist, as in Sentry.
pub(crate) async fn show(
    state: State,
    caller: Caller,
    Path((organization, id)): Path<(String, String)>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    caller.may(&["event:read", "org:read"])?;
    let now = state.clock().data_now();
    let data = state.data();
    let organization = caller.organization(&data, &organization)?;
    let projects = Projects::of(&data, organization, &params)?;
    let window = Window::of(&params, now).map_err(ApiError::invalid)?;
    let mut all = data.conversations.iter();
    let found = all.find(|one| {
        one.id == id
            && one.organization == organization.slug
            && projects.include(&one.project)
            && window.contains(one.start)
    });
    let spans =
        found.and_then(|one| Some(one.spans(data.project(&organization.slug, &one.project)?)));
    Ok(Json(json!({"data": spans.unwrap_or_default()})))
}
