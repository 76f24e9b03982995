//! The resource server's side: the challenges, and where a token may be used.
// file rule: resource/challenges: challenges [RFC 6750 §3, RFC 9728 §5.1]

use oauth_provider::bearer::{BearerError, TokenInfo, verify};
use oauth_provider::discovery::AskedResource;
use oauth_provider::http::Response;

use crate::support::grant::scope;
use crate::support::server::{Server, body, now, shown};
use crate::support::settings;

fn asked(path: &str) -> AskedResource {
    let (path, query) = path
        .split_once('?')
        .map_or((path, None), |(p, q)| (p, Some(q)));
    AskedResource::read(path, query, &settings()).unwrap()
}

fn call(
    server: &Server,
    authorization: Option<&str>,
    path: &str,
) -> Result<TokenInfo, BearerError> {
    now(verify(authorization, &asked(path), &server.store))
}

fn refused(server: &Server, authorization: Option<&str>, path: &str) -> Response {
    let error = call(server, authorization, path).unwrap_err();
    error.into_response(&asked(path), &server.settings)
}

/// Snapshots cannot hold the long lines of a header well, so each parameter stands on its own.
fn challenge(response: &Response) -> String {
    shown(response).replace(", ", ",\n  ")
}

#[test]
fn without_a_token() {
    insta::assert_snapshot!(challenge(&refused(&Server::new(), None, "/mcp")), @r#"
    401
    content-type: application/json
    cache-control: no-store
    pragma: no-cache
    www-authenticate: Bearer realm="Example MCP",
      resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp",
      scope="org:read project:write team:write event:write"

    {"error":"invalid_token","error_description":"sign in: send an access token as Authorization: Bearer"}
    "#);
}

#[test]
fn with_a_bad_one_at_a_scoped_path_with_a_query() {
    let answer = refused(
        &Server::new(),
        Some("Bearer x"),
        "/mcp/acme/web?utm_source=a%20b&x",
    );
    insta::assert_snapshot!(challenge(&answer), @r#"
    401
    content-type: application/json
    cache-control: no-store
    pragma: no-cache
    www-authenticate: Bearer realm="Example MCP",
      resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp/acme/web?utm_source=a%20b&x",
      scope="org:read project:write team:write event:write",
      error="invalid_token",
      error_description="the access token is unknown,
      expired,
      revoked or for another resource; sign in again"

    {"error":"invalid_token","error_description":"the access token is unknown,
      expired,
      revoked or for another resource; sign in again"}
    "#);
}

// rule: resource/insufficient-scope
#[test]
fn with_too_little_scope() {
    let error = BearerError::InsufficientScope {
        scope: scope("org:read team:write"),
        description: "tick \"Project management\" when you connect again\r\nX-Evil: é".to_owned(),
    };
    let answer = error.into_response(&asked("/mcp"), &Server::new().settings);
    insta::assert_snapshot!(challenge(&answer), @r#"
    403
    content-type: application/json
    cache-control: no-store
    pragma: no-cache
    www-authenticate: Bearer realm="Example MCP",
      resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp",
      scope="org:read team:write",
      error="insufficient_scope",
      error_description="tick 'Project management' when you connect again??X-Evil: ?"

    {"error":"insufficient_scope","error_description":"tick 'Project management' when you connect again??X-Evil: ?"}
    "#);
}

#[test]
fn headers() {
    let server = Server::new();
    let (access, refresh) = server.tokens(&server.public());
    let code = server.sign_in(&server.public());
    let bearer = |text: &str| Some(format!("Bearer {text}"));
    let rows = [
        (None, Err(BearerError::Missing)),
        (Some(String::new()), Err(BearerError::Missing)),
        (Some("Bearer".to_owned()), Err(BearerError::Missing)),
        (Some(access.clone()), Err(BearerError::Missing)),
        (Some(format!("Basic {access}")), Err(BearerError::Missing)),
        (
            Some(format!("Other-Bearer {access}")),
            Err(BearerError::Missing),
        ),
        (Some(format!("Bearers {access}")), Err(BearerError::Missing)),
        (bearer(""), Err(BearerError::Invalid)),
        (bearer("x"), Err(BearerError::Invalid)),
        (bearer(&refresh), Err(BearerError::Invalid)),
        (bearer(&code), Err(BearerError::Invalid)),
        (bearer(&format!("{access}x")), Err(BearerError::Invalid)),
        (bearer(&access), Ok(())),
        (Some(format!("bEaReR  {access} ")), Ok(())),
    ];
    for (header, expected) in rows {
        let found = call(&server, header.as_deref(), "/mcp").map(|_| ());
        assert_eq!(found, expected, "{header:?}");
    }
}

// rule: resource/audience
#[test]
fn a_token_is_good_for_its_resource_and_what_lies_below() {
    for (resource, path, good) in [
        ("/mcp", "/mcp", true),
        ("/mcp", "/mcp/acme/web?x", true),
        ("/mcp/acme?utm_source=x", "/mcp/acme", true),
        ("/mcp/acme", "/mcp/acme/web", true),
        ("/mcp/acme", "/mcp", false),
        ("/mcp/acme", "/mcp/acme-evil", false),
        ("/mcp/acme", "/mcp/Acme", false),
        ("/mcp/acme", "/mcp/other", false),
        ("/mcp/acme/web", "/mcp/acme", false),
        ("/mcp/acme/web", "/mcp/acme/web2", false),
    ] {
        let server = Server::new();
        let client = server.public();
        let url = format!("https://mcp.example.com{resource}");
        let code = server.sign_in_with(&client, &[("resource", &url)]);
        let answer = body(&server.redeem(&client, &code));
        let header = format!("Bearer {}", answer["access_token"].as_str().unwrap());
        let found = call(&server, Some(&header), path).map(|_| ());
        let expected = if good {
            Ok(())
        } else {
            Err(BearerError::Invalid)
        };
        assert_eq!(found, expected, "{resource} at {path}");
    }
}

#[test]
fn what_a_token_stands_for() {
    let server = Server::new();
    let client = server.public();
    let code = server.sign_in_with(&client, &[("scope", "org:read")]);
    let answer = body(&server.redeem(&client, &code));
    let header = format!("Bearer {}", answer["access_token"].as_str().unwrap());
    let info = call(&server, Some(&header), "/mcp").unwrap();
    assert_eq!(
        (info.client_id, info.subject),
        (client.clone(), "7".to_owned())
    );
    assert_eq!(
        (info.scope, info.props.0),
        (scope("org:read"), b"props".to_vec())
    );
    server.revoke(&[
        ("client_id", &client),
        ("token", header.strip_prefix("Bearer ").unwrap()),
    ]);
    assert_eq!(
        call(&server, Some(&header), "/mcp").unwrap_err(),
        BearerError::Invalid,
        "at once"
    );
}
