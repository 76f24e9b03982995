//! What holds for any input of each parser: asked by the property tests here, and by the fuzz targets under `fuzz/`.

use std::time::Duration;

use oauth_provider::client::{
    ClientIdUrl, Credentials, RedirectKind, RedirectUri, check_document, register,
};
use oauth_provider::crypto::{KeyRing, Purpose};
use oauth_provider::grant::{Policy, Token};
use oauth_provider::http::{Request, Response};
use oauth_provider::memory::MemoryStore;
use oauth_provider::params::Params;
use oauth_provider::{
    CodeChallenge, CodeVerifier, DocumentHosts, Origin, Resource, Scope, Settings, UnixTime,
};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use url::Url;

const ORIGIN: &str = "https://mcp.example.com";
const SCOPES: &[&str] = &["org:read", "project:write", "team:write", "event:write"];
const NOW: UnixTime = UnixTime(1_800_000_000);

fn origin() -> Origin {
    Origin::of(&Url::parse(ORIGIN).unwrap()).unwrap()
}

fn keys() -> KeyRing {
    KeyRing::parse("a key of the server with thirty-two bytes and more", 32).unwrap()
}

/// A token is written as it is read.
pub fn token(text: &str) {
    if let Some(token) = Token::parse(text) {
        assert_eq!(token.expose_text(), text);
    }
}

pub fn resource(text: &str) {
    let here = origin();
    if let Ok(resource) = Resource::parse(text, &here, "/mcp") {
        assert!(Resource::root("/mcp").covers(&resource), "{text}");
        assert!(resource.segments("/mcp").count() <= 2);
        assert!(resource.segments("/mcp").all(oauth_provider::is_slug));
        // It reads the same to any other parser.
        let url = Url::parse(text).unwrap();
        assert_eq!(url.origin().ascii_serialization(), ORIGIN);
        assert_eq!(url.path().trim_end_matches('/'), resource.path());
        let again = Resource::parse(&resource.url(&here), &here, "/mcp");
        assert_eq!(again, Ok(resource));
    }
}

/// `text` as it is registered, and `asked` as it comes in a request.
pub fn redirect_uri(text: &str, asked: &str) {
    let Ok(uri) = RedirectUri::parse(text) else {
        return;
    };
    let taken = uri.accepts(text).unwrap();
    assert_eq!(taken.as_str(), text);
    assert!(
        text.bytes().all(|b| b.is_ascii_graphic()) && !text.contains(['#', '\\', '*']),
        "fits into a header"
    );
    let url = Url::parse(text).unwrap();
    assert!(url.username().is_empty() && url.password().is_none());
    match taken.kind() {
        RedirectKind::Https => assert!(taken.scheme() == "https" && url.host().is_some()),
        RedirectKind::Loopback => assert!(matches!(
            url.host_str(),
            Some(h) if h == "localhost" || h == "[::1]" || h.starts_with("127.")
        )),
        RedirectKind::PrivateUse => {
            assert!(!["http", "https", "javascript", "data"].contains(&url.scheme()));
        }
    }
    // The answer is the same URI with more in its query.
    let answer = Url::parse(&taken.with(&[("code", "a&b c")])).unwrap();
    let last = answer.query_pairs().last().unwrap();
    assert_eq!((&*last.0, &*last.1), ("code", "a&b c"));
    assert_eq!(
        (answer.scheme(), answer.host(), answer.path()),
        (url.scheme(), url.host(), url.path())
    );
    // Another text is another URI, save for a loopback port.
    if uri
        .accepts(asked)
        .is_some_and(|other| other.as_str() != text)
    {
        assert_eq!(taken.kind(), RedirectKind::Loopback);
        let mut a = Url::parse(asked).unwrap();
        let mut b = url;
        a.set_port(None).unwrap();
        b.set_port(None).unwrap();
        assert_eq!(a, b);
    }
}

pub fn client_id_url(text: &str) {
    if let Ok(url) = ClientIdUrl::parse(text, &origin()) {
        assert_eq!(url.as_str(), text);
        assert!(text.starts_with("https://") && text.len() <= 2048);
        assert!(!text.contains(['#', '\\', '\t', '\n', '\r', ' ']));
        let parsed = Url::parse(text).unwrap();
        assert!(parsed.path() != "/");
        assert!(parsed.username().is_empty() && parsed.password().is_none());
        assert_eq!(parsed.host_str(), Some(url.host()));
        let without_port = text.replacen(":443/", "/", 1).replacen(":443?", "?", 1);
        // The first of them may stand in the path.
        assert!(parsed.as_str() == text || parsed.as_str() == without_port);
    }
}

