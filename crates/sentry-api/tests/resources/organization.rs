//! Lists of an organization and its projects: teams, releases, client keys.
// file rule: mcp/missing-members

use serde_json::json;

use crate::world::get;

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
}
