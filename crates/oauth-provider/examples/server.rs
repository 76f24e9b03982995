//! A complete authorization server with one protected resource, on plain hyper and a store in memory:
//!
//! ```sh
//! cargo run -p oauth-provider --example server -- 8080
//! ```
//!
//! Point an MCP client at `http://127.0.0.1:8080/mcp`. There is no upstream to sign in at: anybody who types a name is
//! that person. The store in memory is for one thread, hence the `LocalSet`; `sqlite/` is for many.

use std::convert::Infallible;
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

use fetch::native::Native;
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use oauth_provider::authorize::{
    Approval, Asked, AuthorizationRequest, AuthorizationResponse, AuthorizeError, Browser,
    ConsentTicket, Shown, Way, validate,
};
use oauth_provider::bearer;
use oauth_provider::client::{Authenticator, look, register, renew};
use oauth_provider::crypto::{KeyRing, RustCrypto, Secret};
use oauth_provider::discovery::{AskedResource, authorization_server, path, protected_resource};
use oauth_provider::grant::{GrantId, Looked, Token};
use oauth_provider::http::{Error, MAX_BODY, Request, Response};
use oauth_provider::memory::MemoryStore;
use oauth_provider::par::par;
use oauth_provider::params::Params;
use oauth_provider::store::{GrantStore, PushedRequests};
use oauth_provider::{Granted, Origin, Settings, UnixTime, introspect, revoke, token};
use oauth_types::ErrorCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::{LocalSet, spawn_local};

type Rng = UnwrapErr<SysRng>;
type Failure = Box<dyn std::error::Error>;

/// Tells one browser from another.
const COOKIE: &str = "browser";

struct Server {
    settings: Settings,
    store: MemoryStore<Rng>,
    fetch: Native,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let port = std::env::args()
        .nth(1)
        .map_or(Ok(8080), |text| text.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let server = Rc::new(Server::new(&origin)?);
    #[expect(clippy::print_stdout, reason = "a program says where it listens")]
    {
        println!("listening on {origin}");
    }
    LocalSet::new()
        .run_until(async {
            loop {
                let (stream, _) = listener.accept().await?;
                let server = Rc::clone(&server);
                spawn_local(async move {
                    let service = service_fn(|request| Rc::clone(&server).serve(request));
                    let connection =
                        http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                    // A connection that broke off is the client's affair.
                    let _ = connection.await;
                });
            }
        })
        .await
}

impl Server {
    fn new(origin: &str) -> Result<Self, Failure> {
        let origin = Origin::of(&origin.parse()?).ok_or("not an http origin")?;
        let settings = Settings {
            // A server on the internet needs a `Fetch` that reaches no private address, whatever a name resolves to.
            metadata_documents: true,
            ..Settings::new(origin, "/mcp", &["notes:read"], "Example")
        };
        // New at every start, like the store: nothing outlives the process.
        let keys = KeyRing::parse(&Secret::draw(&mut rng()).expose_text(), 32)?;
        let store = MemoryStore::new(keys, settings.grants.clone(), now(), rng());
        Ok(Self {
            settings,
            store,
            fetch: Native::new()?,
        })
    }

    /// From hyper's types to this crate's, and back.
    async fn serve(
        self: Rc<Self>,
        request: hyper::Request<Incoming>,
    ) -> Result<hyper::Response<Full<Bytes>>, Infallible> {
        let (parts, body) = request.into_parts();
        let body = Limited::new(body, MAX_BODY).collect().await;
        let body = body.ok().map(http_body_util::Collected::to_bytes);
        let response = self.route(&parts, body.as_deref()).await;
        let response = readable(response, parts.uri.path());
        for event in self.store.take_audit() {
            eprintln!("{event:?}");
        }
        let mut answer = hyper::Response::new(Full::from(response.body));
        // Invariant: statuses and headers of this crate are valid; whatever is not would be left out.
        *answer.status_mut() = response.status.try_into().unwrap_or_default();
        for (name, value) in response.headers {
            if let Ok(value) = value.try_into() {
                answer.headers_mut().append(name, value);
            }
        }
        Ok(answer)
    }

