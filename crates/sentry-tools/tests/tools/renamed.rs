//! What a session's URL names, when Sentry has it no longer or under another name.
// file rule: mcp/renamed-is-told: a slug that was renamed since it was confirmed is told by its new name, at the call

use std::rc::Rc;

use fetch::Method;
use fetch::scripted::Scripted;
use sentry_api::{BaseUrl, Client, Fixed, Token};
use sentry_tools::{Constraint, Missing, Session, Unconfirmed, confirm, names_instead};
use serde_json::json;

use crate::fixture::{BASE, Script, World, session, slug, world_of};

fn acme() -> Constraint {
    Constraint::Organization(slug("acme"))
}

fn web() -> Constraint {
    Constraint::Project {
        organization: slug("acme"),
        project: slug("web"),
    }
}

fn world(constraint: Constraint, sentry: Scripted) -> World {
    let session = Session {
        constraint,
        ..session()
    };
    world_of(BASE, session, sentry)
}

fn client(sentry: Scripted) -> Client {
    let tokens = Rc::new(Fixed(Token::new("secret")));
    Client::new(Rc::new(sentry), tokens, BaseUrl::parse(BASE).unwrap())
}

fn there(script: Scripted) -> Scripted {
    script
        .get(
            "/organizations/acme/",
            &json!({ "id": "1", "slug": "acme" }),
        )
        .get("/projects/acme/web/", &json!({ "id": "5", "slug": "web" }))
}

#[tokio::test]
async fn a_first_call_has_just_looked_and_does_not_look_again() {
    let sentry = there(Scripted::new()).fails("/projects/acme/web/keys/", 302);
    let world = world(web(), sentry);
    let words = world.error("find_dsns", json!({})).await;
    assert!(words.contains("nothing of that name"), "{words}");
    assert_eq!(world.asked().len(), 3);
}

#[tokio::test]
async fn what_was_remembered_is_looked_at_again_when_nothing_is_found() {
    let sentry = there(Scripted::new())
        .get("/projects/acme/web/keys/", &json!([]))
        .fails("/projects/acme/web/keys/", 302)
        .get(
            "/organizations/acme/",
            &json!({ "id": "1", "slug": "acme" }),
        )
        .fails("/projects/acme/web/", 302)
        .get("/organizations/1/", &json!({ "id": "1", "slug": "acme" }))
        .get("/projects/acme/5/", &json!({ "id": "5", "slug": "till" }));
    let world = world(web(), sentry);
    world.json("find_dsns", json!({})).await;
    let words = world.error("find_dsns", json!({})).await;
    assert_eq!(
        words,
        "The project `web` is called `till` now: connect to the same URL with `till` instead."
    );
}

#[tokio::test]
async fn an_organization_that_was_renamed_is_told_and_one_that_is_gone_is_not_invented() {
    for (found, told) in [
        (
            Some("harbor"),
            "The organization `acme` is called `harbor` now",
        ),
        (Some("acme"), "does not have or does not let you see"),
        (Some("not a slug"), "does not have or does not let you see"),
        (None, "does not have or does not let you see"),
    ] {
        let sentry = Scripted::new()
            .get(
                "/organizations/acme/",
                &json!({ "id": "1", "slug": "acme" }),
            )
            .get("/organizations/acme/projects/", &json!([]))
            .fails("/organizations/acme/projects/", 404)
            .fails("/organizations/acme/", 404);
        let sentry = match found {
            Some(slug) => sentry.get("/organizations/1/", &json!({ "id": "1", "slug": slug })),
            None => sentry.fails("/organizations/1/", 404),
        };
        let world = world(acme(), sentry);
        world.json("find_projects", json!({})).await;
        let words = world.error("find_projects", json!({})).await;
        assert!(words.contains(told), "{words}");
    }
}

#[tokio::test]
async fn an_issue_that_is_not_there_stays_what_was_not_found() {
    let sentry = Scripted::new()
        .get(
            "/organizations/acme/",
            &json!({ "id": "1", "slug": "acme" }),
        )
        .get("/organizations/acme/projects/", &json!([]))
        .fails("/organizations/acme/projects/", 404)
        .get(
            "/organizations/acme/",
            &json!({ "id": "1", "slug": "acme" }),
        );
    let world = world(acme(), sentry);
    world.json("find_projects", json!({})).await;
    let words = world.error("find_projects", json!({})).await;
    assert!(words.contains("nothing of that name"), "{words}");
}

#[tokio::test]
async fn a_constraint_is_confirmed_missing_or_unknown() {
    let missing = |part| Err(Unconfirmed::Missing(part));
    let verified = confirm(&client(there(Scripted::new())), &web()).await;
    let verified = verified.unwrap().unwrap();
    assert_eq!(verified.organization.as_deref(), Some("1"));
    assert_eq!(verified.project.unwrap().id, "5");
    for status in [404, 403, 302] {
        let gone = Scripted::new()
            .fails("/organizations/acme/", status)
            .fails("/projects/acme/web/", status);
        assert_eq!(
            confirm(&client(gone), &web()).await,
            missing(Missing::Organization)
        );
        let part = Scripted::new()
            .get("/organizations/acme/", &json!({ "slug": "acme" }))
            .fails("/projects/acme/web/", status);
        assert_eq!(
            confirm(&client(part), &web()).await,
            missing(Missing::Project)
        );
    }
    for status in [401, 400] {
        let trouble = Scripted::new()
            .fails("/organizations/acme/", status)
            .fails("/projects/acme/web/", 404);
        let trouble = confirm(&client(trouble), &web()).await;
        assert!(
            matches!(trouble, Err(Unconfirmed::Trouble(_))),
            "{trouble:?}"
        );
    }
    assert_eq!(
        confirm(&client(Scripted::new()), &Constraint::None).await,
        Ok(None)
    );
}

#[tokio::test]
async fn the_names_that_there_are_instead() {
    let named = |names: &[&str]| names.iter().map(|name| slug(name)).collect::<Vec<_>>();
    let organizations = json!([{ "slug": "acme" }, { "slug": "not a slug" }, { "slug": "beta" }]);
    let sentry = Scripted::new().get("/organizations/", &organizations);
    let instead = names_instead(&client(sentry), &acme(), Missing::Organization).await;
    assert_eq!(instead, named(&["acme", "beta"]));
    let projects = json!([{ "id": "1", "slug": "api" }]);
    let sentry = Scripted::new().json(
        Method::Get,
        &format!("{BASE}/api/0/organizations/acme/projects/"),
        200,
        &projects.to_string(),
    );
    let instead = names_instead(&client(sentry), &web(), Missing::Project).await;
    assert_eq!(instead, named(&["api"]));
    let sentry = Scripted::new().fails("/organizations/acme/projects/", 403);
    assert!(
        names_instead(&client(sentry), &web(), Missing::Project)
            .await
            .is_empty()
    );
}
