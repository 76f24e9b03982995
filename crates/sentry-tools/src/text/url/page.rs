//! What a page of an organization shows.

use sentry_api::{EventId, EventName, IssueId};

use super::advice;
use super::site::Site;
use super::{Address, Page};

/// Lists of issues whose names could be short ids.
const LISTS: [&str; 3] = ["errors-outages", "breached-metrics", "user-feedback"];

pub(super) fn read(site: Site) -> Address {
    let page = if site.is_torn {
        Page::Other(advice::torn())
    } else {
        page(&site)
    };
    Address {
        organization: site.organization,
        project: site.project,
        page,
    }
}

fn page(site: &Site) -> Page {
    let words: Vec<&str> = site.path.iter().map(String::as_str).collect();
    // Newer releases have most pages below one of these; `insights` has sections of its own.
    let path = match words.as_slice() {
        [
            "insights",
            "frontend" | "backend" | "mobile" | "ai" | "projects" | "agents",
            rest @ ..,
        ] => rest,
        ["explore" | "performance" | "insights", rest @ ..] => rest,
        path => path,
    };
    match path {
        ["issues", "feedback", ..] | ["feedback" | "user-feedback", ..] => {
            feedback(site).unwrap_or_else(|| Page::Other(advice::of(site, path)))
        }
        ["issues", "alerts", ..] => Page::Other(advice::of(site, path)),
        ["issues" | "groups", id, rest @ ..] => match issue(id) {
            Some(issue) => of_issue(issue, rest),
            None => Page::Other(advice::of_list(site, id)),
        },
        ["shortids", id, ..] => issue(id).map_or_else(
            || Page::Other(advice::of_list(site, id)),
            |issue| of_issue(issue, &[]),
        ),
        ["events" | "eventids", id, ..] | ["projects", _, "events", id, ..] => event(id),
        ["discover", id, ..] if id.contains(':') => event(id.rsplit(':').next().unwrap_or(id)),
        ["traces", "trace", id, ..] | ["trace" | "traces" | "trace-meta", id, ..] => {
            match EventId::parse(id) {
                Ok(trace) => Page::Trace {
                    trace,
                    span: span(site),
                },
                Err(_) => Page::Other(advice::bad_trace()),
            }
        }
        path => Page::Other(advice::of(site, path)),
    }
}

/// An issue's number, or its short id: a project's name, a dash, and digits and letters. A long word behind the last dash
/// is one of a list's name; no project has so many issues.
pub(super) fn issue(text: &str) -> Option<IssueId> {
    let suffix = text.rsplit('-').next().unwrap_or_default();
    let is_word = suffix.len() > 5 && suffix.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_plain = !suffix.is_empty() && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_word || !is_plain || LISTS.contains(&text.to_ascii_lowercase().as_str()) {
        return None;
    }
    IssueId::parse(text).ok()
}

/// What stands behind an issue is a tab of its page, save for one event of it.
fn of_issue(issue: IssueId, rest: &[&str]) -> Page {
    let event = match rest {
        ["events", event, ..] => match EventName::parse(event) {
            Ok(event) => Some(event),
            Err(_) => return Page::Other(advice::bad_event()),
        },
        _ => None,
    };
    Page::Issue { issue, event }
}

fn event(id: &str) -> Page {
    EventId::parse(id).map_or_else(|_| Page::Other(advice::bad_event()), Page::Event)
}

/// `?feedbackSlug=web:7301`: a project and the number of an issue.
fn feedback(site: &Site) -> Option<Page> {
    let slug = parameter(site, "feedbackSlug")?;
    let issue = issue(slug.rsplit(':').next()?)?;
    Some(Page::Issue { issue, event: None })
}

/// `?node=span-{id}`; of several, the first is the one that is open.
fn span(site: &Site) -> Option<String> {
    let mut nodes = site.query.iter().filter(|(name, _)| name == "node");
    nodes.find_map(|(_, value)| value.strip_prefix("span-").map(str::to_owned))
}

/// A parameter of the page that says something.
pub(super) fn parameter<'a>(site: &'a Site, name: &str) -> Option<&'a str> {
    let mut pairs = site.query.iter().filter(|(own, _)| own == name);
    let value = pairs.next().map(|(_, value)| value.trim())?;
    (!value.is_empty()).then_some(value)
}
