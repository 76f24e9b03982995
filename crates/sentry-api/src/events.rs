use serde_json::Value;

use crate::client::{Ask, Client};
use crate::error::ApiError;
use crate::frames::{Exception, Frame, Thread, frames};
use crate::ids::{EventId, EventName, Slug};
use crate::link::Page;
use crate::member::{as_text, elements, id, inner, list, member, text};
use crate::region::Region;
use crate::sight::{IssueKey, Owned, Owner};

/// One occurrence of an issue. Its parts are read when they are asked for, since a tool shows few of them.
#[derive(Debug, Clone)]
pub struct Event(Value);

/// A name and a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tag {
    /// Such as `environment`.
    pub key: String,
    /// Such as `production`.
    pub value: String,
}

/// What happened before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Breadcrumb {
    /// ISO 8601.
    pub timestamp: Option<String>,
    /// Such as `error`, `info`.
    pub level: Option<String>,
    /// Such as `http`, `ui.click`.
    pub category: Option<String>,
    /// Such as `default`, `http`, `navigation`.
    pub kind: Option<String>,
    /// What it says.
    pub message: Option<String>,
    /// What belongs to it, such as a URL or a status: names and values.
    pub data: Vec<Tag>,
}

/// What a detector saw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Occurrence {
    /// One line.
    pub issue_title: Option<String>,
    /// One line more.
    pub subtitle: Option<String>,
    /// The findings, for people.
    pub evidence: Vec<Tag>,
}

impl Event {
    /// Reads an event: any object is one, since no member of it is needed.
    #[must_use]
    pub fn read(value: Value) -> Option<Self> {
        value.is_object().then_some(Self(value))
    }

    /// It is its issue's project's, unless it says another.
    fn owned(value: Value, issue: &IssueKey) -> Option<Owned<Self>> {
        let owner = Owner::of(&value, issue.owner());
        Self::read(value).map(|event| Owned::new(owner, event))
    }

    /// 32 hexadecimal digits.
    #[must_use]
    pub fn event_id(&self) -> Option<String> {
        self.text("eventID").or_else(|| self.text("eventId"))
    }

    /// A member that is one line or a few, by Sentry's name for it: `title`, `message` (of a log), `culprit`,
    /// `platform`, `type` (`error`, `default`, `csp`, `generic`, `transaction`, …), `dateCreated` (ISO 8601).
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        text(&self.0, name).filter(|text| !text.is_empty())
    }

    /// As indexed.
    #[must_use]
    pub fn tags(&self) -> Vec<Tag> {
        pairs(member(&self.0, "tags"), "key")
    }

    /// The exceptions, the innermost cause first, as Sentry keeps them.
    #[must_use]
    pub fn exceptions(&self) -> Vec<Exception> {
        self.values("exception")
            .filter_map(Exception::read)
            .collect()
    }

    /// The threads.
    #[must_use]
    pub fn threads(&self) -> Vec<Thread> {
        self.values("threads").filter_map(Thread::read).collect()
    }

    /// The calls of a stack trace that belongs to no exception.
    #[must_use]
    pub fn stacktrace(&self) -> Vec<Frame> {
        frames(self.entry("stacktrace"))
    }

    /// What happened before, the oldest first.
    #[must_use]
    pub fn breadcrumbs(&self) -> Vec<Breadcrumb> {
        self.values("breadcrumbs")
            .filter_map(Breadcrumb::read)
            .collect()
    }

    /// The log message with its parameters filled in.
    #[must_use]
    pub fn formatted_message(&self) -> Option<String> {
        let entry = self.entry("message");
        text(entry, "formatted")
            .or_else(|| text(entry, "message"))
            .filter(|text| !text.is_empty())
    }

    /// Method and URL of the HTTP request that the program was answering, such as `GET https://shop.example/cart`.
    #[must_use]
    pub fn http_request(&self) -> Option<String> {
        let entry = self.entry("request");
        let url = text(entry, "url")?;
        Some(match text(entry, "method") {
            Some(method) => format!("{method} {url}"),
            None => url,
        })
    }

    /// The trace that it is part of.
    #[must_use]
    pub fn trace_id(&self) -> Option<String> {
        as_text(inner(member(&self.0, "contexts"), "trace", "trace_id"))
    }

    /// The version of the program.
    #[must_use]
    pub fn release(&self) -> Option<String> {
        as_text(inner(&self.0, "release", "version"))
    }

    /// The last commit of that version, where Sentry knows it.
    #[must_use]
    pub fn last_commit(&self) -> Option<String> {
        as_text(inner(member(&self.0, "release"), "lastCommit", "id"))
    }

    /// The name of the SDK that sent it.
    #[must_use]
    pub fn sdk(&self) -> Option<String> {
        as_text(inner(&self.0, "sdk", "name"))
    }

    /// The program's own id for who was affected.
    #[must_use]
    pub fn user_id(&self) -> Option<String> {
        as_text(inner(&self.0, "user", "id"))
    }

    /// Set for issues that Sentry's detectors made.
    #[must_use]
    pub fn occurrence(&self) -> Option<Occurrence> {
        let value = member(&self.0, "occurrence");
        value.is_object().then(|| Occurrence {
            issue_title: text(value, "issueTitle"),
            subtitle: text(value, "subtitle"),
            evidence: pairs(member(value, "evidenceDisplay"), "name"),
        })
    }

    fn values(&self, kind: &str) -> impl Iterator<Item = &Value> {
        list(self.entry(kind), "values").iter()
    }

    /// A part of the payload, or `null`.
    fn entry(&self, kind: &str) -> &Value {
        let mut entries = list(&self.0, "entries").iter();
        let found = entries.find(|entry| member(entry, "type") == kind);
        member(found.unwrap_or(&Value::Null), "data")
    }
}

