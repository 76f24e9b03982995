//! The redirect URI, where the browser returns.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use url::Url;

/// An absolute http or https URL without a fragment.
///
/// The local Sentry keeps no list of registered redirect URIs, since it runs on loopback and its codes give access to
/// sample data only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RedirectUri {
    /// The URI as sent: the token request must repeat it byte for byte.
    text: String,
    url: Url,
}

impl RedirectUri {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let sound =
            matches!(url.scheme(), "http" | "https") && url.has_host() && url.fragment().is_none();
        sound.then(|| Self {
            text: text.to_owned(),
            url,
        })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Scheme, host and port, to show to people.
    pub(crate) fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// A 302 with these parameters and the state, added to the query of the URI (RFC 6749 §4.1.2).
    pub(crate) fn answer(&self, parameters: &[(&str, &str)], state: Option<&str>) -> Response {
        let mut url = self.url.clone();
        url.query_pairs_mut()
            .extend_pairs(parameters)
            .extend_pairs(state.map(|state| ("state", state)));
        // Invariant: a serialized URL is ASCII without control characters, so it is a valid header value.
        let location =
            HeaderValue::from_str(url.as_str()).unwrap_or_else(|_| HeaderValue::from_static("/"));
        (
            StatusCode::FOUND,
            [
                (header::LOCATION, location),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            ],
        )
            .into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_is_kept() {
        let uri = RedirectUri::parse("http://localhost:8788/oauth/callback?a=1").unwrap();
        let response = uri.answer(&[("code", "c d")], Some("s&t"));
        let location = response.headers().get("location").unwrap();
        assert_eq!(
            location,
            "http://localhost:8788/oauth/callback?a=1&code=c+d&state=s%26t"
        );
    }

    #[test]
    fn only_web_addresses() {
        for bad in [
            "",
            "/callback",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://a.example/#x",
            "file:///etc",
        ] {
            assert_eq!(RedirectUri::parse(bad), None, "{bad}");
        }
    }
}
