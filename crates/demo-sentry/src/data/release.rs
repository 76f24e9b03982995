//! Releases, with their deploys and commits.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Data;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Release {
    pub(crate) id: String,
    /// The full version, `package@version`.
    pub(crate) version: String,
    /// The slugs of its projects.
    pub(crate) projects: Vec<String>,
    pub(crate) date_created: Timestamp,
    pub(crate) date_released: Option<Timestamp>,
    pub(crate) new_groups: u32,
    /// The health of its sessions, if any were reported.
    #[serde(default)]
    health: Option<Health>,
    /// The deploys, oldest first.
    pub(crate) deploys: Vec<Deploy>,
    /// The commits, newest first.
    pub(crate) commits: Vec<Commit>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Deploy {
    id: String,
    environment: String,
    date_started: Timestamp,
    date_finished: Timestamp,
}

/// Figures of the last 24 hours.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Health {
    sessions: u64,
    users: u64,
    /// Of the whole project.
    project_sessions: u64,
    project_users: u64,
    crashed: u64,
    errored: u64,
    crashed_users: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Commit {
    id: String,
    author: String,
    message: String,
    date_created: Timestamp,
}

impl Release {
    pub(crate) fn is_of(&self, project: &str) -> bool {
        self.projects.iter().any(|slug| slug == project)
    }

    pub(crate) fn wire(&self, data: &Data, origin: &str) -> Value {
        let (package, short) = self.version.split_once('@').unwrap_or(("", &self.version));
        let mut authors: Vec<&str> = self
            .commits
            .iter()
            .map(|commit| commit.author.as_str())
            .collect();
        authors.sort_unstable();
        authors.dedup();
        let (first, last) = self.events(data);
        json!({
            "id": self.id.parse::<u64>().unwrap_or_default(),
            "version": self.version,
            "shortVersion": short,
            "versionInfo": {
                "package": package,
                "version": {"raw": short},
                "description": short,
                "buildHash": null,
            },
            "status": "open",
            "ref": self.commits.first().map(|commit| &commit.id),
            "url": null,
            "dateCreated": self.date_created,
            "dateReleased": self.date_released,
            "newGroups": self.new_groups,
            "owner": null,
            "data": {},
            "commitCount": self.commits.len(),
            "lastCommit": self.commits.first().map(Commit::wire),
            "deployCount": self.deploys.len(),
            "lastDeploy": self.deploys.last().map(|deploy| deploy.wire(origin)),
            "authors": authors.iter().map(|name| json!({"name": name})).collect::<Vec<_>>(),
            "projects": data
                .projects
                .iter()
                .filter(|project| self.is_of(&project.slug))
                .map(|project| {
                    let mut reference = project.reference();
                    if let Value::Object(members) = &mut reference {
                        // Here, and only here, it is a number.
                        let id = project.id.parse::<u64>().ok();
                        members.insert(String::from("id"), json!(id));
                        members.insert(String::from("newGroups"), json!(self.new_groups));
                        members.insert(String::from("platforms"), json!([project.platform]));
                        members.insert(String::from("hasHealthData"), json!(false));
                    }
                    reference
                })
                .collect::<Vec<_>>(),
            "firstEvent": first,
            "lastEvent": last,
            "userAgent": null,
        })
    }

    /// The health of its sessions, as it is sent.
    pub(crate) fn health_data(&self) -> Option<Value> {
        let health = self.health.as_ref()?;
        let percent = |part: u64, whole: u64| {
            (whole > 0).then(|| (part as f64 / whole as f64 * 10_000.0).round() / 100.0)
        };
        Some(json!({
            "adoption": percent(health.users, health.project_users),
            "sessionsAdoption": percent(health.sessions, health.project_sessions),
            "crashFreeSessions": percent(health.sessions - health.crashed.min(health.sessions), health.sessions),
            "crashFreeUsers": percent(health.users - health.crashed_users.min(health.users), health.users),
            "totalUsers": health.users * 3,
            "totalUsers24h": health.users,
            "totalProjectUsers24h": health.project_users,
            "totalSessions": health.sessions * 5,
            "totalSessions24h": health.sessions,
            "totalProjectSessions24h": health.project_sessions,
            "sessionsCrashed": health.crashed,
            "sessionsErrored": health.errored,
            "durationP50": 42.5,
            "durationP90": 310.0,
            "hasHealthData": true,
            "stats": {},
        }))
    }

    /// When the release's events were first and last seen.
    fn events(&self, data: &Data) -> (Option<Timestamp>, Option<Timestamp>) {
        let times = || {
            data.issues
                .iter()
                .filter(|issue| self.is_of(&issue.project))
                .flat_map(|issue| &issue.events)
                .filter(|event| event.release() == Some(&self.version))
                .map(|event| event.date_created)
        };
        (times().min(), times().max())
    }
}

impl Deploy {
    pub(crate) fn wire(&self, origin: &str) -> Value {
        json!({
            "id": self.id,
            "environment": self.environment,
            "name": format!("{} by hand", self.environment),
            "url": format!("{origin}/deploys/{}", self.id),
            "dateStarted": self.date_started,
            "dateFinished": self.date_finished,
        })
    }
}

impl Commit {
    pub(crate) fn wire(&self) -> Value {
        json!({
            "id": self.id,
            "message": self.message,
            "dateCreated": self.date_created,
            "author": {"name": self.author},
            "pullRequest": null,
            "suspectCommitType": "",
        })
    }
}