impl Breadcrumb {
    fn read(value: &Value) -> Option<Self> {
        let data = member(value, "data").as_object();
        value.is_object().then(|| Self {
            timestamp: text(value, "timestamp"),
            level: text(value, "level"),
            category: text(value, "category"),
            kind: text(value, "type"),
            message: text(value, "message"),
            data: data
                .into_iter()
                .flatten()
                .filter_map(|(key, value)| {
                    Some(Tag {
                        key: key.clone(),
                        value: as_text(value)?,
                    })
                })
                .collect(),
        })
    }
}

/// Objects of a name and a `value`.
fn pairs(value: &Value, key: &str) -> Vec<Tag> {
    let pairs = elements(value).iter();
    pairs
        .filter_map(|pair| {
            Some(Tag {
                key: id(pair, key)?,
                value: text(pair, "value")?,
            })
        })
        .collect()
}

/// Which event of an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventRef<'a> {
    /// The newest.
    Latest,
    /// The first that is kept.
    Oldest,
    /// The one that Sentry thinks says most.
    Recommended,
    /// This one.
    Id(&'a EventId),
}

impl<'a> EventRef<'a> {
    /// As it stands in a path.
    #[must_use]
    pub fn as_str(self) -> &'a str {
        match self {
            Self::Latest => "latest",
            Self::Oldest => "oldest",
            Self::Recommended => "recommended",
            Self::Id(id) => id.as_str(),
        }
    }
}

impl<'a> From<&'a EventName> for EventRef<'a> {
    fn from(name: &'a EventName) -> Self {
        match name {
            EventName::Latest => Self::Latest,
            EventName::Oldest => Self::Oldest,
            EventName::Recommended => Self::Recommended,
            EventName::Id(id) => Self::Id(id),
        }
    }
}

/// What to search the events of an issue for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IssueEventSearch<'a> {
    /// In Sentry's query syntax; empty for all.
    pub query: &'a str,
    /// 1 to 100.
    pub limit: &'a str,
    /// A field, descending with `-`; empty for the newest first. Not in Sentry's published API: a server may ignore it.
    pub sort: &'a str,
    /// Such as `14d`.
    pub period: &'a str,
    /// The project's number.
    pub project_id: Option<&'a str>,
}

impl Client {
    /// One event of an issue: `GET /organizations/{org}/issues/{id}/events/{latest|oldest|recommended|eventId}/`.
    ///
    /// # Errors
    /// [`ApiError`]
    pub async fn issue_event(
        &self,
        region: &Region,
        organization: &Slug,
        issue: &IssueKey,
        event: EventRef<'_>,
    ) -> Result<Owned<Event>, ApiError> {
        let segments = [
            "organizations",
            organization.as_str(),
            "issues",
            issue.as_str(),
            "events",
            event.as_str(),
        ];
        let ask = Ask::get(region, &segments, vec![]);
        let value = self.ask(ask, "an event").await?;
        Event::owned(value, issue).ok_or(ApiError::Malformed("an event"))
    }

    /// The events of an issue: `GET /organizations/{org}/issues/{id}/events/`.
    ///
    /// # Errors
    /// [`ApiError`]; [`ApiError::Rejected`] when the query is not in Sentry's syntax.
    pub async fn issue_events(
        &self,
        region: &Region,
        organization: &Slug,
        issue: &IssueKey,
        search: IssueEventSearch<'_>,
    ) -> Result<Page<Owned<Event>>, ApiError> {
        let segments = [
            "organizations",
            organization.as_str(),
            "issues",
            issue.as_str(),
            "events",
        ];
        let mut query = vec![("per_page", search.limit), ("statsPeriod", search.period)];
        if !search.sort.is_empty() {
            query.push(("sort", search.sort));
        }
        if !search.query.is_empty() {
            query.push(("query", search.query));
        }
        query.extend(search.project_id.map(|id| ("project", id)));
        let ask = Ask::get(region, &segments, query);
        let (value, next) = self.ask_page(ask, "events").await?;
        let Value::Array(events) = value else {
            return Err(ApiError::Malformed("events"));
        };
        let events = events.into_iter();
        Ok(Page {
            items: events
                .filter_map(|event| Event::owned(event, issue))
                .collect(),
            next,
        })
    }
}
