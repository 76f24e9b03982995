//! Connected apps: what a person has allowed, and a way to take it back.

pub mod history;
mod page;
mod revoke;
pub mod session;
mod sign_in;

use oauth_provider::Origin;
use oauth_provider::grant::GrantId;
use oauth_provider::http::Response;
use oauth_provider::params::Params;

pub use sign_in::finish;

use crate::account::session::Session;
use crate::deployment::Deployment;
use crate::objects::accounts::Accounts;
use crate::runtime::incoming::Incoming;
use crate::site::cookies::{self, Jar};
use crate::site::errors::{HandlerError, redirect};
use crate::site::fetch_metadata::is_from_our_page;
use crate::site::pages::{Forms, Notice, NoticePage, own_page};
use crate::site::posted_form::posted_form;
use crate::stores::grant_store::Grants;
use page::AccountPage;
use revoke::Connections;

const HERE: &str = "/account";

const SIGNED_OUT: &str = "signed-out";

const DELETED: &str = "deleted";

/// Connections on one page.
const A_PAGE: i32 = 25;

/// The purpose under which the forms of a page are signed.
const FORM: &str = "form";

/// `GET /account`: the list, after a sign-in at Sentry.
///
/// # Errors
/// The account does not answer.
pub async fn show(request: &Incoming, deployment: &Deployment) -> Result<Response, HandlerError> {
    let jar = Jar::of(deployment);
    let params = Params::parse(request.url.query().unwrap_or_default());
    let said = params.one("said").ok().flatten();
    let Some(session) = Session::of(request, &jar) else {
        return Ok(match said {
            Some(SIGNED_OUT) => notice(page::NOW_SIGNED_OUT, jar.origin),
            Some(DELETED) => notice(page::DELETED, jar.origin),
            _ => sign_in::begin(request, deployment),
        });
    };
    deployment.note_person(&session.user);
    let place = page::place_of(&params);
    let accounts = Accounts::new(deployment.env.clone(), &deployment.config.sentry);
    let part = accounts
        .list(&session.user, &place, A_PAGE)
        .await
        .map_err(|error| HandlerError::ours("the account did not answer", error.to_string()))?;
    // Only what this session was told, so that no link can make the page say anything.
    let said = said
        .and_then(|said| session.verify(said, jar.keys))
        .and_then(|text| Some(text.strip_prefix("said ")?.to_owned()));
    let list = AccountPage::new(&session, part, &place, said, deployment);
    Ok(own_page(200, &list, jar.origin, Forms::Here))
}

/// `POST /account/revoke`: everything that the page's forms do. Checked in this order: from our page, well formed, of
/// somebody who is signed in, and shown to them in this session.
///
/// # Errors
/// The form is not to be believed, or the account or a grant does not answer.
pub async fn change(
    request: &mut Incoming,
    deployment: &Deployment,
    grants: &Grants,
) -> Result<Response, HandlerError> {
    let jar = Jar::of(deployment);
    if !is_from_our_page(request) {
        return Err(page::CROSS_SITE.into());
    }
    let form = posted_form(request).await.map_err(|error| Notice {
        status: error.status,
        ..page::BAD_FORM
    })?;
    let fields = fields(&form).ok_or(page::BAD_FORM)?;
    let session = Session::of(request, &jar);
    if matches!(fields, Fields::SignOut) && session.is_none() {
        return Ok(sign_out(SIGNED_OUT, jar.origin));
    }
    let session = session.ok_or(page::SIGNED_OUT)?;
    deployment.note_person(&session.user);
    let proof = form.one("proof").ok().flatten();
    let proven = proof.and_then(|proof| session.verify(proof, jar.keys));
    if proven.as_deref() != Some(FORM) {
        return Err(page::STALE.into());
    }
    let connections = Connections {
        user: &session.user,
        accounts: Accounts::new(deployment.env.clone(), &deployment.config.sentry),
        grants,
    };
    let outcome = match fields {
        Fields::SignOut => return Ok(sign_out(SIGNED_OUT, jar.origin)),
        Fields::Delete => match connections.delete().await {
            Ok(None) => return Ok(sign_out(DELETED, jar.origin)),
            Ok(Some(left)) => Ok(left),
            Err(error) => Err(error),
        },
        Fields::All => connections.end_all().await,
        Fields::Grant(grant) => connections.end(grant).await,
        Fields::Skill(grant, skill) => connections.withhold(grant, skill).await,
    };
    let said =
        outcome.map_err(|error| HandlerError::ours("a connection was not changed", error.0))?;
    let said = session.sign(&format!("said {said}"), jar.keys);
    let place = Params::parse(form.one("place").ok().flatten().unwrap_or_default());
    let mut query = format!("?said={said}");
    let place = page::query_of(&page::place_of(&place));
    if !place.is_empty() {
        query.push('&');
        query.push_str(&place);
    }
    Ok(back(303, &query, jar.origin))
}

/// The change that a form asks for. A malformed id names no connection.
enum Fields<'a> {
    Grant(Option<GrantId>),
    Skill(Option<GrantId>, &'a str),
    All,
    /// Everything that is kept here about the person.
    Delete,
    SignOut,
}

fn fields(form: &Params) -> Option<Fields<'_>> {
    let one = |name| form.one(name).ok();
    let whole = (one("all")?, one("delete")?, one("sign_out")?);
    match (one("grant")?, one("skill")?, whole) {
        (Some(grant), None, (None, None, None)) => Some(Fields::Grant(GrantId::parse(grant))),
        (Some(grant), Some(skill), (None, None, None)) => {
            Some(Fields::Skill(GrantId::parse(grant), skill))
        }
        (None, None, (Some(_), None, None)) => Some(Fields::All),
        // The page's form needs the tick; without it nobody has confirmed anything.
        (None, None, (None, Some(_), None)) => one("sure")?.map(|_| Fields::Delete),
        (None, None, (None, None, Some(_))) => Some(Fields::SignOut),
        _ => None,
    }
}

/// Deletes the session's cookie, and says on the page that follows what was done.
fn sign_out(said: &str, origin: &Origin) -> Response {
    back(303, &format!("?said={said}"), origin).header(
        "set-cookie",
        cookies::delete(&cookies::session_name(origin), origin),
    )
}

fn notice((title, text): (&str, &str), origin: &Origin) -> Response {
    let notice = NoticePage {
        title,
        text,
        request_id: None,
    };
    own_page(200, &notice, origin, Forms::None)
}

/// Redirects to the list.
fn back(status: u16, query: &str, origin: &Origin) -> Response {
    redirect(status, &format!("{origin}{HERE}{query}"))
}
