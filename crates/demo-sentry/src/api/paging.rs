//! Pagination: `per_page` or `limit`, `cursor`, and the `Link` header.

use axum::Json;
use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::header::{HeaderName, LINK};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use super::error::ApiError;
use super::named::{NameQuery, Named};
use crate::params::Params;
use crate::state::State;

/// Sentry's maximum page size, which most lists also use by default.
const MOST: usize = 100;

/// The page that a request asks for.
pub(crate) struct Listing {
    size: usize,
    offset: usize,
    /// The URL of the list, for the links to other pages.
    address: String,
    pub(crate) params: Params,
}

/// One page, ready to send.
pub(crate) struct Page {
    items: Vec<Value>,
    link: String,
    hits: usize,
    /// Members beside `data`; with `None`, the response is the array of items alone.
    envelope: Option<Map<String, Value>>,
}

impl FromRequestParts<State> for Listing {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, ApiError> {
        let params = Params::parse(parts.uri.query().unwrap_or_default());
        // A nested router sees a shortened URL, so the original one is used.
        let original = parts
            .extensions
            .get::<OriginalUri>()
            .map(|original| &original.0);
        let path = original.unwrap_or(&parts.uri).path();
        Self::of(params, format!("{}{path}", state.config().origin))
    }
}

impl Listing {
    fn of(params: Params, address: String) -> Result<Self, ApiError> {
        let size = match params.first("per_page").or_else(|| params.first("limit")) {
            None => MOST,
            Some(text) => text
                .parse()
                .ok()
                .filter(|size| (1..=MOST).contains(size))
                .ok_or_else(|| {
                    ApiError::Invalid(format!(
                        "Invalid per_page value. Must be between 1 and {MOST}."
                    ))
                })?,
        };
        let offset = match params.first("cursor").filter(|cursor| !cursor.is_empty()) {
            None => 0,
            Some(cursor) => {
                offset_of(cursor).ok_or_else(|| ApiError::invalid("Invalid cursor parameter."))?
            }
        };
        Ok(Self {
            size,
            offset,
            address,
            params,
        })
    }

    /// A page of the items that match `query`.
    pub(crate) fn named<'a, T: Named + 'a>(
        self,
        items: impl Iterator<Item = &'a T>,
        render: impl Fn(&T) -> Value,
    ) -> Page {
        let query = NameQuery::of(&self.params);
        let fitting = items.filter(|item| query.fits(&item.names())).collect();
        self.page(fitting, render)
    }

    /// Takes this page out of the complete list, and renders only its items.
    pub(crate) fn page<T>(self, items: Vec<T>, render: impl Fn(T) -> Value) -> Page {
        let hits = items.len();
        let back = self.offset.saturating_sub(self.size);
        let on = self.offset.saturating_add(self.size);
        let link = format!(
            "{}, {}",
            self.link("previous", self.offset > 0, &format!("0:{back}:1")),
            self.link("next", on < hits, &format!("0:{on}:0")),
        );
        let items = items
            .into_iter()
            .skip(self.offset)
            .take(self.size)
            .map(render)
            .collect();
        Page {
            items,
            link,
            hits,
            envelope: None,
        }
    }

    fn link(&self, rel: &str, results: bool, cursor: &str) -> String {
        let query = self.params.with("cursor", cursor);
        format!(
            "<{}?{query}>; rel=\"{rel}\"; results=\"{results}\"; cursor=\"{cursor}\"",
            self.address
        )
    }
}

impl Page {
    /// Puts the items into a member `data`, with these members beside it.
    pub(crate) fn enveloped(mut self, beside: Map<String, Value>) -> Self {
        self.envelope = Some(beside);
        self
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let headers = [
            (LINK, self.link),
            (HeaderName::from_static("x-hits"), self.hits.to_string()),
        ];
        let items = Value::Array(self.items);
        let body = match self.envelope {
            None => items,
            Some(mut members) => {
                members.insert(String::from("data"), items);
                Value::Object(members)
            }
        };
        (headers, Json(body)).into_response()
    }
}

/// Reads the offset from a cursor, `0:{offset}:{1 if it leads back}`.
fn offset_of(cursor: &str) -> Option<usize> {
    let mut parts = cursor.split(':');
    let (value, offset, back) = (parts.next()?, parts.next()?, parts.next()?);
    let sound = value.parse::<u64>().is_ok() && matches!(back, "0" | "1") && parts.next().is_none();
    if sound { offset.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors() {
        assert_eq!(offset_of("0:25:0"), Some(25));
        assert_eq!(offset_of("0:0:1"), Some(0));
        for bad in ["", "25", "0:25", "0:-1:0", "0:25:2", "0:25:0:0", "a:25:0"] {
            assert_eq!(offset_of(bad), None, "{bad}");
        }
    }
}
