//! `POST /oauth/token` and `POST /oauth/revoke` of clients that may.

use oauth_provider::grant::{Audit, Token, TokenKind};
use serde_json::json;

use crate::support::VERIFIER;
use crate::support::server::{CALLBACK, Server, body, outcome, redemption, shown};

fn text(answer: &oauth_provider::http::Response, member: &str) -> String {
    body(answer)[member].as_str().unwrap().to_owned()
}

// rule: tokens/order-at-endpoints
#[test]
fn the_shape_of_success() {
    let server = Server::new();
    let client = server.public();
    let answer = server.redeem(
        &client,
        &server.sign_in_with(&client, &[("scope", "event:write org:read")]),
    );
    let (access, refresh) = (
        text(&answer, "access_token"),
        text(&answer, "refresh_token"),
    );
    let shown = shown(&answer)
        .replace(&access, "ACCESS")
        .replace(&refresh, "REFRESH");
    insta::assert_snapshot!(shown, @r#"
    200
    content-type: application/json
    cache-control: no-store
    pragma: no-cache

    {"access_token":"ACCESS","token_type":"Bearer","expires_in":3600,"refresh_token":"REFRESH","scope":"event:write org:read"}
    "#);
    assert!(access.starts_with("smcp_a_") && refresh.starts_with("smcp_r_"));
    let id = |text: &str| Token::parse(text).unwrap().grant;
    assert_eq!(id(&access), id(&refresh));
}

// rule: tokens/one-redemption-wins
#[test]
fn a_code_is_good_once() {
    let server = Server::new();
    let client = server.public();
    let code = server.sign_in(&client);
    assert_eq!(
        outcome(&server.redeem("another", &code)),
        "401 invalid_client"
    );
    let other = server.public();
    assert_eq!(outcome(&server.redeem(&other, &code)), "400 invalid_grant");
    let first = server.redeem(&client, &code);
    assert_eq!(outcome(&first), "200 ok");
    assert_eq!(outcome(&server.redeem(&other, &code)), "400 invalid_grant");
    assert_eq!(
        outcome(&server.refresh(&client, &text(&first, "refresh_token"))),
        "200 ok"
    );
    assert_eq!(outcome(&server.redeem(&client, &code)), "400 invalid_grant");
    assert_eq!(
        outcome(&server.refresh(&client, &text(&first, "refresh_token"))),
        "400 invalid_grant"
    );
}

#[test]
fn redemptions_that_are_refused() {
    let server = Server::new();
    let client = server.public();
    let other_verifier = "x".repeat(43);
    let rows: [(&[(&str, &str)], &str); 17] = [
        (&[("grant_type", "")], "400 invalid_request"),
        (&[("grant_type", "implicit")], "400 unsupported_grant_type"),
        (&[("client_id", "")], "401 invalid_client"),
        (&[("code", "")], "400 invalid_request"),
        (&[("code", "smcp_c_")], "400 invalid_grant"),
        (&[("code", VERIFIER)], "400 invalid_grant"),
        (&[("code_verifier", "")], "400 invalid_request"),
        (&[("code_verifier", &other_verifier)], "400 invalid_grant"),
        (
            &[("redirect_uri", "https://app.example/cb/")],
            "400 invalid_grant",
        ),
        (
            &[
                ("resource", "https://mcp.example.com/mcp"),
                ("resource", "https://mcp.example.com/mcp/acme"),
            ],
            "400 invalid_request",
        ),
        (&[("resource", "mcp")], "400 invalid_target"),
        (
            &[("resource", "https://mcp.example.com/other")],
            "400 invalid_target",
        ),
        (
            &[("resource", "https://mcp.example.com/mcp")],
            "400 invalid_target",
        ),
        (
            &[("resource", "https://mcp.example.com/mcp/other")],
            "400 invalid_target",
        ),
        (&[("redirect_uri", CALLBACK)], "200 ok"),
        (
            &[
                ("resource", "https://mcp.example.com/mcp/acme?x"),
                ("resource", "https://mcp.example.com/mcp/acme?x"),
            ],
            "200 ok",
        ),
        (
            &[
                ("resource", "https://mcp.example.com/mcp/acme/web"),
                ("unknown", "ignored"),
            ],
            "200 ok",
        ),
    ];
    for (changes, expected) in rows {
        let code =
            server.sign_in_with(&client, &[("resource", "https://mcp.example.com/mcp/acme")]);
        let usual = redemption(&client, &code);
        let kept = usual
            .iter()
            .filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        let form: Vec<_> = kept.chain(changes).copied().collect();
        assert_eq!(outcome(&server.token(&form)), expected, "{changes:?}");
    }
}

#[test]
fn refreshes() {
    let server = Server::new();
    let client = server.public();
    let (access, refresh) = server.tokens(&client);
    let code = server.sign_in(&client);
    type Changes<'a> = &'a [(&'a str, &'a str)];
    let rows: [(&str, Changes<'_>, &str); 12] = [
        ("", &[], "400 invalid_request"),
        ("smcp_r_x", &[], "400 invalid_grant"),
        (&access, &[], "400 invalid_grant"),
        (&code, &[], "400 invalid_grant"),
        (&refresh, &[("scope", "admin")], "400 invalid_scope"),
        (
            &refresh,
            &[("resource", "https://evil.example/mcp")],
            "400 invalid_target",
        ),
        (&refresh, &[("client_id", "unknown")], "401 invalid_client"),
        (&refresh, &[("scope", "org:read org:read")], "200 ok"),
        (&refresh, &[("scope", "offline_access")], "200 ok"),
        (&refresh, &[("scope", "")], "200 ok"),
        (
            &refresh,
            &[("resource", "https://mcp.example.com/mcp/acme")],
            "200 ok",
        ),
        (
            &refresh,
            &[("redirect_uri", "ignored"), ("code_verifier", "x")],
            "200 ok",
        ),
    ];
    for (token, changes, expected) in rows {
        let usual = [
            ("grant_type", "refresh_token"),
            ("client_id", &*client),
            ("refresh_token", token),
        ];
        let kept = usual
            .iter()
            .filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        let form: Vec<_> = kept.chain(changes).copied().collect();
        assert_eq!(outcome(&server.token(&form)), expected, "{form:?}");
    }
    for (asked, granted) in [
        ("org:read", "org:read"),
        (
            "offline_access",
            "event:write org:read project:write team:write",
        ),
    ] {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", &*client),
            ("refresh_token", &*refresh),
            ("scope", asked),
        ];
        assert_eq!(text(&server.token(&form), "scope"), granted, "stated");
    }
}

// rule: tokens/rotation
#[test]
fn the_predecessor_yields_the_same_text() {
    let server = Server::new();
    let client = server.public();
    let (_, refresh) = server.tokens(&client);
    let [a, b] = [(); 2].map(|()| server.refresh(&client, &refresh));
    assert_eq!(text(&a, "refresh_token"), text(&b, "refresh_token"));
    assert_ne!(text(&a, "access_token"), text(&b, "access_token"));
    assert!(server.store.take_audit().is_empty());
    server.refresh(&client, &text(&a, "refresh_token"));
    assert_eq!(
        outcome(&server.refresh(&client, &refresh)),
        "400 invalid_grant"
    );
    assert_eq!(server.store.take_audit(), [Audit::RefreshReused]);
}

// rule: tokens/unregistered-client: an unregistered client hears `invalid_client`
#[test]
fn a_client_that_is_gone_hears_it() {
    let server = Server::new();
    let client = server.public();
    let (_, refresh) = server.tokens(&client);
    // Its record ended; a grant that lives is served all the same, and anything that fails says why.
    server.wait(29 * 86_400);
    let next = text(&server.refresh(&client, &refresh), "refresh_token");
    server.wait(2 * 86_400);
    assert_eq!(outcome(&server.refresh(&client, &next)), "200 ok");
    assert_eq!(
        outcome(&server.refresh(&client, "smcp_r_x")),
        "401 invalid_client"
    );
}

// rule: tokens/vouched-by-its-grant: what a live grant refuses its own client is no `invalid_client`,
//    also where nobody knows the record of that client any more
#[test]
fn a_client_that_its_grant_knows_is_not_called_unknown() {
    let server = Server::new();
    let client = server.public();
    let code = server.sign_in_with(&client, &[("scope", "org:read")]);
    let token = text(&server.redeem(&client, &code), "refresh_token");
    server.wait(29 * 86_400);
    let token = text(&server.refresh(&client, &token), "refresh_token");
    server.wait(2 * 86_400);
    let refresh = |token: &str, scope: &str| {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", &*client),
            ("refresh_token", token),
            ("scope", scope),
        ];
        outcome(&server.token(&form))
    };
    assert_eq!(refresh("smcp_r_x", ""), "401 invalid_client", "no record");
    assert_eq!(refresh(&token, "team:write"), "400 invalid_scope");
    assert_eq!(refresh(&token, ""), "200 ok");
}

