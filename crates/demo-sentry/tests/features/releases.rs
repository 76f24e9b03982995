//! Releases, their deploys and commits.

use serde_json::json;

use crate::support::*;

const ORG: &str = "/api/0/organizations/lighthouse-books";

#[tokio::test]
async fn newest_first_and_found_by_version_or_project() {
    let sentry = sentry();
    let versions = async |path: &str| sentry.get(&format!("/api/0/{path}")).await.each("version");
    assert_eq!(
        versions("organizations/lighthouse-books/releases/").await,
        [
            "shop-window@9.14.0",
            "checkout@5.2.0",
            "parcel-post@2.8.1",
            "shop-window@9.13.2",
            "checkout@5.1.3",
            "harbor-web@1.41.0",
            "harbor-services@3.18.0",
            "lantern-app@24.6.0",
            "harbor-services@3.17.2",
            "lantern-app@24.5.1"
        ]
    );
    assert_eq!(
        versions("organizations/lighthouse-books/releases/?query=5.2").await,
        ["checkout@5.2.0"]
    );
    assert_eq!(
        versions("organizations/lighthouse-books/releases/?project=610002").await,
        ["parcel-post@2.8.1"]
    );
    assert_eq!(
        versions("projects/lighthouse-books/checkout/releases/").await,
        ["checkout@5.2.0", "checkout@5.1.3"]
    );
    assert!(
        versions("organizations/quiet-harbor/releases/")
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn a_release_says_what_is_in_it_and_where_it_runs() {
    let sentry = sentry();
    let release = sentry
        .json(&format!("{ORG}/releases/checkout@5.2.0/"))
        .await;
    assert_eq!(release["shortVersion"], "5.2.0");
    assert_eq!(release["versionInfo"]["package"], "checkout");
    assert_eq!(release["projects"][0]["slug"], "checkout");
    assert_eq!(
        (&release["commitCount"], &release["deployCount"]),
        (&json!(3), &json!(2))
    );
    assert_eq!(release["lastDeploy"]["environment"], "production");
    assert_eq!(
        release["authors"],
        json!([{"name": "Ada Marlowe"}, {"name": "Mira Solberg"}])
    );
    assert_eq!(release["lastEvent"], "2026-03-10T11:48:00Z");
    let deploys = sentry
        .get(&format!("{ORG}/releases/checkout@5.2.0/deploys/"))
        .await;
    assert_eq!(deploys.each("environment"), ["production", "staging"]);
    let commits = sentry
        .get(&format!("{ORG}/releases/checkout%405.2.0/commits/"))
        .await;
    assert_eq!(commits.each("message").len(), 3);
    let waiting = sentry
        .json(&format!("{ORG}/releases/parcel-post@2.8.1/"))
        .await;
    assert_eq!(
        (&waiting["dateReleased"], &waiting["lastDeploy"]),
        (&json!(null), &json!(null))
    );
    assert_eq!(
        sentry
            .get(&format!("{ORG}/releases/checkout@9/"))
            .await
            .status,
        404
    );
    assert_eq!(
        sentry
            .get("/api/0/organizations/quiet-harbor/releases/checkout@5.2.0/")
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn health_only_when_asked_for() {
    let sentry = sentry();
    let of_project = "/api/0/projects/lighthouse-books/checkout/releases/checkout@5.2.0/";
    for path in [
        format!("{ORG}/releases/checkout@5.2.0/"),
        of_project.to_owned(),
    ] {
        let without = sentry.json(&path).await;
        assert_eq!(without["projects"][0]["healthData"], json!(null), "{path}");
        let health = &sentry.json(&format!("{path}?health=1")).await["projects"][0]["healthData"];
        assert_eq!(health["crashFreeSessions"], 98.01, "{path}");
        assert_eq!(health["totalSessions24h"], 4820);
        assert_eq!(health["adoption"], 78.14);
    }
    let none = sentry
        .json(&format!("{ORG}/releases/parcel-post@2.8.1/?health=1"))
        .await;
    assert_eq!(none["projects"][0]["hasHealthData"], false);
    let elsewhere = of_project.replace("/checkout/", "/shop-window/");
    for path in [elsewhere.clone(), format!("{elsewhere}commits/")] {
        assert_eq!(sentry.get(&path).await.status, 404, "{path}");
    }
    assert_eq!(
        sentry
            .get(&format!("{of_project}commits/"))
            .await
            .each("id")
            .len(),
        3
    );
}
