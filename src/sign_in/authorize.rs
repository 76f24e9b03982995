//! The authorization endpoint: the consent page and its form.

use oauth_provider::authorize::{
    Approval, Asked, AuthorizationRequest, AuthorizationResponse, AuthorizeError, Browser,
    ConsentTicket, FLOW_LIFETIME, Refusal, Shown, TicketError, Way, validate,
};
use oauth_provider::client::RedirectKind;
use oauth_provider::grant::FlowId;
use oauth_provider::http::Response;
use oauth_provider::params::Params;
use oauth_provider::store::PushedRequests;
use oauth_provider::{Scope, UnixTime};
use oauth_types::ErrorCode;
use sentry_tools::{Limits, Skill, Skills};
use url::form_urlencoded;

use crate::deployment::Deployment;
use crate::runtime::fetch::DocumentFetch;
use crate::runtime::incoming::Incoming;
use crate::runtime::{log, random};
use crate::sign_in::consent::{NAMELESS, consent};
use crate::sign_in::pages::{Consent, Leaving};
use crate::sign_in::problems::{self, link};
use crate::site::cookies::{self, Jar};
use crate::site::errors::{HandlerError, redirect, told};
use crate::site::fetch_metadata::{is_embedded, is_from_our_page};
use crate::site::pages::{Forms, page};
use crate::site::posted_form::posted_form;
use crate::stores::clients::Clients;
use crate::stores::grant_store::Grants;
use crate::stores::pushed_request_store::PushedObjects;
use crate::upstream::sentry;

/// How long the browser's cookie lasts, in seconds. If a person comes back to a form later, theirs is a new browser.
const BROWSER_SECONDS: u64 = 30 * 86_400;

/// What the consent page and its form need.
#[derive(Clone, Copy)]
pub struct Consenting<'a> {
    /// Keys, settings, Sentry and time.
    pub deployment: &'a Deployment,
    /// Looks the client up.
    pub clients: &'a Clients,
    /// Fetches the client's document.
    pub documents: &'a DocumentFetch,
    /// Reads a request that was pushed, and uses it up.
    pub pushed: &'a PushedObjects,
    /// Gives the new grant its id.
    pub grants: &'a Grants,
}

/// `GET /oauth/authorize`: checks the request and asks the person.
///
/// # Errors
/// The request is embedded in another site's page, or it does not lead to a consent page.
pub async fn show(request: &Incoming, with: Consenting<'_>) -> Result<Response, HandlerError> {
    // Checking it fetches the client's document, and an image on somebody's page must not make a browser ask for that.
    if is_embedded(request) {
        return Err(problems::embedded());
    }
    let query = request.url.query().unwrap_or_default();
    note("show", query, with.deployment);
    let (mut link, asked) = read_link(query, with)
        .await
        .map_err(|error| refuse(error, request, with.deployment))?;
    let flow = FlowId::draw(&mut random::rng());
    request.facts.sign_in(Some(&flow));
    link.flow = Some(flow);
    log_left_out(&asked, &request.id);
    let jar = Jar::of(with.deployment);
    let known = browser(request, &jar);
    let browser = known
        .clone()
        .unwrap_or_else(|| Browser::draw(&mut random::rng()));
    let ticket = ConsentTicket::sign(
        link,
        Shown::from(&asked),
        &browser,
        jar.keys,
        jar.now,
        &mut random::rng(),
    );
    log::asked(&request.id, "shown", &asked);
    let page = consent(&asked, ticket, with.deployment);
    let response = consent_page(&page, &asked, with.deployment);
    if known.is_some() {
        return Ok(response);
    }
    let name = cookies::browser_name(jar.origin);
    let value = browser.cookie_value(jar.keys);
    let cookie = cookies::set(&name, &value, BROWSER_SECONDS, jar.origin);
    Ok(response.header("set-cookie", cookie))
}

/// For the log: what is done, and the client that the request names.
fn note(operation: &'static str, query: &str, deployment: &Deployment) {
    deployment.facts.learn(|known| known.operation = operation);
    if let Ok(Some(id)) = Params::parse(query).one("client_id") {
        deployment.note_client(id);
    }
}

/// The browser that this cookie tells from others.
fn browser(request: &Incoming, jar: &Jar<'_>) -> Option<Browser> {
    let value = request.cookie(&cookies::browser_name(jar.origin))?;
    Browser::from_cookie(&value, jar.keys)
}

/// Redirect URIs that no client may have are left out of its document; its developer may ask why.
fn log_left_out(asked: &AuthorizationRequest, request_id: &str) {
    if asked.client.left_out.is_empty() {
        return;
    }
    let left_out = asked.client.left_out.iter().map(ToString::to_string);
    let left_out = left_out.collect::<Vec<_>>().join("; ");
    log::note(
        request_id,
        "redirect URIs of a client are left out",
        &format!("{}: {left_out}", asked.client.id),
    );
}

