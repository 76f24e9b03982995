//! The headers of every page, and the pages that say what went wrong: one typed context per template.

use askama::Template;
use oauth_provider::client::{RedirectKind, RegisteredRedirectUri};
use oauth_provider::http::Response;
use oauth_provider::{Origin, Settings};
use serde_json::{Map, Value, json};
use url::Url;

use crate::runtime::facts::{Fault, Known};
use crate::runtime::incoming::Incoming;

/// The place to which an answer goes, in terms that a person understands.
pub enum Destination {
    /// A loopback address: some application on this computer.
    ThisComputer,
    /// An application's own scheme.
    Application(String),
    /// A host on the web, with its port if that is not the usual one.
    Host(String),
}

impl Destination {
    /// A few words, for beside the buttons. The end of a host says whose it is, so a long host loses its beginning.
    pub fn end(&self) -> String {
        const LONGEST: usize = 44;
        match self {
            Self::ThisComputer => "an application on this computer".to_owned(),
            Self::Application(scheme) => format!("the application for {scheme}: links"),
            // Invariant: hosts are ASCII.
            Self::Host(host) => match host.len().checked_sub(LONGEST) {
                Some(over @ 1..) => format!("…{}", host.get(over..).unwrap_or(host)),
                _ => host.clone(),
            },
        }
    }
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

/// The page that says what went wrong, for the person and for the client's developer.
#[derive(Template, Default)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// The status code.
    pub status: u16,
    /// The headline.
    pub title: &'static str,
    /// The error's explanation for a person.
    pub text: String,
    /// What the person can do about it.
    pub todo: &'static str,
    /// Addresses of this server, one of which the person may have meant.
    pub addresses: Vec<String>,
    /// What the client calls itself, or its host; empty if neither is known.
    pub client: String,
    /// Term and value, for the developer of the client.
    pub facts: Vec<(&'static str, String)>,
    /// The address that shows every rule of the client's document.
    pub check: Option<String>,
    /// The way for the person to let the application know.
    pub onward: Option<Onward>,
    /// To find the request in the log.
    pub request_id: String,
    /// The error's code, for callers that accept only JSON.
    pub code: &'static str,
}

/// A link that leaves this site.
pub struct Onward {
    /// The destination in words.
    pub to: Destination,
    /// The destination's URL.
    pub location: String,
}

/// The places to which the forms of a page may lead.
#[derive(Clone, Copy)]
pub enum Forms<'a> {
    /// The page has no form.
    None,
    /// To this server, and no further.
    Here,
    /// Through a sign-in, and to the client. Chromium holds a page's `form-action` against every redirect that follows.
    SignIn {
        /// The base URL of the Sentry at which people sign in.
        sentry: &'a str,
        /// The URI to which the answer goes.
        client: &'a RegisteredRedirectUri,
    },
}

impl Forms<'_> {
    /// The sources of `form-action`. A sign-in needs `https:` at large: Sentry sends people on to their organization's
    /// host and to identity providers that nobody can list, and a client's callback goes on as well. Plain http is named
    /// to the port (ADR 71).
    fn sources(self) -> String {
        let (sentry, client) = match self {
            Self::None => return "'none'".to_owned(),
            Self::Here => return "'self'".to_owned(),
            Self::SignIn { sentry, client } => (sentry, client),
        };
        let client = match client.kind() {
            RedirectKind::PrivateUse => Some(format!("{}:", client.scheme())),
            RedirectKind::Https | RedirectKind::Loopback => plain_http(client.as_str()),
        };
        ["'self' https:".to_owned()]
            .into_iter()
            .chain(plain_http(sentry))
            .chain(client)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// The source that an address on plain http needs: on this computer, as nowhere else is http. A source has no form for
/// IPv6 addresses (CSP3 §2.3.1).
fn plain_http(address: &str) -> Option<String> {
    let origin = Url::parse(address).ok()?.origin().ascii_serialization();
    match origin.starts_with("http:") {
        true if origin.contains('[') => Some("http:".to_owned()),
        true => Some(origin),
        false => None,
    }
}

/// A problem on the pages of connected apps.
#[derive(Debug, Clone, Copy)]
pub struct Notice {
    /// The status code.
    pub status: u16,
    /// For callers that accept only JSON.
    pub code: &'static str,
    /// The headline.
    pub title: &'static str,
    /// What happened, and what the person can do.
    pub text: &'static str,
}

/// A page with a way back to the list of connected apps.
#[derive(Template)]
#[template(path = "account-notice.html")]
pub struct NoticePage<'a> {
    /// The headline.
    pub title: &'a str,
    /// What happened.
    pub text: &'a str,
    /// For questions to the operator; absent if nothing went wrong.
    pub request_id: Option<&'a str>,
}

impl Notice {
    /// The page, or the same as JSON for a caller that takes no page.
    pub fn answer(self, request: &Incoming, settings: &Settings) -> Response {
        let Self {
            status,
            code,
            title,
            text,
        } = self;
        if request.wants_json() {
            let body =
                json!({ "error": code, "error_description": text, "request_id": request.id });
            return Response::json(status, &body);
        }
        let notice = NoticePage {
            title,
            text,
            request_id: Some(&request.id),
        };
        own_page(status, &notice, &settings.origin, Forms::None)
    }
}

