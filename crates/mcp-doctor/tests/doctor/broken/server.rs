//! The correct server: the provider, a store in memory, and the headers that browsers need.

use std::convert::Infallible;
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

use fetch::native::Native;
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use oauth_provider::authorize::{Approval, AuthorizeError, validate};
use oauth_provider::bearer;
use oauth_provider::client::{Authenticator, register};
use oauth_provider::crypto::{KeyRing, RustCrypto, Secret};
use oauth_provider::discovery::{AskedResource, authorization_server, path, protected_resource};
use oauth_provider::grant::{GrantId, Token};
use oauth_provider::http::{Error, Request, Response};
use oauth_provider::memory::MemoryStore;
use oauth_provider::params::Params;
use oauth_provider::store::GrantStore;
use oauth_provider::{Origin, Settings, UnixTime, revoke, token};
use oauth_types::ErrorCode;
use tokio::net::TcpListener;
use tokio::task::spawn_local;

use crate::visit::network;

use super::asked::{Asked, page, redirect};
use super::{Fault, Memory};

type Rng = UnwrapErr<SysRng>;

pub struct Server {
    settings: Settings,
    store: MemoryStore<Rng>,
    fetch: Native,
    fault: Option<&'static Fault>,
    memory: Memory,
}

impl Server {
    /// Starts a server on a port of its own, and returns its origin. It ends with the test.
    pub async fn start(fault: Option<&'static Fault>) -> String {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let server = Rc::new(Self::new(&origin, fault));
        spawn_local(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = Rc::clone(&server);
                spawn_local(async move {
                    let service = service_fn(|request| Rc::clone(&server).serve(request));
                    let _ = http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        origin
    }

    fn new(origin: &str, fault: Option<&'static Fault>) -> Self {
        let origin = Origin::of(&origin.parse().unwrap()).unwrap();
        let settings = Settings {
            metadata_documents: true,
            ..Settings::new(origin, "/mcp", &["notes:read", "notes:write"], "Notes")
        };
        let keys = KeyRing::parse(&Secret::draw(&mut rng()).expose_text(), 32).unwrap();
        Self {
            store: MemoryStore::new(keys, settings.grants.clone(), now(), rng()),
            settings,
            fetch: network(),
            fault,
            memory: Memory::default(),
        }
    }

    async fn serve(
        self: Rc<Self>,
        request: hyper::Request<Incoming>,
    ) -> Result<hyper::Response<Full<Bytes>>, Infallible> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let mut asked = Asked {
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        };
        let instead = self
            .fault
            .and_then(|f| (f.before)(&mut asked, &self.memory));
        let mut response = match instead {
            Some(response) => response,
            None => self.route(&asked).await,
        };
        if let Some(fault) = self.fault {
            (fault.after)(&asked, &mut response, &self.memory);
        }
        let mut answer = hyper::Response::new(Full::from(response.body));
        *answer.status_mut() = response.status.try_into().unwrap();
        for (name, value) in response.headers {
            answer.headers_mut().append(name, value.try_into().unwrap());
        }
        Ok(answer)
    }

    async fn route(&self, asked: &Asked) -> Response {
        self.store.now.replace(now());
        if asked.path == path::AUTHORIZE {
            return self.authorize(asked).await;
        }
        if asked.method == "OPTIONS" {
            return Response::empty(204)
                .header("access-control-allow-origin", "*")
                .header("access-control-allow-methods", "GET, POST, OPTIONS")
                .header(
                    "access-control-allow-headers",
                    "Authorization, Content-Type, MCP-Protocol-Version",
                );
        }
        self.answer(asked)
            .await
            .header("access-control-allow-origin", "*")
            .header("access-control-expose-headers", "WWW-Authenticate")
    }

    async fn answer(&self, asked: &Asked) -> Response {
        let (settings, store) = (&self.settings, &self.store);
        let request = Request {
            method: &asked.method,
            content_type: asked.header("content-type"),
            authorization: asked.header("authorization"),
            body: Some(asked.body.as_bytes()),
        };
        let clients = Authenticator {
            settings,
            store,
            fetch: &self.fetch,
            signatures: &RustCrypto,
            once: store,
            now: now(),
        };
        let answer = match asked.path.as_str() {
            path::AUTHORIZATION_SERVER => {
                Ok(Response::json(200, &authorization_server(settings, None)))
            }
            path::REGISTER => register(&request, settings, store, now(), &mut rng()).await,
            path::TOKEN => token(&request, &clients, store).await.map(|g| g.response),
            path::REVOKE => revoke(&request, &clients, store).await.map(|r| r.response),
            other => match other.strip_prefix(path::PROTECTED_RESOURCE) {
                Some(below) => match AskedResource::read(below, None, settings) {
                    Some(asked) => Ok(Response::json(200, &protected_resource(settings, &asked))),
                    None => Ok(Response::empty(404)),
                },
                None => Ok(self.resource(&request, other).await),
            },
        };
        answer.unwrap_or_else(|error: Error| error.into_response(settings))
    }

    async fn resource(&self, request: &Request<'_>, path: &str) -> Response {
        let Some(asked) = AskedResource::read(path, None, &self.settings) else {
            return Response::empty(404);
        };
        match bearer::verify(request.authorization, &asked, &self.store).await {
            Ok(_) => Response::json(
                200,
                &serde_json::json!({ "jsonrpc": "2.0", "id": 1, "result": {} }),
            ),
            Err(error) => error.into_response(&asked, &self.settings),
        }
    }

    /// Answers with a page, or with a code for a person who has already agreed (`person=yes`).
    async fn authorize(&self, asked: &Asked) -> Response {
        let params = Params::parse(&asked.query);
        let checked = validate(&params, &self.settings, &self.store, &self.fetch, now()).await;
        let request = match checked {
            Ok(request) => request,
            Err(AuthorizeError::Redirect(refusal)) => {
                return redirect(&refusal.response.location());
            }
            Err(AuthorizeError::Page(problem)) => return page(400, &problem.to_string()),
        };
        if asked.get("person").as_deref() != Some("yes") {
            return page(200, "May it?")
                .header("content-security-policy", "frame-ancestors 'none'");
        }
        let (redirect_uri, scope) = (request.redirect_uri.clone(), request.scope.clone());
        let approval = Approval::new(request, GrantId::draw(&mut rng()), scope, Vec::new(), now());
        let open = approval.open(&redirect_uri, "Ada".to_owned(), Vec::new(), None);
        let outcome = match self.store.ask(&approval.grant, open).await {
            Ok(opened) => Ok(Token::code(approval.grant.clone(), opened.code).expose_text()),
            Err(_) => Err((ErrorCode::ServerError, "no grant".to_owned())),
        };
        redirect(&approval.respond(redirect_uri, outcome).location())
    }
}

fn rng() -> Rng {
    UnwrapErr(SysRng)
}

#[expect(clippy::disallowed_methods, reason = "a server has a clock")]
fn now() -> UnixTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    UnixTime(since.as_secs())
}
