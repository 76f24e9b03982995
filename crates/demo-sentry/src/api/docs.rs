//! The documentation beside the API: `POST /api/search`, and its pages as Markdown. Nobody has to sign in.

use std::cmp::Reverse;

use axum::Json;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::{Body, text};
use super::error::ApiError;
use crate::data::page::{PAGES, Page};
use crate::state::State;

/// The longest query, in characters.
const LONGEST_QUERY: usize = 200;

/// The most results that a search gives.
const MOST_RESULTS: usize = 10;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Search {
    query: Option<String>,
    max_results: Option<usize>,
    guide: Option<String>,
}

/// The pages in which a word of the query occurs, those with the most hits first.
pub(crate) async fn search(
    state: State,
    Body(search): Body<Search>,
) -> Result<Json<Value>, ApiError> {
    let query = text("query", search.query.as_deref(), LONGEST_QUERY)?;
    let most = search.max_results.unwrap_or(3);
    if !(1..=MOST_RESULTS).contains(&most) {
        let words = format!("Must be between 1 and {MOST_RESULTS}.");
        return Err(ApiError::InvalidMember("maxResults", words));
    }
    let words: Vec<String> = query
        .to_lowercase()
        .split_whitespace()
        .map(String::from)
        .collect();
    let fits = |page: &&Page| {
        search
            .guide
            .as_deref()
            .is_none_or(|guide| page.is_of(guide))
    };
    let mut found: Vec<(usize, &Page)> = PAGES
        .iter()
        .filter(fits)
        .map(|page| (page.hits(&words), page))
        .filter(|(hits, _)| *hits > 0)
        .collect();
    found.sort_by_key(|(hits, _)| Reverse(*hits));
    found.truncate(most);
    let results: Vec<Value> = found
        .into_iter()
        .map(|(hits, page)| result(page, hits, &state.config().origin))
        .collect();
    Ok(Json(json!({"query": query, "results": results})))
}

fn result(page: &Page, hits: usize, origin: &str) -> Value {
    let way = page.path.trim_end_matches(".md");
    let snippet: String = page.text.chars().take(240).collect();
    json!({
        "id": page.path,
        "url": format!("{origin}/{way}/"),
        "snippet": snippet,
        "relevance": (hits.min(20) * 5),
    })
}

/// The page at a path of the URL.
pub(crate) fn page(path: &str) -> Option<Response> {
    let path = path.trim_start_matches('/');
    let page = PAGES.iter().find(|page| page.path == path)?;
    Some(([(CONTENT_TYPE, "text/markdown; charset=utf-8")], page.text).into_response())
}
