//! Reads the data files, which are compiled in.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::activity::Activity;
use super::alerting::Alerting;
use super::analysis::{Analysis, Samples};
use super::event::Event;
use super::generate::{self, Templates};
use super::inspected::Inspected;
use super::issue::Issue;
use super::key::ClientKey;
use super::project::Project;
use super::{Data, ago};

const USERS: File = File("users.json", include_str!("../../data/users.json"));
const ORGANIZATIONS: File = File(
    "organizations.json",
    include_str!("../../data/organizations.json"),
);
const TEAMS: File = File("teams.json", include_str!("../../data/teams.json"));
const PROJECTS: File = File("projects.json", include_str!("../../data/projects.json"));
const RELEASES: File = File("releases.json", include_str!("../../data/releases.json"));
const KEYS: File = File("keys.json", include_str!("../../data/keys.json"));
const MONITORS: File = File("monitors.json", include_str!("../../data/monitors.json"));
const UPTIME: File = File("uptime.json", include_str!("../../data/uptime.json"));
const TRACES: File = File("traces.json", include_str!("../../data/traces.json"));
const REPLAYS: File = File("replays.json", include_str!("../../data/replays.json"));
const TEMPLATES: File = File("templates.json", include_str!("../../data/templates.json"));
const CODE_MAPPINGS: File = File(
    "code-mappings.json",
    include_str!("../../data/code-mappings.json"),
);
const ACTIVITY: File = File("activity.json", include_str!("../../data/activity.json"));
const COLLEAGUES: File = File(
    "colleagues.json",
    include_str!("../../data/colleagues.json"),
);
const ANALYSES: File = File("autofix.json", include_str!("../../data/autofix.json"));
const EXTERNAL_ISSUES: File = File(
    "external-issues.json",
    include_str!("../../data/external-issues.json"),
);
const COMMITTERS: File = File(
    "committers.json",
    include_str!("../../data/committers.json"),
);

const DASHBOARDS: File = File(
    "dashboards.json",
    include_str!("../../data/dashboards.json"),
);
const WORKFLOWS: File = File("workflows.json", include_str!("../../data/workflows.json"));
const DETECTORS: File = File("detectors.json", include_str!("../../data/detectors.json"));
const ALERT_OPTIONS: File = File(
    "alert-options.json",
    include_str!("../../data/alert-options.json"),
);
const CONVERSATIONS: File = File(
    "conversations.json",
    include_str!("../../data/conversations.json"),
);
const SETUP: File = File("setup.json", include_str!("../../data/setup.json"));

/// An issue's file, named by its short id.
macro_rules! issue {
    ($short_id:literal) => {
        File(
            $short_id,
            include_str!(concat!("../../data/issues/", $short_id, ".json")),
        )
    };
}

/// In the order of every listing, as far as nothing else orders it.
const ISSUES: &[File] = &[
    issue!("CHECKOUT-1"),
    issue!("CHECKOUT-2"),
    issue!("CHECKOUT-3"),
    issue!("CHECKOUT-4"),
    issue!("CHECKOUT-5"),
    issue!("CHECKOUT-6"),
    issue!("CHECKOUT-7"),
    issue!("PARCEL-POST-1"),
    issue!("PARCEL-POST-2"),
    issue!("SHOP-WINDOW-1"),
    issue!("SHOP-WINDOW-2"),
    issue!("SHOP-WINDOW-3"),
    issue!("SHOP-WINDOW-4"),
    issue!("HARBOR-SERVICES-1"),
    issue!("HARBOR-SERVICES-2"),
    issue!("HARBOR-SERVICES-3"),
    issue!("HARBOR-SERVICES-4"),
    issue!("HARBOR-SERVICES-5"),
    issue!("HARBOR-SERVICES-6"),
    issue!("HARBOR-SERVICES-7"),
    issue!("HARBOR-SERVICES-8"),
    issue!("HARBOR-SERVICES-9"),
    issue!("HARBOR-SERVICES-10"),
    issue!("HARBOR-SERVICES-11"),
    issue!("HARBOR-SERVICES-12"),
    issue!("HARBOR-SERVICES-13"),
    issue!("HARBOR-SERVICES-14"),
    issue!("HARBOR-SERVICES-15"),
    issue!("HARBOR-SERVICES-16"),
    issue!("HARBOR-WEB-1"),
    issue!("HARBOR-WEB-2"),
    issue!("HARBOR-WEB-3"),
    issue!("HARBOR-WEB-4"),
    issue!("HARBOR-WEB-5"),
    issue!("HARBOR-WEB-6"),
    issue!("HARBOR-WEB-7"),
    issue!("HARBOR-WEB-8"),
    issue!("HARBOR-WEB-9"),
    issue!("HARBOR-WEB-10"),
    issue!("HARBOR-WEB-11"),
    issue!("LANTERN-APP-1"),
    issue!("LANTERN-APP-2"),
    issue!("LANTERN-APP-3"),
    issue!("LANTERN-APP-4"),
    issue!("LANTERN-APP-5"),
    issue!("LANTERN-APP-6"),
    issue!("LANTERN-APP-7"),
    issue!("LANTERN-APP-8"),
    issue!("LANTERN-APP-9"),
];

