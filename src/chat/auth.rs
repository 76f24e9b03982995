//! Signing in to the chat, and out: an OAuth client's side of the authorization code flow.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mcp::json::Object;
use oauth_provider::crypto::{Secret, sha256};
use oauth_provider::http::Response;
use serde_json::Value;

use super::client::{self, Behalf, NoTokens};
use super::session::{Flow, Session, name, signed_out};
use super::tools::{Called, Endpoint, sentry_origin};
use super::{Live, Out, is_ours, live, refuse};
use crate::app::App;
use crate::incoming::Incoming;
use crate::{cookies, random};

/// `GET /api/auth/authorize`
pub async fn authorize(request: &Incoming, app: &App) -> Response {
    let behalf = Behalf::of(request);
    let rng = &mut random::rng();
    let state: String = Secret::draw(rng).expose_text().chars().take(22).collect();
    let flow = Flow {
        state,
        verifier: Secret::draw(rng).expose_text(),
        popup: has(request, "popup").as_deref() == Some("1"),
    };
    let challenge = URL_SAFE_NO_PAD.encode(sha256(flow.verifier.as_bytes()));
    let path = match path(&flow.state, &challenge, &behalf, app).await {
        Ok(path) => path,
        Err(_) => return back("/?sign-in=failed"),
    };
    let Some(cookie) = flow.cookie(app) else {
        return back("/?sign-in=failed");
    };
    let origin = &app.settings.origin;
    let surplus = cookies::surplus_flows(cookies::CHAT_FLOW, &request.cookie_names(), origin);
    let response = back(&[origin.as_str(), &path].concat()).header("set-cookie", cookie);
    surplus.iter().fold(response, |response, name| {
        response.header("set-cookie", cookies::delete(name, origin))
    })
}

/// Where the person is sent. A client that registered may have been forgotten since; then the page would say so, and no
/// answer would ever come back here: so it is looked at first.
async fn path(
    state: &str,
    challenge: &str,
    behalf: &Behalf,
    app: &App,
) -> Result<String, NoTokens> {
    let id = client::client_id(behalf, app).await?;
    let path = client::authorize_path(&id, state, challenge, app);
    if app.settings.origin.is_secure() {
        return Ok(path);
    }
    let looked = client::send("GET", &path, &[], None, behalf, app).await;
    if looked.status != 400 {
        return Ok(path);
    }
    let id = client::register(behalf, app).await?;
    Ok(client::authorize_path(&id, state, challenge, app))
}

/// `GET /api/auth/callback`
pub async fn callback(request: &Incoming, app: &App) -> Response {
    let state = has(request, "state").unwrap_or_default();
    let Some(flow) = Flow::of(&state, request, app) else {
        return back("/?sign-in=expired");
    };
    let origin = &app.settings.origin;
    let landed = match finish(&flow, request, app).await {
        Ok(cookie) => {
            let place = if flow.popup { "/?signed-in=popup" } else { "/" };
            back(place).header("set-cookie", cookie)
        }
        Err(why) => back(["/?sign-in=", why].concat().as_str()),
    };
    landed.header("set-cookie", cookies::delete(&name(&state, origin), origin))
}

/// The cookie of the session, or how it ended.
async fn finish(flow: &Flow, request: &Incoming, app: &App) -> Result<String, &'static str> {
    // RFC 9207 §2.4: "Clients MUST then compare the result to the issuer identifier", before anything else is believed.
    if has(request, "iss").as_deref() != Some(app.settings.origin.as_str()) {
        return Err("failed");
    }
    match has(request, "error").as_deref() {
        None => {}
        Some("access_denied") => return Err("denied"),
        Some(_) => return Err("failed"),
    }
    let code = has(request, "code").ok_or("failed")?;
    let behalf = Behalf::of(request);
    let id = client::client_id(&behalf, app)
        .await
        .map_err(|_| "failed")?;
    let session = client::redeem(&code, &flow.verifier, id, &behalf, app).await;
    let session = session.map_err(|error| match error {
        NoTokens::Ended => "expired",
        NoTokens::Unavailable => "failed",
    })?;
    let session = introduced(session, &behalf, app).await;
    session.cookie(app).ok_or("failed")
}

/// With the person's name, which the chat learns as any client does: by asking a tool.
async fn introduced(session: Session, behalf: &Behalf, app: &App) -> Session {
    let endpoint = Endpoint {
        resource: app.settings.root_resource(),
        access: session.access.clone(),
        behalf: behalf.clone(),
    };
    let Called::Answered(answer) = endpoint.call("whoami", "{}", app).await else {
        return session;
    };
    let said: Value = serde_json::from_slice(answer.text.as_bytes()).unwrap_or_default();
    let user = said.get("user").unwrap_or(&Value::Null);
    let named = |name: &str| client::text(user, name).filter(|name| !name.trim().is_empty());
    Session {
        name: named("name").or_else(|| named("email")).unwrap_or_default(),
        user: named("id").unwrap_or_default(),
        ..session
    }
}

/// `GET /api/auth/status`: looks at the session, and renews what is near its end.
pub async fn status(request: &Incoming, app: &App) -> Response {
    let root = app.settings.root_resource();
    let (session, cookie) = match live(root, "ping", request, app).await {
        Ok(Live {
            session, cookie, ..
        }) => (Some(session), cookie),
        // Nothing is known to be wrong with it.
        Err(Out::Unavailable) => (Session::of(request, app), None),
        Err(Out::Nobody) => (None, None),
        Err(Out::Ended) => (None, Some(signed_out(app))),
    };
    let mut body = String::new();
    let mut object = Object::begin(&mut body);
    object.flag("authenticated", session.is_some());
    if let Some(session) = session.filter(|session| !session.name.is_empty()) {
        Object::begin(object.name("user"))
            .text("name", &session.name)
            .end();
    }
    if let Some(model) = &app.config.model {
        object.text("model", &model.name);
    }
    if let Some(sentry) = sentry_origin(app) {
        object.text("sentry", sentry.as_str());
    }
    object.end();
    let response = Response {
        body,
        ..Response::empty(200)
    };
    let response = response
        .header("content-type", "application/json")
        .header("cache-control", "no-store")
        .header("x-content-type-options", "nosniff");
    match cookie {
        Some(cookie) => response.header("set-cookie", cookie),
        None => response,
    }
}

/// `POST /api/auth/logout`: gives the tokens back, and forgets them.
pub async fn logout(request: &mut Incoming, app: &App) -> Response {
    if let Err(refused) = is_ours(request) {
        return refused;
    }
    if let Some(session) = Session::of(request, app)
        && !client::revoke(&session, &Behalf::of(request), app).await
    {
        // Who was told that they are out must be out.
        return refuse(
            503,
            "temporarily_unavailable",
            "the sign-in could not be ended; try again",
        )
        .header("retry-after", "5");
    }
    Response::empty(204)
        .header("cache-control", "no-store")
        .header("set-cookie", signed_out(app))
}

/// A parameter that is there once.
fn has(request: &Incoming, name: &str) -> Option<String> {
    let mut found = request.url.query_pairs().filter(|(known, _)| known == name);
    let (_, value) = found.next()?;
    found.next().is_none().then(|| value.into_owned())
}

/// To another page, with nothing kept.
fn back(location: &str) -> Response {
    Response::empty(302)
        .header("location", location)
        .header("cache-control", "no-store")
        .header("referrer-policy", "no-referrer")
}
