//! The authorization request: what is checked, in which order, and where the answer goes.

use oauth_provider::Scope;
use oauth_provider::authorize::{AuthorizeError, PageProblem, Refusal};
use oauth_provider::client::ClientProblem;
use url::Url;

use crate::support::SCOPES;
use crate::support::server::{CALLBACK, Server, query};

/// What comes of a request, in one line.
pub(crate) fn outcome(server: &Server, query: &str) -> String {
    match server.authorize(query) {
        Ok(_) => "consent".to_owned(),
        Err(AuthorizeError::Page(PageProblem::Parameter { name, problem })) => {
            format!("page: {name} {problem}")
        }
        Err(AuthorizeError::Page(PageProblem::Client(ClientProblem::Unknown { .. }))) => {
            "page: unknown client".to_owned()
        }
        Err(AuthorizeError::Page(PageProblem::Client(problem))) => format!("page: {problem:?}"),
        Err(AuthorizeError::Page(PageProblem::RedirectUri { .. })) => {
            "page: redirect URI".to_owned()
        }
        Err(AuthorizeError::Page(problem)) => format!("page: {problem:?}"),
        Err(AuthorizeError::Redirect(Refusal { response, .. })) => {
            let url = Url::parse(&response.location()).unwrap();
            assert!(response.location().starts_with(CALLBACK));
            let get = |name: &str| {
                let mut values = url.query_pairs().filter(|(n, _)| n == name);
                let value = values.next().map(|(_, v)| v.into_owned());
                assert!(values.next().is_none(), "{name} twice in {url}");
                value
            };
            assert!(get("iss").is_some(), "RFC 9207 §2: errors too");
            let state = get("state").unwrap_or_else(|| "-".to_owned());
            let (code, text) = (get("error").unwrap(), get("error_description").unwrap());
            let state: String = state.chars().take(5).collect();
            format!("{code} ({state}): {text}")
        }
    }
}

#[test]
fn a_request_as_it_should_be() {
    let server = Server::new();
    let client = server.public();
    let request = server.authorize(&query(&client, &[])).unwrap();
    assert_eq!(request.client.id, client);
    assert_eq!(request.redirect_uri.as_str(), CALLBACK);
    assert_eq!(request.state.as_deref(), Some("xyz"));
    assert_eq!(
        request.resource.path(),
        "/mcp",
        "the root where none was asked for"
    );
    assert_eq!(
        request.scope,
        Scope::all(SCOPES),
        "everything where nothing was said"
    );
    assert_eq!(request.issuer, "https://mcp.example.com");
    assert_eq!(request.challenge.to_text(), crate::support::CHALLENGE);
}

// rule: clients/names-cleaned-and-cut
/// What a page shows of a request that may be anybody's, it shows as it shows names: cut, and with nothing in it that
/// turns the text around it.
#[test]
fn what_a_page_shows_of_a_request_is_cleaned() {
    let server = Server::new();
    let client = server.public();
    let hostile = format!("https://evil.example/\u{202e}\u{200b}{}", "x".repeat(5000));
    let shown = |changes: &[(&str, &str)]| match server.authorize(&query(&client, changes)) {
        Err(AuthorizeError::Page(PageProblem::RedirectUri { asked, .. })) => asked,
        Err(AuthorizeError::Page(PageProblem::Client(
            ClientProblem::Unknown { client_id } | ClientProblem::Url { client_id, .. },
        ))) => client_id,
        other => panic!("{other:?}"),
    };
    for text in [
        shown(&[("redirect_uri", &hostile)]),
        shown(&[("client_id", &hostile)]),
        shown(&[("client_id", &hostile.replace("://", "-"))]),
    ] {
        assert!(text.starts_with("https"), "{text}");
        assert!(text.contains("evil.example/x"), "{text}");
        assert!(text.chars().count() <= 301, "{text}");
    }
}

