//! Issues: their state, and the form in which they are sent.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Data;
use super::event::Event;
use super::project::Project;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Issue {
    pub(crate) id: String,
    pub(crate) short_id: String,
    /// The project's slug.
    pub(crate) project: String,
    /// Where it is not the project's.
    #[serde(default)]
    platform: Option<String>,
    pub(crate) title: String,
    pub(crate) culprit: String,
    pub(crate) level: String,
    pub(crate) logger: Option<String>,
    pub(crate) status: Status,
    pub(crate) substatus: Option<String>,
    #[serde(default)]
    pub(crate) status_details: Map<String, Value>,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) issue_type: String,
    pub(crate) issue_category: String,
    pub(crate) priority: Priority,
    #[serde(default)]
    pub(crate) is_unhandled: bool,
    pub(crate) count: u64,
    pub(crate) user_count: u64,
    pub(crate) num_comments: u32,
    #[serde(default)]
    user_report_count: u32,
    /// Links to trackers, as they go out.
    #[serde(default)]
    annotations: Vec<Value>,
    pub(crate) first_seen: Timestamp,
    pub(crate) last_seen: Timestamp,
    pub(crate) assigned_to: Option<Assignee>,
    pub(crate) metadata: Map<String, Value>,
    /// How often each value of each tag was seen.
    pub(crate) tags: BTreeMap<String, BTreeMap<String, u64>>,
    /// The events, newest first; the loader fills them in.
    #[serde(skip)]
    pub(crate) events: Vec<Event>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Unresolved,
    Resolved,
    Ignored,
}

/// The priorities, from least to most urgent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Priority {
    Low,
    Medium,
    High,
}

/// The user or team, by id, that an issue is assigned to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Assignee {
    User(String),
    Team(String),
}

impl Issue {
    pub(crate) fn is(&self, id_or_short_id: &str) -> bool {
        self.id == id_or_short_id || self.short_id.eq_ignore_ascii_case(id_or_short_id)
    }

    pub(crate) fn platform<'a>(&'a self, project: &'a Project) -> &'a str {
        self.platform.as_deref().unwrap_or(&project.platform)
    }

    /// Finds an event by id, ignoring dashes and case as Sentry does.
    pub(crate) fn event(&self, id: &str) -> Option<&Event> {
        let id = id.replace('-', "").to_ascii_lowercase();
        self.events.iter().find(|event| event.id == id)
    }

    /// The issue as the list of issues shows it.
    pub(crate) fn summary(&self, data: &Data, origin: &str) -> Value {
        let project = data
            .projects
            .iter()
            .find(|project| project.slug == self.project);
        json!({
            "id": self.id,
            "shareId": null,
            "shortId": self.short_id,
            "title": self.title,
            "culprit": self.culprit,
            "permalink": project
                .map(|project| format!("{origin}/organizations/{}/issues/{}/", project.organization, self.id)),
            "logger": self.logger,
            "level": self.level,
            "status": self.status,
            "statusDetails": self.status_details,
            "substatus": self.substatus,
            "isPublic": false,
            "platform": project.map(|project| self.platform(project)),
            "project": project.map(Project::reference),
            "type": self.kind,
            "metadata": self.metadata,
            "numComments": self.num_comments,
            "assignedTo": self.assigned_to.as_ref().and_then(|assignee| assignee.wire(data)),
            "isBookmarked": false,
            "isSubscribed": false,
            "subscriptionDetails": null,
            "hasSeen": true,
            "annotations": self.annotations,
            "issueType": self.issue_type,
            "issueCategory": self.issue_category,
            "priority": self.priority,
            "isUnhandled": self.is_unhandled,
            "count": self.count.to_string(),
            "userCount": self.user_count,
            "firstSeen": self.first_seen,
            "lastSeen": self.last_seen,
        })
    }

    /// The issue as its own endpoint shows it: the summary, with tags and releases.
    pub(crate) fn detail(&self, data: &Data, origin: &str) -> Value {
        let mut detail = self.summary(data, origin);
        if let Value::Object(members) = &mut detail {
            let tags: Vec<Value> = self
                .tags
                .iter()
                .map(|(key, values)| tag(key, values))
                .collect();
            members.insert(String::from("tags"), Value::Array(tags));
            members.insert(
                String::from("firstRelease"),
                json!(self.events.last().map(Event::release_wire)),
            );
            members.insert(
                String::from("lastRelease"),
                json!(self.events.first().map(Event::release_wire)),
            );
            let activity = data.activity.get(&self.id).into_iter().flatten();
            members.insert(
                String::from("activity"),
                activity.map(super::activity::Activity::wire).collect(),
            );
            members.insert(String::from("participants"), json!([]));
            members.insert(String::from("seenBy"), json!([]));
            members.insert(
                String::from("userReportCount"),
                json!(self.user_report_count),
            );
        }
        detail
    }
}

impl Assignee {
    pub(crate) fn wire(&self, data: &Data) -> Option<Value> {
        match self {
            Self::User(id) => data.user(id).map(
                |user| json!({"type": "user", "id": user.id, "name": user.name, "email": user.email}),
            ),
            Self::Team(id) => data
                .teams
                .iter()
                .find(|team| &team.id == id)
                .map(|team| json!({"type": "team", "id": team.id, "name": team.slug})),
        }
    }
}

fn tag(key: &str, values: &BTreeMap<String, u64>) -> Value {
    json!({
        "key": key,
        "name": title_of_tag(key),
        "totalValues": values.values().sum::<u64>(),
        "uniqueValues": values.len(),
    })
}

/// The name of a tag for people. Sentry's own tags have keys that begin with `sentry:`, which is not shown.
pub(crate) fn title_of_tag(key: &str) -> String {
    let mut name = key.to_owned();
    if let Some(first) = name.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    name
}
