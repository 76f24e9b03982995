//! whoami, find_organizations, find_projects.
// file rule: mcp/golden-answers

use fetch::scripted::Scripted;
use sentry_tools::{Constraint, Session};
use serde_json::{Value, json};

use crate::fixture::{BASE, Script, session, slug, world, world_of};

#[tokio::test]
async fn whoami_names_the_user() {
    let sentry = || {
        Scripted::new().get(
            "/auth/",
            &json!({ "id": 1, "name": "Ada", "email": null, "isStaff": true }),
        )
    };
    assert_eq!(
        world(sentry()).json("whoami", json!({})).await,
        json!({ "user": { "id": "1", "name": "Ada", "email": null }, "sessionConstraints": {} })
    );
    let session = Session {
        constraint: Constraint::Organization(slug("acme")),
        ..session()
    };
    let sentry = sentry().get("/organizations/acme/", &json!({ "slug": "acme" }));
    let answer = world_of(BASE, session, sentry)
        .json("whoami", json!({}))
        .await;
    assert_eq!(
        answer["sessionConstraints"],
        json!({ "organizationSlug": "acme" })
    );
}

#[tokio::test]
async fn organizations() {
    let list = json!([
        { "slug": "acme", "links": { "organizationUrl": "https://acme.example", "regionUrl": "" } },
        { "slug": "empty" }
    ]);
    let world = world(Scripted::new().get("/organizations/", &list));
    assert_eq!(
        world
            .json("find_organizations", json!({ "query": null }))
            .await,
        json!({
            "organizations": [
                { "slug": "acme", "webUrl": "https://acme.example", "regionUrl": "" },
                { "slug": "empty", "webUrl": "https://sentry.example/organizations/empty", "regionUrl": "" }
            ],
            "hasMore": false
        })
    );
    world
        .json("find_organizations", json!({ "query": " ac/me " }))
        .await;
    assert_eq!(
        world.asked(),
        [
            "/organizations/?per_page=26",
            "/organizations/?per_page=26&query=ac%2Fme"
        ]
    );
}

#[tokio::test]
async fn twenty_five_of_twenty_six_are_shown() {
    let list: Vec<Value> = (0..26)
        .map(|n| json!({ "id": n, "slug": format!("p{n}") }))
        .collect();
    let world = world(
        Scripted::new()
            .get("/organizations/", &json!(list))
            .get("/organizations/acme/projects/", &json!(list)),
    );
    let found = world.json("find_organizations", json!({})).await;
    assert_eq!(
        (
            found["organizations"].as_array().unwrap().len(),
            &found["hasMore"]
        ),
        (25, &json!(true))
    );
    let found = world
        .json("find_projects", json!({ "organizationSlug": "acme" }))
        .await;
    assert_eq!(
        (
            found["projects"].as_array().unwrap().len(),
            &found["hasMore"]
        ),
        (25, &json!(true))
    );
}

#[tokio::test]
async fn projects() {
    let world = world(Scripted::new().get(
        "/organizations/acme/projects/",
        &json!([{ "id": "1", "slug": "web", "platform": null, "teams": [] }]),
    ));
    assert_eq!(
        world
            .json(
                "find_projects",
                json!({ "organizationSlug": "acme", "regionUrl": "" })
            )
            .await,
        json!({ "projects": [{ "slug": "web" }], "hasMore": false })
    );
}

#[tokio::test]
async fn nothing_found_is_an_empty_list() {
    let world = world(
        Scripted::new()
            .get("/organizations/", &json!([]))
            .get("/organizations/acme/projects/", &json!([])),
    );
    let found = world.json("find_organizations", json!({})).await;
    assert_eq!(found, json!({ "organizations": [], "hasMore": false }));
    let found = world
        .json("find_projects", json!({ "organizationSlug": "acme" }))
        .await;
    assert_eq!(found, json!({ "projects": [], "hasMore": false }));
}

#[tokio::test]
async fn a_region_of_this_sentry_only() {
    let world = world_of(
        "https://sentry.io",
        session(),
        Scripted::new().json(
            fetch::Method::Get,
            "https://de.sentry.io/api/0/organizations/acme/projects/",
            200,
            "[]",
        ),
    );
    world
        .json(
            "find_projects",
            json!({ "organizationSlug": "acme", "regionUrl": "https://de.sentry.io" }),
        )
        .await;
    for region in [
        "https://evil.example",
        "http://de.sentry.io",
        "https://x@evil.example",
        "de.sentry.io",
    ] {
        let words = world
            .error(
                "find_projects",
                json!({ "organizationSlug": "acme", "regionUrl": region }),
            )
            .await;
        assert!(words.contains("regionUrl"), "{words}");
    }
    assert_eq!(world.sentry.requests().len(), 1);
}
