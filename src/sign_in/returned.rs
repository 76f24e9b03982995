//! Back from Sentry, through the one callback that it knows: for a client, or for a page of ours.

use std::cell::RefCell;
use std::rc::Rc;

use oauth_provider::authorize::Returned;
use oauth_provider::params::Params;
use oauth_provider::{CodeVerifier, Origin};
use oauth_types::ErrorCode;
use worker::Env;

use crate::config::Sentry;
use crate::runtime::bindings::MCP_IP_RATE_LIMITER;
use crate::runtime::facts::Fault;
use crate::runtime::fetch::Upstream;
use crate::runtime::incoming::Incoming;
use crate::runtime::limits::{self, Cost};
use crate::sign_in::problems;
use crate::site::cookies::{self, Jar};
use crate::site::errors::HandlerError;
use crate::upstream::sentry::{self, SentryTokens, UpstreamError};

/// What a browser brings back from Sentry.
pub struct Back {
    /// The query of the callback: Sentry's answer.
    pub params: Params,
    /// The cookie that binds the sign-in to its browser.
    cookie_name: String,
}

impl Back {
    /// A `Set-Cookie` value: the sign-in's cookie is of no more use.
    pub fn spent_cookie(&self, origin: &Origin) -> String {
        cookies::delete(&self.cookie_name, origin)
    }
}

/// Reads `GET /oauth/callback`.
///
/// # Errors
/// The state is not one that we have signed.
pub fn read(request: &Incoming, jar: Jar<'_>) -> Result<(Returned, Back), HandlerError> {
    let params = Params::parse(request.url.query().unwrap_or_default());
    let cookie_name = RefCell::new(String::new());
    let cookie = |name: &str| {
        let name = cookies::flow_name(name, jar.origin);
        let value = request.cookie(&name);
        cookie_name.replace(name);
        value
    };
    let state = params.one("state").ok().flatten();
    let returned = state.and_then(|state| Returned::read(state, cookie, jar.keys, jar.now));
    let returned = returned.ok_or_else(|| problems::no_state(&request.url))?;
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
///
/// # Errors
/// The address has had too many exchanged, or the limiter failed.
pub async fn may_exchange(back: &Back, request: &Incoming, env: &Env) -> Result<(), HandlerError> {
    if back.params.one("code") == Ok(None) {
        return Ok(());
    }
    let key = request.address.key_of("callback");
    limits::allow(env, MCP_IP_RATE_LIMITER, &key, Cost::Operator)
        .await
        .map_err(problems::too_many)
}

/// Why Sentry gave no tokens: a code of RFC 6749 §4.1.2.1, and a description for the client's developer.
pub struct NoTokens {
    /// For programs.
    pub code: ErrorCode,
    /// For the developer of the client.
    pub description: String,
}

impl NoTokens {
    fn new(code: ErrorCode, description: &str) -> Self {
        Self {
            code,
            description: description.to_owned(),
        }
    }
}

/// Sentry's answer: a code, which is exchanged, or an error.
///
/// # Errors
/// The person did not agree at Sentry, or Sentry gives no tokens.
pub async fn sentry_tokens(
    verifier: &CodeVerifier,
    back: &Back,
    request: &Incoming,
    sentry: &Sentry,
    origin: &Origin,
) -> Result<SentryTokens, NoTokens> {
    match back.params.one("error") {
        Ok(None) => {}
        Ok(Some("access_denied")) => {
            let description = "the person did not allow it at Sentry";
            return Err(NoTokens::new(ErrorCode::AccessDenied, description));
        }
        _ => {
            let description = "Sentry ended the sign-in with an error";
            return Err(NoTokens::new(ErrorCode::ServerError, description));
        }
    }
    let Ok(Some(code)) = back.params.one("code") else {
        return Err(NoTokens::new(ErrorCode::ServerError, "Sentry sent no code"));
    };
    let upstream = Upstream::of(Rc::clone(&request.facts));
    let exchanged = sentry::exchange(sentry, code, origin, verifier, &upstream).await;
    exchanged.map_err(|trouble| {
        request.facts.learn(|known| {
            // Anybody can come back with a code that Sentry never gave.
            known.fault = match trouble {
                UpstreamError::Ended => Fault::Client,
                UpstreamError::Unavailable(_) | UpstreamError::Refused(_) => Fault::Upstream,
            };
            known.detail = format!("sign-in at Sentry: {trouble}");
        });
        match trouble {
            UpstreamError::Unavailable(_) => NoTokens::new(
                ErrorCode::TemporarilyUnavailable,
                "Sentry does not answer at the moment; try again",
            ),
            UpstreamError::Refused(_) | UpstreamError::Ended => {
                NoTokens::new(ErrorCode::ServerError, "Sentry refused the sign-in")
            }
        }
    })
}
