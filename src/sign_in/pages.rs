//! The pages of a sign-in: one typed context per template.

use askama::Template;

use crate::site::pages::Destination;

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
