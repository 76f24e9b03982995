//! Static files of the pages.

use oauth_provider::http::Response;
use worker::Env;

use crate::runtime::bindings::ASSETS;
use crate::runtime::edge;
use crate::runtime::incoming::Incoming;
use crate::runtime::respond::{not_found, public};

/// The version of the files under `web/dist`, set by `scripts/build.mjs`; empty without one. The first page puts it into the addresses of the chat's
/// files, so that browsers keep them for good and yet never run the files of one version with the page of another.
pub const VERSION: &str = match option_env!("WEB_VERSION") {
    Some(version) => version,
    None => "",
};

/// A file under `web/dist`. Our mark is an SVG, whatever name browsers ask for.
pub async fn asset(path: &str, request: &Incoming, env: &Env) -> Response {
    let (file, content_type) = match path {
        "/favicon.ico" => ("/favicon.svg", "image/svg+xml"),
        "/chat.js" | "/page.js" => (path, "text/javascript; charset=utf-8"),
        "/og.png" => (path, "image/png"),
        path => (path, "text/css; charset=utf-8"),
    };
    let seconds = match request
        .url
        .query()
        .and_then(|query| query.strip_prefix("v="))
    {
        Some(version) if version == VERSION && !VERSION.is_empty() => 31_536_000,
        // While a deployment goes on, a page of one version may ask a worker of the other.
        Some(_) => 0,
        None => 3600,
    };
    match edge::text(edge::asset(env, ASSETS, file)).await {
        Ok(Some(body)) => public(body, content_type, seconds),
        _ => not_found(),
    }
}
