//! `/mcp/{org}` and `/mcp/{org}/{project}`.

use fetch::Method;
use fetch::scripted::Scripted;
use sentry_tools::{Constraint, Session};
use serde_json::{Value, json};

use crate::fixture::{BASE, Script, World, session, slug, world_of};

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
