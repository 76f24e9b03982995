use std::rc::Rc;

use crate::client::{Ask, Client};
use crate::error::ApiError;
use crate::exceptions::{Exception, Thread};
use crate::frames::Stack;
use crate::ids::{EventId, EventName, Slug};
use crate::json::{Json, Members, Value};
use crate::link::Page;
use crate::member::{as_text, elements, filled, id, inner, list, member, text};
use crate::region::Region;
use crate::sight::{IssueKey, Owned, Owner};

mod breadcrumbs;
mod images;
mod messages;
mod occurrences;
mod problems;
mod requests;
mod spans;

pub use breadcrumbs::Breadcrumb;
pub use images::Image;
pub use messages::Message;
pub use occurrences::Occurrence;
pub use problems::EventProblem;
pub use requests::HttpRequest;
pub use spans::EventSpan;

/// One occurrence of an issue. Its parts are read when they are asked for, since a tool shows few of them.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its own, or that of a page of events.
    answer: Rc<Json>,
    at: u32,
}

/// A name and a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tag {
    /// Such as `environment`.
    pub key: String,
    /// Such as `production`.
    pub value: String,
}

/// The entries that have a method of their own.
const KNOWN: [&str; 8] = [
    "exception",
    "threads",
    "stacktrace",
    "breadcrumbs",
    "request",
    "message",
    "spans",
    "debugmeta",
];

impl Event {
    /// Reads an event: any object is one, since no member of it is needed.
    #[must_use]
    pub fn read(answer: Json) -> Option<Self> {
        Self::of(&Rc::new(answer), 0)
    }

    /// The event at this place of an answer.
    fn of(answer: &Rc<Json>, at: u32) -> Option<Self> {
        let answer = Rc::clone(answer);
        let event = Self { answer, at };
        event.value().is_object().then_some(event)
    }

    /// It is its issue's project's, unless it says another.
    fn owned(self, issue: &IssueKey) -> Owned<Self> {
        let owner = Owner::of(self.value(), issue.owner());
        Owned::new(owner, self)
    }

