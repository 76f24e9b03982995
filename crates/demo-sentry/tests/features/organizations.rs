//! Organizations, teams, projects, the account and the regions.

use axum::http::Method;
use serde_json::json;

use crate::support::*;

#[tokio::test]
async fn the_organization_with_the_data_comes_first() {
    let sentry = sentry();
    assert_eq!(
        sentry.get("/api/0/organizations/").await.each("slug"),
        ["lighthouse-books", "quiet-harbor"]
    );
    let bo = sentry
        .get_with("/api/0/organizations/", "demo-token-bo")
        .await;
    assert_eq!(bo.each("slug"), ["quiet-harbor"]);
}

#[tokio::test]
async fn an_organization_has_no_region_of_its_own() {
    let sentry = sentry();
    let organization = sentry.json("/api/0/organizations/lighthouse-books/").await;
    assert_eq!(
        organization["links"],
        json!({
            "organizationUrl": "http://127.0.0.1:9797/organizations/lighthouse-books",
            "regionUrl": "",
        })
    );
    assert_eq!(
        sentry.json("/api/0/organizations/4501/").await,
        organization,
        "also by id"
    );
}

#[tokio::test]
async fn listings_can_be_narrowed() {
    let sentry = sentry();
    for (path, slugs) in [
        ("organizations/?query=quiet", vec!["quiet-harbor"]),
        ("organizations/?query=nothing", vec![]),
        (
            "organizations/lighthouse-books/teams/",
            vec!["payments", "reading-room"],
        ),
        (
            "organizations/lighthouse-books/teams/?query=Reading",
            vec!["reading-room"],
        ),
        (
            "organizations/lighthouse-books/projects/",
            vec![
                "checkout",
                "parcel-post",
                "shop-window",
                "harbor-services",
                "harbor-web",
                "lantern-app",
            ],
        ),
        (
            "organizations/lighthouse-books/projects/?query=shop",
            vec!["shop-window"],
        ),
        (
            "organizations/lighthouse-books/projects/?query=team:payments",
            vec!["checkout", "parcel-post"],
        ),
        // The teams of a project, where `query` is ignored.
        (
            "projects/lighthouse-books/checkout/teams/?query=x",
            vec!["payments"],
        ),
        ("organizations/quiet-harbor/projects/", vec![]),
        ("organizations/quiet-harbor/teams/", vec![]),
        ("organizations/quiet-harbor/issues/", vec![]),
    ] {
        assert_eq!(
            sentry.get(&format!("/api/0/{path}")).await.each("slug"),
            slugs,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_project_knows_its_teams_and_organization() {
    let sentry = sentry();
    let project = sentry
        .json("/api/0/projects/lighthouse-books/checkout/")
        .await;
    assert_eq!(project["id"], "610001");
    assert_eq!(project["platform"], "python-django");
    assert_eq!(project["teams"][0]["slug"], "payments");
    assert_eq!(project["organization"]["slug"], "lighthouse-books");
    assert_eq!(
        sentry
            .json("/api/0/projects/lighthouse-books/610001/")
            .await,
        project
    );
}

#[tokio::test]
async fn the_account_is_the_tokens_owner() {
    let account = sentry().json("/api/0/auth/").await;
    assert_eq!(account["id"], "1001");
    assert_eq!(account["name"], "Ada Marlowe");
    assert_eq!(account["email"], "ada@lighthouse-books.example");
}

#[tokio::test]
async fn regions_answer_only_when_asked_to() {
    let sentry = sentry();
    let path = "/api/0/users/me/regions/";
    assert_eq!(sentry.get(path).await.status, 404);
    sentry
        .control(Method::PATCH, "settings", json!({"regions": true}))
        .await;
    assert_eq!(
        sentry.json(path).await["regions"][0]["url"],
        "http://127.0.0.1:9797"
    );
}
