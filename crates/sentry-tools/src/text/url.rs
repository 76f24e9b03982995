//! Which thing of Sentry a pasted text is about. The host decides the organization alone, and is never contacted.
//!
//! The grammar has three levels, a file each: [`pasted`] finds the addresses in a text, [`site`] reads host and
//! organization, [`page`] the rest of the path. [`advice`] is what can be done about a page that no tool reads.

use sentry_api::{BaseUrl, EventId, EventName, IssueId, Slug};

mod advice;
mod kinds;
mod page;
mod pasted;
mod site;
#[cfg(test)]
mod tests;

pub(crate) use advice::{Advice, Call};
pub(crate) use pasted::bare;

/// What a pasted text leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pasted {
    /// A page of Sentry's web interface.
    Address(Address),
    /// No address, but an issue's short id.
    ShortId(IssueId),
    /// Addresses of different things.
    Several,
    /// Somebody else's page.
    Foreign,
    /// There is no address in it.
    Nothing,
}

/// A page, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// `None`: only the session or another argument can say it.
    pub(crate) organization: Option<Slug>,
    /// Where the path has one in front: `/{org}/{project}/issues/{id}`.
    pub(crate) project: Option<Slug>,
    pub(crate) page: Page,
}

/// What a page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Page {
    Issue {
        issue: IssueId,
        event: Option<EventName>,
    },
    /// An event whose issue the address does not name.
    Event(EventId),
    Trace {
        trace: EventId,
        span: Option<String>,
    },
    /// What no tool reads by its address.
    Other(Advice),
}

/// Reads a text that somebody pasted for the address of something in Sentry.
pub(crate) fn read(text: &str, base: &BaseUrl) -> Pasted {
    let text = pasted::plain(text);
    let mut found = Pasted::Nothing;
    for url in pasted::addresses(&text) {
        let Some(site) = site::read(&url, base) else {
            if found == Pasted::Nothing {
                found = Pasted::Foreign;
            }
            continue;
        };
        let address = Pasted::Address(page::read(site));
        match &found {
            Pasted::Address(_) if found != address => return Pasted::Several,
            _ => found = address,
        }
    }
    match pasted::short_id(&text) {
        Some(issue) if found == Pasted::Nothing => Pasted::ShortId(issue),
        _ => found,
    }
}