// rule: authorization/order-of-checks: the order of the checks; page before, redirect after [RFC
//    6749 §4.1.2.1]
// rule: authorization/unsupported-parameters
// rule: authorization/state-length: `state` of at most 2 KiB
/// Each with its breach, in the order in which they are looked for. A request with any two is answered by the first.
#[test]
fn the_order_of_the_checks() {
    let server = Server::new();
    let client = server.public();
    let long = "s".repeat(2049);
    let breaches: [(&str, &[(&str, &str)]); 12] = [
        ("page: unknown client", &[("client_id", "unknown")]),
        (
            "page: redirect URI",
            &[("redirect_uri", "https://evil.example/cb")],
        ),
        (
            "invalid_request (): parameters must be UTF-8",
            &[("nonce", "\u{fffd}")],
        ),
        (
            "invalid_request (): a parameter was given more than once",
            &[("display", "a"), ("display", "b")],
        ),
        (
            "invalid_request (): issuer is not this server's",
            &[("issuer", "https://evil.example")],
        ),
        (
            "unsupported_response_type (): response_type must be code",
            &[("response_type", "token")],
        ),
        (
            "invalid_request (): response_mode must be query",
            &[("response_mode", "fragment")],
        ),
        (
            "invalid_request (): code_challenge is missing: PKCE is required",
            &[("code_challenge", "")],
        ),
        (
            "invalid_target (): resource is not one of this server's",
            &[("resource", "https://evil.example/mcp")],
        ),
        (
            "invalid_scope (): scope names one that this server does not have",
            &[("scope", "admin")],
        ),
        (
            "invalid_request (): state must not exceed 2048 bytes",
            &[("state", &long)],
        ),
        (
            "interaction_required (): a person must consent",
            &[("prompt", "none")],
        ),
    ];
    // Without the state, which some of the breaches change.
    let plain = |text: String| match (text.split_once(" ("), text.split_once("): ")) {
        (Some((code, _)), Some((_, description))) => format!("{code} (): {description}"),
        _ => text,
    };
    for (i, (first, breach)) in breaches.iter().enumerate() {
        assert_eq!(plain(outcome(&server, &query(&client, breach))), *first);
        for (second, other) in &breaches[i + 1..] {
            let both: Vec<_> = breach.iter().chain(*other).copied().collect();
            let found = plain(outcome(&server, &query(&client, &both)));
            assert_eq!(found, *first, "before {second}");
        }
    }
}

