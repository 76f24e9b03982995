//! The consent page and its form.

use oauth_provider::authorize::{
    Approval, Asked, AuthorizationRequest, AuthorizationResponse, AuthorizeError, Browser,
    ConsentTicket, FLOW_LIFETIME, Shown, TicketError, Way, validate,
};
use oauth_provider::client::RedirectKind;
use oauth_provider::http::{Request, Response};
use oauth_provider::params::Params;
use oauth_provider::store::PushedRequests;
use oauth_provider::{Resource, Scope, Settings};
use oauth_types::ErrorCode;
use sentry_tools::{Skill, Skills};

use crate::app::App;
use crate::runtime::incoming::Incoming;
use crate::runtime::{log, random};
use crate::site::cookies;
use crate::site::fetch_metadata::{is_embedded, is_from_our_page};
use crate::site::pages::{Consent, Destination, Forms, Leaving, SkillChoice, SkillGroup, page};
use crate::site::problems;
use crate::site::shared_hosting::shared_hosting;
use crate::upstream::sentry;

/// Names a client until the person has chosen.
const NAMELESS: &str = "An application without a name";

/// A person needs this long to come back to a form; then the browser is a new one.
const BROWSER_SECONDS: u64 = 30 * 86_400;

/// `GET /oauth/authorize`: checks the request and asks the person.
pub async fn show(request: &Incoming, app: &App) -> Response {
    // Checking it fetches the client's document, and an image on somebody's page must not make a browser ask for that.
    if is_embedded(request) {
        return problems::embedded(request, app);
    }
    let query = request.url.query().unwrap_or_default();
    let (link, asked) = match read_link(query, app).await {
        Ok(read) => read,
        Err(error) => return refuse(error, request, app),
    };
    if !asked.client.left_out.is_empty() {
        let left_out = asked.client.left_out.iter().map(ToString::to_string);
        let left_out = left_out.collect::<Vec<_>>().join("; ");
        log::problem(
            &request.id,
            "redirect URIs of a client are left out",
            &format!("{}: {left_out}", asked.client.id),
        );
    }
    let origin = &app.settings.origin;
    let known = request.cookie(&cookies::browser_name(origin));
    let known = known.and_then(|value| Browser::from_cookie(&value, &app.config.keys));
    let browser = known
        .clone()
        .unwrap_or_else(|| Browser::draw(&mut random::rng()));
    let ticket = ConsentTicket::sign(
        link,
        Shown::from(&asked),
        &browser,
        &app.config.keys,
        app.now,
        &mut random::rng(),
    );
    let response = consent_page(&consent(&asked, ticket, app), &asked, app);
    if known.is_some() {
        return response;
    }
    let value = browser.cookie_value(&app.config.keys);
    response.header(
        "set-cookie",
        cookies::set(
            &cookies::browser_name(origin),
            &value,
            BROWSER_SECONDS,
            origin,
        ),
    )
}

/// `POST /oauth/authorize`: the person has chosen.
pub async fn decide(request: &mut Incoming, app: &App) -> Response {
    let (asked, form, ticket) = match read_form(request, app).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    if form.all("action").next() != Some("approve") {
        let denied = asked.refuse(ErrorCode::AccessDenied, "the person did not allow it");
        return answer(&denied, Stage::Refused, app);
    }
    let skills: Skills = form
        .all("skill")
        .filter_map(Skill::parse)
        .filter(|skill| skill.is_offered())
        .collect();
    if ticket.shown() != Some(&Shown::from(&asked)) {
        return show_again(&asked, &ticket, skills, app);
    }
    let scope = granted(&asked.scope, skills);
    if scope.is_empty() {
        let reason = "the person allowed none of what was asked for";
        let denied = asked.refuse(ErrorCode::AccessDenied, reason);
        return answer(&denied, Stage::Refused, app);
    }
    if let Err(response) = use_pushed(&ticket, request, app).await {
        return response;
    }
    approve(asked, skills, &scope, request, app)
}

/// The page once more, since the client has changed while it lay open: what the person allowed is not what asks now.
fn show_again(
    asked: &AuthorizationRequest,
    ticket: &ConsentTicket,
    skills: Skills,
    app: &App,
) -> Response {
    let before = ticket.shown().and_then(|shown| shown.name.as_deref());
    let again = ticket.sign_again(Shown::from(asked), &app.config.keys, &mut random::rng());
    let mut page = consent(asked, again, app);
    page.changed = Some(before.unwrap_or(NAMELESS));
    for skill in page.groups.iter_mut().flat_map(|group| &mut group.skills) {
        skill.ticked = skills.iter().any(|chosen| chosen.as_str() == skill.id);
    }
    consent_page(&page, asked, app)
}

