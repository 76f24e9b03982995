//! Examples as the RFCs print them, through what this crate offers to others.
// file rule: others/rfc-examples: examples of RFC 7636 appendix B, 6749 §2.3.1, 7523 §2.2 and §4,
//    8252 §7, 8414 §3.1, 9728 §3.1, 9207 §2

use oauth_provider::authorize::AuthorizationResponse;
use oauth_provider::client::{RedirectKind, RedirectUri, preregistered};
use oauth_provider::discovery::{AskedResource, authorization_server, path, protected_resource};
use oauth_provider::http::Request;
use oauth_provider::oauth_types::ErrorCode;
use oauth_provider::store::ClientStore;
use oauth_provider::{CodeChallenge, CodeVerifier, Settings, UnixTime};
use url::Url;

use crate::support::server::{Server, form_body, now, outcome, post};
use crate::support::{origin, settings};

/// RFC 7636 appendix B
#[test]
fn rfc_7636_appendix_b() {
    let octets: [u8; 32] = [
        116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37,
        77, 105, 214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
    ];
    let verifier = CodeVerifier::from_bytes(&octets);
    assert_eq!(
        verifier.expose(),
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    );
    let challenge = CodeChallenge::of(&verifier);
    assert_eq!(
        challenge.to_text(),
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
    assert!(challenge.matches(&verifier));
}

// rule: tokens/basic-header
/// RFC 6749 §2.3.1: the header, of the client `s6BhdRkqt3` with the secret `7Fjfp0ZBr1KtDRbnfVdmIw`.
#[test]
fn rfc_6749_section_2_3_1() {
    let clients = r#"[{
        "client_id": "s6BhdRkqt3", "redirect_uris": ["https://client.example.com/cb"],
        "client_secret_sha256": "e9974c507d2a802143f614c878fcbb622a3800e05e6e0d329fee2c5b6b243329"
    }]"#;
    let server = Server::new();
    for client in preregistered(clients).unwrap() {
        now(server.store.keep_registration(&client, UnixTime(u64::MAX))).unwrap();
    }
    let form = form_body(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", "tGzv3JOkF0XG5Qx2TlKWIA"),
    ]);
    let with = |header| {
        let request = Request {
            authorization: Some(header),
            ..post(form.as_bytes())
        };
        outcome(&server.token_at(&request, &server.store, &server.store))
    };
    // The client is known by it; the refresh token of §6 is none of ours.
    let header = "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3";
    assert_eq!(with(header), "400 invalid_grant");
    let altered = "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl4";
    assert_eq!(with(altered), "401 invalid_client");
}

// rule: tokens/private-key-jwt
/// RFC 7523 §2.2 (the header) and §4 (the claims): an assertion about somebody else is an authorization grant, and
/// authenticates no client (§3: `sub` "MUST be the client_id").
#[test]
fn rfc_7523_section_2_2_and_4() {
    let header = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjIyIn0";
    let claims = "eyJpc3MiOiJodHRwczovL2p3dC1pZHAuZXhhbXBsZS5jb20iLCJzdWIiOiJtYWlsdG86bWlrZUBleGFtcGxlLmNvbSIsImF1ZCI6\
                  Imh0dHBzOi8vand0LXJwLmV4YW1wbGUubmV0IiwibmJmIjoxMzAwODE1NzgwLCJleHAiOjEzMDA4MTkzODAsImh0dHA6Ly9jbGFp\
                  bXMuZXhhbXBsZS5jb20vbWVtYmVyIjp0cnVlfQ";
    let server = Server::new();
    let answer = server.revoke(&[
        (
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ),
        (
            "client_assertion",
            &format!("{header}.{claims}.c2lnbmF0dXJl"),
        ),
        ("token", "x"),
    ]);
    assert_eq!(outcome(&answer), "401 invalid_client");
    assert!(
        answer
            .body
            .contains("iss and sub must both be the client_id"),
        "{}",
        answer.body
    );
}

