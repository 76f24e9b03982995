//! What can be asked of an issue.

use super::{QueryError, Searchable};
use crate::data::Data;
use crate::data::issue::{Assignee, Issue, Status};
use crate::data::user::User;

/// The values of `is:`.
pub(crate) const IS: &[&str] = &[
    "unresolved",
    "resolved",
    "ignored",
    "archived",
    "assigned",
    "unassigned",
    "for_review",
    "new",
    "ongoing",
    "escalating",
    "regressed",
    "archived_until_escalating",
    "archived_until_condition_met",
    "archived_forever",
];

/// A misspelt `is:` is an error and not an empty answer.
pub(super) fn check_is(value: &str) -> Result<(), QueryError> {
    if IS.contains(&value) {
        Ok(())
    } else {
        Err(QueryError::UnknownIs)
    }
}

/// An issue as `caller` sees it (`assigned:me`).
pub(crate) struct IssueSubject<'a> {
    pub(crate) issue: &'a Issue,
    pub(crate) data: &'a Data,
    pub(crate) caller: &'a User,
}

impl Searchable for IssueSubject<'_> {
    fn values(&self, key: &str) -> Vec<String> {
        let issue = self.issue;
        let one = |value: &str| vec![value.to_owned()];
        match key {
            "is" => self.is(),
            "assigned" | "assigned_or_suggested" | "assignee" => self.assigned(),
            "level" => one(&issue.level),
            "project" | "project.name" => one(&issue.project),
            "project.id" => self.project(|project| project.id.clone()),
            "platform" | "platform.name" => {
                self.project(|project| issue.platform(project).to_owned())
            }
            "issue" => one(&issue.short_id),
            "issue.id" | "id" => one(&issue.id),
            "issue.category" => one(&issue.issue_category),
            "issue.type" => one(&issue.issue_type),
            "issue.priority" => one(&format!("{:?}", issue.priority).to_lowercase()),
            "type" | "event.type" => one(&issue.kind),
            "title" => one(&issue.title),
            "message" => one(&self.text()),
            "culprit" => one(&issue.culprit),
            "error.type" => self.metadata("type"),
            "error.value" => self.metadata("value"),
            "error.unhandled" => one(if issue.is_unhandled { "true" } else { "false" }),
            "error.handled" => one(if issue.is_unhandled { "false" } else { "true" }),
            "timesSeen" | "times_seen" => one(&issue.count.to_string()),
            "userCount" | "users_seen" => one(&issue.user_count.to_string()),
            "firstSeen" | "first_seen" | "age" => one(&issue.first_seen.to_string()),
            "lastSeen" | "last_seen" => one(&issue.last_seen.to_string()),
            "release" => self.releases(),
            key if key.starts_with("user.") => self.users(key),
            key => issue
                .tags
                .get(key)
                .map(|values| values.keys().cloned().collect())
                .unwrap_or_default(),
        }
    }

    fn text(&self) -> String {
        let issue = self.issue;
        let value = issue
            .metadata
            .get("value")
            .and_then(|value| value.as_str())
            .unwrap_or_default();
        format!(
            "{}\n{}\n{value}\n{}",
            issue.title, issue.culprit, issue.short_id
        )
    }
}

impl IssueSubject<'_> {
    fn is(&self) -> Vec<String> {
        let mut values = vec![String::from(if self.issue.assigned_to.is_some() {
            "assigned"
        } else {
            "unassigned"
        })];
        values.extend(self.issue.substatus.clone());
        match self.issue.status {
            Status::Resolved => values.push(String::from("resolved")),
            Status::Ignored => values.extend(["ignored", "archived"].map(String::from)),
            Status::Unresolved => {
                values.push(String::from("unresolved"));
                if self
                    .issue
                    .substatus
                    .as_deref()
                    .is_some_and(|substatus| substatus != "ongoing")
                {
                    values.push(String::from("for_review"));
                }
            }
        }
        values
    }

    /// Every spelling of the assignee: `me`, `my_teams`, `none`, username, email, id, `#team`, `user:1`, `team:1`.
    fn assigned(&self) -> Vec<String> {
        match &self.issue.assigned_to {
            None => vec![String::from("none")],
            Some(Assignee::User(id)) => {
                let mut values = vec![id.clone(), format!("user:{id}")];
                if let Some(user) = self.data.user(id) {
                    values.extend([user.username.clone(), user.email.clone()]);
                }
                if id == &self.caller.id {
                    values.push(String::from("me"));
                }
                values
            }
            Some(Assignee::Team(id)) => {
                let mut values = vec![format!("team:{id}"), String::from("my_teams")];
                values.extend(
                    self.data
                        .teams
                        .iter()
                        .find(|team| &team.id == id)
                        .map(|team| format!("#{}", team.slug)),
                );
                values
            }
        }
    }

    /// Those it was seen in; `latest` as well when the project's newest one is among them.
    fn releases(&self) -> Vec<String> {
        let mut values: Vec<String> = self
            .issue
            .tags
            .get("release")
            .map(|values| values.keys().cloned().collect())
            .unwrap_or_default();
        if self
            .project(|project| project.latest_release.clone())
            .iter()
            .any(|latest| values.contains(latest))
        {
            values.push(String::from("latest"));
        }
        values
    }

    fn users(&self, key: &str) -> Vec<String> {
        self.issue
            .events
            .iter()
            .flat_map(|event| event.user_values(key))
            .collect()
    }

    fn project(&self, member: impl Fn(&crate::data::project::Project) -> String) -> Vec<String> {
        self.data
            .projects
            .iter()
            .filter(|project| project.slug == self.issue.project)
            .map(member)
            .collect()
    }

    fn metadata(&self, key: &str) -> Vec<String> {
        self.issue
            .metadata
            .get(key)
            .and_then(|value| value.as_str())
            .map(String::from)
            .into_iter()
            .collect()
    }
}
