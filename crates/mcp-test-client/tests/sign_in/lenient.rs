//! What servers do otherwise than the rules say, and this client lets pass with a word about it.

use mcp_test_client::client::oauth::{ClientChoice, discover};
use serde_json::{Value, json};
use url::Url;

use crate::world::*;

fn basic_alone() -> Script {
    let metadata = changed(
        server_metadata(ISSUER),
        json!({ "token_endpoint_auth_methods_supported": ["client_secret_basic"] }),
    );
    let client = json!({ "client_id": "client-1", "client_secret": "hush", "token_endpoint_auth_method": "client_secret_basic" });
    script()
        .get(RESOURCE_METADATA, resource_metadata())
        .get(SERVER_METADATA, metadata)
        .post(REGISTER, 201, client)
}

fn refusal(code: &str) -> Value {
    json!({ "error": code, "error_description": "Missing client_id" })
}

// rule: test-client/basic-with-id: where Basic alone is refused, client_id goes into the body too, and is told [RFC 6749
//    §2.3.1]
#[tokio::test]
async fn where_basic_alone_is_refused_the_id_is_in_the_body_as_well() {
    for (status, code) in [
        (401, "invalid_client"),
        (401, "unauthorized_client"),
        (400, "invalid_request"),
    ] {
        let script = basic_alone()
            .post(TOKEN, status, refusal(code))
            .post(TOKEN, 200, tokens(1));
        let world = World::new(script);
        let mut authorizer = world.authorizer();
        authorizer.sign_in_anew(None).await.unwrap();
        let forms = world.forms(TOKEN);
        let ids: Vec<_> = forms.iter().map(|form| value(form, "client_id")).collect();
        assert_eq!(ids, [None, Some("client-1")]);
        let both = forms.iter().map(|form| value(form, "code_verifier"));
        assert_eq!(both.collect::<std::collections::BTreeSet<_>>().len(), 1);
        assert!(
            forms
                .iter()
                .all(|form| value(form, "client_secret").is_none())
        );
        let notes = world.notes.borrow();
        assert!(
            notes.iter().any(|note| note.contains("both are sent")),
            "{notes:?}"
        );
    }
}

// rule: test-client/basic-with-id
#[tokio::test]
async fn a_client_that_is_really_refused_is_asked_about_twice_at_most() {
    let world = World::new(basic_alone().post(TOKEN, 401, refusal("invalid_client")));
    assert!(world.authorizer().sign_in_anew(None).await.is_err());
    assert_eq!(world.forms(TOKEN).len(), 2);
    let grant = World::new(basic_alone().post(TOKEN, 400, refusal("invalid_grant")));
    assert!(grant.authorizer().sign_in_anew(None).await.is_err());
    assert_eq!(
        grant.forms(TOKEN).len(),
        1,
        "a code that is refused is not shown twice"
    );
    let public = World::new(script().discovery().registration().post(
        TOKEN,
        400,
        refusal("invalid_request"),
    ));
    assert!(public.authorizer().sign_in_anew(None).await.is_err());
    assert_eq!(public.forms(TOKEN).len(), 1);
}

// rule: test-client/documents-under-prefix: documents under a path prefix are found last, and told [RFC 9728 §3.1]
#[tokio::test]
async fn documents_under_a_path_prefix_are_found_last() {
    let server = Url::parse("https://mcp.example/service/mcp").unwrap();
    let place = "https://mcp.example/service/.well-known/oauth-protected-resource/service/mcp";
    let issuer = "https://mcp.example/service";
    let resource = json!({ "resource": server.as_str(), "authorization_servers": [issuer] });
    let named = "https://mcp.example/.well-known/oauth-protected-resource/service/mcp";
    let world = World::new(
        script()
            .missing(named)
            .get(place, resource)
            .missing("https://mcp.example/.well-known/oauth-authorization-server/service")
            .missing("https://mcp.example/.well-known/openid-configuration/service")
            .missing("https://mcp.example/service/.well-known/openid-configuration")
            .get(
                "https://mcp.example/service/.well-known/oauth-authorization-server",
                server_metadata(issuer),
            ),
    );
    let challenge = challenge(None, Some(named));
    let found = discover(&*world.fetch, &server, Some(&challenge), None, false)
        .await
        .unwrap();
    assert_eq!(found.issuer, issuer);
    assert!(
        found.notes.iter().any(|note| note.contains(place)),
        "{:?}",
        found.notes
    );
}

// rule: test-client/issuer-slash: issuers that differ in the slash after the host are one, and told; no others [RFC 8414
//    §3.3]
#[tokio::test]
async fn issuers_that_differ_in_the_slash_after_the_host_are_one() {
    for (named, says, is_taken) in [
        ("https://as.example/", "https://as.example", true),
        ("https://as.example", "https://as.example/", true),
        ("https://as.example", "https://as.example.evil/", false),
        ("https://as.example/a", "https://as.example/a/", false),
    ] {
        let resource = changed(
            resource_metadata(),
            json!({ "authorization_servers": [named] }),
        );
        let metadata = changed(server_metadata(ISSUER), json!({ "issuer": says }));
        let path = if named.ends_with("/a") { "/a" } else { "" };
        let world = World::new(
            script()
                .get(RESOURCE_METADATA, resource)
                .get(&format!("{SERVER_METADATA}{path}"), metadata),
        );
        let server = Url::parse(SERVER).unwrap();
        let found = discover(&*world.fetch, &server, None, None, false).await;
        assert_eq!(found.is_ok(), is_taken, "{named} {says}");
        if let Ok(found) = found {
            assert_eq!(found.issuer, says);
            assert!(
                found.notes.iter().any(|note| note.contains("one text")),
                "{:?}",
                found.notes
            );
        }
    }
}

// rule: test-client/other-resource: a sign-in for another resource is for the doctor alone, and asks for it everywhere
#[tokio::test]
async fn a_sign_in_for_another_resource_names_it_in_both_requests() {
    let world = World::new(whole());
    let other = "https://resource.invalid/mcp";
    let mut settings = World::settings(ClientChoice::Register);
    settings.resource = Some(other.to_owned());
    world.with(settings).sign_in_anew(None).await.unwrap();
    let visited = world.person.visited.borrow();
    assert_eq!(parameter(&visited[0], "resource").as_deref(), Some(other));
    assert_eq!(value(&world.forms(TOKEN)[0], "resource"), Some(other));
}
