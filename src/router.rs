//! The whole URL space: one match on method and path segments. The router takes the [`App`] apart, so that each handler
//! is given what it needs.

mod oauth;

use std::rc::Rc;

use oauth_provider::authorize::Returned;
use oauth_provider::http::Response;

use crate::app::App;
use crate::deployment::Deployment;
use crate::runtime::incoming::Incoming;
use crate::runtime::respond::{method_not_allowed, not_found, preflight, with_cors, without_cors};
use crate::sign_in::{authorize, callback, check, returned};
use crate::site::cookies::Jar;
use crate::site::errors::{Audience, HandlerError};
use crate::site::no_such_page::{is_for_a_person, no_such_page};
use crate::site::{assets, discovery, endpoint, health, home, plain_http, shut_out, tools};
use crate::{account, chat, mcp};
use oauth::{Endpoint, oauth};

const POST: &str = "POST, OPTIONS";
const GET: &str = "GET, HEAD, OPTIONS";

const WELL_KNOWN: [&str; 4] = [
    "oauth-client",
    "oauth-authorization-server",
    "openid-configuration",
    "oauth-protected-resource",
];

/// Answers a request.
pub async fn route(request: &mut Incoming, app: &Rc<App>) -> Response {
    let Deployment {
        config,
        settings,
        env,
        ..
    } = &app.deployment;
    let path = request.url.path().to_owned();
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let method = request.method.clone();
    let method = if method == "HEAD" {
        "GET"
    } else {
        method.as_str()
    };
    if let Some(answer) = shut_out::instead(request, &config.switches, settings)
        .or_else(|| plain_http::instead(method, &segments, request, settings))
    {
        return answer;
    }
    match (method, segments.as_slice()) {
        (
            "GET",
            [
                ".well-known",
                "oauth-authorization-server" | "openid-configuration",
            ],
        ) => discovery::root(settings),
        (
            "GET",
            [
                ".well-known",
                "oauth-authorization-server" | "openid-configuration",
                rest @ ..,
            ],
        ) => discovery::scoped(&joined(rest), request, settings),
        ("GET", ["mcp", rest @ .., ".well-known", "openid-configuration"]) => {
            discovery::scoped(&joined(&[&["mcp"], rest].concat()), request, settings)
        }
        ("GET", [".well-known", "oauth-protected-resource", rest @ ..]) => {
            discovery::resource(&joined(rest), request, settings)
        }
        ("GET", [".well-known", "oauth-client", "demo-chat.json"]) => {
            discovery::chat_client(settings)
        }
        ("OPTIONS", [".well-known", document, ..]) if WELL_KNOWN.contains(document) => {
            cors_preflight(request, GET).header("cache-control", "public, max-age=3600")
        }
        (method, [".well-known", document, ..])
            if method != "GET" && WELL_KNOWN.contains(document) =>
        {
            method_not_allowed(GET)
        }

        (
            _,
            ["oauth", "authorize" | "callback" | "check"]
            | ["account"]
            | ["account", "revoke" | "history" | "history.json"],
        ) => {
            let outcome = for_person(method, &segments, request, app).await;
            outcome.unwrap_or_else(|error| error.into_response(Audience::Person, request, settings))
        }

        ("OPTIONS", ["oauth", "token" | "register" | "revoke"] | ["token"]) => {
            cors_preflight(request, POST)
        }
        // The second is where clients refresh that keep tokens without the metadata they came with: ADR 108.
        (_, ["oauth", "token"] | ["token"]) => {
            with_cors(oauth(Endpoint::Token, request, app).await)
        }
        (_, ["oauth", "register"]) => with_cors(oauth(Endpoint::Register, request, app).await),
        (_, ["oauth", "revoke"]) => with_cors(oauth(Endpoint::Revoke, request, app).await),
        (_, ["oauth", "introspect"]) => {
            without_cors(oauth(Endpoint::Introspect, request, app).await)
        }
        (_, ["oauth", "par"]) => without_cors(oauth(Endpoint::Push, request, app).await),

        ("OPTIONS", ["mcp", ..]) => {
            cors_preflight(request, POST).header("cache-control", "no-store")
        }
        // No client that asks for a stream takes pages.
        ("GET", ["mcp", ..]) if is_for_a_person(request) && !request.takes_events() => {
            match discovery::asked(&path, request, settings) {
                Some(asked) => endpoint::page(&asked, &request.url, settings),
                None => no_such_page(&request.id, &settings.origin),
            }
        }
        (_, ["mcp", ..]) => with_cors(mcp_endpoint(&path, request, app).await),

        ("GET", [""]) => home::home(request, settings, &config.sentry.base),
        ("GET", ["tools"]) => tools::page(request, settings),
        ("GET", ["llms.txt"]) => home::llms(settings),
        ("GET", ["mcp.json"]) => home::service(&settings.origin),
        ("GET", ["api", "metadata"]) => home::tools(),
        (_, ["api", "auth" | "chat", ..]) => chat::route(method, &path, request, chat(app)).await,
        ("GET", ["robots.txt"]) => home::robots(),
        (_, ["sse"]) => home::sse(&settings.origin),
        ("GET", ["health"]) if is_deep(request) => {
            let outcome = health::deep(request, env, &app.clients, &app.grants).await;
            outcome.unwrap_or_else(|error| error.into_response(Audience::Client, request, settings))
        }
        ("GET", ["health"]) => health::shallow(env),
        ("GET", ["favicon.ico" | "style.css" | "chat.css" | "chat.js" | "page.js" | "og.png"]) => {
            assets::asset(&path, request, env).await
        }
        _ if is_for_a_person(request) => no_such_page(&request.id, &settings.origin),
        _ => not_found(),
    }
}

