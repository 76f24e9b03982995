//! Plain http is for this computer. Everywhere else a code, a token or a cookie would lie open on its way, and a name that
//! somebody has pointed at this server (DNS rebinding) would be served: what a person opens leads to https, all else is
//! refused before anybody reads it. ADR 72.

use oauth_provider::http::Response;
use oauth_provider::{Origin, Settings};
use oauth_types::{ErrorCode, ErrorResponse};
use url::Url;

use crate::runtime::incoming::Incoming;
use crate::site::errors::{Audience, HandlerError};
use crate::site::pages::ErrorPage;

/// The answer to a request over plain http that should have come over https; `None` for any other request.
pub fn instead(
    method: &str,
    segments: &[&str],
    request: &Incoming,
    settings: &Settings,
) -> Option<Response> {
    if !is_open(&request.origin) {
        return None;
    }
    if method == "GET" && is_page(segments) {
        return secure(&request.url).map(|location| moved(&location));
    }
    let accept = request.header("accept").unwrap_or_default();
    Some(if accept.contains("text/html") {
        HandlerError::from(https_only()).into_response(Audience::Person, request, settings)
    } else {
        refused()
    })
}

/// Whether others on the network can read the request.
const fn is_open(origin: &Origin) -> bool {
    !origin.is_secure() && !origin.is_loopback()
}

/// Whether a path is a page that people open, or a file that pages load. Documents for programs are not: one that was read over http is anybody's
/// (RFC 8414 §3 wants TLS), and a redirect would hide that the address in somebody's configuration is wrong.
fn is_page(segments: &[&str]) -> bool {
    matches!(
        segments,
        ["" | "account" | "llms.txt" | "robots.txt" | "tools"]
            | ["oauth", "authorize" | "callback" | "check"]
            | ["account", "history" | "history.json"]
            | ["favicon.ico" | "style.css" | "chat.css" | "chat.js" | "page.js" | "og.png"]
    )
}

/// The same address on https, at its usual port: the one that spoke http does not speak https too.
fn secure(url: &Url) -> Option<String> {
    let mut url = url.clone();
    url.set_port(None).ok()?;
    url.set_scheme("https").ok()?;
    Some(url.into())
}

/// RFC 9110 §15.4.9. Not kept: the address may hold a code.
fn moved(location: &str) -> Response {
    Response::empty(308)
        .header("location", location)
        .header("cache-control", "no-store")
        .header("referrer-policy", "no-referrer")
}

/// A form that was posted, or a path that is no page.
fn https_only() -> ErrorPage {
    ErrorPage::forbidden(
        "This site is reached over https only",
        "Over plain http others can read along. Nothing was looked at, and nothing was connected.",
        "Put https:// before the address, or go back to your application and connect again.",
    )
}

/// Any page may read this much: it is the same for everyone, and a developer's console shows it.
fn refused() -> Response {
    let body = ErrorResponse {
        error: ErrorCode::InvalidRequest,
        error_description: "this server is reached over https only",
    };
    Response::json(403, &body).header("access-control-allow-origin", "*")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    // rule: clients/plain-http-redirected
    #[test]
    fn open_to_others_is_http_away_from_this_computer() {
        for (text, open) in [
            ("http://mcp.example.com/", true),
            ("http://192.168.1.5:8788/", true),
            ("http://localhost.evil.example/", true),
            ("http://[::2]/", true),
            ("https://mcp.example.com/", false),
            ("https://192.168.1.5/", false),
            ("http://localhost:8788/", false),
            ("http://127.8.9.1:8788/", false),
            ("http://[::1]:8788/", false),
        ] {
            let origin = Origin::of(&url(text)).unwrap();
            assert_eq!(is_open(&origin), open, "{text}");
        }
    }

    // rule: clients/plain-http-redirected
    #[test]
    fn the_same_address_on_https() {
        for (plain, expected) in [
            (
                "http://a.example/x?y=%20&z#f",
                "https://a.example/x?y=%20&z#f",
            ),
            ("http://a.example:8080/x", "https://a.example/x"),
            ("http://a.example:443/x", "https://a.example/x"),
            (
                "http://a.example//evil.example/x",
                "https://a.example//evil.example/x",
            ),
        ] {
            assert_eq!(secure(&url(plain)).as_deref(), Some(expected));
        }
    }
}
