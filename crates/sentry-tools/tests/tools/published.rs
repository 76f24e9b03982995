//! What Sentry publishes of its API, and what the tools ask and read, held against each other. The table is a part of
//! Sentry's published description: `node scripts/published.mjs DESCRIPTION` writes it, and says there how it is read.

pub(crate) mod answers;
mod requests;
mod shapes;
pub(crate) mod unpublished;

use std::sync::OnceLock;

use serde_json::{Map, Value};

pub(crate) use requests::{Held, held};
pub(crate) use shapes::Of;

const TABLE: &str = include_str!("../published/endpoints.json");

/// The published endpoints, and the shapes that several of them have.
pub(crate) struct Published {
    shapes: Map<String, Value>,
    endpoints: Vec<Endpoint>,
}

/// One of them.
pub(crate) struct Endpoint {
    /// Such as `GET /organizations/{}/teams/`.
    pub(crate) name: String,
    query: Map<String, Value>,
    body: Option<Value>,
    pub(crate) answer: Option<Value>,
}

/// The table, read once.
pub(crate) fn published() -> &'static Published {
    static PUBLISHED: OnceLock<Published> = OnceLock::new();
    PUBLISHED.get_or_init(|| {
        let table: Value = serde_json::from_str(TABLE).unwrap();
        let endpoints = table["endpoints"].as_object().unwrap().iter();
        Published {
            shapes: table["shapes"].as_object().unwrap().clone(),
            endpoints: endpoints
                .map(|(name, what)| Endpoint::of(name, what))
                .collect(),
        }
    })
}

impl Endpoint {
    fn of(name: &str, what: &Value) -> Self {
        let segments = name
            .split('/')
            .map(|segment| match segment.starts_with('{') {
                true => "{}",
                false => segment,
            });
        Self {
            name: segments.collect::<Vec<_>>().join("/"),
            query: what["query"].as_object().cloned().unwrap_or_default(),
            body: what.get("body").cloned(),
            answer: what.get("answer").cloned(),
        }
    }
}

impl Published {
    /// The endpoint that answers a request; of several, the one that says most of the path.
    pub(crate) fn endpoint(&self, request: &str) -> Option<&Endpoint> {
        let found = self
            .endpoints
            .iter()
            .filter(|one| covers(&one.name, request));
        found.min_by_key(|one| one.name.matches("{}").count())
    }
}

/// Whether a path with `{}` for any one segment, after a method, is that of a request.
pub(crate) fn covers(pattern: &str, request: &str) -> bool {
    let (mut pattern, mut request) = (pattern.split('/'), request.split('/'));
    loop {
        match (pattern.next(), request.next()) {
            (None, None) => return true,
            (Some("{}"), Some(segment)) if !segment.is_empty() => {}
            (Some(expected), Some(segment)) if expected == segment => {}
            _ => return false,
        }
    }
}
