//! Organizations.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Organization {
    pub(crate) id: String,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) date_created: Timestamp,
}

impl Organization {
    /// The organization as lists show it. `regionUrl` is empty, as in a self-hosted Sentry, which has one host for
    /// everything.
    pub(crate) fn summary(&self, origin: &str) -> Value {
        json!({
            "id": self.id,
            "slug": self.slug,
            "name": self.name,
            "dateCreated": self.date_created,
            "status": {"id": "active", "name": "active"},
            "avatar": {"avatarType": "letter_avatar", "avatarUuid": null},
            "isEarlyAdopter": false,
            "require2FA": false,
            "hasAuthProvider": false,
            "features": [],
            "links": {
                "organizationUrl": format!("{origin}/organizations/{}", self.slug),
                "regionUrl": "",
            },
        })
    }
}
