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
    /// Where anybody can publish, if that host is such a place.
    pub shared: Option<&'static str>,
    pub client_id: &'a str,
    pub redirect_uri: &'a str,
    pub destination: Destination,
    /// The client's own host, where the answer goes to another one.
    pub elsewhere: Option<&'a str>,
    /// Where anybody can publish, if the answer goes to such a place.
    pub answer_shared: Option<&'static str>,
    /// Few people have completed a sign-in with it here, and lately.
    pub is_new: bool,
    /// Organization and project that it is limited to, in words.
    pub reach: String,
    /// What Sentry is asked for in any case.
    pub read: [&'static str; 4],
    /// The host of the Sentry to sign in at.
    pub sentry: &'a str,
    /// How long a grant lives at the most.
    pub days: u64,
    pub ticket: String,
    pub groups: [SkillGroup; 2],
}

/// Skills that only read, or those that change data.
pub struct SkillGroup {
    pub changes: bool,
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
            RedirectKind::Https => Self::Host(uri.authority()),
        }
    }
}

/// A checkbox of the consent page.
pub struct SkillChoice {
    pub id: &'static str,
    pub title: &'static str,
    pub description: &'static str,
    /// Of the write scopes that it needs, the ones that are asked for.
    pub scopes: Vec<&'static str>,
    /// It needs more than was asked for.
    pub lacks: bool,
    pub ticked: bool,
}

/// What went wrong, for the person and for the client's developer.
#[derive(Template, Default)]
#[template(path = "error.html")]
pub struct ErrorPage {
    pub status: u16,
    pub title: &'static str,
    /// What happened.
    pub text: String,
    /// What the person can do about it.
    pub todo: &'static str,
    /// Term and value, for the developer of the client.
    pub facts: Vec<(&'static str, String)>,
    /// Where every rule of the client's document is shown.
    pub check: Option<String>,
    pub request_id: String,
    /// Under the error's code, for callers that accept only JSON.
    pub code: &'static str,
}

/// The way back into an application that the operating system opens.
#[derive(Template)]
#[template(path = "leaving.html")]
pub struct Leaving<'a> {
    pub title: &'static str,
    pub text: &'static str,
    pub location: &'a str,
}

impl ErrorPage {
    /// The page, or the same as JSON.
    pub fn respond(self, origin: &Origin, wants_json: bool) -> Response {
        let status = self.status;
        let response = self.body(origin, wants_json);
        match status {
            429 => response.header("retry-after", "60"),
            503 => response.header("retry-after", "5"),
            _ => response,
        }
    }

    fn body(self, origin: &Origin, wants_json: bool) -> Response {
        if wants_json {
            let details: Map<String, Value> = self
                .facts
                .iter()
                .map(|(term, value)| ((*term).to_owned(), value.as_str().into()))
                .collect();
            let body = json!({
                "error": self.code, "error_description": self.text, "request_id": self.request_id,
                "details": details, "check": self.check,
            });
            return Response::json(self.status, &body);
        }
        page(self.status, &self, origin, None)
    }
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
    framed(
        status,
        template.render().unwrap_or_default(),
        origin,
        redirect,
    )
}

/// The same for all pages, so that it is compiled once.
fn framed(
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

/// The policy of a page that has a script of ours, which may talk to us and cannot make HTML of a text.
pub fn with_script(mut response: Response) -> Response {
    for (name, value) in &mut response.headers {
        if *name == "content-security-policy" {
            value.push_str(
                "; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'",
            );
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_says_when_to_come_again() {
        let origin = "https://mcp.example.com".parse().ok();
        let origin = origin.and_then(|url| Origin::of(&url)).unwrap();
        for (status, seconds) in [(400, None), (429, Some("60")), (503, Some("5"))] {
            for wants_json in [false, true] {
                let page = ErrorPage {
                    status,
                    ..ErrorPage::default()
                };
                let response = page.respond(&origin, wants_json);
                assert_eq!(response.status, status);
                assert_eq!(response.get("retry-after"), seconds, "{status}");
                assert_eq!(response.get("cache-control"), Some("no-store"));
            }
        }
    }
}
