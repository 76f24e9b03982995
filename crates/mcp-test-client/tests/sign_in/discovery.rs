//! The URLs where metadata are looked for.

use mcp_test_client::client::oauth::{ClientChoice, discover};
use serde_json::json;
use url::Url;

use crate::world::*;

// rule: test-client/resource-metadata-place: resource metadata: where the challenge says, else at
//    the path, else at the root [RFC 9728 §3.1, §5.1]
#[tokio::test]
async fn the_resources_metadata_is_where_the_challenge_says_else_at_the_path_else_at_the_root() {
    let elsewhere = "https://mcp.example/custom/location.json";
    let world = World::new(
        script()
            .get(elsewhere, resource_metadata())
            .get(SERVER_METADATA, server_metadata(ISSUER)),
    );
    let server = Url::parse(SERVER).unwrap();
    let named = challenge(None, Some(elsewhere));
    discover(&*world.fetch, &server, Some(&named), None, false)
        .await
        .unwrap();
    assert_eq!(world.asked(), [elsewhere, SERVER_METADATA]);

    let root = "https://mcp.example/.well-known/oauth-protected-resource";
    let metadata = changed(
        resource_metadata(),
        json!({ "resource": "https://mcp.example" }),
    );
    let world = World::new(
        script()
            .missing(RESOURCE_METADATA)
            .get(root, metadata)
            .get(SERVER_METADATA, server_metadata(ISSUER)),
    );
    let found = discover(&*world.fetch, &server, None, None, false)
        .await
        .unwrap();
    assert_eq!(world.asked(), [RESOURCE_METADATA, root, SERVER_METADATA]);
    assert_eq!(
        found.resource, "https://mcp.example",
        "as it is published, without a slash"
    );
}

// rule: test-client/server-metadata: server metadata in MCP's order, and of the issuer that was
//    asked [RFC 8414 §3.3, MCP authorization-server-discovery]
#[tokio::test]
async fn the_issuers_metadata_is_looked_for_in_mcps_order() {
    let issuer = "https://as.example/tenant1";
    let places = [
        "https://as.example/.well-known/oauth-authorization-server/tenant1",
        "https://as.example/.well-known/openid-configuration/tenant1",
        "https://as.example/tenant1/.well-known/openid-configuration",
    ];
    for last in 0..places.len() {
        let metadata = changed(
            resource_metadata(),
            json!({ "authorization_servers": [issuer] }),
        );
        let mut script = script().get(RESOURCE_METADATA, metadata);
        for place in &places[..last] {
            script = script.missing(place);
        }
        let world = World::new(script.get(places[last], server_metadata(issuer)));
        discover(
            &*world.fetch,
            &Url::parse(SERVER).unwrap(),
            None,
            None,
            false,
        )
        .await
        .unwrap();
        assert_eq!(world.asked()[1..], places[..=last]);
    }
}

// rule: test-client/server-without-metadata: a server of 2025-03-26 is its own issuer; its assumed
//    endpoints only where that revision was asked for [MCP 2025-03-26 authorization]
#[tokio::test]
async fn a_server_without_metadata_of_its_own_may_be_the_issuer() {
    let server = Url::parse(SERVER).unwrap();
    let silent = || {
        script()
            .missing(RESOURCE_METADATA)
            .missing("https://mcp.example/.well-known/oauth-protected-resource")
    };
    let place = "https://mcp.example/.well-known/oauth-authorization-server";
    let world = World::new(silent().get(place, server_metadata("https://mcp.example")));
    let found = discover(&*world.fetch, &server, None, None, false)
        .await
        .unwrap();
    assert_eq!(
        (found.issuer.as_str(), found.resource.as_str()),
        ("https://mcp.example", SERVER)
    );

    let openid = "https://mcp.example/.well-known/openid-configuration";
    let world = World::new(silent().missing(place).missing(openid));
    let refusal = discover(&*world.fetch, &server, None, None, false)
        .await
        .unwrap_err();
    assert!(
        refusal.to_string().contains("does not say where"),
        "{refusal}"
    );
    let found = discover(&*world.fetch, &server, None, None, true)
        .await
        .unwrap();
    assert_eq!(
        found.server.token_endpoint.as_deref(),
        Some("https://mcp.example/token")
    );
}

// rule: test-client/resource-metadata-place
#[tokio::test]
async fn what_is_no_document_says_so() {
    let page = fetch::Response {
        status: 200,
        headers: vec![("content-type".to_owned(), "text/html".to_owned())],
        body: b"<!doctype html>".to_vec(),
    };
    let moved = fetch::Response {
        status: 308,
        headers: vec![(
            "location".to_owned(),
            "https://elsewhere.example/".to_owned(),
        )],
        body: Vec::new(),
    };
    for (answer, words) in [
        (page, "not JSON"),
        (moved, "redirects (308 to https://elsewhere.example/)"),
    ] {
        let world = World::new(Script(script().0.on(
            fetch::Method::Get,
            RESOURCE_METADATA,
            Ok(answer),
        )));
        let named = challenge(None, Some(RESOURCE_METADATA));
        let mut authorizer = world.with(World::settings(ClientChoice::Register));
        let refusal = authorizer.unauthorized(Some(&named)).await.unwrap_err();
        assert!(refusal.to_string().contains(words), "{refusal}");
        assert_eq!(world.asked().len(), 1);
    }
}
