//! Session replays: recordings of browser sessions.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::project::Project;

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Replay {
    pub(crate) id: String,
    /// The project's slug.
    pub(crate) project: String,
    pub(crate) started_at: Timestamp,
    pub(crate) finished_at: Timestamp,
    /// The ids of the errors in the session.
    pub(crate) error_ids: Vec<String>,
    /// All other members, as sent.
    #[serde(flatten)]
    pub(crate) rest: Map<String, Value>,
}

impl Replay {
    pub(crate) fn wire(&self, project: &Project) -> Value {
        let mut wire = self.rest.clone();
        let own = json!({
            "id": self.id,
            "project_id": project.id,
            "started_at": self.started_at,
            "finished_at": self.finished_at,
            "error_ids": self.error_ids,
            "platform": "javascript",
            "sdk": {"name": "sentry.javascript.react", "version": "9.30.0"},
            "device": {"name": null, "brand": null, "model": null, "family": null},
            "dist": null,
            "tags": {},
            "is_archived": false,
            "replay_type": "session",
            "count_urls": self.rest.get("urls").and_then(Value::as_array).map_or(0, Vec::len),
            "count_warnings": 0,
            "count_infos": 0,
            "has_viewed": false,
        });
        if let Value::Object(own) = own {
            wire.extend(own);
        }
        Value::Object(wire)
    }

    /// Looks up a member by a dotted path such as `user.email`, `count_errors` or `browser.name`.
    pub(crate) fn member<'a>(wire: &'a Value, key: &str) -> Option<&'a Value> {
        match key.split_once('.') {
            Some((outer, inner)) => wire.get(outer)?.get(inner),
            None => wire.get(key),
        }
    }
}
