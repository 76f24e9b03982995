//! Cron monitors, with their environments and check-ins.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::issue::Assignee;
use super::{Data, chance};

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Monitor {
    /// A UUID.
    pub(crate) id: String,
    pub(crate) slug: String,
    pub(crate) name: String,
    /// The project's slug.
    pub(crate) project: String,
    /// `active` or `disabled`.
    pub(crate) status: String,
    pub(crate) is_muted: bool,
    pub(crate) owner: Option<Assignee>,
    pub(crate) date_created: Timestamp,
    /// The schedule and the limits, as they are sent.
    pub(crate) config: Map<String, Value>,
    pub(crate) environments: Vec<Environment>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Environment {
    pub(crate) name: String,
    /// `ok` or `error`.
    status: String,
    is_muted: bool,
    date_created: Timestamp,
    /// Since when it fails.
    incident_since: Option<Timestamp>,
    /// When the newest check-in was expected; those before it follow in steps of `every_minutes`.
    last: Timestamp,
    every_minutes: i64,
    /// Newest first.
    check_ins: Vec<Outcome>,
}

/// How a run ended.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Outcome {
    status: String,
    /// In milliseconds.
    duration: Option<u64>,
}

/// A check-in: its environment's name, when it was expected, and the rest.
pub(crate) struct CheckIn<'a> {
    pub(crate) environment: &'a str,
    pub(crate) expected: Timestamp,
    outcome: &'a Outcome,
    number: usize,
}

impl Monitor {
    pub(crate) fn is(&self, slug_or_id: &str) -> bool {
        self.slug == slug_or_id || self.id == slug_or_id
    }

    /// The monitor with those of its environments that `shown` lets through.
    pub(crate) fn wire(&self, data: &Data, shown: impl Fn(&str) -> bool) -> Value {
        let environments = self.environments.iter();
        let environments = environments.filter(|environment| shown(&environment.name));
        let project = data
            .projects
            .iter()
            .find(|project| project.slug == self.project);
        json!({
            "id": self.id,
            "slug": self.slug,
            "name": self.name,
            "status": self.status,
            "isMuted": self.is_muted,
            "isUpserting": false,
            "config": self.config,
            "dateCreated": self.date_created,
            "project": project.map(super::project::Project::reference),
            "environments": environments.map(|one| one.wire(self.margin())).collect::<Vec<_>>(),
            "owner": self.owner.as_ref().and_then(|owner| owner.wire(data)),
        })
    }

    /// Every check-in, the newest first.
    pub(crate) fn check_ins(&self) -> Vec<CheckIn<'_>> {
        let mut list: Vec<CheckIn<'_>> = self
            .environments
            .iter()
            .flat_map(Environment::check_ins)
            .collect();
        list.sort_by_key(|check_in| std::cmp::Reverse(check_in.expected));
        list
    }

    fn margin(&self) -> i64 {
        self.config
            .get("checkin_margin")
            .and_then(Value::as_i64)
            .unwrap_or(1)
    }
}

impl Environment {
    fn check_ins(&self) -> impl Iterator<Item = CheckIn<'_>> {
        self.check_ins
            .iter()
            .zip(0..)
            .map(|(outcome, steps)| CheckIn {
                environment: &self.name,
                expected: later(self.last, -self.every_minutes * steps),
                outcome,
                number: usize::try_from(steps).unwrap_or_default(),
            })
    }

    fn wire(&self, margin: i64) -> Value {
        let next = later(self.last, self.every_minutes);
        let incident = self.incident_since.map(|since| {
            json!({"startingTimestamp": since, "resolvingTimestamp": null, "brokenNotice": null})
        });
        json!({
            "name": self.name,
            "status": self.status,
            "isMuted": self.is_muted,
            "dateCreated": self.date_created,
            "lastCheckIn": self.last,
            "nextCheckIn": next,
            "nextCheckInLatest": later(next, margin),
            "activeIncident": incident,
        })
    }
}

impl CheckIn<'_> {
    pub(crate) fn status(&self) -> &str {
        &self.outcome.status
    }

    pub(crate) fn duration(&self) -> Option<u64> {
        self.outcome.duration
    }

    pub(crate) fn wire(&self, monitor: &Monitor) -> Value {
        let missed = self.outcome.status == "missed";
        let added = later(self.expected, if missed { monitor.margin() } else { 0 });
        json!({
            "id": uuid(&[&monitor.id, self.environment, &self.number.to_string()]),
            "environment": self.environment,
            "status": self.outcome.status,
            "duration": self.outcome.duration,
            "dateCreated": added,
            "dateAdded": added,
            "dateUpdated": added,
            "dateInProgress": (!missed).then_some(added),
            "dateClock": added,
            "expectedTime": self.expected,
            "monitorConfig": monitor.config,
        })
    }
}

/// A UUID derived from the parts.
pub(crate) fn uuid(parts: &[&str]) -> String {
    let digits = chance::id(parts, 32);
    let part = |from, to| digits.get(from..to).unwrap_or_default();
    [
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32),
    ]
    .join("-")
}

fn later(time: Timestamp, minutes: i64) -> Timestamp {
    time.checked_add(SignedDuration::from_mins(minutes))
        .unwrap_or(time)
}
