//! What can be asked of an event.

use super::Searchable;
use crate::data::event::Event;
use crate::data::issue::Issue;

pub(crate) struct EventSubject<'a> {
    pub(crate) event: &'a Event,
    pub(crate) issue: &'a Issue,
}

impl Searchable for EventSubject<'_> {
    fn values(&self, key: &str) -> Vec<String> {
        match key {
            "id" => vec![self.event.id.clone()],
            "timestamp" => vec![self.event.date_created.to_string()],
            "title" => vec![self.issue.title.clone()],
            "message" => vec![self.text()],
            "project" | "project.name" => vec![self.issue.project.clone()],
            "issue" => vec![self.issue.short_id.clone()],
            "issue.id" => vec![self.issue.id.clone()],
            "trace" => self
                .event
                .trace_id()
                .map(String::from)
                .into_iter()
                .collect(),
            key if key.starts_with("user.") => self.event.user_values(key),
            key => self.event.tags.get(key).cloned().into_iter().collect(),
        }
    }

    fn text(&self) -> String {
        format!(
            "{}\n{}\n{}",
            self.issue.title, self.event.message, self.issue.culprit
        )
    }
}
