//! The whole URL space: one match on method and path segments.

use oauth_provider::authorize::Returned;
use oauth_provider::client::register;
use oauth_provider::http::{Error, MAX_BODY, Request, Response};
use oauth_provider::par::par;
use oauth_provider::params::Params;
use oauth_provider::{introspect, revoke, token};
use oauth_types::ErrorCode;

use crate::app::App;
use crate::memory::seen_tokens;
use crate::runtime::bindings::REGISTER_RATE_LIMITER;
use crate::runtime::incoming::Incoming;
use crate::runtime::limits::{Cost, Refused};
use crate::runtime::respond::{method_not_allowed, not_found, preflight, with_cors, without_cors};
use crate::runtime::{limits, log, random};
use crate::sign_in::after_response::after_tokens;
use crate::sign_in::{authorize, callback, check, returned};
use crate::site::fetch_metadata::is_from_another_site;
use crate::site::{assets, discovery, health, home, plain_http, problems};
use crate::{account, chat, mcp};

const POST: &str = "POST, OPTIONS";
const GET: &str = "GET, HEAD, OPTIONS";

const WELL_KNOWN: [&str; 4] = [
    "oauth-client",
    "oauth-authorization-server",
    "openid-configuration",
    "oauth-protected-resource",
];

pub async fn route(request: &mut Incoming, app: &App) -> Response {
    let path = request.url.path().to_owned();
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let method = request.method.clone();
    let method = if method == "HEAD" {
        "GET"
    } else {
        method.as_str()
    };
    if let Some(answer) = plain_http::instead(method, &segments, request, app) {
        return answer;
    }
    match (method, segments.as_slice()) {
        (
            "GET",
            [
                ".well-known",
                "oauth-authorization-server" | "openid-configuration",
            ],
        ) => discovery::root(&app.settings),
        (
            "GET",
            [
                ".well-known",
                "oauth-authorization-server" | "openid-configuration",
                rest @ ..,
            ],
        ) => discovery::scoped(&joined(rest), request, &app.settings),
        ("GET", ["mcp", rest @ .., ".well-known", "openid-configuration"]) => {
            discovery::scoped(&joined(&[&["mcp"], rest].concat()), request, &app.settings)
        }
        ("GET", [".well-known", "oauth-protected-resource", rest @ ..]) => {
            discovery::resource(&joined(rest), request, &app.settings)
        }
        ("GET", [".well-known", "oauth-client", "demo-chat.json"]) => {
            discovery::chat_client(&app.settings)
        }
        ("OPTIONS", [".well-known", document, ..]) if WELL_KNOWN.contains(document) => {
            cors_preflight(request, GET).header("cache-control", "public, max-age=3600")
        }
        (method, [".well-known", document, ..])
            if method != "GET" && WELL_KNOWN.contains(document) =>
        {
            method_not_allowed(GET)
        }

        ("GET", ["oauth", "authorize"]) => authorize::show(request, app).await,
        ("POST", ["oauth", "authorize"]) => authorize::decide(request, app).await,
        (_, ["oauth", "authorize"]) => method_not_allowed("GET, HEAD, POST"),
        // A HEAD would use up what the GET behind it brings.
        ("GET", ["oauth", "callback"]) if request.method == "GET" => returned(request, app).await,
        (_, ["oauth", "callback"]) => method_not_allowed("GET"),
        ("GET", ["oauth", "check"]) => check::show(request, app).await,
        ("POST", ["oauth", "check"]) => check::posted(request, app).await,
        (_, ["oauth", "check"]) => method_not_allowed("GET, HEAD, POST"),

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

        ("GET", ["account"]) => account::show(request, app).await,
        (_, ["account"]) => method_not_allowed("GET, HEAD"),
        ("POST", ["account", "revoke"]) => account::change(request, app).await,
        (_, ["account", "revoke"]) => method_not_allowed("POST"),

        ("GET", [""]) => home::home(request, app),
        ("GET", ["llms.txt"]) => home::llms(app),
        ("GET", ["mcp.json"]) => home::service(app),
        ("GET", ["api", "metadata"]) => home::tools(),
        (_, ["api", "auth" | "chat", ..]) => chat::route(method, &path, request, app).await,
        ("GET", ["robots.txt"]) => home::robots(),
        (_, ["sse"]) => home::sse(app),
        ("GET", ["health"]) => health::health(&app.env),
        ("GET", ["favicon.ico" | "style.css" | "chat.css" | "chat.js"]) => {
            assets::asset(&path, request, app).await
        }
        _ if problems::is_for_a_person(request) => problems::no_such_page(request, app),
        _ => not_found(),
    }
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
    let Some(asked) = discovery::asked(path, request, &app.settings) else {
        return not_found();
    };
    if request.method != "POST" {
        return method_not_allowed(POST);
    }
    mcp::post(request, asked, app).await
}

/// A person is back from Sentry: for a client, or for a page of ours.
async fn returned(request: &Incoming, app: &App) -> Response {
    match returned::read(request, app) {
        Ok((Returned::Approval(approval), back)) => {
            callback::finish(approval, &back, request, app).await
        }
        Ok((Returned::SignIn(sign_in), back)) => {
            account::finish(sign_in, &back, request, app).await
        }
        Err(page) => page,
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
    let body = match request.body(MAX_BODY).await {
        Ok(body) => body.ok(),
        Err(error) => return trouble(Error::unavailable(error.to_string()), request, app),
    };
    let (content_type, authorization) = (
        request.header("content-type"),
        request.header("authorization"),
    );
    let method = request.method.clone();
    let parts = Request {
        method: &method,
        content_type: content_type.as_deref(),
        authorization: authorization.as_deref(),
        body: body.as_deref(),
    };
    if let Err(error) = may_authenticate(endpoint, &parts, request) {
        return trouble(error, request, app);
    }
    let outcome = match endpoint {
        Endpoint::Token => token(&parts, &app.authenticator(), &app.grants)
            .await
            .map(|granted| {
                after_tokens(&granted, request.address.clone(), app);
                granted.response
            }),
        Endpoint::Revoke => {
            revoke(&parts, &app.authenticator(), &app.grants)
                .await
                .map(|revoked| {
                    revoked.grant.iter().for_each(seen_tokens::forget);
                    revoked.response
                })
        }
        Endpoint::Introspect => introspect(&parts, &app.authenticator(), &app.grants).await,
        Endpoint::Push => match room(&request.address.key_of("par"), request, app).await {
            Ok(()) => {
                par(
                    &parts,
                    &app.authenticator(),
                    &app.pushed,
                    &mut random::rng(),
                )
                .await
            }
            Err(refused) => Err(refused),
        },
        Endpoint::Register => match room(request.address.key(), request, app).await {
            Ok(()) => {
                register(
                    &parts,
                    &app.settings,
                    &app.clients,
                    app.now,
                    &mut random::rng(),
                )
                .await
            }
            Err(refused) => Err(refused),
        },
    };
    outcome.unwrap_or_else(|error| trouble(error, request, app))
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
    limits::allow(&app.env, REGISTER_RATE_LIMITER, key, Cost::Operator)
        .await
        .map_err(Refused::error)
}

fn trouble(error: Error, request: &Incoming, app: &App) -> Response {
    error.grant.iter().for_each(seen_tokens::forget);
    if let Some(detail) = &error.detail {
        log::problem(&request.id, error.code.as_str(), detail);
    }
    error.into_response(&app.settings)
}
