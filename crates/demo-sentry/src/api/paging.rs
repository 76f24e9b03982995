//! Pages of a listing: `per_page` or `limit`, `cursor`, and the `Link` header.

use axum::Json;
use axum::http::Uri;
use axum::http::header::{HeaderName, LINK};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::error::ApiError;
use crate::params::Params;

/// Sentry's most and, for most listings, its usual number of items.
const MOST: usize = 100;

/// Which part of a listing a request asks for.
#[derive(Debug)]
pub(crate) struct Paging {
    size: usize,
    offset: usize,
    /// The listing's own address, for the links.
    address: String,
    params: Params,
}

/// One page, ready to send.
pub(crate) struct Page {
    items: Vec<Value>,
    link: String,
    hits: usize,
}

impl Paging {
    pub(crate) fn of(params: &Params, origin: &str, uri: &Uri) -> Result<Self, ApiError> {
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
            address: format!("{origin}{}", uri.path()),
            params: params.clone(),
        })
    }

    /// Cuts this page out of the whole listing and renders only that.
    pub(crate) fn cut<T>(self, items: Vec<T>, render: impl Fn(T) -> Value) -> Page {
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
        Page { items, link, hits }
    }

    fn link(&self, rel: &str, results: bool, cursor: &str) -> String {
        let query = self.params.with("cursor", cursor);
        format!(
            "<{}?{query}>; rel=\"{rel}\"; results=\"{results}\"; cursor=\"{cursor}\"",
            self.address
        )
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let headers = [
            (LINK, self.link),
            (HeaderName::from_static("x-hits"), self.hits.to_string()),
        ];
        (headers, Json(self.items)).into_response()
    }
}

/// A cursor is `0:{offset}:{whether it leads back}`.
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
