//! What is looked at closely: recordings of replays, profiles, attachments, reports of users, snapshots.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::attachment::Attachment;
use super::load::{DataError, File};
use super::profile::Shape;
use super::recording::Moment;
use super::snapshot::Snapshot;

const RECORDINGS: File = File(
    "recordings.json",
    include_str!("../../data/recordings.json"),
);
const PROFILES: File = File("profiles.json", include_str!("../../data/profiles.json"));
const ATTACHMENTS: File = File(
    "attachments.json",
    include_str!("../../data/attachments.json"),
);
const USER_REPORTS: File = File(
    "user-reports.json",
    include_str!("../../data/user-reports.json"),
);
const SNAPSHOTS: File = File("snapshots.json", include_str!("../../data/snapshots.json"));

#[derive(Clone, Debug)]
pub(crate) struct Inspected {
    /// The segments of recordings, by the replay's id.
    pub(crate) recordings: BTreeMap<String, Vec<Vec<Moment>>>,
    /// What transactions spend their time with.
    pub(crate) profiles: Vec<Shape>,
    pub(crate) attachments: Vec<Attachment>,
    /// By the issue's short id, newest first.
    pub(crate) user_reports: BTreeMap<String, Vec<Map<String, Value>>>,
    /// Newest first.
    pub(crate) snapshots: Vec<Snapshot>,
}

impl Inspected {
    pub(super) fn load(start: Timestamp) -> Result<Self, DataError> {
        Ok(Self {
            recordings: RECORDINGS.read(start)?,
            profiles: PROFILES.read(start)?,
            attachments: ATTACHMENTS.read(start)?,
            user_reports: USER_REPORTS.read(start)?,
            snapshots: SNAPSHOTS.read(start)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Data;

    /// What hangs on something leads to it.
    #[test]
    fn references_lead_somewhere() {
        let data = Data::load("2026-03-10T12:00:00Z".parse().unwrap(), 1).unwrap();
        let inspected = &data.inspected;
        for (id, segments) in &inspected.recordings {
            let replay = data.replays.iter().find(|replay| replay.id == *id);
            let replay = replay.unwrap();
            assert_eq!(replay.rest["count_segments"], segments.len(), "{id}");
            let length = replay.rest["duration"].as_f64().unwrap();
            let moments = segments.iter().flatten();
            assert!(moments.clone().all(|moment| moment.at <= length), "{id}");
            assert!(moments.is_sorted_by(|one, other| one.at <= other.at));
        }
        for attachment in &inspected.attachments {
            let event = data.event("lighthouse-books", &attachment.event);
            assert_eq!(event.unwrap().0.project, attachment.project);
        }
        for (short_id, reports) in &inspected.user_reports {
            let issue = data.issue("lighthouse-books", short_id).unwrap();
            for report in reports {
                assert!(issue.event(report["eventID"].as_str().unwrap()).is_some());
            }
        }
        for row in &data.rows.profiles {
            let shape = inspected.profiles.iter().find(|shape| shape.is_of(row));
            let shape = shape.unwrap();
            for stack in &shape.stacks {
                assert!(stack.iter().all(|frame| *frame < shape.frames.len()));
            }
            assert_eq!(shape.stacks.len(), shape.now.len());
            assert_eq!(shape.stacks.len(), shape.before.len());
        }
        for snapshot in &inspected.snapshots {
            assert!(
                data.project("lighthouse-books", &snapshot.project)
                    .is_some()
            );
            for image in snapshot.every_image() {
                assert!(super::super::picture::of(&image.key).is_some());
            }
        }
    }
}
