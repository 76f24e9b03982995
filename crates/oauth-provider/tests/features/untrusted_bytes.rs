//! Parsers of what strangers send: they never panic, and what they take keeps its promises.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth_provider::client::Credentials;
use oauth_provider::http::Request;
use oauth_provider::params::Params;
use proptest::prelude::*;

use crate::support::server::{Server, outcome, post};

mod checks;
mod signed;

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

/// What the checks on assertions and keys say of good ones they say of something.
#[test]
fn good_ones_reach_the_end_of_their_checks() {
    let header = r#"{"alg":"ES256"}"#;
    let claims = r#"{"iss":"CLIENT","sub":"CLIENT","aud":"https://mcp.example.com","exp":1800000100,"jti":"1"}"#;
    assert!(signed::assertion(header, claims));
    assert!(!signed::assertion(
        header,
        &claims.replace("mcp.", "other.")
    ));
    assert!(signed::key_set(
        r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#
    ));
}

proptest! {
    #[test]
    fn tokens(text in prop_oneof![any::<String>(), "smcp_[acr]_[A-Za-z0-9_-]{43}\\.[A-Za-z0-9_-]{40,70}"]) {
        checks::token(&text);
    }

    // rule: authorization/resource
    #[test]
    fn resources(text in near_url(&["", "https://mcp.example.com", "https://mcp.example.com/mcp", "https://mcp.example.com/mcp/"])) {
        checks::resource(&text);
    }

    // rule: clients/redirect-uri-matching
    #[test]
    fn redirect_uris(
        text in near_url(&["", "https://", "http://localhost", "http://127.0.0.1", "cursor://", "app:", "javascript:"]),
        asked in near_url(&["https://", "http://localhost", "http://127.0.0.1", "HTTP://localhost"]),
    ) {
        checks::redirect_uri(&text, &asked);
    }

    // rule: clients/url-form
    #[test]
    fn client_id_urls(text in near_url(&["", "https://client.example", "https://", "http://localhost", "HTTPS://"])) {
        checks::client_id_url(&text);
    }

    // rule: clients/document-members
    #[test]
    fn documents(text in prop_oneof![
        any::<String>(),
        "\\{\"client_id\":\"https://client.example/c\",\"client_name\":\"[a-z]{1,3}\",\"redirect_uris\":\\[(\"(https://a.example/|app:/|http://a/|javascript:x)[a-z*]{0,2}\",?){0,3}\\]\\}",
    ]) {
        checks::document(&text);
    }

    // rule: clients/registration-refused
    #[test]
    fn registrations(body in prop_oneof![
        any::<String>(),
        "\\{\"redirect_uris\":\\[\"(https://a.example/|app:/|http://a/|http://localhost:1/)[a-z*]{0,2}\"\\],?(\"(client_name|token_endpoint_auth_method|grant_types|scope|jwks)\":(\"(none|client_secret_post|x)\"|\\[\"(refresh_token|authorization_code)\"\\]|null|1))?\\}",
    ]) {
        checks::registration(body.as_bytes());
    }

    #[test]
    fn forms(text in prop_oneof![any::<String>(), "([a-z_]{0,3}(=[a-z%2c+\u{e9}]{0,4})?&?){0,5}"]) {
        checks::form(&text);
    }

    // rule: tokens/basic-header
    #[test]
    fn basic_headers(
        header in prop_oneof![any::<String>(), "[Bb]asic +[A-Za-z0-9+/]{0,24}={0,2}"],
        form in prop_oneof![any::<String>(), "(client_id=[a-c]{0,2})?(&client_secret=[a-c]{0,2})?"],
    ) {
        checks::basic_header(&header, &form);
    }

    #[test]
    fn signed_values(text in any::<String>(), tail in "[A-Za-z0-9_-]{0,43}") {
        signed::signed_state(&text);
        signed::signed_state(&format!("IngI.{tail}"));
    }

    #[test]
    fn verifiers_challenges_and_scopes(text in prop_oneof![any::<String>(), "[A-Za-z0-9._~-]{40,130}"]) {
        checks::verifier_challenge_and_scope(&text);
    }

    // rule: tokens/private-key-jwt
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
    fn authorization_requests(text in prop_oneof![
        any::<String>(),
        "((state|scope|resource|issuer|request_uri|prompt|client_id)=[a-z:/.%2F]{0,12}&?){0,4}",
        "request_uri=urn:ietf:params:oauth:request_uri:[A-Za-z0-9_-]{0,44}(&client_id=[a-z]{0,3})?",
    ]) {
        checks::authorization_request(&text);
    }

    // rule: clients/cache-lifetime
    #[test]
    fn cache_headers(text in prop_oneof![
        any::<String>(),
        "((cache-control|expires|date|age): ?((no-store|max-age|s-maxage|private)=?\"?[0-9]{0,22}\"?,?){0,3}\n){0,4}",
        "date: [A-Z][a-z]{2}, [0-9]{1,2} (Jan|Feb|Foo) [0-9]{1,5} [0-9]{1,2}:[0-9]{2}:[0-9]{2} GMT\nexpires: Sun, 06 Nov [0-9]{1,4} 08:49:37 GMT",
    ]) {
        checks::cache_headers(&text);
    }

    // rule: authorization/upstream-state
    #[test]
    fn cookies_and_forms(cookie in prop_oneof![any::<String>(), "[A-Za-z0-9_-]{60,66}"], text in any::<String>()) {
        signed::cookies_and_forms(&cookie, &text);
    }

    #[test]
    fn request_uris(text in prop_oneof![any::<String>(), "urn:ietf:params:oauth:request_uri:[A-Za-z0-9_-]{42,44}"]) {
        signed::request_uri(&text);
    }

    // rule: tokens/private-key-jwt
    #[test]
    fn claims(
        header in prop_oneof![4 => Just(r#"{"alg":"ES256"}"#.to_owned()), 1 => any::<String>()],
        exp in prop_oneof![Just("1800000100".to_owned()), "[0-9]{1,12}(\\.[0-9]{1,3})?(e[0-9])?"],
        aud in prop_oneof![Just("\"https://mcp.example.com\"".to_owned()), Just("[\"https://mcp.example.com/oauth/token\"]".to_owned()), "\"[a-z:/.]{0,30}\""],
        more in prop_oneof![Just(String::new()), ",\"(nbf|iat|sub|exp|x)\":([0-9]{1,11}|\"[a-z]{0,3}\")"],
    ) {
        signed::assertion(&header, &format!(r#"{{"iss":"CLIENT","sub":"CLIENT","aud":{aud},"exp":{exp},"jti":"1"{more}}}"#));
        signed::assertion(&header, &more);
    }

    // rule: tokens/key-members
    #[test]
    fn key_sets(text in prop_oneof![
        any::<String>(),
        "\\{\"keys\":\\[(\\{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"[A-Za-z0-9_-]{42}A\",\"y\":\"[A-Za-z0-9_-]{42}A\"\\})?\\]\\}",
        "\\{\"keys\":\\[\\{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"[A-Za-z0-9_-]{42}A\"\\}\\]\\}",
        "\\{\"keys\":\\[\\{\"kty\":\"RSA\",\"n\":\"[A-Za-z0-9_-]{341}w\",\"e\":\"(AQAB|Aw|AQ|[A-Za-z0-9_-]{4})\"\\}\\]\\}",
    ]) {
        signed::key_set(&text);
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
