//! The person's own way through Sentry, and back through the one callback that Sentry knows.

use oauth_provider::authorize::{ApprovalError, FLOW_LIFETIME, SignIn};
use oauth_provider::http::Response;
use oauth_types::ErrorCode;

use super::{back, page, problem, redirect};
use crate::account::session::Session;
use crate::app::App;
use crate::runtime::incoming::Incoming;
use crate::runtime::random;
use crate::sign_in::returned::{Back, may_exchange, sentry_tokens};
use crate::site::cookies;
use crate::site::problems;
use crate::upstream::sentry;

/// Sends the browser to Sentry, for no scope at all: who it is, is all that we ask.
pub fn begin(request: &Incoming, app: &App) -> Response {
    let origin = &app.settings.origin;
    let sent = SignIn::begin(app.now, &mut random::rng()).sign(&app.config.keys);
    let location = sentry::authorize_url(
        &app.config.sentry,
        &app.callback_url(),
        "",
        &sent.state,
        &sent.challenge,
    );
    let name = cookies::flow_name(&sent.cookie_name, origin);
    let lifetime = FLOW_LIFETIME.as_secs();
    let flow = cookies::set(&name, &sent.cookie_value, lifetime, origin);
    let response = redirect(302, &location).header("set-cookie", flow);
    cookies::surplus_flows(cookies::FLOW, &request.cookie_names(), origin)
        .iter()
        .fold(response, |response, name| {
            response.header("set-cookie", cookies::delete(name, origin))
        })
}

/// The person comes back from Sentry, to see a page of ours.
pub async fn finish(
    sign_in: Result<SignIn, ApprovalError>,
    returned: &Back,
    request: &Incoming,
    app: &App,
) -> Response {
    let keys = &app.config.keys;
    let sign_in = match sign_in {
        Ok(sign_in) => sign_in,
        Err(ApprovalError::Forged) => return problems::no_state(request, app),
        Err(ApprovalError::OtherBrowser) => return problem(&page::OTHER_BROWSER, request, app),
        Err(ApprovalError::Expired) => return problem(&page::TOO_LATE, request, app),
    };
    let params = &returned.params;
    if let Err(refused) = may_exchange(params, request, app).await {
        return refused;
    }
    // Nothing is kept of what Sentry gives but whose it is.
    let tokens = sentry_tokens(&sign_in.upstream_verifier(keys), params, request, app).await;
    let response = match tokens {
        Ok(tokens) => {
            let before = Session::of(request, app);
            let session = Session::begin(tokens.into_user(), before, app.now, &mut random::rng());
            back(302, "", app).header("set-cookie", session.cookie(app))
        }
        Err((ErrorCode::AccessDenied, _)) => problem(&page::DENIED, request, app),
        Err((ErrorCode::TemporarilyUnavailable, _)) => problem(&page::SENTRY_DOWN, request, app),
        Err(_) => problem(&page::SENTRY_REFUSED, request, app),
    };
    response.header("set-cookie", returned.spent_cookie(app))
}
