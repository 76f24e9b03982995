//! `/mcp/{org}` and `/mcp/{org}/{project}`.
// file rule: mcp/constraints: constraints of a session hold for every tool

use fetch::Method;
use fetch::scripted::Scripted;
use sentry_tools::{Constraint, Session};
use serde_json::{Value, json};

use crate::fixture::{BASE, Script, World, session, slug, world_of};
use crate::sentry::{TRACE, answers, calls, full, script, trace};

fn organization(script: Scripted) -> World {
    let constraint = Constraint::Organization(slug("acme"));
    let script = script.get(
        "/organizations/acme/",
        &json!({ "slug": "acme", "links": { "regionUrl": "" } }),
    );
    world_of(
        BASE,
        Session {
            constraint,
            ..session()
        },
        script,
    )
}

fn project(script: Scripted) -> World {
    let constraint = Constraint::Project {
        organization: slug("acme"),
        project: slug("web"),
    };
    let script = script
        .get("/organizations/acme/", &json!({ "slug": "acme" }))
        .get("/projects/acme/web/", &json!({ "id": "5", "slug": "web" }));
    world_of(
        BASE,
        Session {
            constraint,
            ..session()
        },
        script,
    )
}

fn issue(project: &str) -> Value {
    json!({ "id": "4501", "shortId": "X-1", "title": "secret title", "project": { "id": "1", "slug": project } })
}

#[tokio::test]
async fn what_a_client_sends_is_overwritten() {
    let world = organization(Scripted::new().get("/organizations/acme/projects/", &json!([])));
    let sent = json!({ "organizationSlug": "other", "regionUrl": "https://evil.example" });
    world.json("find_projects", sent).await;
    assert_eq!(
        world.asked(),
        [
            "/organizations/acme/",
            "/organizations/acme/projects/?per_page=26"
        ]
    );

    let world = project(Scripted::new().get("/organizations/acme/issues/", &json!([])));
    let sent = json!({ "organizationSlug": "other", "projectSlugOrId": "other", "limit": 1 });
    let text = world.text("search_issues", sent).await;
    assert!(text.contains("project `web`"), "{text}");
    assert!(
        world.asked()[2].ends_with("&project=5"),
        "{:?}",
        world.asked()
    );
}

#[tokio::test]
async fn sentry_is_asked_about_a_constraint_once() {
    let world = organization(Scripted::new().get("/organizations/acme/projects/", &json!([])));
    world.tools(mcp::Version::LATEST);
    assert!(world.asked().is_empty(), "the list asks nobody");
    for _ in 0..3 {
        world.json("find_projects", json!({})).await;
    }
    let asked = world.asked();
    assert_eq!(
        asked
            .iter()
            .filter(|url| *url == "/organizations/acme/")
            .count(),
        1
    );
}

#[tokio::test]
async fn the_organizations_region_is_used() {
    let constraint = Constraint::Organization(slug("acme"));
    let sentry = Scripted::new()
        .json(
            Method::Get,
            "https://sentry.io/api/0/organizations/acme/",
            200,
            r#"{"slug":"acme","links":{"regionUrl":"https://de.sentry.io"}}"#,
        )
        .json(
            Method::Get,
            "https://de.sentry.io/api/0/organizations/acme/projects/",
            200,
            "[]",
        );
    let world = world_of(
        "https://sentry.io",
        Session {
            constraint,
            ..session()
        },
        sentry,
    );
    world.json("find_projects", json!({})).await;
}

#[tokio::test]
async fn a_constraint_that_does_not_exist() {
    for status in [403, 404] {
        let constraint = Constraint::Organization(slug("gone"));
        let sentry = Scripted::new().fails("/organizations/gone/", status);
        let world = world_of(
            BASE,
            Session {
                constraint,
                ..session()
            },
            sentry,
        );
        let words = world.error("whoami", json!({})).await;
        assert!(
            words.contains("`gone`") && words.contains("Connect to another URL"),
            "{words}"
        );
        world.error("whoami", json!({})).await;
        assert_eq!(world.asked().len(), 2, "a failure is not remembered");
    }
    let constraint = Constraint::Project {
        organization: slug("acme"),
        project: slug("gone"),
    };
    let sentry = Scripted::new()
        .get("/organizations/acme/", &json!({ "slug": "acme" }))
        .fails("/projects/acme/gone/", 404);
    let world = world_of(
        BASE,
        Session {
            constraint,
            ..session()
        },
        sentry,
    );
    let words = world.error("search_issues", json!({})).await;
    assert!(
        words.contains("the project `gone` of the organization `acme`"),
        "{words}"
    );
}

