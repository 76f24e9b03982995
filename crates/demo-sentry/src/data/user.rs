//! Users who can sign in.

use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) username: String,
    /// The slugs of the organizations that this user is a member of.
    pub(crate) organizations: Vec<String>,
}

impl User {
    /// The user as other responses embed it.
    pub(crate) fn person(&self) -> Value {
        json!({"id": self.id, "name": self.name, "username": self.username, "email": self.email})
    }

    /// The user's own account, as `/auth/` shows it.
    pub(crate) fn account(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "username": self.username,
            "email": self.email,
            "isActive": true,
            "isStaff": false,
            "isSuperuser": false,
            "has2fa": false,
            "emails": [{"id": self.id, "email": self.email, "is_verified": true}],
            "avatar": {"avatarType": "letter_avatar", "avatarUuid": null},
        })
    }
}
