//! The history of an issue, including notes.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

/// One event in the history; a note has the type `note`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Activity {
    #[serde(default)]
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// In a data file the key of a user, later the user as sent; null for Sentry itself.
    pub(crate) user: Value,
    pub(crate) at: Timestamp,
    pub(crate) data: Value,
}

impl Activity {
    pub(crate) fn is_note(&self) -> bool {
        self.kind == "note"
    }

    pub(crate) fn wire(&self) -> Value {
        json!({
            "id": self.id,
            "type": self.kind,
            "user": self.user,
            "sentry_app": null,
            "data": self.data,
            "dateCreated": self.at,
        })
    }
}
