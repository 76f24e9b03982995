//! Reading the data files, which are compiled in.

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::event::Event;
use super::issue::Issue;
use super::{Data, ago};

const USERS: File = File("users.json", include_str!("../../data/users.json"));
const ORGANIZATIONS: File = File(
    "organizations.json",
    include_str!("../../data/organizations.json"),
);
const TEAMS: File = File("teams.json", include_str!("../../data/teams.json"));
const PROJECTS: File = File("projects.json", include_str!("../../data/projects.json"));

/// One file per issue, named by its short id.
const ISSUES: &[File] = &[
    File(
        "CHECKOUT-1",
        include_str!("../../data/issues/CHECKOUT-1.json"),
    ),
    File(
        "CHECKOUT-2",
        include_str!("../../data/issues/CHECKOUT-2.json"),
    ),
    File(
        "CHECKOUT-3",
        include_str!("../../data/issues/CHECKOUT-3.json"),
    ),
    File(
        "CHECKOUT-4",
        include_str!("../../data/issues/CHECKOUT-4.json"),
    ),
    File(
        "CHECKOUT-5",
        include_str!("../../data/issues/CHECKOUT-5.json"),
    ),
    File(
        "CHECKOUT-6",
        include_str!("../../data/issues/CHECKOUT-6.json"),
    ),
    File(
        "CHECKOUT-7",
        include_str!("../../data/issues/CHECKOUT-7.json"),
    ),
    File(
        "PARCEL-POST-1",
        include_str!("../../data/issues/PARCEL-POST-1.json"),
    ),
    File(
        "PARCEL-POST-2",
        include_str!("../../data/issues/PARCEL-POST-2.json"),
    ),
    File(
        "SHOP-WINDOW-1",
        include_str!("../../data/issues/SHOP-WINDOW-1.json"),
    ),
    File(
        "SHOP-WINDOW-2",
        include_str!("../../data/issues/SHOP-WINDOW-2.json"),
    ),
    File(
        "SHOP-WINDOW-3",
        include_str!("../../data/issues/SHOP-WINDOW-3.json"),
    ),
    File(
        "SHOP-WINDOW-4",
        include_str!("../../data/issues/SHOP-WINDOW-4.json"),
    ),
];

/// A data file that does not have its shape.
#[derive(Debug, thiserror::Error)]
#[error("the sample data file {file} is not as expected")]
pub struct DataError {
    file: &'static str,
    source: serde_json::Error,
}

impl Data {
    /// Everything, counted back from `start`.
    pub(crate) fn load(start: Timestamp) -> Result<Self, DataError> {
        Ok(Self {
            users: USERS.read(start)?,
            organizations: ORGANIZATIONS.read(start)?,
            teams: TEAMS.read(start)?,
            projects: PROJECTS.read(start)?,
            issues: ISSUES
                .iter()
                .map(|file| file.read_issue(start))
                .collect::<Result<_, _>>()?,
        })
    }
}

struct File(&'static str, &'static str);

/// An issue's file: the issue, what its events have in common, and what each has of its own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IssueFile {
    issue: Issue,
    event: Map<String, Value>,
    occurrences: Vec<Map<String, Value>>,
}

impl File {
    fn read<T: DeserializeOwned>(&self, start: Timestamp) -> Result<T, DataError> {
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
        Ok(issue)
    }

    fn error(&self, source: serde_json::Error) -> DataError {
        DataError {
            file: self.0,
            source,
        }
    }
}

/// What an occurrence says wins, member by member; tags are merged, everything else is replaced.
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
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn data() -> Data {
        Data::load("2026-03-10T12:00:00Z".parse().unwrap()).unwrap()
    }

    #[test]
    fn every_file_reads_and_names_its_issue() {
        for (file, issue) in ISSUES.iter().zip(&data().issues) {
            assert_eq!(file.0, issue.short_id);
            assert!(!issue.events.is_empty(), "{} has events", issue.short_id);
        }
    }

    #[test]
    fn no_time_placeholder_is_left() {
        let data = data();
        for issue in &data.issues {
            for event in &issue.events {
                assert!(!format!("{event:?}").contains("@-"), "{}", issue.short_id);
            }
        }
    }

    #[test]
    fn references_lead_somewhere_and_ids_are_unique() {
        let data = data();
        let mut ids = BTreeSet::new();
        for issue in &data.issues {
            assert!(
                data.project("lighthouse-books", &issue.project).is_some(),
                "{}",
                issue.project
            );
            assert!(ids.insert(issue.id.clone()), "{}", issue.id);
            for event in &issue.events {
                assert_eq!(event.id.len(), 32, "{}", event.id);
                assert!(
                    event
                        .id
                        .bytes()
                        .all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase())
                );
                assert!(ids.insert(event.id.clone()), "{}", event.id);
            }
        }
    }

    /// An event lies within its issue's life, and the newest one is when it was last seen.
    #[test]
    fn times_agree() {
        for issue in data().issues {
            let newest = issue.events.first().unwrap();
            assert_eq!(newest.date_created, issue.last_seen, "{}", issue.short_id);
            for event in &issue.events {
                assert!(event.date_created >= issue.first_seen, "{}", issue.short_id);
            }
        }
    }

    /// Whatever tag an event carries, its issue counts.
    #[test]
    fn tags_agree() {
        for issue in data().issues {
            for event in &issue.events {
                for (key, value) in &event.tags {
                    let counted = issue.tags.get(key).and_then(|values| values.get(value));
                    assert!(counted.is_some(), "{}: {key}={value}", issue.short_id);
                }
            }
            for (key, values) in &issue.tags {
                assert!(
                    values.values().sum::<u64>() <= issue.count,
                    "{}: {key}",
                    issue.short_id
                );
            }
        }
    }
}