/// The headline of what is a fault of ours; any other page is about who reads it, or a choice of the operator.
const OUTAGE: &str = "This server cannot answer at the moment";

impl ErrorPage {
    /// The request cannot be used: what happened, and what the person can do.
    pub fn refused(title: &'static str, text: impl Into<String>, todo: &'static str) -> Self {
        Self {
            status: 400,
            code: "invalid_request",
            title,
            text: text.into(),
            todo,
            ..Self::default()
        }
    }

    /// The same under 403: whoever sends the request may not, whatever is in it.
    pub fn forbidden(title: &'static str, text: impl Into<String>, todo: &'static str) -> Self {
        Self {
            status: 403,
            ..Self::refused(title, text, todo)
        }
    }

    /// This server, or something that it depends on, does not work at the moment.
    pub fn outage() -> Self {
        Self {
            status: 503,
            code: "temporarily_unavailable",
            title: OUTAGE,
            text: "The trouble is ours. Nothing was lost, and nothing was connected.".to_owned(),
            todo: "Wait a moment, then reload this page.",
            ..Self::default()
        }
    }

    /// For the log: the title, and what the page says of the check.
    pub fn tell(&self, known: &mut Known) {
        let facts = self.facts_in_a_line();
        if self.title == OUTAGE && self.status >= 500 {
            known.ours(self.title, &facts);
        } else {
            let separator = if facts.is_empty() { "" } else { ": " };
            let reason = [self.title, separator, &facts].concat();
            known.refused(Fault::Client, self.code, &reason);
        }
    }

    /// Its facts, for the log.
    fn facts_in_a_line(&self) -> String {
        self.facts
            .iter()
            .map(|(term, value)| format!("{term}: {value}"))
            .collect::<Vec<_>>()
            .join("; ")
    }

    /// The page, or the same as JSON for a caller that takes no page.
    pub fn answer(mut self, request: &Incoming, settings: &Settings) -> Response {
        self.request_id.clone_from(&request.id);
        self.respond(&settings.origin, request.wants_json())
    }

    /// As [`Self::answer`].
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
            let mut details: Map<String, Value> = Map::new();
            for (term, value) in &self.facts {
                details.insert((*term).to_owned(), value.as_str().into());
            }
            let body = json!({
                "error": self.code, "error_description": self.text, "request_id": self.request_id,
                "details": details, "check": self.check, "addresses": self.addresses,
                "redirect": self.onward.map(|onward| onward.location),
            });
            return Response::json(self.status, &body);
        }
        let mut response = page(self.status, &self, origin, Forms::None);
        if self.has_script() {
            // That file and no other (ADR 148).
            allow(&mut response, &[" ", origin.as_str(), "/page.js"].concat());
        }
        response
    }

    /// Whether there is something to copy, for which the page has a button.
    fn has_script(&self) -> bool {
        !self.facts.is_empty() || !self.addresses.is_empty()
    }
}

/// A page that nobody opens in a popup, so no other page keeps a handle on it.
pub fn own_page(
    status: u16,
    template: &impl Template,
    origin: &Origin,
    forms: Forms<'_>,
) -> Response {
    page(status, template, origin, forms).header("cross-origin-opener-policy", "same-origin")
}

/// Renders a page under the headers that all pages have.
pub fn page(status: u16, template: &impl Template, origin: &Origin, forms: Forms<'_>) -> Response {
    // Invariant: our templates only write to a string.
    framed(status, template.render().unwrap_or_default(), origin, forms)
}

/// Apart from [`page`], so that it is compiled once and not for every template.
fn framed(status: u16, body: String, origin: &Origin, forms: Forms<'_>) -> Response {
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; \
         form-action {}",
        forms.sources()
    );
    let response = Response {
        body,
        ..Response::empty(status)
    }
    .header("content-type", "text/html; charset=utf-8")
    .header("content-security-policy", policy)
    .header("x-frame-options", "DENY")
    .header("referrer-policy", "same-origin")
    .header("cache-control", "no-store");
    // A browser that was told so would also send an application's callback on http://localhost to https.
    if origin.is_secure() && !origin.is_loopback() {
        response.header("strict-transport-security", "max-age=63072000")
    } else {
        response
    }
}

/// The policy of a page that has a script of ours, which may talk to us and cannot make HTML of a text.
pub fn with_script(mut response: Response) -> Response {
    allow(&mut response, " 'self'; connect-src 'self'");
    response
}

/// Allows scripts of these sources, which cannot make HTML of a text.
fn allow(response: &mut Response, sources: &str) {
    for (name, value) in &mut response.headers {
        if *name == "content-security-policy" {
            value.push_str("; script-src");
            value.push_str(sources);
            value.push_str("; require-trusted-types-for 'script'; trusted-types 'none'");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_host_the_end_is_shown() {
        let host = |host: &str| Destination::Host(host.to_owned()).end();
        assert_eq!(host("client.example:8443"), "client.example:8443");
        assert_eq!(host(&"a".repeat(44)), "a".repeat(44));
        let long = format!("claude.ai.{}.evil.example", "w".repeat(60));
        assert_eq!(host(&long), format!("…{}.evil.example", "w".repeat(31)));
    }

    // rule: tokens/transient-never-fatal
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
