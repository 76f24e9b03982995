//! What holds for any input of each parser: asked by the property tests here, and by the fuzz targets under `fuzz/`.

use std::time::Duration;

use fetch::scripted::Scripted;
use oauth_provider::authorize::{Asked, AuthorizeError, validate};
use oauth_provider::bearer::bearer;
use oauth_provider::client::{
    ClientIdUrl, Credentials, RedirectKind, RedirectUri, check_document, fetch_document, register,
};
use oauth_provider::crypto::KeyRing;
use oauth_provider::grant::{Policy, Token};
use oauth_provider::http::{Error, Request, Response};
use oauth_provider::memory::MemoryStore;
use oauth_provider::params::Params;
use oauth_provider::{
    CodeChallenge, CodeVerifier, DocumentHosts, Origin, Resource, Scope, Settings, UnixTime,
};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use url::Url;

pub const ORIGIN: &str = "https://mcp.example.com";
const SCOPES: &[&str] = &["org:read", "project:write", "team:write", "event:write"];
pub const NOW: UnixTime = UnixTime(1_800_000_000);

pub fn origin() -> Origin {
    Origin::of(&Url::parse(ORIGIN).unwrap()).unwrap()
}

pub fn keys() -> KeyRing {
    KeyRing::parse("a key of the server with thirty-two bytes and more", 32).unwrap()
}

/// A token is written as it is read, and found in a header as it stands there.
pub fn token(text: &str) {
    let header = format!("Bearer {text}");
    assert_eq!(bearer(Some(&header)).ok(), Some(text.trim()));
    let _ = bearer(Some(text));
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
            assert!(!url.scheme().starts_with("ms-"));
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
    match check_document(&url, text, &settings()) {
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
    match register_at(&store(), body) {
        Ok(response) => registered(&response),
        Err(error) => assert!(!error.code.as_str().is_empty()),
    }
}

pub type Store = MemoryStore<ChaCha20Rng>;

pub fn store() -> Store {
    let rng = ChaCha20Rng::seed_from_u64(1);
    MemoryStore::new(keys(), Policy::default(), NOW, rng)
}

pub fn register_at(store: &Store, body: &[u8]) -> Result<Response, Error> {
    let request = Request {
        content_type: Some("application/json"),
        ..post(body)
    };
    let rng = &mut ChaCha20Rng::seed_from_u64(2);
    now(register(&request, &settings(), store, NOW, rng))
}

fn registered_client(store: &Store) -> String {
    let body =
        br#"{"redirect_uris":["https://app.example/cb"],"token_endpoint_auth_method":"none"}"#;
    let answer = register_at(store, body).unwrap();
    let answer: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    answer["client_id"].as_str().unwrap().to_owned()
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
    let shares = ["client_secret_basic", "client_secret_post"];
    let confidential = shares.contains(&body["token_endpoint_auth_method"].as_str().unwrap());
    assert_eq!(confidential, body.get("client_secret").is_some());
}

/// What follows the usual parameters in an authorization URL: nobody but the client hears of it.
pub fn authorization_request(more: &str) {
    let (settings, store) = (settings(), store());
    let client = registered_client(&store);
    let usual = format!(
        "client_id={client}&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&response_type=code&code_challenge_method=S256\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
    for query in [format!("{usual}&{more}"), more.to_owned()] {
        let params = Params::parse(&query);
        let fetch = Scripted::new();
        match now(validate(&params, &settings, &store, &fetch, NOW)) {
            Ok(asked) => assert!(Resource::root("/mcp").covers(&asked.resource)),
            Err(AuthorizeError::Redirect(refusal)) => {
                let location = refusal.response.location();
                assert!(location.starts_with("https://app.example/cb?error="));
                assert!(
                    location.is_ascii() && location.contains("&iss=https%3A%2F%2Fmcp.example.com")
                );
            }
            Err(AuthorizeError::Page(problem)) => assert!(!problem.to_string().is_empty()),
        }
        let link = now(Asked::read(&query, &store));
        let pushed = query.contains("request_uri");
        assert!(pushed || link.is_ok_and(|link| link.query == query && link.pushed.is_none()));
    }
}

/// Headers that say how long a document may be kept, one a line.
pub fn cache_headers(text: &str) {
    let url = ClientIdUrl::parse("https://client.example/c", &origin()).unwrap();
    let document = r#"{"client_id":"https://client.example/c","client_name":"x","redirect_uris":["https://a.example/"]}"#;
    let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    headers.extend(
        text.lines()
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned())),
    );
    let answer = fetch::Response {
        status: 200,
        headers,
        body: document.as_bytes().to_vec(),
    };
    let script = Scripted::new().on(fetch::Method::Get, url.as_str(), Ok(answer));
    let fetched = now(fetch_document(&url, &settings(), &script)).unwrap();
    let forbidden = text.to_ascii_lowercase().contains("no-");
    match fetched.keep_for {
        Some(time) => assert!((60..=86_400).contains(&time.as_secs())),
        None => assert!(forbidden, "{text}"),
    }
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

pub fn post(body: &[u8]) -> Request<'_> {
    Request {
        method: "POST",
        content_type: Some("application/x-www-form-urlencoded"),
        authorization: None,
        body: Some(body),
    }
}

pub fn settings() -> Settings {
    Settings {
        origin: origin(),
        resource_base: "/mcp",
        scopes: SCOPES,
        resource_name: "a server",
        documentation_path: "/",
        metadata_documents: true,
        own_document: None,
        own_redirect_uri: None,
        document_hosts: DocumentHosts::default(),
        clients_denied: Vec::new(),
        registration: Duration::from_secs(86_400),
        registration_open: true,
        grants: Policy::default(),
    }
}

/// Runs a future that never waits.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let context = &mut std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("nothing here waits"),
    }
}
