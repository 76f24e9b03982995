//! Signing in to the chat, and out: an OAuth client's side of the authorization code flow.

use mcp::json::Object;
use oauth_provider::Origin;
use oauth_provider::crypto::{Secret, sha256};
use oauth_provider::http::Response;
use oauth_provider::params::Params;
use serde_json::Value;

use super::client::{Client, NoTokens, text};
use super::live::{Live, Out, live};
use super::session::{Flow, Session, name, signed_out};
use super::tools::{Called, Endpoint, origin_of};
use super::{Context, check_ours, refuse};
use crate::deployment::Deployment;
use crate::runtime::incoming::Incoming;
use crate::runtime::random;
use crate::site::cookies::{self, Jar};
use crate::site::errors::{ChatRefusal, HandlerError};

/// `GET /api/auth/authorize`: begins a sign-in.
pub async fn authorize(request: &Incoming, context: &Context) -> Response {
    let rng = &mut random::rng();
    let verifier = Secret::draw(rng).expose_text();
    let mut flow = Flow {
        state: Secret::draw(rng).expose_text().chars().take(22).collect(),
        verifier,
        client: String::new(),
        popup: query(request).one("popup") == Ok(Some("1")),
    };
    let jar = Jar::of(&context.deployment);
    let path = path(&mut flow, &Client::of(request, context), jar.origin).await;
    let (Ok(path), Some(cookie)) = (path, flow.cookie(&jar)) else {
        return back(FAILED);
    };
    let origin = jar.origin;
    let mut response = back(&[origin.as_str(), &path].concat()).header("set-cookie", cookie);
    for name in cookies::surplus_flows(cookies::CHAT_FLOW, &request.cookie_names(), origin) {
        response = response.header("set-cookie", cookies::delete(&name, origin));
    }
    response
}

/// The path to which the person is sent. A client that registered may have been forgotten since; the page would only say
/// so, and no answer would come back. So it is asked for first.
async fn path(flow: &mut Flow, client: &Client, origin: &Origin) -> Result<String, NoTokens> {
    // Draft 13 of OAuth 2.1, §4.1.1: the SHA-256 of the verifier in base64url.
    let challenge = Secret::from_bytes(sha256(flow.verifier.as_bytes())).expose_text();
    let known = client.known().await;
    let mut fresh = known.is_none() || origin.is_secure();
    let mut id = known;
    loop {
        flow.client = match id.take() {
            Some(id) => id,
            None => client.register().await?,
        };
        let path = client.authorize_path(&flow.client, &flow.state, &challenge);
        if fresh || client.send("GET", &path, &[], None).await.status != 400 {
            return Ok(path);
        }
        fresh = true;
    }
}

/// `GET /api/auth/callback`: the authorization server's answer.
pub async fn callback(request: &Incoming, context: &Context) -> Response {
    let jar = Jar::of(&context.deployment);
    let params = query(request);
    let state = params.one("state").ok().flatten().unwrap_or_default();
    let Some(flow) = Flow::of(state, request, &jar) else {
        return back("/?sign-in=expired");
    };
    let ended = cookies::delete(&name(state, jar.origin), jar.origin);
    let landed = match finish(&flow, &params, request, context).await {
        Ok(cookie) => {
            let place = if flow.popup { "/?signed-in=popup" } else { "/" };
            back(place).header("set-cookie", cookie)
        }
        Err(place) => back(place),
    };
    landed.header("set-cookie", ended)
}

const FAILED: &str = "/?sign-in=failed";

