use crate::client::{Ask, Client};
use crate::error::ApiError;
use crate::ids::{EventId, IssueId, Slug};
use crate::json::Value;
use crate::link::Page;
use crate::member::{as_text, count, id, inner, member, object, text};
use crate::region::Region;
use crate::sight::{IssueKey, Owned, Owner, all_owned};
use fetch::Method;

mod details;

pub use details::{Annotation, IssueDetails};

/// An issue: events that Sentry takes for one problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// A number.
    pub id: String,
    /// Such as `CHECKOUT-1A`.
    pub short_id: Option<String>,
    /// One line.
    pub title: Option<String>,
    /// Where it happened: a function, a transaction, a URL.
    pub culprit: Option<String>,
    /// The page in Sentry's web interface.
    pub permalink: Option<String>,
    /// `unresolved`, `resolved` or `ignored`.
    pub status: Option<String>,
    /// Such as `ongoing`, `regressed`, `archived_until_escalating`.
    pub substatus: Option<String>,
    /// Such as `error`, `warning`.
    pub level: Option<String>,
    /// Such as `error`, `performance`, `feedback`.
    pub issue_category: Option<String>,
    /// Such as `error`, `performance_n_plus_one_db_queries`.
    pub issue_type: Option<String>,
    /// Such as `high`.
    pub priority: Option<String>,
    /// Of the project's code, such as `python`.
    pub platform: Option<String>,
    /// Events in the period asked for.
    pub count: Option<u64>,
    /// Users affected in the period asked for.
    pub user_count: Option<u64>,
    /// ISO 8601.
    pub first_seen: Option<String>,
    /// ISO 8601.
    pub last_seen: Option<String>,
    /// Whose it is.
    pub project: Option<IssueProject>,
    /// What the title was made of.
    pub metadata: IssueMetadata,
    /// Who looks after it.
    pub assigned_to: Option<Assignee>,
    /// What became of it, and who or what made it so.
    pub details: IssueDetails,
}

/// The project of an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueProject {
    /// A number.
    pub id: Option<String>,
    /// Its name in URLs.
    pub slug: String,
}

/// What an issue's title was made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IssueMetadata {
    /// An exception's type.
    pub kind: Option<String>,
    /// An exception's message.
    pub value: Option<String>,
}

/// A user or team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignee {
    /// `user` or `team`.
    pub kind: Option<String>,
    /// A number, among those of its kind.
    pub id: Option<String>,
    /// As shown to others.
    pub name: Option<String>,
}

impl Assignee {
    /// As Sentry takes it: `user:1001`, `team:14`.
    #[must_use]
    pub fn key(&self) -> Option<String> {
        Some([self.kind.as_deref()?, ":", self.id.as_deref()?].concat())
    }
}

impl Issue {
    /// Reads an issue, which needs nothing but its number.
    #[must_use]
    pub fn read(value: Value<'_>) -> Option<Self> {
        let project = member(value, "project");
        let assignee = member(value, "assignedTo");
        Some(Self {
            id: id(value, "id")?,
            short_id: text(value, "shortId"),
            title: text(value, "title"),
            culprit: text(value, "culprit"),
            permalink: text(value, "permalink"),
            status: text(value, "status"),
            substatus: text(value, "substatus"),
            level: text(value, "level"),
            issue_category: text(value, "issueCategory"),
            issue_type: text(value, "issueType"),
            priority: text(value, "priority"),
            platform: text(value, "platform"),
            count: count(value, "count"),
            user_count: count(value, "userCount"),
            first_seen: text(value, "firstSeen"),
            last_seen: text(value, "lastSeen"),
            project: id(project, "slug").map(|slug| IssueProject {
                id: id(project, "id"),
                slug,
            }),
            metadata: IssueMetadata {
                kind: as_text(inner(value, "metadata", "type")),
                value: as_text(inner(value, "metadata", "value")),
            },
            assigned_to: assignee.is_object().then(|| Assignee {
                kind: text(assignee, "type"),
                id: id(assignee, "id"),
                name: text(assignee, "name"),
            }),
            details: IssueDetails::read(value),
        })
    }

    fn owned(value: Value<'_>, asked: &Owner) -> Option<Owned<Self>> {
        let issue = Self::read(value)?;
        Some(Owned::new(Owner::of(value, asked), issue))
    }

