//! Addresses that no tool reads: which tool and arguments help instead.
// file rule: mcp/pasted-urls

use super::*;

#[tokio::test]
async fn what_no_tool_reads_is_explained() {
    let share = format!("https://sentry.io/share/issue/{E}/");
    let rows: &[(&str, &[&str])] = &[
        (
            "L/issues/7301/events/4be71c/",
            &["32 hexadecimal digits", "latest"],
        ),
        ("L/issues/7301/events/newest/", &["32 hexadecimal digits"]),
        ("L/traces/trace/68d416f2/", &["32 hexadecimal digits"]),
        (
            "L/issues/?project=41&query=is%3Aunresolved+pier",
            &[
                "`search_issues`",
                "`is:unresolved pier`",
                "`projectSlugOrId` `41`",
            ],
        ),
        ("L/issues/?query=%60hack%60", &["`search_issues`"]),
        ("L/issues/views/31/", &["list of issues", "`search_issues`"]),
        ("L/issues/warnings/", &["list of issues", "`search_issues`"]),
        (
            "L/issues/errors-outages/",
            &["list of issues", "`search_issues`"],
        ),
        (
            "L/issues/breached-metrics/?query=pier",
            &["list of issues", "`query` `pier`"],
        ),
        (
            "L/issues/feedback/?project=42",
            &["feedback", "`issue.category:feedback`"],
        ),
        (
            "L/issues/alerts/rules/shelf/88/details/",
            &["alert rule", "`projectSlugOrId` `shelf`"],
        ),
        ("L/alerts/rules/details/88/", &["alert rule"]),
        ("L/dashboards/", &["dashboard"]),
        (
            "L/explore/logs/?logsQuery=pier",
            &["`search_logs`", "`query` `pier`"],
        ),
        (
            "L/explore/traces/?query=span.op%3Adb&statsPeriod=24h",
            &["`search_traces`", "`span.op:db`", "`period` `24h`"],
        ),
        (
            "L/performance/summary/?transaction=%2Fcart",
            &["`transaction:\"/cart\"`"],
        ),
        (
            &share,
            &["public share link", "address of the issue itself"],
        ),
        (
            "L/settings/projects/shelf/keys/",
            &["`find_dsns`", "`projectSlug` `shelf`"],
        ),
        (
            "https://sentry.io/settings/lighthouse-books/projects/shelf/keys/",
            &["`find_dsns`", "`organizationSlug` `lighthouse-books`"],
        ),
        ("L/settings/teams/", &["`find_teams`"]),
        ("L/settings/account/", &["settings"]),
        (
            "L/projects/shelf/",
            &["a project", "`find_projects`", "`query` `shelf`"],
        ),
        ("L/monitors/88/", &["monitor", "`search_issues`"]),
        ("L/insights/crons/", &["monitor", "`search_issues`"]),
        ("L/releases/", &["`find_releases`"]),
        ("L/stats/", &["statistics"]),
        ("L/", &["no issue, event or trace"]),
        (
            "L/something/new/",
            &[
                "no issue, event or trace",
                "https://acme.sentry.io/issues/WEB-1A",
            ],
        ),
        (
            "https://rival.sentry.io/organizations/lighthouse-books/issues/7301/",
            &["different organizations"],
        ),
        ("L/issues/7301/ and L/issues/7302/", &["several addresses"]),
        (
            "https://github.com/lighthouse-books/shelf/issues/31",
            &["this Sentry", "https://acme.sentry.io/issues/WEB-1A"],
        ),
        (
            "https://gitlab.com/lighthouse-books/shelf/-/issues/31",
            &["this Sentry"],
        ),
        ("https://tracker.example/browse/BUOY-77", &["this Sentry"]),
        ("https://docs.sentry.io/product/issues/", &["this Sentry"]),
        (
            "github.com/lighthouse-books/shelf/issues/31",
            &["this Sentry"],
        ),
        ("https://", &["https://acme.sentry.io/issues/WEB-1A"]),
        ("not a url", &["https://acme.sentry.io/issues/WEB-1A"]),
        ("7301", &["https://acme.sentry.io/issues/WEB-1A"]),
    ];
    for (url, expected) in rows {
        let url = filled(&url.replace(" L/", &format!(" {L}/")));
        for (tool, parameter) in [
            ("get_sentry_resource", "url"),
            ("get_issue_details", "issueUrl"),
            ("update_issue", "issueUrl"),
            ("get_issue_activity", "issueUrl"),
        ] {
            let mut arguments = json!({ "status": "resolved" });
            if tool != "update_issue" {
                arguments = json!({});
            }
            arguments[parameter] = url.as_str().into();
            let (is_error, words, asked) = paste(session(), tool, arguments).await;
            assert!(
                is_error && asked.is_empty(),
                "{tool} {url}: {asked:?} {words}"
            );
            assert!(
                words.contains(&format!("`{parameter}`")),
                "{tool} {url}: {words}"
            );
            for part in *expected {
                assert!(words.contains(part), "{tool} {url}: {part} in {words}");
            }
            if parameter == "url" {
                assert!(!words.contains("issueUrl"), "{url}: {words}");
            }
        }
    }
}