/// What people open on their way through a sign-in, and to their connected apps.
async fn for_person(
    method: &str,
    segments: &[&str],
    request: &mut Incoming,
    app: &App,
) -> Result<Response, HandlerError> {
    let deployment = &app.deployment;
    let (settings, documents) = (&deployment.settings, &app.documents);
    match (method, segments) {
        ("GET" | "POST", ["oauth", "authorize"]) if deployment.config.switches.read_only => {
            Err(shut_out::paused().into())
        }
        ("GET", ["oauth", "authorize"]) => authorize::show(request, app.consenting()).await,
        ("POST", ["oauth", "authorize"]) => authorize::decide(request, app.consenting()).await,
        (_, ["oauth", "authorize"]) => Ok(method_not_allowed("GET, HEAD, POST")),
        // A HEAD would use up what the GET behind it brings.
        ("GET", ["oauth", "callback"]) if request.method == "GET" => returned(request, app).await,
        (_, ["oauth", "callback"]) => Ok(method_not_allowed("GET")),
        ("GET", ["oauth", "check"]) => check::show(request, settings, documents).await,
        ("POST", ["oauth", "check"]) => check::posted(request, settings, documents).await,
        (_, ["oauth", "check"]) => Ok(method_not_allowed("GET, HEAD, POST")),
        ("GET", ["account"]) => account::show(request, deployment).await,
        (_, ["account"]) => Ok(method_not_allowed("GET, HEAD")),
        ("GET", ["account", name @ ("history" | "history.json")]) => {
            account::history::show(request, *name == "history.json", deployment).await
        }
        (_, ["account", "history" | "history.json"]) => Ok(method_not_allowed("GET, HEAD")),
        ("POST", ["account", "revoke"]) => account::change(request, deployment, &app.grants).await,
        (_, ["account", "revoke"]) => Ok(method_not_allowed("POST")),
        _ => Ok(not_found()),
    }
}

fn is_deep(request: &Incoming) -> bool {
    let mut query = request.url.query_pairs();
    query.any(|(name, value)| name == "deep" && value == "1")
}

fn joined(segments: &[&str]) -> String {
    segments.iter().flat_map(|segment| ["/", segment]).collect()
}

fn cors_preflight(request: &Incoming, methods: &'static str) -> Response {
    preflight(
        request.header("access-control-request-headers").as_deref(),
        methods,
    )
}

async fn mcp_endpoint(path: &str, request: &mut Incoming, app: &App) -> Response {
    let Some(asked) = discovery::asked(path, request, &app.deployment.settings) else {
        return not_found();
    };
    if request.method != "POST" {
        return method_not_allowed(POST);
    }
    let deployment = &app.deployment;
    let outcome = mcp::post(request, asked, deployment, &app.grants, &app.context).await;
    outcome.unwrap_or_else(|error| {
        error.into_response(Audience::Client, request, &deployment.settings)
    })
}

/// A person is back from Sentry: for a client, or for a page of ours.
async fn returned(request: &Incoming, app: &App) -> Result<Response, HandlerError> {
    let deployment = &app.deployment;
    match returned::read(request, Jar::of(deployment))? {
        (Returned::Approval(approval), back) => {
            callback::finish(approval, &back, request, deployment, &app.grants).await
        }
        (Returned::SignIn(sign_in), back) => {
            account::finish(sign_in, &back, request, deployment).await
        }
    }
}

/// The chat's way into this server: its requests are routed as everybody's are.
#[derive(Clone)]
pub struct Door(Rc<App>);

impl Door {
    /// The door for what goes on after the answer has begun: its requests come at the present time, not at that of the
    /// request which the chat answers.
    pub fn for_later(&self) -> Self {
        Self(Rc::new(self.0.at_present()))
    }

    /// Answers a request that the chat sends.
    pub async fn enter(&self, request: &mut Incoming) -> Response {
        let app = Rc::new(self.0.on_behalf_of(&request.facts));
        let response = route(request, &app).await;
        app.finished(request, &response);
        response
    }
}

/// What the chat is given.
fn chat(app: &Rc<App>) -> chat::Context {
    chat::Context {
        deployment: app.deployment.clone(),
        door: Door(Rc::clone(app)),
        background: Rc::clone(&app.context),
    }
}
