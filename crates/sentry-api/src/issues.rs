use serde::Deserialize;

use crate::client::Client;
use crate::error::ApiError;
use crate::ids::{EventId, IssueId, Slug};
use crate::lenient;
use crate::link::Page;
use crate::region::Region;

/// An issue: events that Sentry takes for one problem.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Issue {
    /// A number.
    #[serde(deserialize_with = "lenient::id")]
    pub id: String,
    /// Such as `CHECKOUT-1A`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub short_id: Option<String>,
    /// One line.
    #[serde(default, deserialize_with = "lenient::text")]
    pub title: Option<String>,
    /// Where it happened: a function, a transaction, a URL.
    #[serde(default, deserialize_with = "lenient::text")]
    pub culprit: Option<String>,
    /// The page in Sentry's web interface.
    #[serde(default, deserialize_with = "lenient::text")]
    pub permalink: Option<String>,
    /// `unresolved`, `resolved` or `ignored`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: Option<String>,
    /// Such as `ongoing`, `regressed`, `archived_until_escalating`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub substatus: Option<String>,
    /// Such as `error`, `warning`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub level: Option<String>,
    /// Such as `error`, `performance`, `feedback`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub issue_category: Option<String>,
    /// Such as `error`, `performance_n_plus_one_db_queries`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub issue_type: Option<String>,
    /// Such as `high`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub priority: Option<String>,
    /// Of the project's code, such as `python`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub platform: Option<String>,
    /// Events in the period asked for.
    #[serde(default, deserialize_with = "lenient::count")]
    pub count: Option<u64>,
    /// Users affected in the period asked for.
    #[serde(default, deserialize_with = "lenient::count")]
    pub user_count: Option<u64>,
    /// ISO 8601.
    #[serde(default, deserialize_with = "lenient::text")]
    pub first_seen: Option<String>,
    /// ISO 8601.
    #[serde(default, deserialize_with = "lenient::text")]
    pub last_seen: Option<String>,
    /// Whose it is.
    #[serde(default, deserialize_with = "lenient::or_absent")]
    pub project: Option<IssueProject>,
    /// What the title was made of.
    #[serde(default, deserialize_with = "lenient::or_absent")]
    pub metadata: IssueMetadata,
    /// Who looks after it.
    #[serde(default, deserialize_with = "lenient::or_absent")]
    pub assigned_to: Option<Assignee>,
}

/// The project of an issue.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct IssueProject {
    /// A number.
    #[serde(deserialize_with = "lenient::id")]
    pub id: String,
    /// Its name in URLs.
    pub slug: String,
}

/// What an issue's title was made of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct IssueMetadata {
    /// An exception's type.
    #[serde(rename = "type", deserialize_with = "lenient::text")]
    pub kind: Option<String>,
    /// An exception's message.
    #[serde(deserialize_with = "lenient::text")]
    pub value: Option<String>,
}

/// A user or team.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Assignee {
    /// `user` or `team`.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
    /// As shown to others.
    #[serde(default)]
    pub name: Option<String>,
}

/// The order of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssueSort {
    /// Last seen first.
    Date,
    /// Most events first.
    Frequency,
    /// First seen last.
    New,
    /// Most users first.
    Users,
    /// Sentry's own mixture.
    Recommended,
}

impl IssueSort {
    /// All, in the order of the documentation.
    pub const ALL: [Self; 5] = [
        Self::Date,
        Self::Frequency,
        Self::New,
        Self::Users,
        Self::Recommended,
    ];

    /// The order of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.as_str() == text)
    }

    /// The value of `sort`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Frequency => "freq",
            Self::New => "new",
            Self::Users => "user",
            Self::Recommended => "recommended",
        }
    }
}

/// What to search issues for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IssueSearch<'a> {
    /// In Sentry's query syntax; an event's id finds its issue.
    pub query: &'a str,
    /// The project's number: older servers take no slug here.
    pub project_id: Option<&'a str>,
    /// `None` leaves it to the server.
    pub sort: Option<IssueSort>,
    /// Such as `14d`.
    pub period: &'a str,
    /// 1 to 100.
    pub limit: u8,
}

impl Client {
    /// Searches an organization's issues: `GET /organizations/{org}/issues/`.
    ///
    /// # Errors
    /// [`ApiError`]; [`ApiError::Rejected`] when the query is not in Sentry's syntax.
    pub async fn issues(
        &self,
        region: &Region,
        organization: &Slug,
        search: IssueSearch<'_>,
    ) -> Result<Page<Issue>, ApiError> {
        let limit = search.limit.to_string();
        let mut parameters = vec![
            ("query", search.query),
            ("limit", limit.as_str()),
            ("statsPeriod", search.period),
            // Spares the server a count that we do not show.
            ("collapse", "unhandled"),
        ];
        parameters.extend(search.sort.map(|sort| ("sort", sort.as_str())));
        parameters.extend(search.project_id.map(|id| ("project", id)));
        let segments = ["organizations", organization.as_str(), "issues"];
        self.get_page(region, &segments, parameters, "issues").await
    }

    /// The issue that an event belongs to, by a search over 90 days.
    ///
    /// # Errors
    /// [`ApiError`]
    pub async fn issue_of_event(
        &self,
        region: &Region,
        organization: &Slug,
        event: &EventId,
    ) -> Result<Option<Issue>, ApiError> {
        let search = IssueSearch {
            query: event.as_str(),
            project_id: None,
            sort: None,
            period: "90d",
            limit: 10,
        };
        let found = self.issues(region, organization, search).await?;
        Ok(found.items.into_iter().next())
    }

    /// One issue: `GET /organizations/{org}/issues/{id}/`.
    ///
    /// # Errors
    /// [`ApiError`]
    pub async fn issue(
        &self,
        region: &Region,
        organization: &Slug,
        issue: &IssueId,
    ) -> Result<Issue, ApiError> {
        let segments = [
            "organizations",
            organization.as_str(),
            "issues",
            issue.as_str(),
        ];
        self.get(region, &segments, vec![], "an issue").await
    }
}
