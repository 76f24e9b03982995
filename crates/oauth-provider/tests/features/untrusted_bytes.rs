//! Parsers of what strangers send: they never panic, and what they take keeps its promises.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth_provider::client::{ClientIdUrl, Credentials, RedirectKind, RedirectUri, check_document};
use oauth_provider::crypto::Purpose;
use oauth_provider::grant::Token;
use oauth_provider::http::Request;
use oauth_provider::params::Params;
use oauth_provider::{CodeChallenge, CodeVerifier, Resource, Scope};
use proptest::prelude::*;
use url::Url;

use crate::support::server::{Server, outcome, post};
use crate::support::{NEW, ORIGIN, SCOPES, keys, origin};

/// Text near to URLs: pieces that matter, in any order, with anything between.
fn near_url(schemes: &'static [&'static str]) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("/".to_owned()),
        Just("//".to_owned()),
        prop::sample::select(
            &[
                "mcp",
                "acme",
                "localhost",
                "127.0.0.1",
                "[::1]",
                "client.example",
                "mcp.example.com"
            ][..]
        )
        .prop_map(str::to_owned),
        prop::sample::select(
            &[
                ":", "@", "?", "#", "\\", "..", ".", "%2e", "%", "*", "\t", " ", "&", "=", ":0",
                ":443", "é", "\u{85}"
            ][..]
        )
        .prop_map(str::to_owned),
        "[a-zA-Z0-9._-]{1,8}",
        any::<char>().prop_map(String::from),
    ];
    (
        prop::sample::select(schemes),
        prop::collection::vec(piece, 0..8),
    )
        .prop_map(|(scheme, pieces)| format!("{scheme}{}", pieces.concat()))
}