// rule: authorization/order-of-checks
// rule: authorization/repeated-parameters: repetition; the same `resource` twice counts once [RFC
//    6749 §3.1, RFC 8707]
// rule: authorization/unsupported-parameters: `response_mode`, `prompt`, `request`, `request_uri`
// rule: authorization/pkce-s256-only
// rule: authorization/pkce-verifier: PKCE of every client; verifier of 43 to 128 characters,
//    compared at the code [RFC 7636 §4.1, §4.6]
// rule: authorization/redirect-uri-left-out: one redirect URI may be left out, of several it must
//    be said [OAuth 2.1 §4.1.1]
#[test]
fn table() {
    let server = Server::new();
    let client = &server.public();
    let rows: [(&[(&str, &str)], &str); 50] = [
        // Pages: client and redirect URI are not known to be good.
        (&[("client_id", "")], "page: client_id is missing"),
        (
            &[("client_id", "a"), ("client_id", "a")],
            "page: client_id was given more than once",
        ),
        (&[("client_id", "../x")], "page: unknown client"),
        (&[("client_id", "https://client.example/")], "page: Url"),
        (&[("client_id", "http://client.example/c")], "page: Url"),
        (&[("client_id", "HTTPS:client.example/c")], "page: Url"),
        (
            &[("redirect_uri", CALLBACK), ("redirect_uri", CALLBACK)],
            "page: redirect_uri was given more than once",
        ),
        (
            &[("redirect_uri", "https://app.example/cb/")],
            "page: redirect URI",
        ),
        (
            &[("redirect_uri", "https://app.example/cb?x=1")],
            "page: redirect URI",
        ),
        (
            &[("redirect_uri", "https://app.example:443/cb")],
            "page: redirect URI",
        ),
        (
            &[("redirect_uri", "https://APP.example/cb")],
            "page: redirect URI",
        ),
        (
            &[("redirect_uri", "javascript:alert(1)")],
            "page: redirect URI",
        ),
        (
            &[("redirect_uri", "https://app.example/cb#f")],
            "page: redirect URI",
        ),
        // One is registered, so it need not be said (OAuth 2.1 §4.1.1).
        (&[("redirect_uri", "")], "consent"),
        // Duplicates.
        (
            &[("state", "a"), ("state", "a")],
            "invalid_request (-): a parameter was given more than once",
        ),
        (&[("scope", ""), ("scope", "")], "consent"),
        (
            &[("unknown", "a"), ("unknown", "b")],
            "invalid_request (xyz): a parameter was given more than once",
        ),
        (
            &[
                ("resource", "https://mcp.example.com/mcp"),
                ("resource", "https://mcp.example.com/mcp"),
            ],
            "consent",
        ),
        (
            &[
                ("resource", "https://mcp.example.com/mcp"),
                ("resource", "https://mcp.example.com/mcp/acme"),
            ],
            "invalid_request (xyz): a parameter was given more than once",
        ),
        (
            &[("unknown", "a"), ("nonce", "n"), ("claims", "{}")],
            "consent",
        ),
        // response_type, response_mode
        (
            &[("response_type", "")],
            "invalid_request (xyz): response_type is missing; it must be code",
        ),
        (
            &[("response_type", "code token")],
            "unsupported_response_type (xyz): response_type must be code",
        ),
        (&[("response_mode", "query")], "consent"),
        (
            &[("response_mode", "form_post")],
            "invalid_request (xyz): response_mode must be query",
        ),
        (
            &[("request", "eyJ")],
            "request_not_supported (xyz): request objects are not supported",
        ),
        (
            &[("request_uri", "https://client.example/r")],
            "invalid_request_uri (xyz): request_uri is not one that this server gave out",
        ),
        // PKCE
        (
            &[("code_challenge_method", "")],
            "invalid_request (xyz): code_challenge_method must be S256",
        ),
        (
            &[("code_challenge_method", "plain")],
            "invalid_request (xyz): code_challenge_method must be S256",
        ),
        (
            &[("code_challenge_method", "s256")],
            "invalid_request (xyz): code_challenge_method must be S256",
        ),
        (
            &[("code_challenge", "short")],
            "invalid_request (xyz): code_challenge must be 43 base64url characters, the SHA-256 of the verifier",
        ),
        (
            &[(
                "code_challenge",
                "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=",
            )],
            "invalid_request (xyz): code_challenge must be 43 base64url characters, the SHA-256 of the verifier",
        ),
        // resource
        (
            &[("resource", "https://mcp.example.com")],
            "invalid_target (xyz): resource is not one of this server's",
        ),
        (
            &[("resource", "/mcp")],
            "invalid_target (xyz): resource is not one of this server's",
        ),
        (
            &[("resource", "https://mcp.example.com/mcp#f")],
            "invalid_target (xyz): resource is not one of this server's",
        ),
        (
            &[("resource", "https://MCP.example.com:443/mcp/?utm_source=x")],
            "consent",
        ),
        // scope
        (&[("scope", "event:write  org:read org:read")], "consent"),
        (&[("scope", "org:read offline_access")], "consent"),
        (
            &[("scope", "openid profile email address phone")],
            "consent",
        ),
        (
            &[("scope", "org:read org:admin")],
            "invalid_scope (xyz): scope names one that this server does not have",
        ),
        (
            &[("scope", "ORG:READ")],
            "invalid_scope (xyz): scope names one that this server does not have",
        ),
        // state
        (&[("state", "")], "consent"),
        (&[("state", "é")], "consent"),
        // prompt
        (&[("prompt", "consent")], "consent"),
        (&[("prompt", "login select_account")], "consent"),
        (&[("prompt", "whatever")], "consent"),
        (
            &[("prompt", "login none")],
            "interaction_required (xyz): a person must consent",
        ),
        // issuer
        (&[("issuer", "https://mcp.example.com")], "consent"),
        (
            &[("issuer", "https://mcp.example.com/mcp/acme/web")],
            "consent",
        ),
        (
            &[("issuer", "https://mcp.example.com/mcp/")],
            "invalid_request (xyz): issuer is not this server's",
        ),
        (
            &[("issuer", "https://mcp.example.com.evil.example/mcp")],
            "invalid_request (xyz): issuer is not this server's",
        ),
    ];
    for (changes, expected) in rows {
        let found = outcome(&server, &query(client, changes));
        let same = found == expected || (expected == "page: Url" && found.starts_with("page: Url"));
        assert!(same, "{changes:?}: {found}, not {expected}");
    }
}