fn consent_page(consent: &Consent<'_>, asked: &AuthorizationRequest, app: &App) -> Response {
    let forms = Forms::SignIn {
        sentry: app.config.sentry.base.as_str(),
        client: &asked.redirect_uri,
    };
    page(200, consent, &app.settings.origin, forms)
}

/// A request that was pushed is used up by its approval, and by nothing before it.
async fn use_pushed(ticket: &ConsentTicket, request: &Incoming, app: &App) -> Result<(), Response> {
    let Some(name) = &ticket.pushed else {
        return Ok(());
    };
    match app.pushed.use_pushed(name, &ticket.id).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(problems::already_approved(request, app)),
        Err(error) => Err(problems::unavailable(request, app, &error.0)),
    }
}

/// Records the approval and sends the browser to Sentry. Only here is the cookie set that the callback needs.
fn approve(
    asked: AuthorizationRequest,
    skills: Skills,
    scope: &Scope,
    request: &Incoming,
    app: &App,
) -> Response {
    let origin = &app.settings.origin;
    let Ok(grant) = app.grants.unique_id() else {
        return problems::unavailable(request, app, "no grant id");
    };
    let choices = skills
        .iter()
        .map(|skill| skill.as_str().to_owned())
        .collect();
    let approved =
        Approval::new(asked, grant, scope.clone(), choices, app.now).sign(&app.config.keys);
    let name = cookies::flow_name(&approved.cookie_name, origin);
    let sentry = &app.config.sentry;
    let location = sentry::authorize_url(
        sentry,
        &app.callback_url(),
        &sentry::asked_of_sentry(scope),
        &approved.state,
        &approved.challenge,
    );
    let flow = cookies::set(
        &name,
        &approved.cookie_value,
        FLOW_LIFETIME.as_secs(),
        origin,
    );
    let surplus = cookies::surplus_flows(cookies::FLOW, &request.cookie_names(), origin);
    let response = redirect(&location).header("set-cookie", flow);
    surplus.iter().fold(response, |response, name| {
        response.header("set-cookie", cookies::delete(name, origin))
    })
}

/// The form, checked in this order: from our page, well formed, signed, in the browser that was shown it; then the
/// request in it, from the beginning.
async fn read_form(
    request: &mut Incoming,
    app: &App,
) -> Result<(AuthorizationRequest, Params, ConsentTicket), Response> {
    if !is_from_our_page(request) {
        return Err(problems::cross_site(request, app));
    }
    let body = request
        .body(oauth_provider::http::MAX_BODY)
        .await
        .ok()
        .and_then(Result::ok);
    let content_type = request.header("content-type");
    let form = Params::from_form(&Request {
        method: "POST",
        content_type: content_type.as_deref(),
        authorization: None,
        body: body.as_deref(),
    })
    .map_err(|error| problems::bad_form(error, request, app))?;
    let browser = request.cookie(&cookies::browser_name(&app.settings.origin));
    let browser = browser.and_then(|value| Browser::from_cookie(&value, &app.config.keys));
    let ticket = form.one("state").ok().flatten().ok_or(TicketError::Forged);
    let ticket = ticket
        .and_then(|text| ConsentTicket::open(text, browser.as_ref(), &app.config.keys, app.now))
        .map_err(|error| problems::ticket(error, request, app))?;
    let asked = check(&ticket.query, app)
        .await
        .map_err(|error| refuse(error, request, app))?;
    Ok((asked, form, ticket))
}

async fn read_link(
    query: &str,
    app: &App,
) -> Result<(Asked, AuthorizationRequest), AuthorizeError> {
    let link = Asked::read(query, &app.pushed)
        .await
        .map_err(AuthorizeError::Page)?;
    let asked = check(&link.query, app).await?;
    Ok((link, asked))
}

async fn check(query: &str, app: &App) -> Result<AuthorizationRequest, AuthorizeError> {
    validate(
        &Params::parse(query),
        &app.settings,
        &app.clients,
        &app.documents,
        app.now,
    )
    .await
}

fn refuse(error: AuthorizeError, request: &Incoming, app: &App) -> Response {
    match error {
        // RFC 9700 §4.11.2: nobody has done anything yet. A program that reads redirects is told as RFC 6749 §4.1.2.1 has it.
        AuthorizeError::Redirect(refusal)
            if refusal.way == Way::Redirect
                || (refusal.response.redirect_uri.kind() != RedirectKind::PrivateUse
                    && !request.is_browser()) =>
        {
            redirect(&refusal.response.location())
        }
        AuthorizeError::Redirect(refusal) => problems::refusal(&refusal, request, app),
        AuthorizeError::Page(problem) => problems::authorize(problem, request, app),
    }
}

