//! The orders of the issue listing.

use std::cmp::Reverse;
use std::str::FromStr;

use crate::data::issue::Issue;

/// Always from most to least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IssueSort {
    /// Last seen.
    Date,
    /// First seen.
    New,
    /// Events.
    Freq,
    /// Affected users.
    User,
    /// Priority, then last seen: a stand-in for Sentry's own score.
    Recommended,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("Invalid sort: {0}. Valid values are date, new, freq, user, recommended")]
pub(crate) struct SortError(String);

impl FromStr for IssueSort {
    type Err = SortError;

    fn from_str(text: &str) -> Result<Self, SortError> {
        match text {
            "date" => Ok(Self::Date),
            "new" => Ok(Self::New),
            "freq" => Ok(Self::Freq),
            "user" => Ok(Self::User),
            "recommended" | "trends" | "inbox" => Ok(Self::Recommended),
            other => Err(SortError(other.to_owned())),
        }
    }
}

impl IssueSort {
    pub(crate) fn apply(self, issues: &mut [&Issue]) {
        issues.sort_by_key(|issue| {
            let by = match self {
                Self::Date => (0, issue.last_seen),
                Self::New => (0, issue.first_seen),
                Self::Freq => (issue.count, issue.last_seen),
                Self::User => (issue.user_count, issue.last_seen),
                Self::Recommended => (issue.priority as u64, issue.last_seen),
            };
            Reverse(by)
        });
    }
}
