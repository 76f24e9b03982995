//! The whole URL space: one match on method and path segments. The router takes the [`App`] apart, so that each handler
//! is given what it needs.

use std::rc::Rc;

use oauth_provider::authorize::Returned;
use oauth_provider::client::register;
use oauth_provider::http::{Error, MAX_BODY, Request, Response};
use oauth_provider::par::par;
use oauth_provider::params::Params;
use oauth_provider::{Granted, introspect, revoke, token};
use oauth_types::ErrorCode;

use crate::app::App;
use crate::deployment::Deployment;
use crate::memory::seen_tokens;
use crate::runtime::bindings::REGISTER_RATE_LIMITER;
use crate::runtime::incoming::{BodyError, Incoming};
use crate::runtime::limits::{Cost, Refused};
use crate::runtime::respond::{method_not_allowed, not_found, preflight, with_cors, without_cors};
use crate::runtime::{limits, random};
use crate::sign_in::{authorize, callback, check, returned};
use crate::site::cookies::Jar;
use crate::site::errors::{Audience, HandlerError};
use crate::site::fetch_metadata::is_from_another_site;
use crate::site::no_such_page::{is_for_a_person, no_such_page};
use crate::site::{assets, discovery, health, home, plain_http};
use crate::{account, chat, mcp};

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
    if let Some(answer) = plain_http::instead(method, &segments, request, settings) {
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
            ["oauth", "authorize" | "callback" | "check"] | ["account"] | ["account", "revoke"],
        ) => {
            let outcome = for_person(method, &segments, request, app).await;
            outcome.unwrap_or_else(|error| error.into_response(Audience::Person, request, settings))
        }

        ("OPTIONS", ["oauth", "token" | "register" | "revoke"]) => cors_preflight(request, POST),
        (_, ["oauth", "token"]) => with_cors(oauth(Endpoint::Token, request, app).await),
        (_, ["oauth", "register"]) => with_cors(oauth(Endpoint::Register, request, app).await),
        (_, ["oauth", "revoke"]) => with_cors(oauth(Endpoint::Revoke, request, app).await),
        (_, ["oauth", "introspect"]) => {
            without_cors(oauth(Endpoint::Introspect, request, app).await)
        }
        (_, ["oauth", "par"]) => without_cors(oauth(Endpoint::Push, request, app).await),

        ("OPTIONS", ["mcp", ..]) => {
            cors_preflight(request, POST).header("cache-control", "no-store")
        }
        (_, ["mcp", ..]) => with_cors(mcp_endpoint(&path, request, app).await),

        ("GET", [""]) => home::home(request, settings, &config.sentry.base),
        ("GET", ["llms.txt"]) => home::llms(settings),
        ("GET", ["mcp.json"]) => home::service(&settings.origin),
        ("GET", ["api", "metadata"]) => home::tools(),
        (_, ["api", "auth" | "chat", ..]) => chat::route(method, &path, request, chat(app)).await,
        ("GET", ["robots.txt"]) => home::robots(),
        (_, ["sse"]) => home::sse(&settings.origin),
        ("GET", ["health"]) => health::health(env),
        ("GET", ["favicon.ico" | "style.css" | "chat.css" | "chat.js"]) => {
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
        ("POST", ["account", "revoke"]) => account::change(request, deployment, &app.grants).await,
        (_, ["account", "revoke"]) => Ok(method_not_allowed("POST")),
        _ => Ok(not_found()),
    }
}