/// What the person has said before an answer goes out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The person approved here; Sentry or we may still have refused.
    Approved,
    /// The person said no, or allowed nothing.
    Refused,
}

/// Sends an answer to the client: by redirect, save to an application's own scheme. After a 302 there the tab would
/// still show the form, with Approve clickable. Such an application is opened if the person has approved; who said no
/// is asked to open it.
pub fn answer(response: &AuthorizationResponse, stage: Stage, app: &App) -> Response {
    let location = response.location();
    if response.redirect_uri.kind() != RedirectKind::PrivateUse {
        return redirect(&location);
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
    let response = page(200, &leaving, &app.settings.origin, Forms::None);
    if !opens {
        return response;
    }
    response.header("refresh", format!("0;url={location}"))
}

fn redirect(location: &str) -> Response {
    Response::empty(302)
        .header("location", location)
        .header("cache-control", "no-store")
        .header("referrer-policy", "same-origin")
}

/// What is asked for, less what the chosen skills do not need.
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

/// Ticked before the person chooses: what reads; for a step-up (some scopes, not all) also what needs a named one.
fn ticked(skill: Skill, asked: &Scope, settings: &Settings) -> bool {
    let step_up = *asked != Scope::all(settings.scopes);
    let named = skill
        .scopes()
        .iter()
        .any(|scope| scope.as_str() != "org:read" && asked.contains(scope.as_str()));
    skill.is_on_by_default() || (step_up && named)
}

fn consent<'a>(asked: &'a AuthorizationRequest, ticket: String, app: &'a App) -> Consent<'a> {
    let settings = &*app.settings;
    let client = &asked.client;
    let home = client.verified_host.as_deref();
    let shared = |host| shared_hosting(host, &settings.origin);
    let to_web = asked.redirect_uri.kind() == RedirectKind::Https;
    let answered = to_web.then(|| asked.redirect_uri.authority());
    let answered = answered.as_deref();
    let elsewhere = home.filter(|home| answered.is_some_and(|answered| *home != answered));
    Consent {
        name: client.name.as_deref().unwrap_or(NAMELESS),
        verified_host: home,
        shared: home.and_then(shared),
        client_id: &client.id,
        redirect_uri: asked.redirect_uri.as_str(),
        destination: Destination::from(&asked.redirect_uri),
        elsewhere,
        // Of the host that asks it is said above.
        answer_shared: answered
            .filter(|answered| home != Some(*answered))
            .and_then(shared),
        is_new: client.is_new,
        reach: reach(&asked.resource, settings),
        read: sentry::READ,
        sentry: app.config.sentry.base.host(),
        days: settings.grants.absolute.as_secs() / 86_400,
        ticket,
        changed: None,
        groups: [false, true].map(|changes| SkillGroup {
            changes,
            skills: choices(&asked.scope, changes, settings),
        }),
    }
}

/// The skills that are offered: those that change data, or those that do not.
fn choices(asked: &Scope, changes: bool, settings: &Settings) -> Vec<SkillChoice> {
    let changing = |skill: &Skill| matches!(skill, Skill::Triage | Skill::ProjectManagement);
    let offered = Skill::ALL.into_iter().filter(|skill| skill.is_offered());
    offered
        .filter(|skill| changing(skill) == changes)
        .map(|skill| {
            let (scopes, lacking): (Vec<_>, Vec<_>) = skill
                .scopes()
                .iter()
                .map(|scope| scope.as_str())
                .partition(|scope| asked.contains(scope));
            let scopes = scopes
                .into_iter()
                .filter(|scope| !sentry::READ.contains(scope))
                .collect();
            SkillChoice {
                id: skill.as_str(),
                title: skill.title(),
                description: skill.description(),
                scopes,
                lacks: !lacking.is_empty(),
                ticked: ticked(skill, asked, settings),
            }
        })
        .collect()
}

fn reach(resource: &Resource, settings: &Settings) -> String {
    let mut segments = resource.segments(settings.resource_base);
    match (segments.next(), segments.next()) {
        (Some(organization), Some(project)) => {
            format!("The project {project} of the organization {organization} only")
        }
        (Some(organization), None) => format!("The organization {organization} only"),
        _ => "Every organization and project that you can see".to_owned(),
    }
}
