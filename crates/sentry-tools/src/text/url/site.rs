//! Whose page an address is of: the organization stands in front of the host, at the head of the path, or nowhere.

use sentry_api::{BaseUrl, Slug};
use url::Url;

use super::pasted::decoded;

/// A page of Sentry's, taken apart.
pub(super) struct Site {
    pub(super) organization: Option<Slug>,
    pub(super) project: Option<Slug>,
    /// Host and path name different organizations.
    pub(super) is_torn: bool,
    /// Below the organization.
    pub(super) path: Vec<String>,
    pub(super) query: Vec<(String, String)>,
}

/// Hosts below sentry.io that are no organization's: its regions, and pages about Sentry.
const REGIONS: [&str; 5] = ["us", "us2", "de", "eu", "www"];
const ABOUT: [&str; 9] = [
    "docs",
    "mcp",
    "blog",
    "status",
    "help",
    "develop",
    "forum",
    "changelog",
    "sandbox",
];

/// What stands first in a path and is no organization.
const PAGES: [&str; 38] = [
    "account",
    "ai-conversations",
    "alerts",
    "api",
    "auth",
    "checkins",
    "conversations",
    "crons",
    "dashboard",
    "dashboards",
    "discover",
    "explore",
    "extensions",
    "feedback",
    "insights",
    "issues",
    "join",
    "login",
    "manage",
    "monitors",
    "onboarding",
    "organizations",
    "performance",
    "preprod",
    "profiling",
    "projects",
    "prevent",
    "releases",
    "replays",
    "settings",
    "share",
    "stats",
    "teams",
    "trace",
    "traces",
    "uptime",
    "user-feedback",
    "welcome",
];

/// Reads an address; `None` for one that is not of this Sentry and not of sentry.io: somebody else's page may look like
/// Sentry's, and a person who reads its address would not know what is changed here.
pub(super) fn read(url: &Url, base: &BaseUrl) -> Option<Site> {
    if !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    let host = host(url, base)?;
    let path: Vec<String> = url
        .path_segments()?
        .filter(|segment| !segment.is_empty())
        .map(decoded)
        .collect();
    let words: Vec<&str> = path.iter().map(String::as_str).collect();
    let words = below_base(&words, base);
    let (organization, project, rest) = split(words, host.is_some());
    let slug = |text: &str| Slug::parse(text).ok();
    let named = organization.map(slug);
    let is_torn = match (&host, &named) {
        (_, Some(None)) => return None,
        (Some(host), Some(Some(named))) => !host.as_str().eq_ignore_ascii_case(named.as_str()),
        _ => false,
    };
    Some(Site {
        organization: named.flatten().or(host),
        project: match project {
            Some(project) => Some(slug(project)?),
            None => None,
        },
        is_torn,
        path: rest.iter().map(|word| (*word).to_owned()).collect(),
        query: url
            .query_pairs()
            .take(50)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect(),
    })
}

/// The organization in front of Sentry's host, where there is one; `None` for a host that is not Sentry's.
fn host(url: &Url, base: &BaseUrl) -> Option<Option<Slug>> {
    let host = url.host_str()?.trim_end_matches('.');
    let is_local = |host: &str| matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    if host == base.host() || (is_local(host) && is_local(base.host())) {
        return Some(None);
    }
    let label = if host == "sentry.io" {
        ""
    } else {
        let below = |server: &str| host.strip_suffix(server)?.strip_suffix('.');
        below("sentry.io").or_else(|| below(base.host()))?
    };
    match label {
        "" => Some(None),
        label if REGIONS.contains(&label) => Some(None),
        label if ABOUT.contains(&label) || label.contains('.') => None,
        label => Some(Some(Slug::parse(label).ok()?)),
    }
}

/// Without the path that a self-hosted server lies below.
fn below_base<'a, 'b>(words: &'b [&'a str], base: &BaseUrl) -> &'b [&'a str] {
    let path = base.as_str().splitn(4, '/').nth(3).unwrap_or_default();
    let mut rest = words;
    for word in path.split('/').filter(|word| !word.is_empty()) {
        match rest.split_first() {
            Some((first, after)) if *first == word => rest = after,
            _ => return words,
        }
    }
    rest
}

/// Organization, project and the path below them.
fn split<'a, 'b>(
    words: &'b [&'a str],
    has_host: bool,
) -> (Option<&'a str>, Option<&'a str>, &'b [&'a str]) {
    let from = |place: usize| words.get(place..).unwrap_or_default();
    let is_name = |word: &str| !PAGES.contains(&word);
    match *words {
        ["api", "0", "projects", organization, project, ..] => {
            (Some(organization), Some(project), from(5))
        }
        ["api", "0", "organizations", organization, ..] => (Some(organization), None, from(4)),
        ["api", "0", ..] => (None, None, from(2)),
        ["organizations", organization, ..] => (Some(organization), None, from(2)),
        // What follows is then the same as behind an organization's own host.
        ["settings", organization, "projects", ..] if !has_host => {
            (Some(organization), None, from(2))
        }
        [organization, project, "issues" | "events", ..]
            if is_name(organization) && is_name(project) =>
        {
            (Some(organization), Some(project), from(2))
        }
        [project, "issues" | "events", ..] if has_host && is_name(project) => {
            (None, Some(project), from(1))
        }
        [organization, ..] if !has_host && is_name(organization) => {
            (Some(organization), None, from(1))
        }
        _ => (None, None, words),
    }
}
