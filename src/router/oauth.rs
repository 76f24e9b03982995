//! The endpoints that clients call without a browser. The provider decides; here is what stands before it and after it.

use oauth_provider::client::register;
use oauth_provider::http::{Error, MAX_BODY, Request, Response};
use oauth_provider::par::par;
use oauth_provider::params::Params;
use oauth_provider::{Granted, introspect, revoke, token};
use oauth_types::ErrorCode;
use worker::Env;

use crate::app::App;
use crate::deployment::Deployment;
use crate::memory::seen_tokens;
use crate::runtime::bindings::REGISTER_RATE_LIMITER;
use crate::runtime::incoming::Incoming;
use crate::runtime::limits::{Cost, Refused};
use crate::runtime::{limits, random};
use crate::site::errors::{Audience, HandlerError};
use crate::site::fetch_metadata::is_from_another_site;
use crate::site::shut_out::paused_for_client;

/// The endpoints that clients call without a browser.
#[derive(Clone, Copy)]
pub enum Endpoint {
    /// RFC 6749 §3.2.
    Token,
    /// RFC 7591 §3.
    Register,
    /// RFC 7009 §2.
    Revoke,
    /// RFC 7662 §2.
    Introspect,
    /// RFC 9126 §2.
    Push,
}

impl Endpoint {
    /// For the log: the grant type of a request for tokens.
    fn operation(self, parts: &Request<'_>) -> &'static str {
        let has = |text: &[u8]| {
            let body = parts.body.unwrap_or_default();
            body.windows(text.len()).any(|part| part == text)
        };
        match self {
            Self::Token if has(b"grant_type=refresh_token") => "refresh_token",
            Self::Token if has(b"grant_type=authorization_code") => "authorization_code",
            _ => "",
        }
    }
}

/// For the log: the client that a request names.
fn note_client(parts: &Request<'_>, app: &App) {
    let form = Params::from_form(parts).ok();
    let named = form.as_ref().and_then(|form| form.one("client_id").ok()?);
    if let Some(id) = named {
        app.deployment.note_client(id);
    }
}

/// Answers a request to one of them.
pub async fn oauth(endpoint: Endpoint, request: &mut Incoming, app: &App) -> Response {
    let outcome = answered(endpoint, request, app).await;
    let settings = &app.deployment.settings;
    outcome.unwrap_or_else(|error| {
        HandlerError::from(error).into_response(Audience::Client, request, settings)
    })
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
        Err(error) => error.cut_off().map_or(Ok(None), Err)?,
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
    let outcome = decided(endpoint, &parts, request, app).await;
    let operation = endpoint.operation(&parts);
    let is_known = request.facts.learn(|known| {
        known.operation = operation;
        !known.client.is_empty()
    });
    if !is_known {
        note_client(&parts, app);
    }
    outcome
}

async fn decided(
    endpoint: Endpoint,
    parts: &Request<'_>,
    request: &Incoming,
    app: &App,
) -> Result<Response, Error> {
    let begins = matches!(endpoint, Endpoint::Push | Endpoint::Register);
    if begins && app.deployment.config.switches.read_only {
        return Err(paused_for_client());
    }
    match endpoint {
        Endpoint::Token => {
            let granted = token(parts, &app.authenticator(), &app.grants).await?;
            Ok(with_chores(granted, app))
        }
        Endpoint::Revoke => {
            let revoked = revoke(parts, &app.authenticator(), &app.grants).await?;
            revoked.grant.iter().for_each(seen_tokens::forget);
            Ok(revoked.response)
        }
        Endpoint::Introspect => introspect(parts, &app.authenticator(), &app.grants).await,
        Endpoint::Push => {
            room(&request.address.key_of("par"), request, &app.deployment.env).await?;
            let rng = &mut random::rng();
            par(parts, &app.authenticator(), &app.pushed, rng).await
        }
        Endpoint::Register => {
            let Deployment {
                settings, env, now, ..
            } = &app.deployment;
            room(request.address.key(), request, env).await?;
            register(parts, settings, &app.clients, *now, &mut random::rng()).await
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
        flow,
    } = granted;
    app.deployment.note_client(&client_id);
    app.deployment.facts.sign_in(flow.as_ref());
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
async fn room(key: &str, request: &Incoming, env: &Env) -> Result<(), Error> {
    if request.method != "POST" {
        return Ok(());
    }
    limits::allow(env, REGISTER_RATE_LIMITER, key, Cost::Operator)
        .await
        .map_err(Refused::error)
}