#[tokio::test]
async fn what_another_tool_reads_is_named_with_its_arguments() {
    let rows: &[(&str, &[&str])] = &[
        (
            "L/explore/replays/E/",
            &["a replay", "`get_replay_details`", "`replayId` `E`"],
        ),
        ("L/replays/E/", &["`organizationSlug` `lighthouse-books`"]),
        (
            "L/explore/profiling/profile/shelf/E/flamegraph/",
            &[
                "`get_profile_details`",
                "`projectSlugOrId` `shelf`",
                "`profileId` `E`",
            ],
        ),
        (
            "L/profiling/profile/shelf/flamegraph/?profilerId=E&start=2026-11-01T00%3A00%3A00&end=2026-11-01T01%3A00%3A00",
            &["`profilerId` `E`", "`start` `2026-11-01T00:00:00`"],
        ),
        (
            "L/explore/profiling/summary/shelf/?transaction=%2Fcart",
            &["`get_profile`", "`transactionName` `/cart`"],
        ),
        (
            "L/preprod/snapshots/77/",
            &["`get_snapshot`", "`snapshotId` `77`"],
        ),
    ];
    for (url, expected) in rows {
        let url = filled(url).replace("=E&", &format!("={E}&"));
        let arguments = json!({ "issueUrl": url });
        let (is_error, words, asked) = paste(session(), "get_issue_details", arguments).await;
        assert!(is_error && asked.is_empty(), "{url}: {asked:?} {words}");
        for part in *expected {
            let part = part.replace("`E`", &format!("`{E}`"));
            assert!(words.contains(&part), "{url}: {part} in {words}");
        }
    }
    // What is no id is said to be none, before Sentry is asked.
    let url = filled("L/replays/4be71c0d/");
    let (is_error, words, asked) =
        paste(session(), "get_sentry_resource", with(&url, &json!({}))).await;
    assert!(
        is_error && asked.is_empty() && words.contains("32 hexadecimal digits"),
        "{words}"
    );
}

/// A tool that the session lacks is not recommended, and no parameter that it does not have.
#[tokio::test]
async fn a_guide_names_what_there_is() {
    let fixed = Session {
        constraint: Constraint::Project {
            organization: slug("acme"),
            project: slug("web"),
        },
        ..session()
    };
    let world = world_of(BASE, fixed, crate::sentry::full());
    let words = world
        .error(
            "get_sentry_resource",
            json!({ "url": "https://acme.sentry.io/issues/?project=41&query=pier" }),
        )
        .await;
    assert!(
        words.contains("`search_issues` with `query` `pier`."),
        "{words}"
    );
    let words = world
        .error(
            "get_sentry_resource",
            json!({ "url": "https://acme.sentry.io/projects/web/" }),
        )
        .await;
    assert!(
        !words.contains("projectSlugOrId")
            && !words.contains("find_projects")
            && !words.contains("organizationSlug"),
        "{words}"
    );

    let seer = Session {
        skills: Skills::of(&[Skill::Seer]),
        ..session()
    };
    let (_, words, _) = paste(
        seer,
        "get_sentry_resource",
        json!({ "url": format!("{L}/settings/projects/shelf/keys/") }),
    )
    .await;
    assert!(
        !words.contains("find_dsns") && words.contains("open it in Sentry"),
        "{words}"
    );
}
