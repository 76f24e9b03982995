//! A whole server on a store in memory, and a client's way through it.

use std::task::{Context, Poll, Waker};
use std::time::Duration;

use fetch::scripted::Scripted;
use oauth_provider::authorize::{Approval, AuthorizationRequest, AuthorizeError, validate};
use oauth_provider::client::{Authenticator, register};
use oauth_provider::crypto::RustCrypto;
use oauth_provider::grant::{GrantId, Token, TokenKind};
use oauth_provider::http::{Error, MAX_BODY, Request, Response};
use oauth_provider::memory::MemoryStore;
use oauth_provider::par::par;
use oauth_provider::params::Params;
use oauth_provider::store::{ClientStore, GrantStore, OnceStore, PushedRequests};
use oauth_provider::{Scope, Settings, UnixTime, introspect, revoke, token};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use super::{CHALLENGE, NOW, OLD, VERIFIER, keys, settings};

pub type Store = MemoryStore<ChaCha20Rng>;

/// The redirect URI of every client here.
pub const CALLBACK: &str = "https://app.example/cb";
pub const FORM: &str = "application/x-www-form-urlencoded";

/// Runs a future that never waits.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("nothing here waits"),
    }
}

pub struct Server {
    pub settings: Settings,
    pub store: Store,
    pub fetch: Scripted,
    rng: std::cell::RefCell<ChaCha20Rng>,
}

impl Server {
    pub fn new() -> Self {
        Self::with(Scripted::new())
    }

    pub fn with(fetch: Scripted) -> Self {
        let settings = settings();
        let rng = ChaCha20Rng::seed_from_u64;
        let store = MemoryStore::new(keys(OLD), settings.grants.clone(), NOW, rng(1));
        Self {
            settings,
            store,
            fetch,
            rng: rng(2).into(),
        }
    }

    pub fn rng(&self) -> std::cell::RefMut<'_, ChaCha20Rng> {
        self.rng.borrow_mut()
    }

    pub fn time(&self) -> UnixTime {
        *self.store.now.borrow()
    }

    pub fn wait(&self, seconds: u64) {
        let later = self.time() + Duration::from_secs(seconds);
        self.store.now.replace(later);
    }

    pub fn register(&self, body: &Value) -> Response {
        self.register_at(&json_post(body.to_string().as_bytes()), &self.store)
    }

    pub fn register_at(&self, request: &Request<'_>, clients: &impl ClientStore) -> Response {
        let rng = &mut *self.rng.borrow_mut();
        let answer = now(register(request, &self.settings, clients, self.time(), rng));
        self.response(answer)
    }

    /// The id of a fresh public client.
    pub fn public(&self) -> String {
        let answer = self.register(&json!({
            "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none", "client_name": "Editor",
        }));
        body(&answer)["client_id"].as_str().unwrap().to_owned()
    }

    /// Id and secret of a fresh confidential client.
    pub fn confidential(&self, method: Option<&str>) -> (String, String) {
        let answer =
            body(&self.register(
                &json!({"redirect_uris": [CALLBACK], "token_endpoint_auth_method": method}),
            ));
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        (text("client_id"), text("client_secret"))
    }

    #[expect(clippy::result_large_err, reason = "matched on by every test of it")]
    pub fn authorize(&self, query: &str) -> Result<AuthorizationRequest, AuthorizeError> {
        let params = Params::parse(query);
        now(validate(
            &params,
            &self.settings,
            &self.store,
            &self.fetch,
            self.time(),
        ))
    }

    /// Signs a person in at a client with changes to the usual request. The code.
    pub fn sign_in_with(&self, client_id: &str, changes: &[(&str, &str)]) -> String {
        let request = self.authorize(&query(client_id, changes)).unwrap();
        let scope = request.scope.clone();
        self.grant(request, scope)
    }

    /// A person grants this much of what is asked for. The code.
    pub fn grant(&self, request: AuthorizationRequest, scope: Scope) -> String {
        let grant = GrantId::draw(&mut *self.rng.borrow_mut());
        let approved = Approval::new(request, grant, scope, Vec::new(), self.time());
        let keys = &self.store.keys;
        let sent = approved.sign(keys);
        let cookie = |name: &str| (name == sent.cookie_name).then(|| sent.cookie_value.clone());
        let back = Approval::resume(&sent.state, cookie, keys, self.time()).unwrap();
        let uri = back.redirect_uri().unwrap();
        let open = back.open(&uri, "7".to_owned(), b"props".to_vec(), None);
        match now(self.store.ask(&back.grant, open)) {
            Ok(opened) => Token {
                kind: TokenKind::Code,
                grant: back.grant,
                secret: opened.code,
                tag: None,
            }
            .expose_text(),
            other => panic!("{other:?}"),
        }
    }

    pub fn sign_in(&self, client_id: &str) -> String {
        self.sign_in_with(client_id, &[])
    }

    pub fn token(&self, form: &[(&str, &str)]) -> Response {
        self.token_at(&post(form_body(form).as_bytes()), &self.store, &self.store)
    }

    pub fn token_at(
        &self,
        request: &Request<'_>,
        clients: &impl ClientStore,
        grants: &impl GrantStore,
    ) -> Response {
        let clients = self.authenticator(clients, &self.store);
        self.response(now(token(request, &clients, grants)).map(|granted| granted.response))
    }

    pub fn revoke(&self, form: &[(&str, &str)]) -> Response {
        self.revoke_at(&post(form_body(form).as_bytes()), &self.store, &self.store)
    }

    pub fn revoke_at(
        &self,
        request: &Request<'_>,
        clients: &impl ClientStore,
        grants: &impl GrantStore,
    ) -> Response {
        let clients = self.authenticator(clients, &self.store);
        self.response(now(revoke(request, &clients, grants)).map(|revoked| revoked.response))
    }

    pub fn introspect(&self, form: &[(&str, &str)]) -> Response {
        self.introspect_at(&post(form_body(form).as_bytes()))
    }

    pub fn introspect_at(&self, request: &Request<'_>) -> Response {
        let clients = self.authenticator(&self.store, &self.store);
        self.response(now(introspect(request, &clients, &self.store)))
    }

    /// Revokes with another memory of what was used.
    pub fn revoke_once(&self, form: &[(&str, &str)], once: &impl OnceStore) -> Response {
        let clients = self.authenticator(&self.store, once);
        let body = form_body(form);
        let answer = now(revoke(&post(body.as_bytes()), &clients, &self.store));
        self.response(answer.map(|revoked| revoked.response))
    }

    fn authenticator<'a, C, O>(
        &'a self,
        store: &'a C,
        once: &'a O,
    ) -> Authenticator<'a, C, Scripted, RustCrypto, O> {
        Authenticator {
            settings: &self.settings,
            store,
            fetch: &self.fetch,
            signatures: &RustCrypto,
            once,
            now: self.time(),
        }
    }

    pub fn push_at(&self, request: &Request<'_>, pushed: &impl PushedRequests) -> Response {
        let clients = self.authenticator(&self.store, &self.store);
        let rng = &mut *self.rng.borrow_mut();
        let answer = par(request, &clients, pushed, rng);
        self.response(now(answer))
    }

    /// Redeems as a public client.
    pub fn redeem(&self, client_id: &str, code: &str) -> Response {
        self.token(&redemption(client_id, code))
    }

    /// Access and refresh token of a fresh sign-in at a public client.
    pub fn tokens(&self, client_id: &str) -> (String, String) {
        let answer = body(&self.redeem(client_id, &self.sign_in(client_id)));
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        (text("access_token"), text("refresh_token"))
    }

    pub fn refresh(&self, client_id: &str, refresh_token: &str) -> Response {
        self.token(&[
            ("grant_type", "refresh_token"),
            ("client_id", client_id),
            ("refresh_token", refresh_token),
        ])
    }

    fn response(&self, answer: Result<Response, Error>) -> Response {
        let response = answer.unwrap_or_else(|error| error.into_response(&self.settings));
        assert_eq!(response.get("cache-control"), Some("no-store"));
        assert_eq!(response.get("pragma"), Some("no-cache"));
        if response.status != 200 || !response.body.is_empty() {
            assert_eq!(response.get("content-type"), Some("application/json"));
        }
        if response.status >= 400 {
            let body = body(&response);
            let members: Vec<_> = body.as_object().unwrap().keys().collect();
            assert_eq!(members, ["error", "error_description"]);
            let description = body["error_description"].as_str().unwrap();
            let fine = |c| matches!(c, ' '..='!' | '#'..='[' | ']'..='~');
            assert!(description.chars().all(fine), "{description}");
        }
        response
    }
}

