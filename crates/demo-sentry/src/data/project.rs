//! Projects.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Data;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Project {
    pub(crate) id: String,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) platform: String,
    pub(crate) organization: String,
    /// Slugs of the teams that own it, in order.
    pub(crate) teams: Vec<String>,
    pub(crate) environments: Vec<String>,
    pub(crate) date_created: Timestamp,
    pub(crate) latest_release: String,
}

impl Project {
    pub(crate) fn is(&self, slug_or_id: &str) -> bool {
        self.slug == slug_or_id || self.id == slug_or_id
    }

    /// The project as other responses embed it.
    pub(crate) fn reference(&self) -> Value {
        json!({"id": self.id, "slug": self.slug, "name": self.name, "platform": self.platform})
    }

    /// The project as the organization's list shows it.
    pub(crate) fn summary(&self, data: &Data) -> Value {
        let teams: Vec<Value> = data
            .teams_of(&self.organization)
            .filter(|team| self.teams.contains(&team.slug))
            .map(super::team::Team::reference)
            .collect();
        json!({
            "id": self.id,
            "slug": self.slug,
            "name": self.name,
            "platform": self.platform,
            "platforms": [self.platform],
            "dateCreated": self.date_created,
            "firstEvent": self.date_created,
            "environments": self.environments,
            "features": [],
            "status": "active",
            "isBookmarked": false,
            "isMember": true,
            "hasAccess": true,
            "team": teams.first(),
            "teams": teams,
            "latestRelease": {"version": self.latest_release},
            "latestDeploys": null,
        })
    }

    /// The project as `/projects/{org}/{project}/` shows it: the summary and its organization.
    pub(crate) fn detail(&self, data: &Data, origin: &str) -> Value {
        let mut detail = self.summary(data);
        if let (Value::Object(members), Some(organization)) =
            (&mut detail, data.organization(&self.organization))
        {
            members.insert(String::from("organization"), organization.summary(origin));
            members.insert(String::from("options"), json!({}));
            members.insert(String::from("isPublic"), json!(false));
        }
        detail
    }
}