    async fn route(self: &Rc<Self>, parts: &Parts, body: Option<&[u8]>) -> Response {
        self.store.now.replace(now());
        let (settings, store) = (&self.settings, &self.store);
        let (path, query) = (parts.uri.path(), parts.uri.query());
        let request = Request {
            method: parts.method.as_str(),
            content_type: header(parts, "content-type"),
            authorization: header(parts, "authorization"),
            body,
        };
        // A page of another site that had its name point here (DNS rebinding) is not answered.
        if header(parts, "host") != settings.origin.as_str().strip_prefix("http://") {
            return Response::empty(421);
        }
        if request.method == "OPTIONS" && path != path::AUTHORIZE {
            return Response::empty(204)
                .header("access-control-allow-methods", "GET, POST")
                .header(
                    "access-control-allow-headers",
                    "Authorization, Content-Type, MCP-Protocol-Version",
                );
        }
        let answer = match (request.method, path) {
            ("GET", path::AUTHORIZATION_SERVER) => {
                Ok(Response::json(200, &authorization_server(settings, None)))
            }
            ("GET", path) if path.starts_with(path::PROTECTED_RESOURCE) => {
                let below = path
                    .strip_prefix(path::PROTECTED_RESOURCE)
                    .unwrap_or_default();
                return match AskedResource::read(below, query, settings) {
                    Some(asked) => Response::json(200, &protected_resource(settings, &asked)),
                    None => Response::empty(404),
                };
            }
            ("GET", path::AUTHORIZE) => return self.ask(query.unwrap_or_default(), parts).await,
            ("POST", path::AUTHORIZE) => return self.decide(&request, parts).await,
            (_, path::REGISTER) => register(&request, settings, store, now(), &mut rng()).await,
            (_, path::TOKEN) => token(&request, &self.clients(), store)
                .await
                .map(|granted| {
                    spawn_local(Rc::clone(self).chores(granted.clone()));
                    granted.response
                }),
            (_, path::REVOKE) => revoke(&request, &self.clients(), store)
                .await
                .map(|revoked| revoked.response),
            (_, path::INTROSPECT) => introspect(&request, &self.clients(), store).await,
            (_, path::PAR) => par(&request, &self.clients(), store, &mut rng()).await,
            ("POST", path) => match AskedResource::read(path, query, settings) {
                Some(asked) => return self.resource(&request, &asked).await,
                None => return Response::empty(404),
            },
            (_, "/mcp") => return Response::empty(405).header("allow", "POST"),
            _ => return Response::empty(404),
        };
        answer.unwrap_or_else(|error: Error| error.into_response(settings))
    }

    /// What authenticating a client takes.
    fn clients(&self) -> Authenticator<'_, MemoryStore<Rng>, Native, RustCrypto, MemoryStore<Rng>> {
        Authenticator {
            settings: &self.settings,
            store: &self.store,
            fetch: &self.fetch,
            signatures: &RustCrypto,
            once: &self.store,
            now: now(),
        }
    }

    /// `GET /oauth/authorize`: checks the request and asks the person.
    async fn ask(&self, query: &str, parts: &Parts) -> Response {
        let link = match Asked::read(query, &self.store).await {
            Ok(link) => link,
            Err(problem) => return refuse(AuthorizeError::Page(problem)),
        };
        let asked = match self.check(&link.query).await {
            Ok(asked) => asked,
            Err(error) => return refuse(error),
        };
        let keys = &self.store.keys;
        let browser = browser(parts, keys).unwrap_or_else(|| Browser::draw(&mut rng()));
        let client = &asked.client;
        let page = format!(
            include_str!("sign-in.html"),
            name = escape(client.name.as_deref().unwrap_or("a client without a name")),
            client_id = escape(&client.id),
            resource = escape(&asked.resource.url(&self.settings.origin)),
            scope = escape(&asked.scope.to_string()),
            redirect_uri = escape(asked.redirect_uri.as_str()),
            action = path::AUTHORIZE,
            ticket = ConsentTicket::sign(link, (&asked).into(), &browser, keys, now(), &mut rng()),
        );
        let cookie = browser.cookie_value(keys);
        html(200, page).header(
            "set-cookie",
            format!("{COOKIE}={cookie}; Path=/; HttpOnly; SameSite=Lax"),
        )
    }

    /// `POST /oauth/authorize`: the person has decided, on a page of ours and in the same browser. The request is
    /// checked again, from the beginning.
    async fn decide(&self, request: &Request<'_>, parts: &Parts) -> Response {
        let form = match Params::from_form(request) {
            Ok(form) => form,
            Err(error) => return error.into_response(&self.settings),
        };
        let keys = &self.store.keys;
        let ticket = form.all("state").next().unwrap_or_default();
        let ticket = match ConsentTicket::open(ticket, browser(parts, keys).as_ref(), keys, now()) {
            Ok(ticket) => ticket,
            Err(error) => return html(400, format!("Start again in your application: {error}.")),
        };
        let asked = match self.check(&ticket.query).await {
            Ok(asked) => asked,
            Err(error) => return refuse(error),
        };
        let as_shown = ticket.shown() == Some(&Shown::from(&asked));
        match form.one("person") {
            Ok(Some(person)) if form.all("action").eq(["approve"]) => {
                if !as_shown {
                    return html(
                        409,
                        "The client has changed meanwhile: start again.".to_owned(),
                    );
                }
                if !self.use_pushed(&ticket).await {
                    return html(400, "This sign-in was approved already.".to_owned());
                }
                self.open(asked, person).await
            }
            _ => to_client(&asked.refuse(ErrorCode::AccessDenied, "the person did not allow it")),
        }
    }

