//! `GET /oauth/check`: every rule of a client metadata document, for its developer.

use askama::Template;
use oauth_provider::client::{Report, check};
use oauth_provider::http::Response;
use oauth_provider::params::Params;

use crate::app::App;
use crate::incoming::Incoming;
use crate::log;
use crate::pages::{Forms, page};
use crate::problems;

#[derive(Template)]
#[template(path = "check.html")]
struct CheckPage {
    /// What the form begins with.
    client_id: String,
    report: Option<Report>,
    broken: usize,
    request_id: String,
}

/// Fetches the document within the budget of sign-ins; without a client id a page asks for one.
pub async fn show(request: &Incoming, app: &App) -> Response {
    if !app.settings.metadata_documents {
        return problems::documents_off(request, app);
    }
    let params = Params::parse(request.url.query().unwrap_or_default());
    let report = match params.one("client_id") {
        Ok(Some(client_id)) => Some(check(client_id, &app.settings, &app.documents).await),
        Ok(None) if !request.wants_json() => None,
        _ => return problems::check_whom(request, app),
    };
    let status = match &report {
        Some(report) if report.over_budget => 429,
        _ => 200,
    };
    if let Some(report) = &report {
        log::problem(
            &request.id,
            "a document was checked",
            &format!("{}: ok {}", report.client_id, report.ok),
        );
        if request.wants_json() {
            return Response::json(status, report);
        }
    }
    let broken = |report: &Report| report.checks.iter().filter(|check| !check.ok).count();
    let template = CheckPage {
        client_id: report
            .as_ref()
            .map(|report| report.client_id.clone())
            .unwrap_or_default(),
        broken: report.as_ref().map_or(0, broken),
        report,
        request_id: request.id.clone(),
    };
    page(status, &template, &app.settings.origin, Forms::Here)
        .header("cross-origin-opener-policy", "same-origin")
}
