//! One data point for each finished request, if an Analytics Engine dataset is bound.

use std::cell::OnceCell;

use worker::Env;

use crate::runtime::bindings::METRICS;
use crate::runtime::facts::Known;
use crate::runtime::incoming::Incoming;
use crate::runtime::{edge, log, version};

/// What the columns `blob1`, `blob2`, … of a point hold. The queries under `ops/` name them so, and a test compares. New ones go
/// to the end: points live for three months.
pub const BLOBS: [&str; 13] = [
    "method",
    "route",
    "status",
    "operation",
    "tool",
    "outcome",
    "error",
    "fault",
    "family",
    "kind",
    "version",
    "upstream_status",
    "deployment",
];

/// What the columns `double1`, `double2`, … hold: milliseconds but for the last, which counts.
pub const DOUBLES: [&str; 5] = ["ms", "storage_ms", "upstream_ms", "own_ms", "calls"];

/// The point of a finished request. Index: the route.
pub fn request(env: &Env, request: &Incoming, status: u16, known: &Known, milliseconds: u64) {
    let route = route(request.url.path());
    let blobs = blobs(&request.method, route, status, known, deployment(env));
    if let Err(error) = edge::data_point(env, METRICS, route, &blobs, &doubles(known, milliseconds))
    {
        log::problem(
            "metrics",
            "a data point was not written",
            &edge::words(&error),
        );
    }
}

/// In the order of [`DOUBLES`].
fn doubles(known: &Known, milliseconds: u64) -> [f64; DOUBLES.len()] {
    let waited = known.storage + known.upstream;
    let numbers = [
        milliseconds,
        known.storage,
        known.upstream,
        milliseconds.saturating_sub(waited),
        known.calls.len() as u64,
    ];
    numbers.map(|number| number as f64)
}

/// In the order of [`BLOBS`], one a line.
fn blobs(method: &str, route: &str, status: u16, known: &Known, deployment: &str) -> String {
    let status = status.to_string();
    let upstream = known.upstream_status();
    let upstream = upstream.map_or(String::new(), |status| status.to_string());
    let columns: [&str; BLOBS.len()] = [
        method,
        route,
        &status,
        known.operation,
        known.tool,
        known.outcome,
        known.error,
        known.fault.as_str(),
        known.family,
        known.kind,
        known.version,
        &upstream,
        deployment,
    ];
    columns.join("\n")
}

/// The id of the deployed version. It stays the same for the life of an isolate.
fn deployment(env: &Env) -> &'static str {
    thread_local! {
        static ID: OnceCell<&'static str> = const { OnceCell::new() };
    }
    ID.with(|id| *id.get_or_init(|| version::deployed(env).map_or("", |id| id.leak())))
}

/// The kind of route that a path is of: no organization, no project, nothing that a stranger made up.
pub fn route(path: &str) -> &'static str {
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
    if path == "/" {
        return "/";
    }
    if path.contains("/.well-known/") {
        return "/.well-known";
    }
    if below("/mcp") {
        return "/mcp";
    }
    let endpoint = ENDPOINTS.into_iter().find(|endpoint| *endpoint == path);
    let route = || ROUTES.into_iter().find(|route| below(route));
    endpoint.or_else(route).unwrap_or("other")
}

const ENDPOINTS: [&str; 12] = [
    "/account/revoke",
    "/api/auth/callback",
    "/api/chat",
    "/oauth/authorize",
    "/oauth/callback",
    "/oauth/check",
    "/oauth/introspect",
    "/oauth/par",
    "/oauth/register",
    "/oauth/revoke",
    "/oauth/token",
    "/token",
];

#[cfg(test)]
mod tests {
    use std::fs::{read_dir, read_to_string};
    use std::path::{Path, PathBuf};

    use serde_json::Value;

    use super::*;

    fn files(folder: &str) -> Vec<(PathBuf, String)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let files = read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let read = |path: PathBuf| (path.clone(), read_to_string(path).unwrap());
        files.map(read).collect()
    }

    /// Every `blobN` and `doubleN` of a text with the name behind it, if there is one.
    fn columns<'a>(text: &'a str, kind: &str) -> Vec<(usize, Option<&'a str>)> {
        let mut found = Vec::new();
        for part in text.split(kind).skip(1) {
            let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap();
            let (number, rest) = part.split_at(digits);
            let name = rest.strip_prefix(" AS ");
            let name = name.map(|rest| rest.split([',', '\n', ' ']).next().unwrap());
            found.push((number.parse().unwrap(), name));
        }
        found
    }

    /// A query names each column that it reads at least once, and rightly.
    #[test]
    fn queries_name_the_columns_as_they_are_written() {
        let queries = files("ops/queries");
        assert!(queries.len() >= 7);
        for (path, text) in queries {
            for (kind, names) in [("blob", &BLOBS[..]), ("double", &DOUBLES[..])] {
                let columns = columns(&text, kind);
                for (number, name) in &columns {
                    if let Some(name) = name {
                        assert_eq!(names.get(number - 1), Some(name), "{}", path.display());
                    }
                    let named = columns
                        .iter()
                        .any(|(n, name)| n == number && name.is_some());
                    assert!(named, "{}: {kind}{number} has no name", path.display());
                }
            }
            assert!(text.contains("FROM hosted_sentry_mcp_production\n"));
        }
    }

    /// An alert looks at a column that its query has, and says which objective it protects.
    #[test]
    fn alerts_belong_to_queries() {
        let alerts = files("ops/alerts");
        assert!(alerts.len() >= 5);
        for (path, text) in alerts {
            let alert: Value = serde_json::from_str(&text).unwrap();
            let query =
                Path::new(env!("CARGO_MANIFEST_DIR")).join(alert["query"].as_str().unwrap());
            let query = read_to_string(query).unwrap();
            for condition in [&alert["condition"], &alert["condition"]["and"]] {
                if let Some(column) = condition["column"].as_str() {
                    assert!(
                        query.contains(&format!("AS {column}")),
                        "{}: {column}",
                        path.display()
                    );
                }
            }
            for member in ["objective", "severity", "every", "window", "why"] {
                assert!(alert[member].is_string(), "{}: {member}", path.display());
            }
        }
    }

    /// Analytics Engine takes 20 blobs and 20 doubles, 16 KB of blobs, and an index of 96 bytes.
    #[test]
    fn a_point_is_within_the_limits() {
        assert!(BLOBS.len() <= 20 && DOUBLES.len() <= 20);
        let known = Known {
            operation: "refresh_token",
            calls: vec![200, 503, 200],
            ..Known::default()
        };
        let point = blobs("POST", "/oauth/token", 503, &known, "v1");
        let columns: Vec<_> = point.split('\n').collect();
        assert_eq!(columns.len(), BLOBS.len());
        let column = |name| columns[BLOBS.iter().position(|blob| *blob == name).unwrap()];
        assert_eq!(
            [
                "route",
                "operation",
                "status",
                "upstream_status",
                "fault",
                "deployment"
            ]
            .map(column),
            ["/oauth/token", "refresh_token", "503", "503", "none", "v1"]
        );
        assert!(ENDPOINTS.iter().all(|route| route.len() <= 96));
    }

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
