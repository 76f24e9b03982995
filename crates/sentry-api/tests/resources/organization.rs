//! Lists of an organization and its projects: teams, releases, client keys.
// file rule: mcp/missing-members

use fetch::Method;
use serde_json::json;

use crate::world::{answers, get};

#[tokio::test]
async fn lists_of_an_organization() {
    let world = get(
        "/organizations/acme/teams/",
        &json!([{ "id": 3, "slug": "core", "members": null }]),
    );
    let teams = world
        .client
        .teams(&world.region, &world.acme, None, Some("co re"))
        .await
        .unwrap();
    let teams = world.sight.of_page(teams);
    assert_eq!(
        (teams.items[0].id.as_str(), teams.items[0].slug.as_str()),
        ("3", "core")
    );
    assert_eq!(
        world.asked(),
        ["/organizations/acme/teams/?per_page=26&query=co+re"]
    );

    let names = json!([{ "id": 3, "slug": "core", "name": "Heart" }, { "id": 4, "slug": "web", "name": "Web" }]);
    for (query, slugs) in [
        (None, &["core", "web"][..]),
        (Some("COR"), &["core"]),
        (Some("heart"), &["core"]),
        (Some("x"), &[]),
    ] {
        let world = get("/projects/acme/web/teams/", &names);
        let found = world
            .client
            .teams(&world.region, &world.acme, Some(&world.web), query)
            .await
            .unwrap();
        let found = world.sight.of_page(found).items;
        let found: Vec<_> = found.iter().map(|team| team.slug.as_str()).collect();
        assert_eq!(found, slugs);
    }

    let release = json!([{ "version": "shop@1.4.0+7", "dateCreated": null, "projects": [{ "slug": "web" }, {}], "newGroups": 2,
        "lastDeploy": { "environment": "production" } }]);
    for (path, is_of_project) in [
        ("/organizations/acme/releases/", false),
        ("/projects/acme/web/releases/", true),
    ] {
        let world = get(path, &release);
        let project = is_of_project.then_some(&world.web);
        let found = world
            .client
            .releases(&world.region, &world.acme, project, None)
            .await
            .unwrap();
        let first = &world.sight.of_page(found).items[0];
        let projects = first.projects.iter();
        let projects: Vec<_> = projects
            .flat_map(|slug| slug.seen_by(&world.sight))
            .collect();
        assert_eq!(
            (first.version.as_str(), first.date_created.as_ref()),
            ("shop@1.4.0+7", None)
        );
        assert_eq!(
            (projects.as_slice(), first.new_issues),
            (&[&"web".to_owned()][..], Some(2))
        );
    }

    let key = json!({ "id": "k", "label": "Default", "dsn": { "public": "https://k@s/1", "secret": "https://k:s@s/1" }, "isActive": true });
    let world = get("/projects/acme/web/keys/", &json!([key]));
    let keys = world
        .client
        .client_keys(&world.region, &world.acme, &world.web)
        .await
        .unwrap();
    let keys = world.sight.of_all(keys);
    assert_eq!(
        (keys[0].name.as_deref(), keys[0].dsn.as_str()),
        (Some("Default"), "https://k@s/1")
    );
    assert!(
        !format!("{keys:?}").contains("k:s"),
        "the old secret form is not read"
    );
    let world = answers(Method::Post, "/projects/acme/web/keys/", &key);
    world
        .client
        .create_client_key(&world.region, &world.acme, &world.web, "New")
        .await
        .unwrap();
    assert_eq!(world.sent(), json!({ "name": "New" }));
}