/// `POST /oauth/authorize`: the person has chosen.
///
/// # Errors
/// The form is not to be believed, or what it approves cannot be approved any more.
pub async fn decide(
    request: &mut Incoming,
    with: Consenting<'_>,
) -> Result<Response, HandlerError> {
    let Consenting { deployment, .. } = with;
    let (asked, form, ticket) = read_form(request, with).await?;
    if form.all("action").next() != Some("approve") {
        log::asked(&request.id, "denied", &asked);
        let denied = asked.refuse(ErrorCode::AccessDenied, "the person did not allow it");
        request.facts.learn(|known| told(&denied, known));
        return Ok(answer(&denied, Stage::Refused, deployment));
    }
    let skills: Skills = form
        .all("skill")
        .filter_map(Skill::parse)
        .filter(|skill| skill.is_offered())
        .collect();
    let is_other = ticket.shown() != Some(&Shown::from(&asked));
    if is_other || skills == Skills::NONE {
        request.facts.learn(|known| known.outcome = "asked");
        return Ok(show_again(&asked, &ticket, skills, is_other, deployment));
    }
    let scope = granted(&asked.scope, skills);
    if scope.is_empty() {
        log::asked(&request.id, "denied", &asked);
        let reason = "the person allowed none of what was asked for";
        let denied = asked.refuse(ErrorCode::AccessDenied, reason);
        request.facts.learn(|known| told(&denied, known));
        return Ok(answer(&denied, Stage::Refused, deployment));
    }
    use_pushed(&ticket, with.pushed).await?;
    let shown = (ticket.flow.clone(), ticket.shown_at());
    approve(asked, shown, skills, &scope, request, with)
}

/// The page once more, since nothing was ticked, or the client has changed while it lay open: what the person allowed is not
/// what asks now.
fn show_again(
    asked: &AuthorizationRequest,
    ticket: &ConsentTicket,
    skills: Skills,
    is_other: bool,
    deployment: &Deployment,
) -> Response {
    let before = ticket.shown().and_then(|shown| shown.name.as_deref());
    let keys = &deployment.config.keys;
    let again = ticket.sign_again(Shown::from(asked), keys, &mut random::rng());
    let mut page = consent(asked, again, deployment);
    page.changed = is_other.then(|| before.unwrap_or(NAMELESS));
    page.is_empty = skills == Skills::NONE;
    for skill in page.groups.iter_mut().flat_map(|group| &mut group.skills) {
        skill.ticked = skills.iter().any(|chosen| chosen.as_str() == skill.id);
    }
    consent_page(&page, asked, deployment)
}

fn consent_page(
    consent: &Consent<'_>,
    asked: &AuthorizationRequest,
    deployment: &Deployment,
) -> Response {
    let forms = Forms::SignIn {
        sentry: deployment.config.sentry.base.as_str(),
        client: &asked.redirect_uri,
    };
    page(200, consent, &deployment.settings.origin, forms)
}

/// A request that was pushed is used up by its approval, and by nothing before it.
async fn use_pushed(ticket: &ConsentTicket, pushed: &PushedObjects) -> Result<(), HandlerError> {
    let Some(name) = &ticket.pushed else {
        return Ok(());
    };
    match pushed.use_pushed(name, &ticket.id).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(problems::already_approved()),
        Err(error) => Err(HandlerError::ours(
            "a pushed request did not answer",
            error.0,
        )),
    }
}

/// Records the approval and sends the browser to Sentry. Only here is the cookie set that the callback needs.
fn approve(
    asked: AuthorizationRequest,
    (flow, shown_at): (Option<FlowId>, UnixTime),
    skills: Skills,
    scope: &Scope,
    request: &Incoming,
    with: Consenting<'_>,
) -> Result<Response, HandlerError> {
    let jar = Jar::of(with.deployment);
    let grant = with
        .grants
        .unique_id()
        .map_err(|error| HandlerError::ours("a grant got no id", error.to_string()))?;
    request.facts.grant(&grant);
    let choices = skills
        .iter()
        .map(|skill| skill.as_str().to_owned())
        .collect();
    let limits = limits(&asked).unwrap_or_default().as_query();
    let mut approval = Approval::new(asked, grant, scope.clone(), choices, jar.now);
    approval.flow = flow;
    log::allowed(&request.id, &approval);
    let approval = approval.limited_to(limits).shown_at(shown_at);
    let approved = approval.sign(jar.keys);
    let location = sentry::authorize_url(
        &with.deployment.config.sentry,
        jar.origin,
        &sentry::asked_of_sentry(scope),
        &approved.state,
        &approved.challenge,
    );
    let name = cookies::flow_name(&approved.cookie_name, jar.origin);
    let seconds = FLOW_LIFETIME.as_secs();
    let flow = cookies::set(&name, &approved.cookie_value, seconds, jar.origin);
    let response = redirect(302, &location).header("set-cookie", flow);
    let surplus = cookies::surplus_flows(cookies::FLOW, &request.cookie_names(), jar.origin);
    Ok(surplus.iter().fold(response, |response, name| {
        response.header("set-cookie", cookies::delete(name, jar.origin))
    }))
}

