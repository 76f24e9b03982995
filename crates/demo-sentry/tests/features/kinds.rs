//! Events as SDKs of many platforms and Sentry's detectors make them: what is particular about each kind is there.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::*;

mod table;

use table::KINDS;

const ORG: &str = "/api/0/organizations/lighthouse-books";
const PROJECTS: &str = "project=harbor-services&project=harbor-web&project=lantern-app";

/// What Sentry's published description of an event requires.
const MEMBERS: &[&str] = &[
    "_meta",
    "context",
    "contexts",
    "dateReceived",
    "dist",
    "entries",
    "errors",
    "eventID",
    "groupID",
    "id",
    "location",
    "message",
    "metadata",
    "nextEventID",
    "occurrence",
    "packages",
    "platform",
    "previousEventID",
    "projectID",
    "release",
    "resolvedWith",
    "sdk",
    "sdkUpdates",
    "size",
    "tags",
    "title",
    "type",
    "user",
    "userReport",
];

async fn latest(sentry: &Sentry, issue: &str) -> Value {
    sentry
        .json(&format!("{ORG}/issues/{issue}/events/latest/"))
        .await
}

#[tokio::test]
async fn every_issue_of_these_projects_is_a_kind_with_what_makes_it_one() {
    let sentry = sentry();
    let listed = sentry
        .json(&format!("{ORG}/issues/?query=&{PROJECTS}"))
        .await;
    let listed = listed.as_array().unwrap();
    let ids: BTreeSet<_> = listed
        .iter()
        .map(|issue| issue["shortId"].as_str().unwrap())
        .collect();
    assert_eq!(ids, KINDS.iter().map(|(id, ..)| *id).collect());
    for (id, platform, category, places) in KINDS {
        let issue = listed.iter().find(|issue| issue["shortId"] == *id).unwrap();
        assert_eq!(
            (&issue["platform"], &issue["issueCategory"]),
            (&json!(platform), &json!(category)),
            "{id}"
        );
        let event = latest(&sentry, id).await;
        assert_eq!(event["platform"], *platform, "{id}");
        for place in *places {
            let found = event.pointer(place);
            assert!(found.is_some_and(|found| !found.is_null()), "{id}: {place}");
        }
        for member in MEMBERS {
            assert!(event.get(member).is_some(), "{id} lacks {member}");
        }
        let occurrence = &event["occurrence"];
        assert_eq!(occurrence.is_null(), *category == "error", "{id}");
        if !occurrence.is_null() {
            assert_eq!(occurrence["eventId"], event["id"], "{id}");
            assert_eq!(
                occurrence["projectId"].to_string(),
                event["projectID"].as_str().unwrap()
            );
            assert!(occurrence["detectionTime"].is_f64(), "{id}");
        }
        for frame in frames(&event) {
            assert!(frame["inApp"].is_boolean(), "{id}: {frame}");
            let named = ["filename", "module", "function", "instructionAddr"];
            assert!(
                named.iter().any(|name| frame[name].is_string()),
                "{id}: {frame}"
            );
            let line = &frame["lineNo"];
            for source in frame["context"].as_array().unwrap() {
                assert!(source[0].is_u64() && source[1].is_string(), "{id}: {frame}");
            }
            let around = frame["context"].as_array().unwrap();
            let has_line = around.iter().any(|source| &source[0] == line);
            assert!(around.is_empty() || has_line, "{id}: {frame}");
        }
    }
}

/// All of them, of every exception and thread.
fn frames(event: &Value) -> Vec<&Value> {
    let entries = event["entries"].as_array().unwrap();
    let values = entries
        .iter()
        .filter_map(|entry| entry["data"]["values"].as_array())
        .flatten();
    values
        .filter_map(|value| value["stacktrace"]["frames"].as_array())
        .flatten()
        .collect()
}

#[tokio::test]
async fn many_events_of_many_platforms_and_every_category() {
    let sentry = sentry();
    let (mut events, mut platforms) = (BTreeSet::new(), BTreeSet::new());
    for (id, ..) in KINDS {
        let list = sentry
            .json(&format!("{ORG}/issues/{id}/events/?full=true"))
            .await;
        for event in list.as_array().unwrap() {
            assert!(event["entries"].is_array(), "{id}");
            events.insert(event["eventID"].as_str().unwrap().to_owned());
            platforms.insert(event["platform"].as_str().unwrap().to_owned());
        }
    }
    assert!(events.len() >= 24, "{}", events.len());
    assert!(platforms.len() >= 12, "{platforms:?}");
    let categories: BTreeSet<_> = KINDS.iter().map(|(_, _, category, _)| *category).collect();
    let expected = [
        "ai_detected",
        "configuration",
        "cron",
        "db_query",
        "error",
        "feedback",
        "frontend",
        "http_client",
        "metric",
        "mobile",
        "outage",
        "replay",
    ];
    assert!(categories.iter().eq(&expected), "{categories:?}");
    for category in expected {
        let query = format!("{ORG}/issues/?query=issue.category:{category}");
        let found = sentry.get(&query).await.each("shortId");
        assert!(!found.is_empty(), "{category}");
    }
}

