//! The pages: one typed context per template, and the headers of all of them.

use askama::Template;
use oauth_provider::Origin;
use oauth_provider::client::{RedirectKind, RegisteredRedirectUri};
use oauth_provider::http::Response;
use serde_json::{Map, Value, json};
use url::Url;

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
    /// What it called itself on the page that this one replaces.
    pub changed: Option<&'a str>,
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

impl Destination {
    /// In few words, beside the buttons. A host's end says whose it is, so a long one loses its beginning.
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
    /// The error's explanation for a person.
    pub text: String,
    /// What the person can do about it.
    pub todo: &'static str,
    /// Term and value, for the developer of the client.
    pub facts: Vec<(&'static str, String)>,
    /// Where every rule of the client's document is shown.
    pub check: Option<String>,
    /// Where the application hears of it, if the person wants that.
    pub onward: Option<Onward>,
    pub request_id: String,
    /// Under the error's code, for callers that accept only JSON.
    pub code: &'static str,
}

/// A link that leaves this site.
pub struct Onward {
    /// The destination in words.
    pub to: Destination,
    /// The whole of it.
    pub location: String,
}

/// The way back into an application that the operating system opens.
#[derive(Template)]
#[template(path = "leaving.html")]
pub struct Leaving<'a> {
    pub title: &'static str,
    pub text: &'static str,
    /// Whether the browser opens it by itself.
    pub opens: bool,
    pub location: &'a str,
}

/// Where the forms of a page may lead.
#[derive(Clone, Copy)]
pub enum Forms<'a> {
    /// The page has no form.
    None,
    /// To this server, and no further.
    Here,
    /// Through a sign-in, and to the client. Chromium holds a page's `form-action` against every redirect that follows.
    SignIn {
        /// Where people sign in.
        sentry: &'a str,
        /// Where the answer goes.
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
                "redirect": self.onward.map(|onward| onward.location),
            });
            return Response::json(self.status, &body);
        }
        page(self.status, &self, origin, Forms::None)
    }
}

/// Renders a page under the headers that all pages have.
pub fn page(status: u16, template: &impl Template, origin: &Origin, forms: Forms<'_>) -> Response {
    // Invariant: our templates only write to a string.
    framed(status, template.render().unwrap_or_default(), origin, forms)
}

/// The same for all pages, so that it is compiled once.
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