#[tokio::test]
async fn hidden_tools_say_why() {
    let words = organization(Scripted::new())
        .error("find_organizations", json!({}))
        .await;
    assert!(
        words.contains("limited to the organization `acme`"),
        "{words}"
    );
    let words = project(Scripted::new())
        .error("find_projects", json!({}))
        .await;
    assert!(words.contains("limited to the project `web`"), "{words}");
}

#[tokio::test]
async fn an_issue_of_another_project_is_not_shown() {
    let event = "0".repeat(32);
    let world = project(
        Scripted::new()
            .get("/organizations/acme/issues/X-1/", &issue("other"))
            .get("/organizations/acme/issues/", &json!([issue("other")])),
    );
    for arguments in [
        json!({ "issueId": "X-1" }),
        json!({ "eventId": event }),
        json!({ "issueUrl": "https://acme.sentry.io/issues/X-1" }),
    ] {
        let words = world.error("get_issue_details", arguments).await;
        assert!(
            words.contains("another project") && !words.contains("secret"),
            "{words}"
        );
    }
    assert!(world.asked().iter().all(|url| !url.contains("events")));
}

#[tokio::test]
async fn an_issue_of_this_project_is_shown() {
    let world = project(
        Scripted::new()
            .get("/organizations/acme/issues/X-1/", &issue("web"))
            .get(
                "/organizations/acme/issues/4501/events/latest/",
                &json!({ "eventID": "aa" }),
            ),
    );
    let text = world
        .text("get_issue_details", json!({ "issueId": "X-1" }))
        .await;
    assert!(text.starts_with("# X-1"));
}

#[tokio::test]
async fn a_url_must_lie_inside() {
    for (world, url, what) in [
        (
            organization(Scripted::new()),
            "https://other.sentry.io/issues/1",
            "organization",
        ),
        (
            project(Scripted::new()),
            "https://sentry.example/organizations/other/issues/1",
            "organization",
        ),
        (
            project(Scripted::new()),
            "https://sentry.example/acme/other/issues/1",
            "project",
        ),
    ] {
        let words = world
            .error("get_issue_details", json!({ "issueUrl": url }))
            .await;
        assert!(words.contains(&format!("another {what}")), "{words}");
        assert!(world.asked().iter().all(|url| !url.contains("issues")));
    }
}

fn project_of(script: Scripted) -> World {
    let constraint = Constraint::Project {
        organization: slug("acme"),
        project: slug("web"),
    };
    let session = Session {
        constraint,
        ..session()
    };
    world_of(BASE, session, script)
}

// rule: mcp/project-session-order: in a project's session the issue's project comes first, and
//    traces show its own spans
#[tokio::test]
async fn every_issue_tool_looks_whose_the_issue_is_first() {
    let of_issues = calls().into_iter().filter(|(_, arguments, _)| {
        arguments.get("issueId").is_some() || arguments.get("resourceId").is_some()
    });
    for (tool, arguments, _) in of_issues {
        let world = project_of(full());
        world.call(tool, arguments.clone()).await.unwrap();
        let of_issue: Vec<_> = world
            .asked()
            .into_iter()
            .filter(|url| url.contains("/issues/"))
            .collect();
        assert_eq!(of_issue[0], "/organizations/acme/issues/WEB-1A/", "{tool}");

        let mut answers = answers();
        for answer in &mut answers {
            if answer.path == "/organizations/acme/issues/WEB-1A/" {
                answer.body["project"]["slug"] = "other".into();
            }
        }
        let world = project_of(script(&answers));
        let words = world.error(tool, arguments).await;
        assert!(
            words.contains("another project") && !words.contains("cart"),
            "{tool}: {words}"
        );
        let of_issue = world
            .asked()
            .into_iter()
            .filter(|url| url.contains("/issues/"))
            .count();
        assert_eq!(of_issue, 1, "{tool} asks for nothing else");
        let changes = world
            .sentry
            .requests()
            .iter()
            .filter(|request| request.method != Method::Get)
            .count();
        assert_eq!(changes, 0, "{tool}");
    }
}