/// A client metadata document.
pub fn document(text: &str) {
    let url = ClientIdUrl::parse("https://client.example/c", &origin()).unwrap();
    match check_document(&url, text) {
        Ok(client) => {
            assert!(!client.redirect_uris.is_empty() && client.name.is_some());
            assert_eq!(client.id, url.as_str());
            let dangerous = |uri: &RedirectUri| uri.as_str().starts_with("javascript:");
            assert!(!client.redirect_uris.iter().any(dangerous));
        }
        Err(problem) => {
            assert!(problem.found.chars().count() <= 301 && !problem.found.is_empty());
        }
    }
}

/// A body of `POST /oauth/register`: what is kept can be used.
pub fn registration(body: &[u8]) {
    let store = MemoryStore::new(
        keys(),
        Policy::default(),
        NOW,
        ChaCha20Rng::seed_from_u64(1),
    );
    let request = Request {
        content_type: Some("application/json"),
        ..post(body)
    };
    let rng = &mut ChaCha20Rng::seed_from_u64(2);
    let answer = now(register(&request, &settings(), &store, NOW, rng));
    match answer {
        Ok(response) => registered(&response),
        Err(error) => assert!(!error.code.as_str().is_empty()),
    }
}

fn registered(response: &Response) {
    assert_eq!(response.status, 201);
    let body: serde_json::Value = serde_json::from_str(&response.body).unwrap();
    let id = body["client_id"].as_str().unwrap();
    assert!(!id.starts_with("https://"));
    let uris = body["redirect_uris"].as_array().unwrap();
    assert!((1..=20).contains(&uris.len()));
    for uri in uris {
        assert!(RedirectUri::parse(uri.as_str().unwrap()).is_ok());
    }
    let public = body["token_endpoint_auth_method"] == "none";
    assert_eq!(public, body.get("client_secret").is_none());
}

/// A form or a query.
pub fn form(text: &str) {
    let params = Params::parse(text);
    for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
        let found = params.all(&name).any(|v| v == value);
        assert_eq!(found, !value.is_empty());
    }
    let _ = params.no_duplicates_but("resource");
    let read = Params::from_form(&post(text.as_bytes()));
    assert_eq!(read.is_ok(), params.are_utf8());
}

/// An `Authorization` header before a form.
pub fn basic_header(header: &str, form: &str) {
    let request = Request {
        authorization: Some(header),
        ..post(b"")
    };
    let params = Params::parse(form);
    match Credentials::read(&request, &params) {
        Ok(credentials) => {
            assert!(!credentials.client_id.is_empty());
            let named = params
                .all("client_id")
                .all(|id| id == credentials.client_id);
            assert!(named, "one request, one client");
        }
        Err(error) => assert!(!error.description.is_empty()),
    }
}

/// A value that comes back through a browser: only what was signed verifies, and only for its purpose.
pub fn signed_state(text: &str) {
    let ring = keys();
    assert_eq!(ring.verify::<String>(Purpose::Form, text), None);
    let good = ring.sign(Purpose::Form, &text);
    assert_eq!(ring.verify(Purpose::Form, &good), Some(text.to_owned()));
    assert_eq!(ring.verify::<String>(Purpose::UpstreamState, &good), None);
    let mut cut = good;
    cut.pop();
    assert_eq!(ring.verify::<String>(Purpose::Form, &cut), None);
}

pub fn verifier_challenge_and_scope(text: &str) {
    if let Some(verifier) = CodeVerifier::parse(text) {
        assert!((43..=128).contains(&text.len()));
        assert!(CodeChallenge::of(&verifier).matches(&verifier));
    }
    if let Some(challenge) = CodeChallenge::parse(text) {
        assert_eq!(challenge.to_text(), text);
    }
    if let Ok(scope) = Scope::parse(text, SCOPES) {
        assert!(scope.is_subset(&Scope::all(SCOPES)));
    }
}

fn post(body: &[u8]) -> Request<'_> {
    Request {
        method: "POST",
        content_type: Some("application/x-www-form-urlencoded"),
        authorization: None,
        body: Some(body),
    }
}

fn settings() -> Settings {
    Settings {
        origin: origin(),
        resource_base: "/mcp",
        scopes: SCOPES,
        resource_name: "a server",
        documentation_path: "/",
        metadata_documents: true,
        own_document: None,
        document_hosts: DocumentHosts::default(),
        registration: Duration::from_secs(86_400),
        grants: Policy::default(),
    }
}

/// Runs a future that never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let context = &mut std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("nothing here waits"),
    }
}
