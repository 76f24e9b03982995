//! Checks that the data files are consistent with each other.

use std::collections::BTreeSet;

use super::*;

fn scaled(scale: u32) -> Data {
    Data::load("2026-03-10T12:00:00Z".parse().unwrap(), scale).unwrap()
}

fn data() -> Data {
    scaled(1)
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

/// Every event is within its issue's life, and the newest one is when the issue was last seen.
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

/// Every tag of an event is counted in its issue.
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

/// There are two hundred events in the two weeks that searches cover.
#[test]
fn two_hundred_events() {
    let data = data();
    let since: Timestamp = "2026-02-24T12:00:00Z".parse().unwrap();
    let kinds = ["error", "default", "csp", "expectstaple"];
    let count = data
        .issues
        .iter()
        .filter(|issue| kinds.contains(&issue.kind.as_str()))
        .flat_map(|issue| &issue.events)
        .filter(|event| event.date_created >= since)
        .count();
    assert_eq!(count, 200);
}

/// Every reference to an event, an issue or a project names one that exists.
#[test]
fn nothing_refers_to_what_is_not_there() {
    for data in [data(), scaled(3)] {
        let event = |id: &str| data.event("lighthouse-books", id).is_some();
        let project = |slug: &str| data.project("lighthouse-books", slug).is_some();
        for trace in &data.traces {
            assert!(trace.errors.iter().all(|(id, _)| event(id)), "{}", trace.id);
            for span in &trace.spans {
                assert!(project(&span.project), "{}", span.id);
                let parent = |id| trace.spans.iter().any(|other| &other.id == id);
                assert!(span.parent.as_ref().is_none_or(parent), "{}", span.id);
            }
        }
        for replay in &data.replays {
            assert!(project(&replay.project), "{}", replay.id);
            assert!(replay.error_ids.iter().all(|id| event(id)), "{}", replay.id);
        }
        for release in &data.releases {
            assert!(
                release.projects.iter().all(|slug| project(slug)),
                "{}",
                release.version
            );
        }
        for monitor in &data.monitors {
            assert!(project(&monitor.project), "{}", monitor.slug);
            assert!(
                monitor
                    .owner
                    .as_ref()
                    .is_none_or(|owner| owner.wire(&data).is_some())
            );
        }
        for monitor in &data.uptime {
            assert!(project(&monitor.project), "{}", monitor.id);
            assert!(
                monitor
                    .owner
                    .as_ref()
                    .is_none_or(|owner| owner.wire(&data).is_some())
            );
        }
        for rows in data.rows.clone().all_mut() {
            assert!(rows.iter().all(|row| project(&row.project)));
            assert!(rows.is_sorted_by(|one, other| one.time >= other.time));
        }
        for project in &data.projects {
            let latest = data
                .releases
                .iter()
                .find(|release| release.version == project.latest_release);
            assert!(
                latest.is_some_and(|release| release.is_of(&project.slug)),
                "{}",
                project.slug
            );
        }
    }
    let shown: Map<String, Value> = EXTERNAL_ISSUES.read(Timestamp::UNIX_EPOCH).unwrap();
    let files: Map<String, Value> = ANALYSES.read(Timestamp::UNIX_EPOCH).unwrap();
    let lists: Map<String, Value> = ACTIVITY.read(Timestamp::UNIX_EPOCH).unwrap();
    for short_id in shown.keys().chain(files.keys()).chain(lists.keys()) {
        assert!(
            data().issue("lighthouse-books", short_id).is_some(),
            "{short_id}"
        );
    }
}

/// An issue's number of notes matches its activities.
#[test]
fn notes_are_counted() {
    let data = data();
    for issue in &data.issues {
        let notes = data
            .activity
            .get(&issue.id)
            .unwrap()
            .iter()
            .filter(|activity| activity.is_note());
        assert_eq!(
            notes.count(),
            issue.num_comments as usize,
            "{}",
            issue.short_id
        );
    }
}

#[test]
fn a_scale_multiplies_everything_and_keeps_names_apart() {
    let (one, three) = (data(), scaled(3));
    assert_eq!(three.projects.len(), 3 * one.projects.len());
    assert_eq!(three.rows.spans.len(), 3 * one.rows.spans.len());
    let distinct = |values: Vec<&str>| values.into_iter().collect::<BTreeSet<_>>().len();
    assert_eq!(
        distinct(
            three
                .issues
                .iter()
                .map(|issue| issue.short_id.as_str())
                .collect()
        ),
        3 * one.issues.len()
    );
    assert_eq!(
        distinct(
            three
                .projects
                .iter()
                .map(|project| project.id.as_str())
                .collect()
        ),
        3 * one.projects.len()
    );
    let events = |data: &Data| {
        data.issues
            .iter()
            .map(|issue| issue.events.len())
            .sum::<usize>()
    };
    let ids = three
        .issues
        .iter()
        .flat_map(|issue| issue.events.iter().map(|event| event.id.as_str()));
    assert_eq!(distinct(ids.collect()), 3 * events(&one));
    assert_eq!(
        format!("{three:?}"),
        format!("{:?}", scaled(3)),
        "the same at every start"
    );
}