/// A data file does not have the expected form.
#[derive(Debug, thiserror::Error)]
#[error("the sample data file {file} is not as expected")]
pub struct DataError {
    file: &'static str,
    source: serde_json::Error,
}

impl Data {
    /// Loads everything, with times relative to `start`, in `scale` copies.
    pub(crate) fn load(start: Timestamp, scale: u32) -> Result<Self, DataError> {
        let issues = ISSUES
            .iter()
            .map(|file| file.read_issue(start))
            .collect::<Result<Vec<_>, _>>()?;
        let projects: Vec<Project> = PROJECTS.read(start)?;
        let traces: Vec<_> = TRACES.read(start)?;
        let templates: Templates = TEMPLATES.read(start)?;
        let mut data = Self {
            users: USERS.read(start)?,
            organizations: ORGANIZATIONS.read(start)?,
            teams: TEAMS.read(start)?,
            releases: RELEASES.read(start)?,
            keys: numbered(KEYS.read(start)?),
            monitors: MONITORS.read(start)?,
            uptime: UPTIME.read(start)?,
            replays: REPLAYS.read(start)?,
            rows: generate::rows(&templates, &traces, &projects, start),
            code_mappings: CODE_MAPPINGS.read(start)?,
            alerting: Alerting::of(
                DASHBOARDS.read(start)?,
                WORKFLOWS.read(start)?,
                DETECTORS.read(start)?,
                ALERT_OPTIONS.read(start)?,
            ),
            conversations: CONVERSATIONS.read(start)?,
            setup: SETUP.read(start)?,
            activity: activity(&issues, start)?,
            analyses: analyses(&issues, start)?,
            external_issues: EXTERNAL_ISSUES.read(start)?,
            committers: COMMITTERS.read(start)?,
            inspected: Inspected::load(start)?,
            started: 0,
            recorded: 0,
            issues,
            projects,
            traces,
        };
        data.scale(scale);
        Ok(data)
    }
}

/// Numbers the keys within their project.
fn numbered(mut keys: Vec<ClientKey>) -> Vec<ClientKey> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for key in &mut keys {
        let count = counts.entry(key.project.clone()).or_default();
        key.number = *count;
        *count += 1;
    }
    keys
}

/// The activities by issue id, with ids added and users in place of their keys.
fn activity(
    issues: &[Issue],
    start: Timestamp,
) -> Result<BTreeMap<String, Vec<Activity>>, DataError> {
    let colleagues: Map<String, Value> = COLLEAGUES.read(start)?;
    let mut by_short_id: BTreeMap<String, Vec<Activity>> = ACTIVITY.read(start)?;
    let mut by_id = BTreeMap::new();
    for issue in issues {
        let mut list = by_short_id.remove(&issue.short_id).unwrap_or_default();
        for (number, activity) in list.iter_mut().enumerate() {
            activity.id = format!("{}{number:02}", issue.id);
            let person = activity.user.as_str().and_then(|key| colleagues.get(key));
            activity.user = person.cloned().unwrap_or(Value::Null);
        }
        by_id.insert(issue.id.clone(), list);
    }
    Ok(by_id)
}

fn analyses(issues: &[Issue], start: Timestamp) -> Result<BTreeMap<String, Analysis>, DataError> {
    let mut samples: Samples = ANALYSES.read(start)?;
    let found = issues.iter().filter_map(|issue| {
        let run = samples.remove(&issue.short_id)?;
        Some((issue.id.clone(), Analysis::Sample(run)))
    });
    Ok(found.collect())
}

pub(super) struct File(pub(super) &'static str, pub(super) &'static str);

/// An issue's file: the issue, the members that all its events share, and those of each event.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IssueFile {
    issue: Issue,
    event: Map<String, Value>,
    occurrences: Vec<Map<String, Value>>,
}

impl File {
    pub(super) fn read<T: DeserializeOwned>(&self, start: Timestamp) -> Result<T, DataError> {
        let mut value: Value = serde_json::from_str(self.1).map_err(|source| self.error(source))?;
        ago::resolve(&mut value, start);
        serde_json::from_value(value).map_err(|source| self.error(source))
    }

    fn read_issue(&self, start: Timestamp) -> Result<Issue, DataError> {
        let IssueFile {
            mut issue,
            event,
            occurrences,
        } = self.read(start)?;
        for occurrence in occurrences {
            let event: Event =
                serde_json::from_value(Value::Object(overlay(event.clone(), occurrence)))
                    .map_err(|source| self.error(source))?;
            issue.events.push(event);
        }
        issue
            .events
            .sort_by_key(|event| std::cmp::Reverse(event.date_created));
        generate::more_events(&mut issue);
        Ok(issue)
    }

    fn error(&self, source: serde_json::Error) -> DataError {
        DataError {
            file: self.0,
            source,
        }
    }
}

/// Merges an event's own members over the shared ones; tags are merged, anything else is replaced.
fn overlay(mut base: Map<String, Value>, occurrence: Map<String, Value>) -> Map<String, Value> {
    for (key, value) in occurrence {
        match (base.get_mut(&key), value) {
            (Some(Value::Object(tags)), Value::Object(more)) if key == "tags" => tags.extend(more),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
    base
}

#[cfg(test)]
mod tests;
