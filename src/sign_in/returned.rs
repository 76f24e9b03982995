//! Back from Sentry, through the one callback that it knows: for a client, or for a page of ours.

use std::cell::RefCell;

use oauth_provider::CodeVerifier;
use oauth_provider::authorize::Returned;
use oauth_provider::http::Response;
use oauth_provider::params::Params;
use oauth_types::ErrorCode;

use crate::app::App;
use crate::runtime::bindings::MCP_IP_RATE_LIMITER;
use crate::runtime::incoming::Incoming;
use crate::runtime::limits::{self, Cost};
use crate::runtime::log;
use crate::site::{cookies, problems};
use crate::upstream::sentry::{self, SentryTokens, UpstreamError};

/// What came with a return.
pub struct Back {
    /// The query of the callback: Sentry's answer.
    pub params: Params,
    /// Of the cookie that binds the sign-in to its browser.
    cookie_name: String,
}

impl Back {
    /// A `Set-Cookie` value: the sign-in's cookie is of no more use.
    pub fn spent_cookie(&self, app: &App) -> String {
        cookies::delete(&self.cookie_name, &app.settings.origin)
    }
}

/// Reads `GET /oauth/callback`.
///
/// # Errors
/// A page, for a state that we have not signed.
pub fn read(request: &Incoming, app: &App) -> Result<(Returned, Back), Response> {
    let params = Params::parse(request.url.query().unwrap_or_default());
    let cookie_name = RefCell::new(String::new());
    let cookie = |name: &str| {
        let name = cookies::flow_name(name, &app.settings.origin);
        let value = request.cookie(&name);
        cookie_name.replace(name);
        value
    };
    let state = params.one("state").ok().flatten();
    let returned = state.and_then(|state| Returned::read(state, cookie, &app.config.keys, app.now));
    let returned = returned.ok_or_else(|| problems::no_state(request, app))?;
    let cookie_name = cookie_name.into_inner();
    Ok((
        returned,
        Back {
            params,
            cookie_name,
        },
    ))
}

/// Limits how often an address may have a code exchanged: that is a request in this server's own name, and anybody who has
/// begun a sign-in can come back with made-up codes. Nothing is used up by a refusal, so the page can be loaded again.
pub async fn may_exchange(params: &Params, request: &Incoming, app: &App) -> Result<(), Response> {
    if params.one("code") == Ok(None) {
        return Ok(());
    }
    let key = request.address.key_of("callback");
    limits::allow(&app.env, MCP_IP_RATE_LIMITER, &key, Cost::Operator)
        .await
        .map_err(|refused| problems::too_many(refused, request, app))
}

/// Sentry's answer: a code, which is exchanged, or an error.
pub async fn sentry_tokens(
    verifier: &CodeVerifier,
    params: &Params,
    request: &Incoming,
    app: &App,
) -> Result<SentryTokens, (ErrorCode, String)> {
    let error = |code, text: &str| (code, text.to_owned());
    match params.one("error") {
        Ok(None) => {}
        Ok(Some("access_denied")) => {
            return Err(error(
                ErrorCode::AccessDenied,
                "the person did not allow it at Sentry",
            ));
        }
        _ => {
            return Err(error(
                ErrorCode::ServerError,
                "Sentry ended the sign-in with an error",
            ));
        }
    }
    let Ok(Some(code)) = params.one("code") else {
        return Err(error(ErrorCode::ServerError, "Sentry sent no code"));
    };
    sentry::exchange(
        &app.config.sentry,
        code,
        &app.callback_url(),
        verifier,
        &app.fetch,
    )
    .await
    .map_err(|trouble| {
        log::problem(&request.id, "sign-in at Sentry", &trouble.to_string());
        match trouble {
            UpstreamError::Unavailable(_) => error(
                ErrorCode::TemporarilyUnavailable,
                "Sentry does not answer at the moment; try again",
            ),
            UpstreamError::Refused(_) | UpstreamError::Ended => {
                error(ErrorCode::ServerError, "Sentry refused the sign-in")
            }
        }
    })
}
