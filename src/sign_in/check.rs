//! `/oauth/check`: every rule of a client metadata document, for its developer. A look is a request that this server
//! sends, so that no other site may make somebody's browser ask for one; and in local work, where documents on this
//! computer are taken, no page but our own ([ADR 66](../../docs/adr/0066-who-may-have-a-document-looked-at.md)).

use askama::Template;
use oauth_provider::client::{ClientIdUrl, Report, check};
use oauth_provider::http::Response;
use oauth_provider::params::Params;
use oauth_provider::{Origin, Settings};
use serde::Serialize;

use crate::runtime::fetch::DocumentFetch;
use crate::runtime::incoming::Incoming;
use crate::runtime::log;
use crate::sign_in::problems::link;
use crate::site::errors::HandlerError;
use crate::site::fetch_metadata::is_from_our_page;
use crate::site::pages::{ErrorPage, Forms, own_page};
use crate::site::posted_form::posted_form;
use crate::site::shared_hosting::shared_hosting;

#[derive(Template)]
#[template(path = "check.html")]
struct CheckPage {
    /// The client id that stands in the form's field.
    client_id: String,
    /// Whether the form posts: in local work, since there nothing is looked at for an address that anybody could link to.
    posts: bool,
    /// Whether another site led here.
    is_foreign: bool,
    report: Option<Report>,
    broken: usize,
    /// The host that the consent page names, if the client id is a good one.
    host: Option<String>,
    /// The service on which anybody can publish, if that host belongs to one.
    shared: Option<&'static str>,
    request_id: String,
}

/// The report as JSON.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    report: &'a Report,
    #[serde(skip_serializing_if = "Option::is_none")]
    shared_hosting: Option<&'static str>,
}

/// Who asks for a look at a document.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asker {
    /// A person on our own page, or somebody whom no page can have sent.
    Free,
    /// Nobody whom we know: a link that was typed, or opened out of another program.
    Unknown,
    /// A page of another site.
    Foreign,
}

/// `GET`: fetches the document within the budget of sign-ins; without a client id a page asks for one.
///
/// # Errors
/// The query names no client, no documents are taken, or another site asks.
pub async fn show(
    request: &Incoming,
    settings: &Settings,
    documents: &DocumentFetch,
) -> Result<Response, HandlerError> {
    let params = Params::parse(request.url.query().unwrap_or_default());
    answer(&params, asker(request), request, settings, documents).await
}

/// `POST`: the same from our own page, in local work.
///
/// # Errors
/// As [`show`].
pub async fn posted(
    request: &mut Incoming,
    settings: &Settings,
    documents: &DocumentFetch,
) -> Result<Response, HandlerError> {
    if !is_from_our_page(request) {
        return Ok(form(403, "", request, settings));
    }
    let form = posted_form(request).await.map_err(|_| which_document())?;
    answer(&form, Asker::Free, request, settings, documents).await
}

/// A browser says which site led to a request (`Sec-Fetch-Site`), and nothing that a page can do changes that. Older ones
/// do not, and send no form or script of a page as a program does that wants JSON.
fn asker(request: &Incoming) -> Asker {
    let site = request.header("sec-fetch-site");
    let origin = request.header("origin");
    let foreign = origin
        .as_deref()
        .is_some_and(|origin| origin != request.origin.as_str());
    match site.as_deref() {
        _ if foreign => Asker::Foreign,
        Some("same-origin") => Asker::Free,
        Some("none") | None if !request.origin.is_loopback() => Asker::Free,
        None if request.wants_json() => Asker::Free,
        Some("none") | None => Asker::Unknown,
        Some(_) => Asker::Foreign,
    }
}

async fn answer(
    params: &Params,
    asker: Asker,
    request: &Incoming,
    settings: &Settings,
    documents: &DocumentFetch,
) -> Result<Response, HandlerError> {
    if !settings.metadata_documents {
        return Err(link::documents_off().into());
    }
    match (params.one("client_id"), asker) {
        (Ok(Some(client_id)), Asker::Free) => {
            let report = check(client_id, settings, documents).await;
            Ok(looked(client_id, report, request, settings))
        }
        (Ok(Some(_)), _) if request.wants_json() => Err(from_elsewhere()),
        (Ok(Some(client_id)), Asker::Unknown) => Ok(form(200, client_id, request, settings)),
        (Ok(Some(client_id)), Asker::Foreign) => Ok(form(403, client_id, request, settings)),
        (Ok(None), _) if !request.wants_json() => Ok(form(200, "", request, settings)),
        _ => Err(which_document()),
    }
}

/// The request does not say which document.
fn which_document() -> HandlerError {
    let text = "Give one client_id, the URL of the document: /oauth/check?client_id=https://…";
    ErrorPage::refused("Which document?", text, "Add it to the address.").into()
}

/// A program asks that another site can have sent.
fn from_elsewhere() -> HandlerError {
    ErrorPage {
        code: "access_denied",
        ..ErrorPage::forbidden(
            "Nothing was looked at",
            "A document is looked at for our own page and for programs, not for pages of other sites.",
            "Open /oauth/check, and ask there.",
        )
    }
    .into()
}

fn looked(client_id: &str, report: Report, request: &Incoming, settings: &Settings) -> Response {
    let origin = &settings.origin;
    log::note(
        &request.id,
        "a document was checked",
        &format!("{}: ok {}", report.client_id, report.ok),
    );
    let status = if report.over_budget { 429 } else { 200 };
    let host = ClientIdUrl::parse(client_id, origin).ok();
    let host = host.map(|url| url.authority());
    let shared = host
        .as_deref()
        .and_then(|host| shared_hosting(host, origin));
    if request.wants_json() {
        let answer = Answer {
            report: &report,
            shared_hosting: shared,
        };
        return Response::json(status, &answer);
    }
    let broken = report.checks.iter().filter(|check| !check.ok).count();
    let template = CheckPage {
        broken,
        host,
        shared,
        client_id: report.client_id.clone(),
        report: Some(report),
        ..blank(request, &settings.origin)
    };
    own_page(status, &template, &settings.origin, Forms::Here)
}

/// A page on which nothing was looked at, with a form to ask for it.
fn form(status: u16, client_id: &str, request: &Incoming, settings: &Settings) -> Response {
    let client_id = client_id.chars().filter(char::is_ascii_graphic);
    let template = CheckPage {
        is_foreign: status == 403,
        client_id: client_id.take(2048).collect(),
        ..blank(request, &settings.origin)
    };
    own_page(status, &template, &settings.origin, Forms::Here)
}

fn blank(request: &Incoming, origin: &Origin) -> CheckPage {
    CheckPage {
        client_id: String::new(),
        posts: origin.is_loopback(),
        is_foreign: false,
        report: None,
        broken: 0,
        host: None,
        shared: None,
        request_id: request.id.clone(),
    }
}
