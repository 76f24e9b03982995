//! The chat as a client of this server's own endpoints. It sends what a foreign client would send, as requests that go
//! in through the same router: there is no other way to a token or a tool from here.

use fetch::LocalFuture;
use oauth_provider::UnixTime;
use oauth_provider::discovery::path;
use oauth_provider::http::Response;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::session::{Flow, Session};
use crate::app::App;
use crate::router;
use crate::runtime::address::Address;
use crate::runtime::incoming::Incoming;
use crate::runtime::{edge, log};
use crate::stores::own_client;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// The browser on whose behalf a request is sent, for limits by address and for the log.
#[derive(Clone)]
pub struct Behalf {
    pub address: Address,
    pub id: String,
}

impl Behalf {
    pub fn of(request: &Incoming) -> Self {
        Self {
            address: request.address.clone(),
            id: request.id.clone(),
        }
    }
}

/// Sends a request to this server, as it would come from outside.
pub fn send<'a>(
    method: &'a str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&str>,
    behalf: &Behalf,
    app: &'a App,
) -> LocalFuture<'a, Response> {
    let url = [app.settings.origin.as_str(), path].concat();
    let request = edge::head_of(headers)
        .and_then(|head| edge::own_request(method, &url, &head, body).ok())
        .and_then(|request| Incoming::new(request).ok());
    let Behalf { address, id } = behalf.clone();
    Box::pin(async move {
        match request {
            Some(mut request) => {
                request.id = id;
                request.address = address;
                router::route(&mut request, app).await
            }
            None => Response::empty(400),
        }
    })
}

/// Why there are no tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoTokens {
    /// There will be none until the person signs in again.
    Ended,
    /// There may be some in a moment. What there was is still good.
    Unavailable,
}

/// The id that the chat has here: the place of its document, or on plain http one that it registered, which is kept for
/// the deployment.
pub async fn known(app: &App) -> Option<String> {
    let origin = &app.settings.origin;
    if origin.is_secure() {
        return Some(own_client::id(origin));
    }
    own_client::kept_id(origin, &app.env).await
}

/// Registers: for the first time, or since the server does not know the client any more.
///
/// # Errors
/// The registration failed.
pub async fn register(behalf: &Behalf, app: &App) -> Result<String, NoTokens> {
    let origin = &app.settings.origin;
    let body = own_client::registration(origin);
    let answer = send(
        "POST",
        path::REGISTER,
        &[("content-type", JSON)],
        Some(&body),
        behalf,
        app,
    )
    .await;
    let id = read(&answer)
        .get("client_id")
        .and_then(Value::as_str)
        .map(str::to_owned);
    let (201, Some(id)) = (answer.status, id) else {
        let status = answer.status.to_string();
        log::problem(&behalf.id, "the chat could not register", &status);
        return Err(NoTokens::Unavailable);
    };
    let seconds = app.settings.registration.as_secs();
    let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
    own_client::keep_id(&id, seconds, origin, &app.env).await;
    Ok(id)
}

/// The path of the authorization endpoint with the chat's request.
pub fn authorize_path(client: &str, state: &str, challenge: &str, app: &App) -> String {
    let origin = &app.settings.origin;
    let query = form(&[
        ("response_type", "code"),
        ("client_id", client),
        ("redirect_uri", &own_client::redirect_uri(origin)),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
        ("state", state),
        ("resource", &app.settings.root_resource().url(origin)),
        ("scope", &app.settings.scopes.join(" ")),
    ]);
    [path::AUTHORIZE, "?", &query].concat()
}

/// Exchanges an authorization code for tokens.
pub async fn redeem(
    code: &str,
    flow: &Flow,
    behalf: &Behalf,
    app: &App,
) -> Result<Session, NoTokens> {
    let origin = &app.settings.origin;
    let body = form(&[
        ("grant_type", "authorization_code"),
        ("code", code),
        ("code_verifier", &flow.verifier),
        ("client_id", &flow.client),
        ("redirect_uri", &own_client::redirect_uri(origin)),
        ("resource", &app.settings.root_resource().url(origin)),
    ]);
    let nobody = Session::empty(flow.client.clone());
    tokens(&body, nobody, behalf, app).await
}

/// Fresh tokens for a session. Two tabs that ask at once get the same refresh token.
pub async fn refresh(session: Session, behalf: &Behalf, app: &App) -> Result<Session, NoTokens> {
    let body = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", &session.refresh),
        ("client_id", &session.client),
    ]);
    tokens(&body, session, behalf, app).await
}

async fn tokens(
    body: &str,
    before: Session,
    behalf: &Behalf,
    app: &App,
) -> Result<Session, NoTokens> {
    let answer = send(
        "POST",
        path::TOKEN,
        &[("content-type", FORM)],
        Some(body),
        behalf,
        app,
    )
    .await;
    let said = read(&answer);
    let (Some(access), Some(refresh)) = (text(&said, "access_token"), text(&said, "refresh_token"))
    else {
        // What these say is true (RFC 6749 §5.2); everything else may pass.
        let error = text(&said, "error").unwrap_or_default();
        return Err(if error == "invalid_grant" || error == "invalid_client" {
            NoTokens::Ended
        } else {
            NoTokens::Unavailable
        });
    };
    let seconds = said.get("expires_in").and_then(Value::as_u64);
    let ends = app.now.0.saturating_add(seconds.unwrap_or_default());
    Ok(Session {
        access,
        refresh,
        access_ends: UnixTime(ends),
        ..before
    })
}

/// Whose tokens they are: Sentry's id of the person, as any client may learn it of its own tokens (RFC 7662 §2.2).
pub async fn subject(session: &Session, behalf: &Behalf, app: &App) -> Option<String> {
    let body = form(&[
        ("token", &session.refresh),
        ("token_type_hint", "refresh_token"),
        ("client_id", &session.client),
    ]);
    let answer = send(
        "POST",
        path::INTROSPECT,
        &[("content-type", FORM)],
        Some(&body),
        behalf,
        app,
    )
    .await;
    text(&read(&answer), "sub").filter(|subject| !subject.is_empty())
}

/// Gives the tokens back (RFC 7009). Whether that is done.
pub async fn revoke(session: &Session, behalf: &Behalf, app: &App) -> bool {
    let body = form(&[
        ("token", &session.refresh),
        ("token_type_hint", "refresh_token"),
        ("client_id", &session.client),
    ]);
    let answer = send(
        "POST",
        path::REVOKE,
        &[("content-type", FORM)],
        Some(&body),
        behalf,
        app,
    )
    .await;
    // A client that is not known here any more has no tokens either.
    matches!(answer.status, 200 | 401)
}

/// The JSON of an answer; null where it is none.
pub fn read(answer: &Response) -> Value {
    serde_json::from_slice(answer.body.as_bytes()).unwrap_or_default()
}

fn form(pairs: &[(&str, &str)]) -> String {
    let mut form = Serializer::new(String::new());
    for (name, value) in pairs {
        form.append_pair(name, value);
    }
    form.finish()
}

/// A member that is a text.
pub fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name)?.as_str().map(str::to_owned)
}
