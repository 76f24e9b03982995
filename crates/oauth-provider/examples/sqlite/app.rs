//! From axum's types to this crate's, and back.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::IntoResponse;
use axum::routing::{any, get, post};
use fetch::FetchError;
use fetch::native::{Native, SendNative};
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use oauth_provider::authorize::{
    Approval, Asked, AuthorizationRequest, AuthorizeError, Browser, ConsentTicket, Shown, validate,
};
use oauth_provider::bearer::{self, BearerError};
use oauth_provider::client::{Authenticator, look, register, renew};
use oauth_provider::crypto::RustCrypto;
use oauth_provider::discovery::{AskedResource, authorization_server, path, protected_resource};
use oauth_provider::grant::{GrantId, GrantStore, Looked, Token};
use oauth_provider::http::{Error, MAX_BODY, Request, Response};
use oauth_provider::par::{PushedRequests, par};
use oauth_provider::params::Params;
use oauth_provider::{Granted, Scope, Settings, introspect, revoke, token};
use oauth_types::ErrorCode;
use serde_json::{Value, json};

use crate::now;
use crate::pages::{consent, problem_page, refusal, to_client};
use crate::store::SqliteStore;

/// Tells one browser from another.
const COOKIE: &str = "browser";

/// What all requests share. Every part is `Sync`, so every future of this crate that is made of it is `Send`.
pub struct Server {
    pub store: SqliteStore,
    settings: Settings,
    fetch: SendNative,
}

impl Server {
    pub fn new(settings: Settings, store: SqliteStore) -> Result<Self, FetchError> {
        // Fetches nothing yet: `Settings::metadata_documents` is off until there is a fetch that reaches no private address.
        let fetch = SendNative(Native::new()?);
        Ok(Self {
            store,
            settings,
            fetch,
        })
    }

    /// What authenticating a client takes.
    fn clients(&self) -> Authenticator<'_, SqliteStore, SendNative, RustCrypto, SqliteStore> {
        Authenticator {
            settings: &self.settings,
            store: &self.store,
            fetch: &self.fetch,
            signatures: &RustCrypto,
            once: &self.store,
            now: now(),
        }
    }

    async fn check(&self, query: &str) -> Result<AuthorizationRequest, AuthorizeError> {
        let params = Params::parse(query);
        validate(&params, &self.settings, &self.store, &self.fetch, now()).await
    }

    fn answer(&self, answer: Result<Response, Error>) -> Response {
        answer.unwrap_or_else(|error| error.into_response(&self.settings))
    }
}

pub fn router(server: Arc<Server>) -> Router {
    // Clients that are scripts of a page may read everything but the page that asks the person (RFC 9700 §2.6).
    let readable = Router::new()
        .route(path::AUTHORIZATION_SERVER, get(server_metadata))
        .route(path::PROTECTED_RESOURCE, get(resource_metadata))
        .route(
            &format!("{}/{{*resource}}", path::PROTECTED_RESOURCE),
            get(resource_metadata),
        )
        .route(path::REGISTER, any(registration))
        .route(path::TOKEN, any(tokens))
        .route(path::REVOKE, any(revocation))
        .route(path::INTROSPECT, any(introspection))
        .route(path::PAR, any(pushed))
        .route("/mcp", post(resource))
        .layer(middleware::from_fn(cross_origin));
    Router::new()
        .route(path::AUTHORIZE, get(ask).post(decide))
        .merge(readable)
        .layer(middleware::from_fn_with_state(
            Arc::clone(&server),
            right_host,
        ))
        .with_state(server)
}

/// A request, read whole.
struct Call {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    /// `None` where it is longer than [`MAX_BODY`].
    body: Option<Bytes>,
}

impl<S: Sync> FromRequest<S> for Call {
    type Rejection = Infallible;

    async fn from_request(request: axum::extract::Request, _: &S) -> Result<Self, Infallible> {
        let (parts, body) = request.into_parts();
        Ok(Self {
            method: parts.method,
            uri: parts.uri,
            headers: parts.headers,
            body: to_bytes(body, MAX_BODY).await.ok(),
        })
    }
}

impl Call {
    fn request(&self) -> Request<'_> {
        Request {
            method: self.method.as_str(),
            content_type: header(&self.headers, "content-type"),
            authorization: header(&self.headers, "authorization"),
            body: self.body.as_deref(),
        }
    }

    fn asked_resource(&self, path: &str, settings: &Settings) -> Option<AskedResource> {
        AskedResource::read(path, self.uri.query(), settings)
    }

    fn browser(&self, server: &Server) -> Option<Browser> {
        let cookies = header(&self.headers, "cookie")?.split("; ");
        let value = cookies
            .filter_map(|cookie| cookie.split_once('='))
            .find(|(name, _)| *name == COOKIE)?
            .1;
        Browser::from_cookie(value, server.store.keys())
    }
}