/// Answers the cookie of the session.
///
/// # Errors
/// The path to which the browser is sent if the sign-in came to nothing.
async fn finish(
    flow: &Flow,
    params: &Params,
    request: &Incoming,
    context: &Context,
) -> Result<String, &'static str> {
    let Deployment {
        config, settings, ..
    } = &context.deployment;
    // RFC 9207 §2.4: "Clients MUST then compare the result to the issuer identifier", before anything else is believed.
    if params.one("iss") != Ok(Some(settings.origin.as_str())) {
        return Err(FAILED);
    }
    let code = match (params.one("error"), params.one("code")) {
        (Ok(None), Ok(Some(code))) => code,
        (Ok(Some("access_denied")), _) => return Err("/?sign-in=denied"),
        _ => return Err(FAILED),
    };
    let client = Client::of(request, context);
    let session = client
        .redeem(code, flow)
        .await
        .map_err(|error| match error {
            NoTokens::Ended => "/?sign-in=expired",
            NoTokens::Unavailable => FAILED,
        })?;
    // Questions are counted by person.
    let user = client.subject(&session).await.ok_or(FAILED)?;
    let endpoint = Endpoint {
        resource: settings.root_resource(),
        access: session.access.clone(),
        client,
    };
    let session = introduced(Session { user, ..session }, &endpoint).await;
    let jar = Jar::of(&context.deployment);
    session.cookie(&jar, config.policy().refresh).ok_or(FAILED)
}

fn query(request: &Incoming) -> Params {
    Params::parse(request.url.query().unwrap_or_default())
}

/// With the person's name, which the chat learns as any client does: by asking a tool.
async fn introduced(session: Session, endpoint: &Endpoint) -> Session {
    let Called::Answered(answer) = endpoint.call("whoami", "{}").await else {
        return session;
    };
    let said: Value = serde_json::from_slice(answer.text.as_bytes()).unwrap_or_default();
    let user = said.get("user").unwrap_or(&Value::Null);
    let named = |name: &str| text(user, name).filter(|name| !name.trim().is_empty());
    Session {
        name: named("name").or_else(|| named("email")).unwrap_or_default(),
        ..session
    }
}

/// `GET /api/auth/status`: looks at the session, and renews what is near its end.
pub async fn status(request: &Incoming, context: &Context) -> Response {
    let Deployment {
        config, settings, ..
    } = &context.deployment;
    let root = settings.root_resource();
    let (session, cookie) = match live(root, "ping", request, context).await {
        Ok(Live {
            session, cookie, ..
        }) => (Some(session), cookie),
        // Nothing is known to be wrong with it.
        Err(Out::Unavailable) => (Session::of(request, &Jar::of(&context.deployment)), None),
        Err(Out::Nobody) => (None, None),
        Err(Out::Ended) => (None, Some(signed_out(&settings.origin))),
    };
    let mut body = String::new();
    let mut object = Object::begin(&mut body);
    object.flag("authenticated", session.is_some());
    if let Some(session) = session.filter(|session| !session.name.is_empty()) {
        Object::begin(object.name("user"))
            .text("name", &session.name)
            .end();
    }
    if let Some(model) = &config.model {
        object.text("model", &model.name);
    }
    if let Some(sentry) = origin_of(&config.sentry) {
        object.text("sentry", sentry.as_str());
    }
    object.end();
    let response = Response {
        body,
        ..Response::empty(200)
    };
    let response = response
        .header("content-type", "application/json")
        .header("cache-control", "no-store");
    match cookie {
        Some(cookie) => response.header("set-cookie", cookie),
        None => response,
    }
}

/// `POST /api/auth/logout`: gives the tokens back, and forgets them.
///
/// # Errors
/// The request is not from our page, or the tokens could not be given back.
pub async fn logout(request: &Incoming, context: &Context) -> Result<Response, HandlerError> {
    check_ours(request)?;
    let jar = Jar::of(&context.deployment);
    if let Some(session) = Session::of(request, &jar)
        && !Client::of(request, context).revoke(&session).await
    {
        // Somebody who was told that they are signed out must be signed out.
        let description = "the sign-in could not be ended; try again";
        return Err(ChatRefusal {
            header: Some(("retry-after", "5".to_owned())),
            ..refuse(503, "temporarily_unavailable", description)
        }
        .into());
    }
    Ok(Response::empty(204)
        .header("cache-control", "no-store")
        .header("set-cookie", signed_out(jar.origin)))
}

/// To another page, with nothing kept.
fn back(location: &str) -> Response {
    Response::empty(302)
        .header("location", location)
        .header("cache-control", "no-store")
        .header("referrer-policy", "no-referrer")
}