fn for_client(outcome: Result<Response, HandlerError>, request: &Incoming, app: &App) -> Response {
    let settings = &app.deployment.settings;
    outcome.unwrap_or_else(|error| error.into_response(Audience::Client, request, settings))
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
    let outcome = mcp::post(request, asked, &app.deployment, &app.grants).await;
    for_client(outcome, request, app)
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

/// The endpoints that clients call without a browser.
#[derive(Clone, Copy)]
enum Endpoint {
    Token,
    Register,
    Revoke,
    Introspect,
    Push,
}

async fn oauth(endpoint: Endpoint, request: &mut Incoming, app: &App) -> Response {
    let outcome = answered(endpoint, request, app).await;
    for_client(outcome.map_err(HandlerError::from), request, app)
}

/// Checked in this order: that no other site's page makes a client authenticate, that there is room for what is stored;
/// then the provider checks the rest.
async fn answered(
    endpoint: Endpoint,
    request: &mut Incoming,
    app: &App,
) -> Result<Response, Error> {
    let body = match request.body(MAX_BODY).await {
        Ok(body) => Some(body),
        Err(BodyError::TooLarge) => None,
        Err(BodyError::Unreadable(error)) => return Err(Error::unavailable(error.to_string())),
    };
    let (content_type, authorization) = (
        request.header("content-type"),
        request.header("authorization"),
    );
    let parts = Request {
        method: &request.method,
        content_type: content_type.as_deref(),
        authorization: authorization.as_deref(),
        body: body.as_deref(),
    };
    may_authenticate(endpoint, &parts, request)?;
    match endpoint {
        Endpoint::Token => {
            let granted = token(&parts, &app.authenticator(), &app.grants).await?;
            Ok(with_chores(granted, app))
        }
        Endpoint::Revoke => {
            let revoked = revoke(&parts, &app.authenticator(), &app.grants).await?;
            revoked.grant.iter().for_each(seen_tokens::forget);
            Ok(revoked.response)
        }
        Endpoint::Introspect => introspect(&parts, &app.authenticator(), &app.grants).await,
        Endpoint::Push => {
            room(&request.address.key_of("par"), request, app).await?;
            let rng = &mut random::rng();
            par(&parts, &app.authenticator(), &app.pushed, rng).await
        }
        Endpoint::Register => {
            room(request.address.key(), request, app).await?;
            let Deployment { settings, now, .. } = &app.deployment;
            register(&parts, settings, &app.clients, *now, &mut random::rng()).await
        }
    }
}

/// The tokens; what is to be done for their client and grant is done after the answer.
fn with_chores(granted: Granted, app: &App) -> Response {
    let Granted {
        response,
        grant,
        client_id,
        chores,
        subject,
    } = granted;
    if chores.daily || chores.look {
        let after = app.after_tokens();
        app.context.wait_until(async move {
            if chores.daily {
                after
                    .renew_record(&grant, &client_id, subject.as_deref())
                    .await;
            }
            if chores.look {
                after.look_at_document(&grant, &client_id).await;
            }
        });
    }
    response
}

/// Authenticating a client can mean fetching its document and its keys, and no page of another site may cause that. A client
/// in a browser is a public one (draft-ietf-oauth-browser-based-apps), so it has no assertion to send.
fn may_authenticate(
    endpoint: Endpoint,
    parts: &Request<'_>,
    request: &Incoming,
) -> Result<(), Error> {
    // Any other method is answered as such.
    if request.method != "POST" || !is_from_another_site(request) {
        return Ok(());
    }
    let authenticates = match endpoint {
        Endpoint::Introspect | Endpoint::Push => true,
        Endpoint::Register => false,
        Endpoint::Token | Endpoint::Revoke => {
            Params::from_form(parts).is_ok_and(|form| form.all("client_assertion").next().is_some())
        }
    };
    if authenticates {
        let description = "a page of another site cannot authenticate a client";
        return Err(Error::new(ErrorCode::InvalidRequest, description).status(403));
    }
    Ok(())
}

/// Counts one thing that is stored for a client that has not authenticated. Asked before it does, since checking an
/// assertion costs too; a request that is no POST is refused later, and is not counted.
async fn room(key: &str, request: &Incoming, app: &App) -> Result<(), Error> {
    if request.method != "POST" {
        return Ok(());
    }
    limits::allow(
        &app.deployment.env,
        REGISTER_RATE_LIMITER,
        key,
        Cost::Operator,
    )
    .await
    .map_err(Refused::error)
}

/// The chat's way into this server: its requests are routed as everybody's are.
#[derive(Clone)]
pub struct Door(Rc<App>);

impl Door {
    /// Answers a request that the chat sends.
    pub async fn enter(&self, request: &mut Incoming) -> Response {
        route(request, &self.0).await
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