/// Who looks at the newest first sees what was there before these.
#[tokio::test]
async fn they_come_after_all_others() {
    let sentry = sentry();
    let of_kinds = |id: &String| KINDS.iter().any(|(kind, ..)| kind == id);
    let issues = sentry.get(&format!("{ORG}/issues/?query=")).await;
    let issues = issues.each("shortId");
    assert!(issues.iter().map(of_kinds).is_sorted(), "{issues:?}");
    let projects = sentry.get(&format!("{ORG}/projects/")).await.each("slug");
    assert_eq!(projects[..3], ["checkout", "parcel-post", "shop-window"]);
    let table = format!("{ORG}/events/?field=count()&statsPeriod=14d&{PROJECTS}");
    assert_eq!(sentry.json(&table).await["data"][0]["count()"], 0);
}

/// What an issue says of itself beside its events.
#[tokio::test]
async fn states_trackers_reports_and_releases() {
    let sentry = sentry();
    let issue = async |id: &str| sentry.json(&format!("{ORG}/issues/{id}/")).await;
    for (id, place, value) in [
        (
            "HARBOR-SERVICES-1",
            "/annotations/0/displayName",
            json!("BERTH-212"),
        ),
        (
            "HARBOR-SERVICES-1",
            "/firstRelease/version",
            json!("harbor-services@3.17.2"),
        ),
        (
            "HARBOR-SERVICES-1",
            "/lastRelease/shortVersion",
            json!("3.18.0"),
        ),
        (
            "HARBOR-SERVICES-1",
            "/lastRelease/lastCommit/author/name",
            json!("Mira Solberg"),
        ),
        (
            "HARBOR-SERVICES-2",
            "/statusDetails/inNextRelease",
            json!(true),
        ),
        (
            "HARBOR-SERVICES-2",
            "/statusDetails/actor/username",
            json!("mira"),
        ),
        (
            "HARBOR-SERVICES-3",
            "/statusDetails/inCommit/shortId",
            json!("3e5d9b8"),
        ),
        (
            "HARBOR-SERVICES-4",
            "/statusDetails/ignoreUserCount",
            json!(20),
        ),
        ("LANTERN-APP-3", "/statusDetails/ignoreWindow", json!(1440)),
        ("LANTERN-APP-1", "/userReportCount", json!(1)),
        ("CHECKOUT-1", "/userReportCount", json!(0)),
        ("CHECKOUT-1", "/annotations", json!([])),
        ("CHECKOUT-1", "/platform", json!("python-django")),
    ] {
        assert_eq!(
            issue(id).await.pointer(place),
            Some(&value),
            "{id}: {place}"
        );
    }
    let kinds = async |id: &str| -> Vec<Value> {
        let activity = sentry.json(&format!("{ORG}/issues/{id}/activities/")).await;
        let entries = activity["activity"].as_array().unwrap();
        entries.iter().map(|entry| entry["type"].clone()).collect()
    };
    assert_eq!(
        kinds("HARBOR-SERVICES-3").await,
        [
            "set_resolved_in_commit",
            "set_resolved_in_pull_request",
            "first_seen"
        ]
    );
    assert!(kinds("HARBOR-SERVICES-2").await.contains(&json!("merge")));
}

#[tokio::test]
async fn whose_commits_an_event_is_suspected_to_come_from() {
    let sentry = sentry();
    let event = latest(&sentry, "HARBOR-SERVICES-1").await;
    let id = event["eventID"].as_str().unwrap();
    let project = "/api/0/projects/lighthouse-books/harbor-services";
    let suspects = sentry
        .json(&format!("{project}/events/{id}/committers/"))
        .await;
    let commit = &suspects["committers"][0]["commits"][0];
    assert_eq!(suspects["committers"][0]["author"]["name"], "Mira Solberg");
    assert_eq!(commit["suspectCommitType"], "via SCM integration");
    assert_eq!(commit["id"], event["release"]["lastCommit"]["id"]);
    let innocent = latest(&sentry, "HARBOR-SERVICES-2").await;
    let innocent = innocent["eventID"].as_str().unwrap();
    assert_eq!(
        sentry
            .json(&format!("{project}/events/{innocent}/committers/"))
            .await,
        json!({"committers": []})
    );
    for nowhere in [
        format!("{project}/events/{}/committers/", "0".repeat(32)),
        format!("/api/0/projects/lighthouse-books/checkout/events/{id}/committers/"),
    ] {
        assert_eq!(sentry.get(&nowhere).await.status, 404, "{nowhere}");
    }
}

/// One issue, and only one, holds what a stranger may send to mislead whoever reads it.
#[tokio::test]
async fn one_issue_is_hostile() {
    let sentry = sentry();
    for (id, ..) in KINDS {
        let event = latest(&sentry, id).await.to_string();
        let hidden = event
            .chars()
            .any(|c| ('\u{e0000}'..='\u{e007f}').contains(&c));
        let steps = event.contains("quick-repair.invalid");
        let hostile = *id == "HARBOR-SERVICES-15";
        assert_eq!((hidden, steps), (hostile, hostile), "{id}");
    }
}
