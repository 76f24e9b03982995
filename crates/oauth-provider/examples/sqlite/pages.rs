//! What a person sees, and how an answer of this crate gets back to their client.

use oauth_provider::Settings;
use oauth_provider::authorize::{AuthorizationRequest, AuthorizationResponse, AuthorizeError, Way};
use oauth_provider::discovery::path;
use oauth_provider::http::Response;

/// Asks whether the client may have what it asks for.
pub fn consent(asked: &AuthorizationRequest, ticket: &str, settings: &Settings) -> Response {
    let client = &asked.client;
    html(
        200,
        format!(
            include_str!("../sign-in.html"),
            name = escape(client.name.as_deref().unwrap_or("a client without a name")),
            client_id = escape(&client.id),
            resource = escape(&asked.resource.url(&settings.origin)),
            scope = escape(&asked.scope.to_string()),
            redirect_uri = escape(asked.redirect_uri.as_str()),
            action = path::AUTHORIZE,
            ticket = ticket,
        ),
    )
}

/// The client hears of a problem if the redirect URI is known to be good, else the person does.
pub fn refusal(error: AuthorizeError) -> Response {
    match error {
        AuthorizeError::Redirect(refusal) if refusal.way == Way::Redirect => {
            to_client(&refusal.response)
        }
        AuthorizeError::Redirect(refusal) => html(
            400,
            format!(
                "This request is refused. <a href=\"{}\">Tell the client</a>",
                escape(&refusal.response.location())
            ),
        ),
        AuthorizeError::Page(problem) => problem_page(&problem.to_string()),
    }
}

/// The sign-in ends here, with a page.
pub fn problem_page(problem: &str) -> Response {
    html(
        400,
        escape(&format!("This sign-in cannot go on: {problem}.")),
    )
}

pub fn to_client(answer: &AuthorizationResponse) -> Response {
    Response::empty(302)
        .header("location", answer.location())
        .header("cache-control", "no-store")
}

fn html(status: u16, body: String) -> Response {
    Response {
        body,
        ..Response::empty(status)
    }
    .header("content-type", "text/html; charset=utf-8")
    .header(
        "content-security-policy",
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    )
    .header("cache-control", "no-store")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}