proptest! {
    #[test]
    fn tokens(text in prop_oneof![any::<String>(), "smcp_[acr]_[A-Za-z0-9_-]{43}\\.[A-Za-z0-9_-]{40,70}"]) {
        if let Some(token) = Token::parse(&text) {
            prop_assert_eq!(token.expose_text(), text);
        }
    }

    #[test]
    fn resources(text in near_url(&["", "https://mcp.example.com", "https://mcp.example.com/mcp", "https://mcp.example.com/mcp/"])) {
        let here = origin(ORIGIN);
        if let Ok(resource) = Resource::parse(&text, &here, "/mcp") {
            prop_assert!(Resource::root("/mcp").covers(&resource), "{}", text);
            prop_assert!(resource.segments("/mcp").count() <= 2);
            prop_assert!(resource.segments("/mcp").all(oauth_provider::is_slug));
            // It reads the same to any other parser.
            let url = Url::parse(&text).unwrap();
            prop_assert_eq!(url.origin().ascii_serialization(), ORIGIN);
            prop_assert_eq!(url.path().trim_end_matches('/'), resource.path());
            prop_assert_eq!(Resource::parse(&resource.url(&here), &here, "/mcp"), Ok(resource));
        }
    }

    #[test]
    fn redirect_uris(
        text in near_url(&["", "https://", "http://localhost", "http://127.0.0.1", "cursor://", "app:", "javascript:"]),
        asked in near_url(&["https://", "http://localhost", "http://127.0.0.1", "HTTP://localhost"]),
    ) {
        let Ok(uri) = RedirectUri::parse(&text) else { return Ok(()) };
        let taken = uri.accepts(&text).unwrap();
        prop_assert_eq!(taken.as_str(), &text);
        prop_assert!(text.bytes().all(|b| b.is_ascii_graphic()) && !text.contains(['#', '\\', '*']), "fits into a header");
        let url = Url::parse(&text).unwrap();
        prop_assert!(url.username().is_empty() && url.password().is_none());
        match taken.kind() {
            RedirectKind::Https => prop_assert!(taken.scheme() == "https" && url.host().is_some()),
            RedirectKind::Loopback => prop_assert!(matches!(url.host_str(), Some(h) if h == "localhost" || h == "[::1]" || h.starts_with("127."))),
            RedirectKind::PrivateUse => prop_assert!(!["http", "https", "javascript", "data"].contains(&url.scheme())),
        }
        // The answer is the same URI with more in its query.
        let answer = Url::parse(&taken.with(&[("code", "a&b c")])).unwrap();
        prop_assert_eq!(answer.query_pairs().last().map(|(n, v)| (n.into_owned(), v.into_owned())), Some(("code".to_owned(), "a&b c".to_owned())));
        prop_assert_eq!((answer.scheme(), answer.host(), answer.path()), (url.scheme(), url.host(), url.path()));
        // Another text is another URI, save for a loopback port.
        if uri.accepts(&asked).is_some_and(|other| other.as_str() != text) {
            prop_assert_eq!(taken.kind(), RedirectKind::Loopback);
            let mut a = Url::parse(&asked).unwrap();
            let mut b = url;
            a.set_port(None).unwrap();
            b.set_port(None).unwrap();
            prop_assert_eq!(a, b);
        }
    }

    #[test]
    fn client_id_urls(text in near_url(&["", "https://client.example", "https://", "http://localhost", "HTTPS://"])) {
        if let Ok(url) = ClientIdUrl::parse(&text, &origin(ORIGIN)) {
            prop_assert_eq!(url.as_str(), &text);
            prop_assert!(text.starts_with("https://") && text.len() <= 2048);
            prop_assert!(!text.contains(['#', '\\', '\t', '\n', '\r', ' ']));
            let parsed = Url::parse(&text).unwrap();
            prop_assert!(parsed.path() != "/" && parsed.username().is_empty() && parsed.password().is_none());
            prop_assert_eq!(parsed.host_str(), Some(url.host()));
            let without_port = text.replacen(":443/", "/", 1).replacen(":443?", "?", 1);
            // The first of them may stand in the path.
            prop_assert!(parsed.as_str() == text || parsed.as_str() == without_port);
        }
    }

    #[test]
    fn documents(text in prop_oneof![
        any::<String>(),
        "\\{\"client_id\":\"https://client.example/c\",\"client_name\":\"[a-z]{1,3}\",\"redirect_uris\":\\[(\"(https://a.example/|app:/|http://a/|javascript:x)[a-z*]{0,2}\",?){0,3}\\]\\}",
    ]) {
        let url = ClientIdUrl::parse("https://client.example/c", &origin(ORIGIN)).unwrap();
        match check_document(&url, &text) {
            Ok(client) => {
                prop_assert!(!client.redirect_uris.is_empty() && client.name.is_some());
                prop_assert_eq!(client.id, url.as_str());
                prop_assert!(!text.contains("javascript:"));
            }
            Err(problem) => prop_assert!(problem.found.chars().count() <= 301 && !problem.found.is_empty()),
        }
    }

    #[test]
    fn parameters(text in any::<String>()) {
        let params = Params::parse(&text);
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            prop_assert_eq!(params.all(&name).any(|v| v == value), !value.is_empty());
        }
    }

    #[test]
    fn signed_values(text in any::<String>(), tail in "[A-Za-z0-9_-]{0,43}") {
        let ring = keys(NEW);
        prop_assert_eq!(ring.verify::<String>(Purpose::Form, &text), None);
        prop_assert_eq!(ring.verify::<String>(Purpose::Form, &format!("IngI.{tail}")), None);
        let good = ring.sign(Purpose::Form, &text);
        prop_assert_eq!(ring.verify::<String>(Purpose::Form, &good), Some(text));
        let mut cut = good;
        cut.pop();
        prop_assert_eq!(ring.verify::<String>(Purpose::Form, &cut), None);
    }

    #[test]
    fn verifiers_challenges_and_scopes(text in prop_oneof![any::<String>(), "[A-Za-z0-9._~-]{40,130}"]) {
        if let Some(verifier) = CodeVerifier::parse(&text) {
            prop_assert!((43..=128).contains(&text.len()));
            prop_assert!(CodeChallenge::of(&verifier).matches(&verifier));
        }
        if let Some(challenge) = CodeChallenge::parse(&text) {
            prop_assert_eq!(challenge.to_text(), text.clone());
        }
        if let Ok(scope) = Scope::parse(&text, SCOPES) {
            prop_assert!(scope.is_subset(&Scope::all(SCOPES)));
        }
    }

    #[test]
    fn assertions(
        text in any::<String>(),
        header in prop_oneof![Just(r#"{"alg":"ES256"}"#.to_owned()), any::<String>()],
        value in prop_oneof![
            any::<u64>().prop_map(|n| n.to_string()),
            any::<f64>().prop_map(|n| format!("{n:e}")),
            any::<String>().prop_map(|s| format!("{s:?}")),
            Just(r#"["https://mcp.example.com"]"#.to_owned()),
        ],
        name in "iss|sub|aud|exp|nbf|iat|jti",
        signature in "[A-Za-z0-9_=-]{0,90}",
    ) {
        let server = Server::new();
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let usual = [
            ("iss", "\"x\""), ("sub", "\"x\""), ("aud", "\"https://mcp.example.com\""), ("exp", "1800000100"), ("jti", "\"1\""),
        ];
        let kept = usual.into_iter().filter(|(other, _)| *other != name);
        let members: Vec<_> = kept.chain([(&*name, &*value)]).map(|(n, v)| format!("\"{n}\":{v}")).collect();
        let claims = format!("{{{}}}", members.join(","));
        for assertion in [
            text.clone(),
            format!("{}.{}.{signature}", encode(&header), encode(&claims)),
            format!("{}.{}.{signature}", encode(&header), encode(&text)),
        ] {
            let answer = server.revoke(&[
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                ("client_assertion", &assertion),
                ("token", "x"),
            ]);
            prop_assert!(matches!(answer.status, 400 | 401), "{assertion}");
        }
    }

    #[test]
    fn whole_requests(
        body in prop::collection::vec(any::<u8>(), 0..200),
        header in prop::option::of(prop_oneof![any::<String>(), "Basic [A-Za-z0-9+/]{0,20}={0,2}"]),
        query in any::<String>(),
    ) {
        let server = Server::new();
        let request = Request { authorization: header.as_deref(), ..post(&body) };
        prop_assert!(server.token_at(&request, &server.store, &server.store).status >= 400);
        prop_assert!(server.revoke_at(&request, &server.store, &server.store).status >= 400);
        let json = Request { content_type: Some("application/json"), ..request };
        prop_assert!(outcome(&server.register_at(&json, &server.store)).starts_with("400"));
        prop_assert!(server.authorize(&query).is_err());
        let _ = Credentials::read(&request, &Params::parse(&query));
    }
}
