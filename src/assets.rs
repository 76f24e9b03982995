//! Static files of the pages.

use oauth_provider::http::Response;

use crate::app::App;
use crate::config::ASSETS;
use crate::edge;
use crate::respond::{not_found, public};

/// A file under `web/dist`. Our mark is an SVG, whatever name browsers ask for.
pub async fn asset(path: &str, app: &App) -> Response {
    let (file, content_type) = match path {
        "/favicon.ico" => ("/favicon.svg", "image/svg+xml"),
        path => (path, "text/css; charset=utf-8"),
    };
    match read(file, app).await {
        Ok(Some(body)) => public(body, content_type, 3600),
        _ => not_found(),
    }
}

async fn read(file: &str, app: &App) -> worker::Result<Option<String>> {
    edge::text(edge::asset(&app.env, ASSETS, file)).await
}
