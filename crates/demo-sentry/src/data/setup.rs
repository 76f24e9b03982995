//! What an organization has set up: repositories, integrations, installed apps, inbound filters, and what it drops.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::project::Project;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Setup {
    pub(crate) repositories: Vec<Repository>,
    pub(crate) integrations: Vec<Integration>,
    pub(crate) installations: Vec<Installation>,
    /// Issues of trackers by the short id of the issue that they are linked to.
    pub(crate) links: BTreeMap<String, Vec<Link>>,
    pub(crate) filters: Vec<InboundFilter>,
    /// Set-ups by an agent that report how far they are.
    pub(crate) runs: Vec<Run>,
    pub(crate) dropped: Vec<Dropped>,
    /// What was made at run time, from which ids are derived.
    #[serde(skip)]
    pub(crate) made: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Repository {
    pub(crate) organization: String,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) integration_id: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Integration {
    pub(crate) organization: String,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) provider: String,
    pub(crate) provider_name: String,
    pub(crate) domain_name: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Installation {
    pub(crate) organization: String,
    pub(crate) uuid: String,
    pub(crate) app: App,
    pub(crate) name: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct App {
    pub(crate) uuid: String,
    pub(crate) slug: String,
    pub(crate) sentry_app_id: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Link {
    pub(crate) id: u64,
    pub(crate) integration: String,
    /// Such as `PAY-77`, or `owner/name#12`.
    pub(crate) key: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct InboundFilter {
    pub(crate) id: String,
    /// The project's slug.
    pub(crate) project: String,
    pub(crate) name: Option<String>,
    pub(crate) active: bool,
    pub(crate) data_type: String,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) date_created: Timestamp,
    pub(crate) date_updated: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Condition {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) value: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Run {
    pub(crate) organization: String,
    pub(crate) token: String,
    pub(crate) stages: Map<String, Value>,
    #[serde(default)]
    pub(crate) ended: Option<String>,
}

/// So many of a hundred events of a project are dropped for that reason.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dropped {
    pub(crate) project: String,
    pub(crate) dataset: String,
    pub(crate) outcome: String,
    pub(crate) reason: String,
    pub(crate) share: u64,
}

impl Setup {
    /// A number for something that is new.
    pub(crate) fn next_id(&mut self) -> u64 {
        self.made += 1;
        990_000 + self.made
    }
}

impl Repository {
    pub(crate) fn wire(&self, created: Timestamp) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "url": format!("https://git.lighthouse-books.example/{}", self.name),
            "provider": {"id": "integrations:github", "name": "GitHub"},
            "status": "active",
            "integrationId": self.integration_id,
            "externalSlug": self.name,
            "externalId": self.id,
            "dateCreated": created,
            "settings": null,
        })
    }
}

impl Integration {
    /// Where its issue of that key is.
    pub(crate) fn address(&self, key: &str) -> String {
        match key.split_once('#') {
            Some((repository, number)) => {
                let host = self.domain_name.split('/').next().unwrap_or_default();
                format!("https://{host}/{repository}/issues/{number}")
            }
            None => format!("https://{}/browse/{key}", self.domain_name),
        }
    }

    pub(crate) fn wire(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "icon": null,
            "domainName": self.domain_name,
            "accountType": null,
            "scopes": null,
            "outOfDate": false,
            "status": "active",
            "provider": {
                "key": self.provider, "slug": self.provider, "name": self.provider_name,
                "canAdd": true, "canDisable": false, "features": ["issue-basic"], "aspects": {},
            },
        })
    }
}

impl Installation {
    pub(crate) fn wire(&self) -> Value {
        json!({
            "app": {"uuid": self.app.uuid, "slug": self.app.slug, "sentryAppId": self.app.sentry_app_id},
            "organization": {"slug": self.organization},
            "uuid": self.uuid,
            "status": "installed",
        })
    }

    /// The part of the app that links issues.
    pub(crate) fn component(&self) -> Value {
        json!({
            "uuid": self.app.uuid,
            "type": "issue-link",
            "sentryApp": {"uuid": self.app.uuid, "slug": self.app.slug, "name": self.name, "avatars": []},
            "schema": {
                "type": "issue-link",
                "create": {"uri": "/sentry/issues/create", "required_fields": [{"type": "text", "name": "title", "label": "Title"}]},
                "link": {"uri": "/sentry/issues/link", "required_fields": [{"type": "text", "name": "card", "label": "Card"}]},
            },
            "error": "",
        })
    }
}

impl Link {
    pub(crate) fn wire(&self, integration: &Integration) -> Value {
        json!({
            "id": self.id.to_string(),
            "key": self.key,
            "url": integration.address(&self.key),
            "title": null,
            "description": null,
            "displayName": self.key,
        })
    }
}

impl InboundFilter {
    pub(crate) fn wire(&self) -> Value {
        let conditions: Vec<Value> = self
            .conditions
            .iter()
            .map(|condition| json!({"type": condition.kind, "value": condition.value}))
            .collect();
        json!({
            "id": self.id,
            "name": self.name,
            "active": self.active,
            "dataType": self.data_type,
            "conditions": conditions,
            "dateCreated": self.date_created,
            "dateUpdated": self.date_updated,
        })
    }

    pub(crate) fn is_of(&self, project: &Project) -> bool {
        self.project == project.slug
    }
}
