//! Teams.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Team {
    pub(crate) id: String,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) organization: String,
    pub(crate) date_created: Timestamp,
    pub(crate) member_count: u32,
}

impl Team {
    pub(crate) fn wire(&self) -> Value {
        json!({
            "id": self.id,
            "slug": self.slug,
            "name": self.name,
            "dateCreated": self.date_created,
            "isMember": true,
            "isPending": false,
            "hasAccess": true,
            "teamRole": "admin",
            "memberCount": self.member_count,
            "avatar": {"avatarType": "letter_avatar", "avatarUuid": null},
        })
    }

    /// The team as other responses embed it.
    pub(crate) fn reference(&self) -> Value {
        json!({"id": self.id, "slug": self.slug, "name": self.name})
    }
}