// rule: clients/refresh-grant-listed
#[test]
fn a_client_registered_without_the_refresh_grant_gets_none() {
    let server = Server::new();
    let answer = server.register(&json!({
        "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none", "grant_types": ["authorization_code"],
    }));
    let client = text(&answer, "client_id");
    let answer = server.redeem(&client, &server.sign_in(&client));
    assert_eq!(body(&answer).get("refresh_token"), None);
}

// rule: tokens/revocation
#[test]
fn revocation_is_200_whatever_the_token_and_ends_ones_own() {
    let server = Server::new();
    let (client, other) = (server.public(), server.public());
    let (access, refresh) = server.tokens(&client);
    let code = server.sign_in(&client);
    for token in ["unknown", "smcp_a_x.y", &access, &refresh] {
        let answer = server.revoke(&[("client_id", &other), ("token", token)]);
        assert_eq!(outcome(&answer), "200", "{token}");
    }
    let hinted = [
        ("client_id", &*client),
        ("token", &*code),
        ("token_type_hint", "whatever"),
    ];
    assert_eq!(outcome(&server.revoke(&hinted)), "200");
    assert_eq!(
        outcome(&server.redeem(&client, &code)),
        "200 ok",
        "a code is no token"
    );
    let next = text(&server.refresh(&client, &refresh), "refresh_token");
    assert_eq!(
        outcome(&server.revoke(&[("client_id", &client)])),
        "400 invalid_request"
    );
    assert_eq!(
        outcome(&server.revoke(&[("client_id", &client), ("token", &refresh)])),
        "200",
        "an old one too"
    );
    assert_eq!(
        outcome(&server.refresh(&client, &next)),
        "400 invalid_grant"
    );
    assert_eq!(Token::parse(&access).unwrap().kind, TokenKind::Access);
}