// rule: clients/redirect-uri-kinds
// rule: clients/redirect-uri-matching
/// RFC 8252 §7.1 to §7.3: each example is taken for what it is, and the loopback ones with any port.
#[test]
fn rfc_8252_section_7() {
    let taken = |registered: &str, asked: &str| {
        let registered = RedirectUri::parse(registered).unwrap();
        registered.accepts(asked).map(|uri| uri.kind())
    };
    for (uri, kind) in [
        (
            "com.example.app:/oauth2redirect/example-provider",
            RedirectKind::PrivateUse,
        ),
        (
            "https://app.example.com/oauth2redirect/example-provider",
            RedirectKind::Https,
        ),
        (
            "http://127.0.0.1:51004/oauth2redirect/example-provider",
            RedirectKind::Loopback,
        ),
        (
            "http://[::1]:61023/oauth2redirect/example-provider",
            RedirectKind::Loopback,
        ),
    ] {
        assert_eq!(taken(uri, uri), Some(kind), "{uri}");
    }
    let (v4, v6) = (
        "http://127.0.0.1/oauth2redirect/example-provider",
        "http://[::1]/oauth2redirect/example-provider",
    );
    for port in ["", ":1", ":80", ":51004", ":61023", ":65535"] {
        for (registered, host) in [(v4, "127.0.0.1"), (v6, "[::1]")] {
            let asked = format!("http://{host}{port}/oauth2redirect/example-provider");
            assert!(taken(registered, &asked).is_some(), "{asked}");
        }
    }
    for asked in [
        v6,
        "http://localhost:51004/oauth2redirect/example-provider",
        "http://127.0.0.2:51004/oauth2redirect/example-provider",
        "https://127.0.0.1:51004/oauth2redirect/example-provider",
        "http://127.0.0.1:51004/oauth2redirect/example-provider/",
        "http://127.0.0.1:51004/oauth2redirect/example-provider?x",
        "http://127.0.0.1:51004/oauth2redirect/Example-provider",
    ] {
        assert_eq!(taken(v4, asked), None, "{asked}");
    }
    for (registered, asked) in [
        (
            "https://app.example.com/cb",
            "https://app.example.com:8443/cb",
        ),
        ("com.example.app://x/cb", "com.example.app://x:1/cb"),
    ] {
        assert_eq!(
            taken(registered, asked),
            None,
            "no loopback address: {asked}"
        );
    }
}

fn at(text: &str, resource_base: &'static str) -> Settings {
    Settings {
        origin: origin(text),
        resource_base,
        ..settings()
    }
}

/// RFC 8414 §3.1: the well-known part goes between host and path of the issuer.
#[test]
fn rfc_8414_section_3_1() {
    let settings = at("https://example.com", "/issuer1");
    let root = authorization_server(&settings, None);
    assert_eq!(root.issuer, "https://example.com");
    assert_eq!(
        path::AUTHORIZATION_SERVER,
        "/.well-known/oauth-authorization-server"
    );
    let asked = "/.well-known/oauth-authorization-server/issuer1";
    let below = asked.strip_prefix(path::AUTHORIZATION_SERVER).unwrap();
    let scoped = AskedResource::read(below, None, &settings).unwrap();
    let document = authorization_server(&settings, Some(&scoped));
    assert_eq!(document.issuer, "https://example.com/issuer1");
}

/// RFC 9728 §3.1 and §3.2
#[test]
fn rfc_9728_section_3_1() {
    let settings = at("https://resource.example.com", "/resource1");
    let asked = AskedResource::read("/resource1", None, &settings).unwrap();
    assert_eq!(
        asked.metadata_url(&settings),
        "https://resource.example.com/.well-known/oauth-protected-resource/resource1"
    );
    let document = protected_resource(&settings, &asked);
    assert_eq!(document.resource, "https://resource.example.com/resource1");
    assert_eq!(document.bearer_methods_supported, ["header"]);
}

/// RFC 9207 §2.1 and §2.2: the two answers, letter by letter (the second with our description beside).
#[test]
fn rfc_9207_section_2() {
    let answer = |state: &str, outcome| {
        let uri = RedirectUri::parse("https://client.example/cb").unwrap();
        AuthorizationResponse {
            redirect_uri: uri.accepts("https://client.example/cb").unwrap(),
            state: Some(state.to_owned()),
            issuer: "https://honest.as.example".to_owned(),
            outcome,
        }
        .location()
    };
    let code = "x1848ZT64p4IirMPT0R-X3141MFPTuBX-VFL_cvaplMH58".to_owned();
    assert_eq!(
        answer("ZWVlNDBlYzA1NjdkMDNhYjg3ZjUxZjAyNGQzMTM2NzI", Ok(code)),
        "https://client.example/cb?code=x1848ZT64p4IirMPT0R-X3141MFPTuBX-VFL_cvaplMH58\
         &state=ZWVlNDBlYzA1NjdkMDNhYjg3ZjUxZjAyNGQzMTM2NzI&iss=https%3A%2F%2Fhonest.as.example"
    );
    let refused = answer(
        "N2JjNGJhY2JiZjRhYzA3MGJkMzNmMDE5OWJhZmJhZjA",
        Err((ErrorCode::AccessDenied, "no".to_owned())),
    );
    assert_eq!(
        refused.replace("&error_description=no", ""),
        "https://client.example/cb?error=access_denied&state=N2JjNGJhY2JiZjRhYzA3MGJkMzNmMDE5OWJhZmJhZjA\
         &iss=https%3A%2F%2Fhonest.as.example"
    );
    assert_eq!(Url::parse(&refused).unwrap().query_pairs().count(), 4);
}
