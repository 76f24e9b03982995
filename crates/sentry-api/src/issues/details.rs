use crate::json::{Json, Value};
use crate::member::{as_text, count, filled, inner, list, maybe_flag, member};

/// What one issue's own answer says beside what every list has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IssueDetails {
    /// Whether its newest event was caught by nobody.
    pub unhandled: Option<bool>,
    /// What people wrote about its events.
    pub user_reports: Option<u64>,
    /// Notes on it.
    pub notes: Option<u64>,
    /// The version of its first event.
    pub first_release: Option<String>,
    /// The version of its newest event.
    pub last_release: Option<String>,
    /// Issues of other trackers.
    pub annotations: Vec<Annotation>,
    /// Of a resolved or archived issue, such as `inCommit`, `inNextRelease`, `ignoreCount`: names and values that are not
    /// `null`.
    pub status: Vec<(String, Json)>,
}

/// A link that an integration put on an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// Such as `BUOY-77`.
    pub name: String,
    /// Where it is.
    pub url: Option<String>,
}

impl IssueDetails {
    pub(super) fn read(value: Value<'_>) -> Self {
        let status = member(value, "statusDetails").members().iter();
        Self {
            unhandled: maybe_flag(value, "isUnhandled"),
            user_reports: count(value, "userReportCount"),
            notes: count(value, "numComments"),
            first_release: version(value, "firstRelease"),
            last_release: version(value, "lastRelease"),
            annotations: list(value, "annotations")
                .iter()
                .filter_map(Annotation::read)
                .collect(),
            status: status
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect(),
        }
    }
}

fn version(value: Value<'_>, name: &str) -> Option<String> {
    as_text(inner(value, name, "version")).filter(|version| !version.is_empty())
}

impl Annotation {
    /// Older servers write HTML, whose text is shown as it is.
    fn read(value: Value<'_>) -> Option<Self> {
        let name = filled(value, "displayName").or_else(|| as_text(value))?;
        Some(Self {
            name,
            url: filled(value, "url"),
        })
    }
}