// rule: mcp/opaque-until-seen
#[tokio::test]
async fn searches_and_lists_stay_in_the_project() {
    let asked = async |tool: &str, arguments: Value| {
        let world = project_of(full());
        world.call(tool, arguments).await.unwrap();
        world.asked().pop().unwrap()
    };
    let other = || json!({ "projectSlug": "other", "organizationSlug": "other", "regionUrl": "https://evil.example" });
    assert!(
        asked("search_events", other())
            .await
            .contains("&project=5&")
    );
    assert_eq!(
        asked("find_releases", other()).await,
        "/projects/acme/web/releases/?per_page=26"
    );
    assert_eq!(
        asked("find_teams", other()).await,
        "/projects/acme/web/teams/?per_page=26"
    );
    assert_eq!(
        asked("find_dsns", other()).await,
        "/projects/acme/web/keys/"
    );
    let mut replays = other();
    replays["dataset"] = "replays".into();
    assert!(
        asked("search_events", replays)
            .await
            .contains("&project=5&")
    );
}

// rule: mcp/project-session-order
#[tokio::test]
async fn a_trace_shows_the_projects_own_spans() {
    let arguments = || json!({ "traceId": TRACE });
    let text = project_of(full())
        .text("get_trace_details", arguments())
        .await;
    assert!(
        text.contains("GET https://stock.example/") && !text.contains("[d1]"),
        "{text}"
    );
    assert!(
        text.contains("1 spans of other projects are not shown here."),
        "{text}"
    );
    assert!(
        !text.contains("Log lines"),
        "numbers of the whole trace are not its own: {text}"
    );
    let mut span = arguments();
    span["spanId"] = "d1".into();
    let words = project_of(full()).error("get_span_details", span).await;
    assert!(words.contains("has no span `d1`"), "{words}");

    let mut answers = answers();
    for answer in &mut answers {
        if answer.path.contains("/trace/") {
            let text = answer.body.to_string().replace("\"web\"", "\"other\"");
            answer.body = serde_json::from_str(&text).unwrap();
        }
    }
    let words = project_of(script(&answers))
        .error("get_trace_details", arguments())
        .await;
    assert!(
        words.contains("Sentry has nothing of that name") && !words.contains("cart"),
        "{words}"
    );
}

#[tokio::test]
async fn a_pasted_url_of_a_trace_lies_inside_too() {
    let world = project_of(full());
    let url = format!("https://other.sentry.io/explore/traces/trace/{TRACE}/");
    let words = world
        .error("get_sentry_resource", json!({ "url": url }))
        .await;
    assert!(words.contains("another organization"), "{words}");
}

#[tokio::test]
async fn a_trace_is_looked_for_on_the_organizations_server() {
    let sentry = Scripted::new()
        .json(
            Method::Get,
            "https://sentry.io/api/0/organizations/acme/",
            200,
            r#"{"slug":"acme","links":{"regionUrl":"https://de.sentry.io"}}"#,
        )
        .json(
            Method::Get,
            &format!("https://de.sentry.io/api/0/organizations/acme/trace/{TRACE}/"),
            200,
            &trace().to_string(),
        );
    let world = world_of("https://sentry.io", session(), sentry);
    let arguments = json!({ "organizationSlug": "acme", "traceId": TRACE });
    world.text("get_trace_details", arguments.clone()).await;
    let mut said = arguments;
    said["regionUrl"] = "https://de.sentry.io".into();
    world.text("get_trace_details", said).await;
    let lookups = world
        .sentry
        .requests()
        .iter()
        .filter(|request| request.url.path().ends_with("/acme/"))
        .count();
    assert_eq!(lookups, 1, "nobody is asked for what is said");
}
