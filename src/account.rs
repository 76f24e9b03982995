//! Connected apps: what a person has allowed, and a way to take it back.

mod page;
mod revoke;
pub mod session;
mod sign_in;

use oauth_provider::grant::GrantId;
use oauth_provider::http::{Error, MAX_BODY, Request, Response};
use oauth_provider::params::Params;
use serde_json::json;

pub use sign_in::finish;

use crate::account::session::Session;
use crate::app::App;
use crate::objects::accounts::Accounts;
use crate::runtime::incoming::Incoming;
use crate::runtime::log;
use crate::site::cookies;
use crate::site::fetch_metadata::is_from_our_page;
use crate::site::pages::Forms;
use crate::site::problems;
use page::{AccountPage, NoticePage, Problem};

const HERE: &str = "/account";

const SIGNED_OUT: &str = "signed-out";

/// Connections on one page.
const A_PAGE: i32 = 25;

/// The purpose under which the forms of a page are signed.
const FORM: &str = "form";

/// `GET /account`: the list, after a sign-in at Sentry.
pub async fn show(request: &Incoming, app: &App) -> Response {
    let params = Params::parse(request.url.query().unwrap_or_default());
    let said = params.one("said").ok().flatten();
    let Some(session) = Session::of(request, app) else {
        if said == Some(SIGNED_OUT) {
            return signed_out(app);
        }
        return sign_in::begin(request, app);
    };
    let place = page::place_of(&params);
    let part = async {
        let accounts = Accounts::new(&app.env)?;
        accounts.list(&session.user, &place, A_PAGE).await
    };
    let part = match part.await {
        Ok(part) => part,
        Err(error) => return problems::unavailable(request, app, &error.to_string()),
    };
    // Only what this session was told, so that no link can make the page say anything.
    let said = said
        .and_then(|said| session.verify(said, &app.config.keys))
        .and_then(|text| Some(text.strip_prefix("said ")?.to_owned()));
    let list = AccountPage::new(&session, part, &place, said, app);
    own_page(200, &list, Forms::Here, app)
}

/// `POST /account/revoke`: everything that the page's forms do. Checked in this order: from our page, well formed, of
/// somebody who is signed in, and shown to them in this session.
pub async fn change(request: &mut Incoming, app: &App) -> Response {
    if !is_from_our_page(request) {
        return problem(&page::CROSS_SITE, request, app);
    }
    let form = match read_form(request).await {
        Ok(form) => form,
        Err(error) => {
            let Problem(_, code, title, text) = page::BAD_FORM;
            return problem(&Problem(error.status, code, title, text), request, app);
        }
    };
    let Some(fields) = fields(&form) else {
        return problem(&page::BAD_FORM, request, app);
    };
    let session = Session::of(request, app);
    if matches!(fields, Fields::SignOut) && session.is_none() {
        return sign_out(app);
    }
    let Some(session) = session else {
        return problem(&page::SIGNED_OUT, request, app);
    };
    let keys = &app.config.keys;
    let proof = form.one("proof").ok().flatten();
    let proven = proof.and_then(|proof| session.verify(proof, keys));
    if proven.as_deref() != Some(FORM) {
        return problem(&page::STALE, request, app);
    }
    let outcome = match fields {
        Fields::SignOut => return sign_out(app),
        Fields::All => revoke::all(&session, app).await,
        Fields::Grant(grant) => revoke::one(grant, &session, app).await,
        Fields::Skill(grant, skill) => revoke::skill(grant, skill, &session, app).await,
    };
    let said = match outcome {
        Ok(said) => session.sign(&format!("said {said}"), keys),
        Err(error) => return problems::unavailable(request, app, &error.0),
    };
    let place = Params::parse(form.one("place").ok().flatten().unwrap_or_default());
    let mut query = format!("?said={said}");
    let place = page::query_of(&page::place_of(&place));
    if !place.is_empty() {
        query.push('&');
        query.push_str(&place);
    }
    back(303, &query, app)
}

async fn read_form(request: &mut Incoming) -> Result<Params, Error> {
    let body = request.body(MAX_BODY).await.ok().and_then(Result::ok);
    let content_type = request.header("content-type");
    Params::from_form(&Request {
        method: "POST",
        content_type: content_type.as_deref(),
        authorization: None,
        body: body.as_deref(),
    })
}

/// The change that a form asks for. A malformed id names no connection.
enum Fields<'a> {
    Grant(Option<GrantId>),
    Skill(Option<GrantId>, &'a str),
    All,
    SignOut,
}

fn fields(form: &Params) -> Option<Fields<'_>> {
    let one = |name| form.one(name).ok();
    match (one("grant")?, one("skill")?, one("all")?, one("sign_out")?) {
        (Some(grant), None, None, None) => Some(Fields::Grant(GrantId::parse(grant))),
        (Some(grant), Some(skill), None, None) => Some(Fields::Skill(GrantId::parse(grant), skill)),
        (None, None, Some(_), None) => Some(Fields::All),
        (None, None, None, Some(_)) => Some(Fields::SignOut),
        _ => None,
    }
}

fn sign_out(app: &App) -> Response {
    let origin = &app.settings.origin;
    back(303, &format!("?said={SIGNED_OUT}"), app).header(
        "set-cookie",
        cookies::delete(&cookies::session_name(origin), origin),
    )
}

fn signed_out(app: &App) -> Response {
    let notice = NoticePage {
        title: "You are signed out",
        text: "Of this page alone: your connected apps go on as they are, and so does your sign-in at Sentry.",
        request_id: None,
    };
    own_page(200, &notice, Forms::None, app)
}

/// A page that says what went wrong, or the same as JSON.
fn problem(problem: &Problem, request: &Incoming, app: &App) -> Response {
    let Problem(status, code, title, text) = *problem;
    log::problem(&request.id, title, HERE);
    if request.wants_json() {
        let body = json!({ "error": code, "error_description": text, "request_id": request.id });
        return Response::json(status, &body);
    }
    let notice = NoticePage {
        title,
        text,
        request_id: Some(&request.id),
    };
    own_page(status, &notice, Forms::None, app)
}

/// Nobody opens these in a popup, so nobody keeps a handle on them.
fn own_page(
    status: u16,
    template: &impl askama::Template,
    forms: Forms<'_>,
    app: &App,
) -> Response {
    crate::site::pages::page(status, template, &app.settings.origin, forms)
        .header("cross-origin-opener-policy", "same-origin")
}

/// Redirects to the list.
fn back(status: u16, query: &str, app: &App) -> Response {
    redirect(status, &format!("{}{HERE}{query}", app.settings.origin))
}

fn redirect(status: u16, location: &str) -> Response {
    Response::empty(status)
        .header("location", location)
        .header("cache-control", "no-store")
        .header("referrer-policy", "same-origin")
}
