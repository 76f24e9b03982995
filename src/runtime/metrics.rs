//! One data point for each finished request, if an Analytics Engine dataset is bound.

use worker::Env;

use crate::runtime::bindings::METRICS;
use crate::runtime::{edge, log};

/// Index: the route. Blobs: method, route, status. Double: milliseconds.
pub fn request(env: &Env, method: &str, path: &str, status: u16, milliseconds: u64) {
    let route = route(path);
    let blobs = format!("{method}\n{route}\n{status}");
    if let Err(error) = edge::data_point(env, METRICS, route, &blobs, milliseconds as f64) {
        log::problem(
            "metrics",
            "a data point was not written",
            &edge::words(&error),
        );
    }
}

/// The kind of route that a path is of: no organization, no project, nothing that a stranger made up.
fn route(path: &str) -> &str {
    const ROUTES: [&str; 8] = [
        "/oauth",
        "/api",
        "/account",
        "/mcp.json",
        "/health",
        "/sse",
        "/llms.txt",
        "/robots.txt",
    ];
    let below = |route: &str| {
        path.strip_prefix(route)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    match path {
        "/" => "/",
        path if path.contains("/.well-known/") => "/.well-known",
        _ if below("/mcp") => "/mcp",
        path if ENDPOINTS.contains(&path) => path,
        _ => ROUTES
            .into_iter()
            .find(|route| below(route))
            .unwrap_or("other"),
    }
}

const ENDPOINTS: [&str; 8] = [
    "/oauth/authorize",
    "/oauth/callback",
    "/oauth/introspect",
    "/oauth/par",
    "/oauth/register",
    "/oauth/revoke",
    "/oauth/token",
    "/token",
];

#[cfg(test)]
mod tests {
    use super::route;

    #[test]
    fn routes_without_what_strangers_choose() {
        for (path, expected) in [
            ("/", "/"),
            ("/oauth/token", "/oauth/token"),
            ("/oauth/token/x", "/oauth"),
            ("/token", "/token"),
            ("/mcp/acme/web", "/mcp"),
            ("/mcp-evil", "other"),
            ("/mcp.json", "/mcp.json"),
            (
                "/.well-known/oauth-protected-resource/mcp/acme",
                "/.well-known",
            ),
            ("/mcp/.well-known/openid-configuration", "/.well-known"),
            ("/wp-login.php", "other"),
        ] {
            assert_eq!(route(path), expected, "{path}");
        }
    }
}