    /// The key to what lies below it.
    ///
    /// # Errors
    /// [`ApiError::Malformed`]: its number is none.
    pub fn key(&self) -> Result<IssueKey, ApiError> {
        let id = IssueId::parse(&self.id).map_err(|_| ApiError::Malformed("an issue"))?;
        let owner = match &self.project {
            Some(project) => Owner::Project {
                slug: Some(project.slug.clone()),
                id: project.id.clone(),
            },
            None => Owner::Unsaid,
        };
        Ok(IssueKey::new(id, owner))
    }

    /// Whether it counts errors, rather than what a detector found.
    #[must_use]
    pub fn is_of_errors(&self) -> bool {
        matches!(self.issue_category.as_deref(), None | Some("error"))
    }
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
    pub limit: u32,
}

/// What becomes of an issue; `None` leaves a member as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IssueChange<'a> {
    /// `resolved`, `resolvedInNextRelease`, `unresolved` or `ignored`.
    pub status: Option<&'a str>,
    /// Of an ignored issue: `archived_until_escalating`, `archived_forever` or `archived_until_condition_met`.
    pub substatus: Option<&'a str>,
    /// `user:ID`, `team:ID`, an id, a username or an email address.
    pub assigned_to: Option<&'a str>,
    /// What brings an ignored issue back: names as Sentry has them, such as `ignoreDuration`; durations in minutes.
    pub until: &'a [(&'static str, u32)],
}

impl IssueChange<'_> {
    /// Sentry takes the ignore settings at the top level or in `statusDetails`; the latter is documented.
    fn body(&self) -> serde_json::Value {
        let texts = [
            ("status", self.status),
            ("substatus", self.substatus),
            ("assignedTo", self.assigned_to),
        ];
        let mut members: Vec<_> = texts
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?.into())))
            .collect();
        if !self.until.is_empty() {
            let until = self.until.iter();
            let details = until.map(|(name, value)| (*name, (*value).into()));
            members.push(("statusDetails", object(details.collect())));
        }
        object(members)
    }
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
    ) -> Result<Page<Owned<Issue>>, ApiError> {
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
        let asked = Owner::numbered(search.project_id);
        let segments = ["organizations", organization.as_str(), "issues"];
        let ask = Ask::get(region, &segments, parameters);
        let (answer, next) = self.ask_page(ask, "issues").await?;
        Ok(Page {
            items: all_owned(&answer, Issue::read, &asked, "issues")?,
            next,
        })
    }

    /// The issue that an event belongs to, by a search over 90 days, in one project or in all: one, or none.
    ///
    /// # Errors
    /// [`ApiError`]
    pub async fn issue_of_event(
        &self,
        region: &Region,
        organization: &Slug,
        event: &EventId,
        project_id: Option<&str>,
    ) -> Result<Vec<Owned<Issue>>, ApiError> {
        let search = IssueSearch {
            query: event.as_str(),
            project_id,
            sort: None,
            period: "90d",
            limit: 10,
        };
        let found = self.issues(region, organization, search).await?;
        Ok(found.items)
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
    ) -> Result<Owned<Issue>, ApiError> {
        let segments = [
            "organizations",
            organization.as_str(),
            "issues",
            issue.as_str(),
        ];
        let ask = Ask::get(region, &segments, vec![]);
        let answer = self.ask(ask, "an issue").await?;
        Issue::owned(answer.root(), &Owner::Unsaid).ok_or(ApiError::Malformed("an issue"))
    }

    /// Changes an issue: `PUT /organizations/{org}/issues/{id}/`. The issue as it is afterwards, where the server
    /// sends it back.
    ///
    /// # Errors
    /// [`ApiError`]
    pub async fn update_issue(
        &self,
        region: &Region,
        organization: &Slug,
        issue: &IssueKey,
        change: &IssueChange<'_>,
    ) -> Result<Option<Owned<Issue>>, ApiError> {
        let segments = [
            "organizations",
            organization.as_str(),
            "issues",
            issue.as_str(),
        ];
        let ask = Ask::send(Method::Put, region, &segments, change.body());
        let answer = self.ask(ask, "an issue").await?;
        Ok(Issue::owned(answer.root(), issue.owner()))
    }
}