    /// A request that was pushed is used up by its approval.
    async fn use_pushed(&self, ticket: &ConsentTicket) -> bool {
        match &ticket.pushed {
            Some(name) => matches!(self.store.use_pushed(name, &ticket.id).await, Ok(true)),
            None => true,
        }
    }

    /// Opens the grant and sends its code to the client. A server with an upstream sends the browser there first, with
    /// `Approval::sign`, and does this at the callback, after `Returned::read`.
    async fn open(&self, asked: AuthorizationRequest, person: &str) -> Response {
        let (redirect_uri, scope) = (asked.redirect_uri.clone(), asked.scope.clone());
        let approval = Approval::new(asked, GrantId::draw(&mut rng()), scope, Vec::new(), now());
        let props = person.as_bytes().to_vec();
        let open = approval.open(&redirect_uri, person.to_owned(), props, None);
        let outcome = match self.store.ask(&approval.grant, open).await {
            Ok(opened) => Ok(Token::code(approval.grant.clone(), opened.code).expose_text()),
            Err(_) => Err((ErrorCode::TemporarilyUnavailable, "try again".to_owned())),
        };
        to_client(&approval.respond(redirect_uri, outcome))
    }

    /// What fresh tokens bring with them, after the answer.
    async fn chores(self: Rc<Self>, granted: Granted) {
        if granted.chores.daily {
            // If it fails, it comes again in its time.
            let subject = granted.subject.as_deref();
            let keys = &self.store.keys;
            let _ = renew(
                &granted.client_id,
                subject,
                keys,
                &self.settings,
                &self.store,
                now(),
            )
            .await;
        }
        if granted.chores.look {
            let found = look(&granted.client_id, &self.settings, &self.fetch).await;
            let _ = self.store.ask(&granted.grant, Looked(found)).await;
        }
    }

    /// The protected resource: the least that is an MCP server.
    async fn resource(&self, request: &Request<'_>, asked: &AskedResource) -> Response {
        let caller = match bearer::verify(request.authorization, asked, &self.store).await {
            Ok(caller) => caller,
            Err(error) => return error.into_response(asked, &self.settings),
        };
        let message: Value = match serde_json::from_slice(request.body.unwrap_or_default()) {
            Ok(message) => message,
            Err(_) => return Response::empty(400),
        };
        let Some(id) = message.get("id") else {
            return Response::empty(202); // a notification
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
            Some("tools/call") => {
                json!({ "content": [{ "type": "text", "text": String::from_utf8_lossy(&caller.props.0) }] })
            }
            _ => {
                let error = json!({ "code": -32601, "message": "no such method" });
                return Response::json(200, &json!({ "jsonrpc": "2.0", "id": id, "error": error }));
            }
        };
        Response::json(
            200,
            &json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        )
    }

    async fn check(&self, query: &str) -> Result<AuthorizationRequest, AuthorizeError> {
        let params = Params::parse(query);
        validate(&params, &self.settings, &self.store, &self.fetch, now()).await
    }
}

/// The client hears of a problem if the redirect URI is known to be good, else the person does.
fn refuse(error: AuthorizeError) -> Response {
    match error {
        AuthorizeError::Redirect(refusal) if refusal.way == Way::Redirect => {
            to_client(&refusal.response)
        }
        AuthorizeError::Redirect(refusal) => html(
            400,
            format!(
                "This request is refused. <a href=\"{}\">Tell the client</a>",
                escape(&refusal.response.location())
            ),
        ),
        AuthorizeError::Page(problem) => html(
            400,
            escape(&format!("This sign-in cannot go on: {problem}.")),
        ),
    }
}

/// Clients that are scripts of a page may read everything but the page that asks the person (RFC 9700 §2.6). They send
/// no cookies: a token is a header that they set.
fn readable(response: Response, path: &str) -> Response {
    if path == path::AUTHORIZE {
        return response;
    }
    response
        .header("access-control-allow-origin", "*")
        .header("access-control-expose-headers", "WWW-Authenticate")
}

fn to_client(answer: &AuthorizationResponse) -> Response {
    Response::empty(302)
        .header("location", answer.location())
        .header("cache-control", "no-store")
}

fn html(status: u16, body: String) -> Response {
    Response {
        body,
        ..Response::empty(status)
    }
    .header("content-type", "text/html; charset=utf-8")
    .header(
        "content-security-policy",
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    )
    .header("cache-control", "no-store")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

fn browser(parts: &Parts, keys: &KeyRing) -> Option<Browser> {
    let cookies = header(parts, "cookie")?.split("; ");
    let value = cookies
        .filter_map(|cookie| cookie.split_once('='))
        .find(|(name, _)| *name == COOKIE)?
        .1;
    Browser::from_cookie(value, keys)
}

fn header<'a>(parts: &'a Parts, name: &str) -> Option<&'a str> {
    parts.headers.get(name)?.to_str().ok()
}

fn rng() -> Rng {
    UnwrapErr(SysRng)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the clock is asked"
)]
fn now() -> UnixTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    UnixTime(since.unwrap_or_default().as_secs())
}
