//! The pages: one typed context per template, and the headers of all of them.

use askama::Template;
use oauth_provider::Origin;
use oauth_provider::client::{RedirectKind, RegisteredRedirectUri};
use oauth_provider::http::Response;
use serde_json::{Map, Value, json};

/// The consent page.
#[derive(Template)]
#[template(path = "consent.html")]
pub struct Consent<'a> {
    pub name: &'a str,
    /// For URL clients the host of the Client ID; nothing is proven of others.
    pub verified_host: Option<&'a str>,
    pub client_id: &'a str,
    pub redirect_uri: &'a str,
    pub destination: Destination,
    /// The answer goes to another host than the client's own.
    pub elsewhere: bool,
    /// Organization and project that it is limited to, in words.
    pub reach: String,
    pub ticket: String,
    pub skills: Vec<SkillChoice>,
}

/// Where the answer goes, in terms that a person understands.
pub enum Destination {
    ThisComputer,
    Application(String),
    Host(String),
}

impl From<&RegisteredRedirectUri> for Destination {
    fn from(uri: &RegisteredRedirectUri) -> Self {
        match uri.kind() {
            RedirectKind::Loopback => Self::ThisComputer,
            RedirectKind::PrivateUse => Self::Application(uri.scheme()),
            RedirectKind::Https => Self::Host(uri.host().to_owned()),
        }
    }
}

/// A checkbox of the consent page.
pub struct SkillChoice {
    pub id: &'static str,
    pub title: &'static str,
    pub description: &'static str,
    pub scopes: Vec<&'static str>,
    pub changes_data: bool,
    pub ticked: bool,
}

/// What went wrong, for the person and for the client's developer.
#[derive(Template, Default)]
#[template(path = "error.html")]
pub struct ErrorPage {
    pub status: u16,
    pub title: &'static str,
    pub text: String,
    /// Term and value.
    pub facts: Vec<(&'static str, String)>,
    pub request_id: String,
    /// Under the error's code, for callers that accept only JSON.
    pub code: &'static str,
}

/// The way back into an application that the operating system opens.
#[derive(Template)]
#[template(path = "leaving.html")]
pub struct Leaving<'a> {
    pub location: &'a str,
}

impl ErrorPage {
    /// The page, or the same as JSON.
    pub fn respond(self, origin: &Origin, wants_json: bool) -> Response {
        if wants_json {
            let details: Map<String, Value> = self
                .facts
                .iter()
                .map(|(term, value)| ((*term).to_owned(), value.as_str().into()))
                .collect();
            let body = json!({
                "error": self.code, "error_description": self.text, "request_id": self.request_id,
                "details": details,
            });
            return Response::json(self.status, &body);
        }
        page(self.status, &self, origin, None)
    }
}

/// What this is and how to connect to it.
#[derive(Template)]
#[template(path = "home.html")]
pub struct Home {
    /// The MCP endpoint's URL.
    pub endpoint: String,
}

/// Renders a page under the headers that all pages have. `redirect` is where a form on it leads in the end: Chromium
/// applies `form-action` to the whole chain of redirects.
pub fn page(
    status: u16,
    template: &impl Template,
    origin: &Origin,
    redirect: Option<&RegisteredRedirectUri>,
) -> Response {
    // Invariant: our templates only write to a string.
    rendered(
        status,
        template.render().unwrap_or_default(),
        origin,
        redirect,
    )
}

fn rendered(
    status: u16,
    body: String,
    origin: &Origin,
    redirect: Option<&RegisteredRedirectUri>,
) -> Response {
    let mut form_action = "'self' https:".to_owned();
    if origin.is_loopback() {
        // The local Sentry is plain http.
        form_action.push_str(" http:");
    }
    match redirect.map(RegisteredRedirectUri::kind) {
        Some(RedirectKind::Loopback) if !origin.is_loopback() => form_action.push_str(" http:"),
        Some(RedirectKind::PrivateUse) => {
            form_action.push(' ');
            form_action.push_str(
                &redirect
                    .map(RegisteredRedirectUri::scheme)
                    .unwrap_or_default(),
            );
            form_action.push(':');
        }
        _ => {}
    }
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; \
         form-action {form_action}"
    );
    let response = Response {
        body,
        ..Response::empty(status)
    }
    .header("content-type", "text/html; charset=utf-8")
    .header("content-security-policy", policy)
    .header("x-frame-options", "DENY")
    .header("referrer-policy", "same-origin")
    .header("x-content-type-options", "nosniff")
    .header("cache-control", "no-store");
    if origin.is_secure() {
        response.header("strict-transport-security", "max-age=63072000")
    } else {
        response
    }
}