pub fn redemption<'a>(client_id: &'a str, code: &'a str) -> [(&'a str, &'a str); 4] {
    [
        ("grant_type", "authorization_code"),
        ("client_id", client_id),
        ("code", code),
        ("code_verifier", VERIFIER),
    ]
}

/// The usual authorization request with changes: a value replaces, an empty one removes, a new name is added.
pub fn query(client_id: &str, changes: &[(&str, &str)]) -> String {
    let usual = [
        ("response_type", "code"),
        ("client_id", client_id),
        ("redirect_uri", CALLBACK),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("state", "xyz"),
    ];
    let kept = usual
        .into_iter()
        .filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    form_body(&kept.chain(changes.iter().copied()).collect::<Vec<_>>())
}

pub fn form_body(form: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(form).finish()
}

pub fn post(body: &[u8]) -> Request<'_> {
    Request {
        method: "POST",
        content_type: Some(FORM),
        authorization: None,
        body: (body.len() <= MAX_BODY).then_some(body),
    }
}

pub fn json_post(body: &[u8]) -> Request<'_> {
    Request {
        content_type: Some("application/json"),
        ..post(body)
    }
}

pub fn body(response: &Response) -> Value {
    serde_json::from_str(&response.body).unwrap()
}

/// Status and error code.
pub fn outcome(response: &Response) -> String {
    match response.body.is_empty() {
        true => response.status.to_string(),
        false => {
            let error = body(response)["error"].clone();
            let error = error.as_str().unwrap_or("ok");
            format!("{} {error}", response.status)
        }
    }
}

/// Status, headers and body, as a snapshot.
pub fn shown(response: &Response) -> String {
    let mut text = format!("{}\n", response.status);
    for (name, value) in &response.headers {
        text.push_str(&format!("{name}: {value}\n"));
    }
    format!("{text}\n{}", response.body)
}