/// The form, checked in this order: from our page, well formed, signed, in the browser that was shown it; then the
/// request in it, from the beginning.
async fn read_form(
    request: &mut Incoming,
    with: Consenting<'_>,
) -> Result<(AuthorizationRequest, Params, ConsentTicket), HandlerError> {
    if !is_from_our_page(request) {
        return Err(problems::cross_site());
    }
    let form = posted_form(request).await.map_err(problems::bad_form)?;
    let jar = Jar::of(with.deployment);
    let browser = browser(request, &jar);
    let ticket = form.one("state").ok().flatten().ok_or(TicketError::Forged);
    let ticket = ticket
        .and_then(|text| ConsentTicket::open(text, browser.as_ref(), jar.keys, jar.now))
        .map_err(|error| problems::ticket(error, request, &jar))?;
    request.facts.sign_in(ticket.flow.as_ref());
    let allowed = form.all("action").next() == Some("approve");
    let operation = if allowed { "approve" } else { "deny" };
    note(operation, &ticket.query, with.deployment);
    let asked = check(&ticket.query, with)
        .await
        .map_err(|error| refuse(error, request, with.deployment))?;
    Ok((asked, form, ticket))
}

async fn read_link(
    query: &str,
    with: Consenting<'_>,
) -> Result<(Asked, AuthorizationRequest), AuthorizeError> {
    let link = Asked::read(query, with.pushed)
        .await
        .map_err(AuthorizeError::Page)?;
    let asked = check(&link.query, with).await?;
    Ok((link, asked))
}

async fn check(query: &str, with: Consenting<'_>) -> Result<AuthorizationRequest, AuthorizeError> {
    let asked = validate(
        &Params::parse(query),
        &with.deployment.settings,
        with.clients,
        with.documents,
        with.deployment.now,
    )
    .await?;
    let Err(words) = limits(&asked) else {
        return Ok(asked);
    };
    Err(AuthorizeError::Redirect(Refusal {
        response: asked.refuse(ErrorCode::InvalidTarget, &words),
        way: Way::of(&asked.client, &asked.redirect_uri),
        client: asked.client.name.unwrap_or(asked.client.id),
    }))
}

/// The limits that the resource's own query sets: the grant keeps them, so that its tokens are good for no more elsewhere.
///
/// # Errors
/// A sentence that names a value which means nothing.
pub fn limits(asked: &AuthorizationRequest) -> Result<Limits, String> {
    let mut limits = Limits::default();
    let query = asked.resource_query.as_deref().unwrap_or_default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        limits.narrow(&name, &value)?;
    }
    Ok(limits)
}

fn refuse(error: AuthorizeError, request: &Incoming, deployment: &Deployment) -> HandlerError {
    match error {
        // RFC 9700 §4.11.2: nobody has done anything yet. A program that reads redirects is told as RFC 6749 §4.1.2.1 has it.
        AuthorizeError::Redirect(refusal)
            if refusal.way == Way::Redirect
                || (refusal.response.redirect_uri.kind() != RedirectKind::PrivateUse
                    && !request.is_browser()) =>
        {
            refusal.response.into()
        }
        AuthorizeError::Redirect(refusal) => link::refusal(&refusal),
        AuthorizeError::Page(problem) => link::authorize(problem, &deployment.settings.origin),
    }
}

/// Whether the person had agreed when the answer goes out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The person approved here; Sentry or we may still have refused.
    Approved,
    /// The person said no, or allowed nothing.
    Refused,
}

/// Sends an answer to the client: by redirect, save to an application's own scheme. After a 302 there the tab would
/// still show the form, with Approve clickable. Such an application is opened if the person has approved; a person who
/// said no is asked to open it.
pub fn answer(response: &AuthorizationResponse, stage: Stage, deployment: &Deployment) -> Response {
    let location = response.location();
    if response.redirect_uri.kind() != RedirectKind::PrivateUse {
        return redirect(302, &location);
    }
    let (title, text) = match &response.outcome {
        Ok(_) => (
            "You are connected",
            "The application has what it needs to go on.",
        ),
        Err(_) if stage == Stage::Refused => (
            "Nothing was connected",
            "You did not allow it, and nothing was opened.",
        ),
        Err((ErrorCode::AccessDenied, _)) => (
            "Nothing was connected",
            "You did not allow it, and the application is told so.",
        ),
        Err((ErrorCode::TemporarilyUnavailable, _)) => (
            "Sentry does not answer at the moment",
            "Nothing was connected. Wait a moment, then connect again in your application.",
        ),
        Err(_) => (
            "The sign-in did not work",
            "Nothing was connected, and the application is told why. Connect again there.",
        ),
    };
    let opens = stage == Stage::Approved;
    let leaving = Leaving {
        title,
        text,
        opens,
        location: &location,
    };
    let response = page(200, &leaving, &deployment.settings.origin, Forms::None);
    if !opens {
        return response;
    }
    response.header("refresh", format!("0;url={location}"))
}

/// Those of the scopes asked for that the chosen skills need.
fn granted(asked: &Scope, skills: Skills) -> Scope {
    let needed = skills.iter().flat_map(|skill| {
        skill
            .scopes()
            .iter()
            .map(|s| s.as_str().to_owned())
            .collect::<Vec<_>>()
    });
    asked.intersection(&needed.collect())
}
