//! The metadata documents (RFC 8414, RFC 9728), and that what they print is taken.
// file rule: resource/server-metadata: the root and the scoped documents [RFC 8414 §2, §3]

use oauth_provider::discovery::{AskedResource, authorization_server, protected_resource};
use proptest::prelude::*;
use url::Url;

use crate::support::server::{Server, query};
use crate::support::{origin, settings};

fn asked(path: &str, query: Option<&str>) -> AskedResource {
    AskedResource::read(path, query, &settings()).unwrap()
}

#[test]
fn the_root_document() {
    let document = authorization_server(&settings(), None);
    insta::assert_snapshot!(serde_json::to_string_pretty(&document).unwrap(), @r#"
    {
      "issuer": "https://mcp.example.com",
      "authorization_endpoint": "https://mcp.example.com/oauth/authorize",
      "token_endpoint": "https://mcp.example.com/oauth/token",
      "registration_endpoint": "https://mcp.example.com/oauth/register",
      "revocation_endpoint": "https://mcp.example.com/oauth/revoke",
      "revocation_endpoint_auth_methods_supported": [
        "none",
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt"
      ],
      "revocation_endpoint_auth_signing_alg_values_supported": [
        "ES256",
        "EdDSA",
        "RS256",
        "PS256"
      ],
      "introspection_endpoint": "https://mcp.example.com/oauth/introspect",
      "introspection_endpoint_auth_methods_supported": [
        "none",
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt"
      ],
      "introspection_endpoint_auth_signing_alg_values_supported": [
        "ES256",
        "EdDSA",
        "RS256",
        "PS256"
      ],
      "pushed_authorization_request_endpoint": "https://mcp.example.com/oauth/par",
      "scopes_supported": [
        "org:read",
        "project:write",
        "team:write",
        "event:write"
      ],
      "response_types_supported": [
        "code"
      ],
      "response_modes_supported": [
        "query"
      ],
      "grant_types_supported": [
        "authorization_code",
        "refresh_token"
      ],
      "token_endpoint_auth_methods_supported": [
        "none",
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt"
      ],
      "token_endpoint_auth_signing_alg_values_supported": [
        "ES256",
        "EdDSA",
        "RS256",
        "PS256"
      ],
      "code_challenge_methods_supported": [
        "S256"
      ],
      "client_id_metadata_document_supported": true,
      "authorization_response_iss_parameter_supported": true,
      "protected_resources": [
        "https://mcp.example.com/mcp"
      ],
      "service_documentation": "https://mcp.example.com/"
    }
    "#);
}

// rule: clients/public-fetch-flag
#[test]
fn documents_are_advertised_only_where_they_work() {
    let mut settings = settings();
    settings.metadata_documents = false;
    assert!(!authorization_server(&settings, None).client_id_metadata_document_supported);
}

#[test]
fn a_scoped_document_differs_in_issuer_and_authorization_endpoint_only() {
    let settings = settings();
    let root = authorization_server(&settings, None);
    let scoped = authorization_server(&settings, Some(&asked("/mcp/acme", Some("utm_source=x&y"))));
    assert_eq!(scoped.issuer, "https://mcp.example.com/mcp/acme");
    insta::assert_snapshot!(scoped.authorization_endpoint, @"https://mcp.example.com/oauth/authorize?resource=https%3A%2F%2Fmcp.example.com%2Fmcp%2Facme%3Futm_source%3Dx%26y&issuer=https%3A%2F%2Fmcp.example.com%2Fmcp%2Facme");
    let same = oauth_types::AuthorizationServerMetadata {
        issuer: root.issuer.clone(),
        authorization_endpoint: root.authorization_endpoint.clone(),
        ..scoped
    };
    assert_eq!(same, root);
}

// rule: resource/resource-metadata: the resource's document, as asked [RFC 9728 §2, §3.1]
#[test]
fn the_resource_document() {
    let document = protected_resource(&settings(), &asked("/mcp/acme/web", Some("a=%20&b")));
    insta::assert_snapshot!(serde_json::to_string_pretty(&document).unwrap(), @r#"
    {
      "resource": "https://mcp.example.com/mcp/acme/web?a=%20&b",
      "authorization_servers": [
        "https://mcp.example.com"
      ],
      "scopes_supported": [
        "org:read",
        "project:write",
        "team:write",
        "event:write"
      ],
      "bearer_methods_supported": [
        "header"
      ],
      "resource_name": "Example MCP"
    }
    "#);
}

proptest! {
    // rule: authorization/resource
    /// Any slugs and any query, as a request line brings them through a URL parser.
    #[test]
    fn whatever_is_printed_is_taken(
        slugs in prop::collection::vec("[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}", 0..3),
        raw_query in prop::option::of("[^#]{0,40}"),
        local: bool,
    ) {
        let mut server = Server::new();
        if local {
            server.settings.origin = origin("http://localhost:8788");
        }
        let client = server.public();
        let path = ["/mcp".to_owned()].into_iter().chain(slugs).collect::<Vec<_>>().join("/");
        let mut url = Url::parse(&format!("{}{path}", server.settings.origin)).unwrap();
        url.set_query(raw_query.as_deref());
        let asked = asked(url.path(), url.query());

        let printed = protected_resource(&server.settings, &asked).resource;
        prop_assert_eq!(&printed, url.as_str(), "exactly as asked");
        let request = server.authorize(&query(&client, &[("resource", &printed)])).unwrap();
        prop_assert_eq!(&request.resource, &asked.resource);

        // A client that follows the scoped document, and adds `resource` to what its endpoint has already.
        let document = authorization_server(&server.settings, Some(&asked));
        let endpoint = Url::parse(&document.authorization_endpoint).unwrap();
        let whole = format!("{}&{}", endpoint.query().unwrap(), query(&client, &[("resource", &printed)]));
        let request = server.authorize(&whole).unwrap();
        prop_assert_eq!(&request.issuer, &document.issuer);
        prop_assert_eq!(&request.resource, &asked.resource);
    }
}