    fn value(&self) -> Value<'_> {
        self.answer.value(self.at)
    }

    /// 32 hexadecimal digits.
    #[must_use]
    pub fn event_id(&self) -> Option<String> {
        self.text("eventID").or_else(|| self.text("eventId"))
    }

    /// A member that is one line or a few, by Sentry's name for it: `title`, `message` (of a log), `culprit`,
    /// `platform`, `type` (`error`, `default`, `csp`, `generic`, `transaction`, …), `dateCreated` (ISO 8601), `dist`.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        filled(self.value(), name)
    }

    /// As indexed.
    #[must_use]
    pub fn tags(&self) -> Vec<Tag> {
        pairs(member(self.value(), "tags"), "key")
    }

    /// The exceptions, the innermost cause first, as Sentry keeps them.
    #[must_use]
    pub fn exceptions(&self) -> Vec<Exception<'_>> {
        self.values("exception")
            .filter_map(Exception::read)
            .collect()
    }

    /// The threads.
    #[must_use]
    pub fn threads(&self) -> Vec<Thread<'_>> {
        self.values("threads").filter_map(Thread::read).collect()
    }

    /// The calls of a stack trace that belongs to no exception.
    #[must_use]
    pub fn stacktrace(&self) -> Stack<'_> {
        Stack::read(self.entry("stacktrace"))
    }

    /// What happened before, the oldest first.
    #[must_use]
    pub fn breadcrumbs(&self) -> Vec<Breadcrumb<'_>> {
        self.values("breadcrumbs")
            .filter_map(Breadcrumb::read)
            .collect()
    }

    /// The log message.
    #[must_use]
    pub fn message(&self) -> Option<Message<'_>> {
        Message::read(self.entry("message"))
    }

    /// The HTTP request that the program was answering.
    #[must_use]
    pub fn request(&self) -> Option<HttpRequest<'_>> {
        HttpRequest::read(self.entry("request"))
    }

    /// The spans of a transaction in which a detector found something.
    #[must_use]
    pub fn spans(&self) -> Vec<EventSpan<'_>> {
        let entry = self.entry("spans");
        elements(entry).iter().filter_map(EventSpan::read).collect()
    }

    /// The binaries and source maps that the program was made of.
    #[must_use]
    pub fn images(&self) -> Vec<Image> {
        let images = list(self.entry("debugmeta"), "images").iter();
        images.filter_map(Image::read).collect()
    }

    /// What went wrong when Sentry processed it.
    #[must_use]
    pub fn problems(&self) -> Vec<EventProblem<'_>> {
        let errors = list(self.value(), "errors").iter();
        errors.filter_map(EventProblem::read).collect()
    }

    /// What a browser reports, by the entry's type: `csp`, `hpkp`, `expectct`, `expectstaple`, and kinds to come.
    #[must_use]
    pub fn reports(&self) -> Vec<(String, Value<'_>)> {
        let entries = list(self.value(), "entries").iter();
        entries
            .filter_map(|entry| Some((filled(entry, "type")?, member(entry, "data"))))
            .filter(|(kind, data)| !KNOWN.contains(&kind.as_str()) && !data.is_null())
            .collect()
    }

    /// The named contexts, such as `device`, `os`, `trace`, and the program's own.
    #[must_use]
    pub fn contexts(&self) -> Members<'_> {
        member(self.value(), "contexts").members()
    }

    /// A context, or `null`.
    #[must_use]
    pub fn context(&self, name: &str) -> Value<'_> {
        inner(self.value(), "contexts", name)
    }

    /// What the program attached as extra data.
    #[must_use]
    pub fn extra(&self) -> Members<'_> {
        member(self.value(), "context").members()
    }

    /// What was measured beside it, such as web vitals: a value and its unit by name.
    #[must_use]
    pub fn measurements(&self) -> Members<'_> {
        member(self.value(), "measurements").members()
    }

    /// Who was affected, as far as the program says: `id`, `email`, `username`, `ip_address`, `name`, and its own.
    #[must_use]
    pub fn user(&self) -> Members<'_> {
        member(self.value(), "user").members()
    }

    /// What a person wrote about it: `name`, `email`, `comments`.
    #[must_use]
    pub fn user_report(&self) -> Members<'_> {
        member(self.value(), "userReport").members()
    }

    /// Versions of packages that the program was made of.
    #[must_use]
    pub fn packages(&self) -> Members<'_> {
        member(self.value(), "packages").members()
    }

    /// The trace that it is part of.
    #[must_use]
    pub fn trace_id(&self) -> Option<String> {
        as_text(member(self.context("trace"), "trace_id"))
    }

    /// The version of the program.
    #[must_use]
    pub fn release(&self) -> Option<String> {
        let release = member(self.value(), "release");
        filled(release, "version").or_else(|| as_text(release).filter(|text| !text.is_empty()))
    }

    /// The last commit of that version, where Sentry knows it.
    #[must_use]
    pub fn last_commit(&self) -> Option<String> {
        as_text(inner(member(self.value(), "release"), "lastCommit", "id"))
    }

    /// The name of the SDK that sent it.
    #[must_use]
    pub fn sdk(&self) -> Option<String> {
        as_text(inner(self.value(), "sdk", "name"))
    }

    /// That SDK's version.
    #[must_use]
    pub fn sdk_version(&self) -> Option<String> {
        as_text(inner(self.value(), "sdk", "version"))
    }

    /// Set for issues that Sentry's detectors made.
    #[must_use]
    pub fn occurrence(&self) -> Option<Occurrence<'_>> {
        Occurrence::read(member(self.value(), "occurrence"))
    }

    fn values(&self, kind: &str) -> impl Iterator<Item = Value<'_>> {
        list(self.entry(kind), "values").iter()
    }

    /// A part of the payload, or `null`.
    fn entry(&self, kind: &str) -> Value<'_> {
        let mut entries = list(self.value(), "entries").iter();
        let found = entries.find(|entry| member(*entry, "type") == kind);
        member(found.unwrap_or_default(), "data")
    }
}

/// Objects of a name and a `value`; older servers have lists of the two.
fn pairs(value: Value<'_>, key: &str) -> Vec<Tag> {
    let pairs = elements(value).iter();
    pairs
        .filter_map(|pair| match elements(pair).pair() {
            Some((key, value)) => Some(Tag {
                key: as_text(key).filter(|key| !key.is_empty())?,
                value: as_text(value)?,
            }),
            None => Some(Tag {
                key: id(pair, key)?,
                value: text(pair, "value")?,
            }),
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
        let answer = self.ask(ask, "an event").await?;
        let event = Event::read(answer).ok_or(ApiError::Malformed("an event"))?;
        Ok(event.owned(issue))
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
        let (answer, next) = self.ask_page(ask, "events").await?;
        let answer = Rc::new(answer);
        let events = answer.things(None, "events")?.places();
        let events = events.filter_map(|at| Event::of(&answer, at));
        Ok(Page {
            items: events.map(|event| event.owned(issue)).collect(),
            next,
        })
    }
}
