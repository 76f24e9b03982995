//! Events: one occurrence of an issue.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::issue::Issue;
use super::project::Project;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event {
    /// 32 lower-case hexadecimal digits.
    #[serde(rename = "eventID")]
    pub(crate) id: String,
    pub(crate) date_created: Timestamp,
    #[serde(default)]
    pub(crate) message: String,
    pub(crate) tags: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) user: Value,
    /// What is known of its release beside the version, which is a tag.
    #[serde(default, rename = "release")]
    about_release: Map<String, Value>,
    /// The members that only the detailed form has (`entries`, `contexts`, `sdk` and others), as sent.
    #[serde(flatten, deserialize_with = "shared")]
    pub(crate) rest: Arc<Map<String, Value>>,
}

/// Deserializes into an `Arc`, so that copies of an event share it.
fn shared<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Arc<Map<String, Value>>, D::Error> {
    Map::deserialize(deserializer).map(Arc::new)
}

impl Event {
    pub(crate) fn release(&self) -> Option<&str> {
        self.tags.get("release").map(String::as_str)
    }

    /// The release as events and issues embed it.
    pub(crate) fn release_wire(&self) -> Value {
        self.release().map_or(Value::Null, |version| {
            let mut wire = self.about_release.clone();
            wire.insert(String::from("version"), json!(version));
            Value::Object(wire)
        })
    }

    pub(crate) fn trace_id(&self) -> Option<&str> {
        self.rest
            .get("contexts")?
            .get("trace")?
            .get("trace_id")?
            .as_str()
    }

    /// The values for `user.id`, `user.email` and similar keys.
    pub(crate) fn user_values(&self, key: &str) -> Vec<String> {
        let member = key.trim_start_matches("user.");
        let member = if member == "ip" { "ip_address" } else { member };
        self.user
            .get(member)
            .and_then(Value::as_str)
            .map(String::from)
            .into_iter()
            .collect()
    }

    /// The event as the list of an issue's events shows it.
    pub(crate) fn summary(&self, issue: &Issue, project: &Project) -> Value {
        json!({
            "id": self.id,
            "eventID": self.id,
            "event.type": issue.kind,
            "groupID": issue.id,
            "projectID": project.id,
            "title": issue.title,
            "message": self.message,
            "location": issue.metadata.get("filename"),
            "culprit": issue.culprit,
            "dateCreated": self.date_created,
            "platform": self.platform(project),
            "user": self.user,
            "tags": self.tags.iter().map(|(key, value)| json!({"key": key, "value": value})).collect::<Vec<_>>(),
            "crashFile": null,
        })
    }

    /// The event as its own endpoint shows it; `neighbours` are the next (newer) and the previous (older) event.
    pub(crate) fn detail(
        &self,
        issue: &Issue,
        project: &Project,
        neighbours: [Option<&Self>; 2],
    ) -> Value {
        let mut detail = self.summary(issue, project);
        if let Value::Object(members) = &mut detail {
            let [next, previous] = neighbours.map(|event| event.map(|event| event.id.clone()));
            members.extend([
                (String::from("type"), json!(issue.kind)),
                (String::from("projectSlug"), json!(project.slug)),
                (String::from("dateReceived"), json!(self.date_created)),
                (String::from("metadata"), json!(issue.metadata)),
                (String::from("release"), self.release_wire()),
                (String::from("dist"), Value::Null),
                (String::from("size"), json!(4096)),
                (String::from("errors"), json!([])),
                (String::from("fingerprints"), json!([])),
                (String::from("packages"), json!({})),
                (String::from("context"), json!({})),
                (String::from("_meta"), json!({})),
                (String::from("userReport"), Value::Null),
                (String::from("resolvedWith"), json!([])),
                (String::from("sdkUpdates"), json!([])),
                (String::from("occurrence"), Value::Null),
                (String::from("nextEventID"), json!(next)),
                (String::from("previousEventID"), json!(previous)),
            ]);
            members.extend(
                self.rest
                    .iter()
                    .map(|(key, value)| (key.clone(), value.clone())),
            );
        }
        detail
    }

    pub(crate) fn platform<'a>(&'a self, project: &'a Project) -> &'a str {
        // The event names the language; the project's platform also names the framework: `python-django` is `python`
        // here.
        self.rest
            .get("platform")
            .and_then(Value::as_str)
            .unwrap_or_else(|| {
                project
                    .platform
                    .split('-')
                    .next()
                    .unwrap_or(&project.platform)
            })
    }
}
