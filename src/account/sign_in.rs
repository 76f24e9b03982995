//! The person's own way through Sentry, and back through the one callback that Sentry knows.

use oauth_provider::authorize::{ApprovalError, FLOW_LIFETIME, SignIn};
use oauth_provider::http::Response;
use oauth_types::ErrorCode;

use super::{back, page};
use crate::account::session::Session;
use crate::deployment::Deployment;
use crate::runtime::incoming::Incoming;
use crate::runtime::random;
use crate::sign_in::problems;
use crate::sign_in::returned::{Back, may_exchange, sentry_tokens};
use crate::site::cookies::{self, Jar};
use crate::site::errors::{Audience, HandlerError, redirect};
use crate::upstream::sentry;

/// Sends the browser to Sentry. It asks for no scope: all that we want to know is who the person is.
pub fn begin(request: &Incoming, deployment: &Deployment) -> Response {
    let jar = Jar::of(deployment);
    let sent = SignIn::begin(jar.now, &mut random::rng()).sign(jar.keys);
    let sentry = &deployment.config.sentry;
    let location = sentry::authorize_url(sentry, jar.origin, "", &sent.state, &sent.challenge);
    let name = cookies::flow_name(&sent.cookie_name, jar.origin);
    let lifetime = FLOW_LIFETIME.as_secs();
    let flow = cookies::set(&name, &sent.cookie_value, lifetime, jar.origin);
    let response = redirect(302, &location).header("set-cookie", flow);
    cookies::surplus_flows(cookies::FLOW, &request.cookie_names(), jar.origin)
        .iter()
        .fold(response, |response, name| {
            response.header("set-cookie", cookies::delete(name, jar.origin))
        })
}

/// The person comes back from Sentry, to see a page of ours.
///
/// # Errors
/// The sign-in is not one that this browser began within ten minutes, or there were too many returns.
pub async fn finish(
    sign_in: Result<SignIn, ApprovalError>,
    returned: &Back,
    request: &Incoming,
    deployment: &Deployment,
) -> Result<Response, HandlerError> {
    let sign_in = sign_in.map_err(|error| match error {
        ApprovalError::Forged => problems::no_state(&request.url),
        ApprovalError::OtherBrowser => page::OTHER_BROWSER.into(),
        ApprovalError::Expired => page::TOO_LATE.into(),
    })?;
    may_exchange(returned, request, &deployment.env).await?;
    let response = match signed_in(&sign_in, returned, request, deployment).await {
        Ok(response) => response,
        // The cookie is spent by these too.
        Err(error) => error.into_response(Audience::Person, request, &deployment.settings),
    };
    let spent = returned.spent_cookie(&deployment.settings.origin);
    Ok(response.header("set-cookie", spent))
}

/// Begins the session. Nothing is kept of what Sentry gives but whose it is.
async fn signed_in(
    sign_in: &SignIn,
    returned: &Back,
    request: &Incoming,
    deployment: &Deployment,
) -> Result<Response, HandlerError> {
    let jar = Jar::of(deployment);
    let verifier = sign_in.upstream_verifier(jar.keys);
    let sentry = &deployment.config.sentry;
    let tokens = sentry_tokens(&verifier, returned, request, sentry, jar.origin).await;
    let tokens = tokens.map_err(|error| match error.code {
        ErrorCode::AccessDenied => page::DENIED,
        ErrorCode::TemporarilyUnavailable => page::SENTRY_DOWN,
        _ => page::SENTRY_REFUSED,
    })?;
    let before = Session::of(request, &jar);
    let session = Session::begin(tokens.into_user(), before, jar.now, &mut random::rng());
    Ok(back(302, "", jar.origin).header("set-cookie", session.cookie(&jar)))
}