/// An answer of this crate, for axum.
struct Reply(Response);

impl IntoResponse for Reply {
    fn into_response(self) -> axum::response::Response {
        let mut answer = axum::response::Response::new(self.0.body.into());
        // Invariant: statuses and headers of this crate are valid; whatever is not would be left out.
        *answer.status_mut() = self.0.status.try_into().unwrap_or_default();
        for (name, value) in self.0.headers {
            if let Ok(value) = value.try_into() {
                answer.headers_mut().append(name, value);
            }
        }
        answer
    }
}

type Shared = State<Arc<Server>>;

async fn server_metadata(State(server): Shared) -> Reply {
    Reply(Response::json(
        200,
        &authorization_server(&server.settings, None),
    ))
}

async fn resource_metadata(State(server): Shared, call: Call) -> Reply {
    let below = call.uri.path().strip_prefix(path::PROTECTED_RESOURCE);
    let asked = call.asked_resource(below.unwrap_or_default(), &server.settings);
    Reply(match asked {
        Some(asked) => Response::json(200, &protected_resource(&server.settings, &asked)),
        None => Response::empty(404),
    })
}

async fn registration(State(server): Shared, call: Call) -> Reply {
    let (settings, store) = (&server.settings, &server.store);
    let answer = register(&call.request(), settings, store, now(), &mut rng()).await;
    Reply(server.answer(answer))
}

async fn tokens(State(server): Shared, call: Call) -> Reply {
    let granted = token(&call.request(), &server.clients(), &server.store).await;
    let answer = granted.map(|granted| {
        tokio::spawn(chores(Arc::clone(&server), granted.clone()));
        granted.response
    });
    Reply(server.answer(answer))
}

/// What fresh tokens bring with them, after the answer. If it fails, it comes again in its time.
async fn chores(server: Arc<Server>, granted: Granted) {
    let (settings, store) = (&server.settings, &server.store);
    let (client_id, subject) = (&granted.client_id, granted.subject.as_deref());
    if granted.chores.daily {
        let _ = renew(client_id, subject, store.keys(), settings, store, now()).await;
    }
    if granted.chores.look {
        let found = look(client_id, settings, &server.fetch).await;
        let _ = store.ask(&granted.grant, Looked(found)).await;
    }
}

async fn revocation(State(server): Shared, call: Call) -> Reply {
    let revoked = revoke(&call.request(), &server.clients(), &server.store).await;
    Reply(server.answer(revoked.map(|revoked| revoked.response)))
}

async fn introspection(State(server): Shared, call: Call) -> Reply {
    let answer = introspect(&call.request(), &server.clients(), &server.store).await;
    Reply(server.answer(answer))
}

async fn pushed(State(server): Shared, call: Call) -> Reply {
    let (clients, store) = (server.clients(), &server.store);
    let answer = par(&call.request(), &clients, store, &mut rng()).await;
    Reply(server.answer(answer))
}

/// `GET /oauth/authorize`: checks the request and asks the person.
async fn ask(State(server): Shared, call: Call) -> Reply {
    let query = call.uri.query().unwrap_or_default();
    let link = match Asked::read(query, &server.store).await {
        Ok(link) => link,
        Err(problem) => return Reply(refusal(AuthorizeError::Page(problem))),
    };
    let asked = match server.check(&link.query).await {
        Ok(asked) => asked,
        Err(error) => return Reply(refusal(error)),
    };
    let keys = server.store.keys();
    let browser = call
        .browser(&server)
        .unwrap_or_else(|| Browser::draw(&mut rng()));
    let ticket = ConsentTicket::sign(link, (&asked).into(), &browser, keys, now(), &mut rng());
    let cookie = browser.cookie_value(keys);
    Reply(consent(&asked, &ticket, &server.settings).header(
        "set-cookie",
        format!("{COOKIE}={cookie}; Path=/; HttpOnly; SameSite=Lax"),
    ))
}

/// `POST /oauth/authorize`: the person has decided, on a page of ours and in the same browser. The request is checked
/// again, from the beginning.
async fn decide(State(server): Shared, call: Call) -> Reply {
    let request = call.request();
    let form = match Params::from_form(&request) {
        Ok(form) => form,
        Err(error) => return Reply(error.into_response(&server.settings)),
    };
    let ticket = form.all("state").next().unwrap_or_default();
    let browser = call.browser(&server);
    let ticket = ConsentTicket::open(ticket, browser.as_ref(), server.store.keys(), now());
    let ticket = match ticket {
        Ok(ticket) => ticket,
        Err(error) => return Reply(problem_page(&error.to_string())),
    };
    let asked = match server.check(&ticket.query).await {
        Ok(asked) => asked,
        Err(error) => return Reply(refusal(error)),
    };
    let (Ok(Some(person)), true) = (form.one("person"), form.all("action").eq(["approve"])) else {
        let denied = asked.refuse(ErrorCode::AccessDenied, "the person did not allow it");
        return Reply(to_client(&denied));
    };
    if ticket.shown() != Some(&Shown::from(&asked)) {
        return Reply(problem_page("the client has changed meanwhile"));
    }
    // A request that was pushed is used up by its approval.
    if let Some(name) = &ticket.pushed
        && !matches!(server.store.use_pushed(name, &ticket.id).await, Ok(true))
    {
        return Reply(problem_page("it was approved already"));
    }
    Reply(open(&server, asked, person).await)
}

