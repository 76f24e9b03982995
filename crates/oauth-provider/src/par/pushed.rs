// file rule: authorization/pushed-requests
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::authorize::{TICKET_LIFETIME, TicketId};
use crate::rows::{Row, Shape, Versions};
use crate::time::UnixTime;

/// The stored state of a pushed request. A store reads it, applies a transition and writes it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pushed {
    /// It may begin a consent page.
    Waiting {
        /// The request, as the query of an authorization URL.
        query: String,
        /// From then on it begins no page.
        expires_at: UnixTime,
    },
    /// An approval used it up.
    Used {
        /// The form that did.
        by: TicketId,
        /// When it did so first.
        at: UnixTime,
    },
}

/// Raised as [`Versions`] says, with a line here that says what came.
impl Row for Pushed {
    const VERSIONS: Versions = Versions::FIRST;
    const SHAPE: Shape = Shape::Enum;
}

/// What comes of an approval of a pushed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Use {
    /// It is the first: this is to be kept now, for [`Pushed::USED_FOR`].
    First(Pushed),
    /// The same form was posted a moment ago, as by a double click.
    Again,
    /// Another form was first, or this one long ago.
    Refused,
}

impl Pushed {
    /// How long a pushed request may begin a consent page (RFC 9126 §2.2 suggests 5 to 600 seconds).
    pub const LIFETIME: Duration = Duration::from_secs(60);

    /// How long the same form may be posted again.
    const DOUBLE_CLICK: Duration = Duration::from_secs(60);

    /// How long it must be remembered that a request was used: as long as a form that it began may be posted, and a
    /// minute for clocks that differ.
    pub const USED_FOR: Duration =
        Duration::from_secs(TICKET_LIFETIME.as_secs() + Self::LIFETIME.as_secs() + 60);

    /// The request, while it may begin a page.
    #[must_use]
    pub fn query(&self, now: UnixTime) -> Option<&str> {
        match self {
            Self::Waiting { query, expires_at } if now < *expires_at => Some(query),
            _ => None,
        }
    }

    /// Uses the request up for an approved form. The form was signed here for this request while it was waiting, so
    /// that nothing kept any more means that it was not used yet: only a use outlives its forms.
    #[must_use]
    pub fn approve(kept: Option<&Self>, ticket: &TicketId, now: UnixTime) -> Use {
        match kept {
            None | Some(Self::Waiting { .. }) => Use::First(Self::Used {
                by: ticket.clone(),
                at: now,
            }),
            Some(Self::Used { by, at }) if by == ticket && now.since(*at) < Self::DOUBLE_CLICK => {
                Use::Again
            }
            Some(Self::Used { .. }) => Use::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> UnixTime {
        UnixTime(1_000_000 + seconds)
    }

    #[test]
    fn it_begins_pages_for_a_minute() {
        let waiting = Pushed::Waiting {
            query: "q".to_owned(),
            expires_at: at(60),
        };
        assert_eq!(waiting.query(at(59)), Some("q"));
        assert_eq!(waiting.query(at(60)), None);
        let used = Pushed::Used {
            by: TicketId::of("a"),
            at: at(0),
        };
        assert_eq!(used.query(at(0)), None);
    }

    #[test]
    fn one_form_uses_it_and_may_be_posted_twice() {
        let (a, b) = (TicketId::of("a"), TicketId::of("b"));
        let waiting = Pushed::Waiting {
            query: "q".to_owned(),
            expires_at: at(60),
        };
        let used = Pushed::Used {
            by: a.clone(),
            at: at(3000),
        };
        for before in [None, Some(&waiting)] {
            let first = Pushed::approve(before, &a, at(3000));
            assert_eq!(first, Use::First(used.clone()));
        }
        assert_eq!(Pushed::approve(Some(&used), &a, at(3059)), Use::Again);
        assert_eq!(Pushed::approve(Some(&used), &a, at(3060)), Use::Refused);
        assert_eq!(Pushed::approve(Some(&used), &b, at(3000)), Use::Refused);
    }

    #[test]
    fn a_use_is_remembered_as_long_as_any_form_of_it() {
        assert!(Pushed::USED_FOR >= Pushed::LIFETIME + TICKET_LIFETIME);
    }
}
