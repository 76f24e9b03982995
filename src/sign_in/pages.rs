//! The pages of a sign-in: one typed context per template.

use askama::Template;
use oauth_provider::client::Link;

use crate::site::pages::Destination;

/// The consent page.
#[derive(Template)]
#[template(path = "consent.html")]
pub struct Consent<'a> {
    /// What the client calls itself.
    pub name: &'a str,
    /// The host of the Client ID, if that is a URL; nothing is proven of other clients.
    pub verified_host: Option<&'a str>,
    /// The service on which anybody can publish, if that host belongs to one.
    pub shared: Option<&'static str>,
    /// Its id.
    pub client_id: &'a str,
    /// What its document says of its home page and its rules, as text: nothing of it is loaded or linked.
    pub links: &'a [Link],
    /// Where the answer goes, in full.
    pub redirect_uri: &'a str,
    /// The same in words.
    pub destination: Destination,
    /// The client's own host, if the answer goes to another one.
    pub elsewhere: Option<&'a str>,
    /// The service on which anybody can publish, if the answer goes to a host there.
    pub answer_shared: Option<&'static str>,
    /// Whether the answer goes to the chat of this very site, which has no document on plain http.
    pub is_own: bool,
    /// Whether only few people have completed a sign-in with it here, and all of them lately.
    pub is_new: bool,
    /// Organization and project that it is limited to, in words.
    pub reach: String,
    /// What else the address that it connects to leaves out, in words; empty if nothing.
    pub limits: String,
    /// The scopes that Sentry is asked for in any case.
    pub read: [&'static str; 4],
    /// The host of the Sentry to sign in at.
    pub sentry: &'a str,
    /// The longest life of a grant, in days.
    pub days: u64,
    /// The signed request, for the form.
    pub ticket: String,
    /// The name that the client gave on the page that this one replaces.
    pub changed: Option<&'a str>,
    /// Whether it was approved with nothing ticked.
    pub is_empty: bool,
    /// Skills that only read, and those that change data.
    pub groups: [SkillGroup; 2],
}

/// Skills that only read, or those that change data.
pub struct SkillGroup {
    /// Whether they change data.
    pub changes: bool,
    /// In the order in which they are shown.
    pub skills: Vec<SkillChoice>,
}

/// A checkbox of the consent page.
pub struct SkillChoice {
    /// The skill's id.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it lets the client do.
    pub description: &'static str,
    /// Those of the write scopes that it needs that are asked for.
    pub scopes: Vec<&'static str>,
    /// Whether it needs more scopes than were asked for.
    pub lacks: bool,
    /// Whether it is ticked when the page opens.
    pub ticked: bool,
}

/// The way back into an application that the operating system opens.
#[derive(Template)]
#[template(path = "leaving.html")]
pub struct Leaving<'a> {
    /// The headline.
    pub title: &'static str,
    /// What happened.
    pub text: &'static str,
    /// Whether the browser opens it by itself.
    pub opens: bool,
    /// The address that opens the application.
    pub location: &'a str,
}