/// Opens the grant and sends its code to the client. A server with an upstream sends the browser there first, with
/// `Approval::sign`, and does this at the callback, after `Returned::read`.
async fn open(server: &Server, asked: AuthorizationRequest, person: &str) -> Response {
    let (redirect_uri, scope) = (asked.redirect_uri.clone(), asked.scope.clone());
    let approval = Approval::new(asked, GrantId::draw(&mut rng()), scope, Vec::new(), now());
    let props = person.as_bytes().to_vec();
    let open = approval.open(&redirect_uri, person.to_owned(), props, None);
    let outcome = match server.store.ask(&approval.grant, open).await {
        Ok(opened) => Ok(Token::code(approval.grant.clone(), opened.code).expose_text()),
        Err(_) => Err((ErrorCode::TemporarilyUnavailable, "try again".to_owned())),
    };
    to_client(&approval.respond(redirect_uri, outcome))
}

/// The protected resource: the least that is an MCP server.
async fn resource(State(server): Shared, call: Call) -> Reply {
    let Some(asked) = call.asked_resource(call.uri.path(), &server.settings) else {
        return Reply(Response::empty(404));
    };
    let request = call.request();
    let caller = match bearer::verify(request.authorization, &asked, &server.store).await {
        Ok(caller) => caller,
        Err(error) => return Reply(error.into_response(&asked, &server.settings)),
    };
    if !caller.scope.contains("notes:read") {
        let error = BearerError::InsufficientScope {
            scope: Scope::all(&["notes:read"]),
            description: "reading notes needs notes:read".to_owned(),
        };
        return Reply(error.into_response(&asked, &server.settings));
    }
    let Ok(message) = serde_json::from_slice::<Value>(request.body.unwrap_or_default()) else {
        return Reply(Response::empty(400));
    };
    let Some(id) = message.get("id") else {
        return Reply(Response::empty(202)); // a notification
    };
    let result = match message.get("method").and_then(Value::as_str) {
        Some("initialize") => json!({
            "protocolVersion": "2025-11-25",
            "capabilities": { "tools": {} },
            "serverInfo": { "name": "example", "version": env!("CARGO_PKG_VERSION") },
        }),
        Some("ping") => json!({}),
        Some("tools/list") => json!({ "tools": [{
            "name": "whoami",
            "description": "Says who is signed in.",
            "inputSchema": { "type": "object" },
        }]}),
        // There is one tool; with more, `params.name` says which.
        Some("tools/call") => {
            json!({ "content": [{ "type": "text", "text": String::from_utf8_lossy(&caller.props.0) }] })
        }
        _ => {
            let error = json!({ "code": -32601, "message": "no such method" });
            let answer = json!({ "jsonrpc": "2.0", "id": id, "error": error });
            return Reply(Response::json(200, &answer));
        }
    };
    let answer = json!({ "jsonrpc": "2.0", "id": id, "result": result });
    Reply(Response::json(200, &answer))
}

/// A page of another site that had its name point here (DNS rebinding) is not answered.
async fn right_host(
    State(server): Shared,
    request: axum::extract::Request,
    next: Next,
) -> axum::response::Response {
    let (_, host) = server.settings.origin.as_str().split_once("://").unzip();
    if header(request.headers(), "host") != host {
        return StatusCode::MISDIRECTED_REQUEST.into_response();
    }
    next.run(request).await
}

/// Such clients send no cookies: a token is a header that they set.
async fn cross_origin(request: axum::extract::Request, next: Next) -> axum::response::Response {
    let mut answer = match *request.method() {
        Method::OPTIONS => Reply(
            Response::empty(204)
                .header("access-control-allow-methods", "GET, POST")
                .header(
                    "access-control-allow-headers",
                    "Authorization, Content-Type, MCP-Protocol-Version",
                ),
        )
        .into_response(),
        _ => next.run(request).await,
    };
    let headers = [
        ("access-control-allow-origin", "*"),
        ("access-control-expose-headers", "WWW-Authenticate"),
    ];
    for (name, value) in headers {
        answer
            .headers_mut()
            .insert(name, axum::http::HeaderValue::from_static(value));
    }
    answer
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn rng() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}
