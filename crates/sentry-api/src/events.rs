use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::client::Client;
use crate::error::ApiError;
use crate::frames::{Exception, Stacktrace};
use crate::ids::{EventId, IssueId, Slug};
use crate::lenient;
use crate::region::Region;

/// One occurrence of an issue.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Event {
    /// 32 hexadecimal digits.
    #[serde(
        rename = "eventID",
        alias = "eventId",
        deserialize_with = "lenient::text"
    )]
    pub event_id: Option<String>,
    /// One line.
    #[serde(deserialize_with = "lenient::text")]
    pub title: Option<String>,
    /// The log message, where the event is one.
    #[serde(deserialize_with = "lenient::text")]
    pub message: Option<String>,
    /// Where it happened: a function, a transaction, a URL.
    #[serde(deserialize_with = "lenient::text")]
    pub culprit: Option<String>,
    /// Such as `python`.
    #[serde(deserialize_with = "lenient::text")]
    pub platform: Option<String>,
    /// `error`, `default`, `csp`, `generic`, `transaction`, …
    #[serde(rename = "type", deserialize_with = "lenient::text")]
    pub kind: Option<String>,
    /// ISO 8601.
    #[serde(deserialize_with = "lenient::text")]
    pub date_created: Option<String>,
    /// As indexed.
    #[serde(deserialize_with = "lenient::or_absent")]
    pub tags: Vec<Tag>,
    /// The parts of the payload, each read when asked for.
    #[serde(deserialize_with = "lenient::or_default")]
    pub entries: Vec<Entry>,
    /// Set for issues that Sentry's detectors made.
    #[serde(deserialize_with = "lenient::or_absent")]
    pub occurrence: Option<Occurrence>,
    /// Trace, browser, runtime and more.
    #[serde(deserialize_with = "lenient::or_absent")]
    contexts: Contexts,
    #[serde(deserialize_with = "lenient::or_absent")]
    release: Option<Release>,
    /// Who was affected.
    #[serde(deserialize_with = "lenient::or_absent")]
    pub user: Option<User>,
}

/// A part of an event's payload.
#[derive(Debug, Clone, Deserialize)]
pub struct Entry {
    /// `exception`, `threads`, `stacktrace`, `message`, `request`, `breadcrumbs`, `csp`, `spans`, …
    #[serde(default, rename = "type", deserialize_with = "lenient::text")]
    pub kind: Option<String>,
    /// Shaped by `kind`; unread, since most of it is not shown.
    #[serde(default)]
    data: Option<Box<RawValue>>,
}

/// A name and a value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Tag {
    /// Such as `environment`.
    #[serde(deserialize_with = "lenient::text")]
    pub key: Option<String>,
    /// Such as `production`.
    #[serde(deserialize_with = "lenient::text")]
    pub value: Option<String>,
}

/// A thread of a crashed program.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Thread {
    /// Unique in the event.
    #[serde(deserialize_with = "lenient::text")]
    pub id: Option<String>,
    /// As the program named it.
    #[serde(deserialize_with = "lenient::text")]
    pub name: Option<String>,
    /// It brought the program down.
    #[serde(deserialize_with = "lenient::or_default")]
    pub crashed: bool,
    /// What it was doing.
    pub stacktrace: Option<Stacktrace>,
}

/// What a detector saw.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Occurrence {
    /// One line.
    #[serde(deserialize_with = "lenient::text")]
    pub issue_title: Option<String>,
    /// One line more.
    #[serde(deserialize_with = "lenient::text")]
    pub subtitle: Option<String>,
    /// The findings, for people.
    #[serde(deserialize_with = "lenient::or_default")]
    pub evidence_display: Vec<Evidence>,
}

/// One finding.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Evidence {
    /// Such as `Offending Spans`.
    #[serde(deserialize_with = "lenient::text")]
    pub name: Option<String>,
    /// What was found.
    #[serde(deserialize_with = "lenient::text")]
    pub value: Option<String>,
}

/// Who was affected.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct User {
    /// The program's own id for them.
    #[serde(deserialize_with = "lenient::text")]
    pub id: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Contexts {
    trace: Option<TraceContext>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct TraceContext {
    #[serde(deserialize_with = "lenient::text")]
    trace_id: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Release {
    #[serde(deserialize_with = "lenient::text")]
    version: Option<String>,
}

/// The `request` entry: the HTTP request that the program was answering.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct HttpRequest {
    #[serde(deserialize_with = "lenient::text")]
    method: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    url: Option<String>,
}

impl Event {
    /// The exceptions, the innermost cause first, as Sentry keeps them.
    #[must_use]
    pub fn exceptions(&self) -> Vec<Exception> {
        self.values("exception")
    }

    /// The threads.
    #[must_use]
    pub fn threads(&self) -> Vec<Thread> {
        self.values("threads")
    }

    /// A stack trace that belongs to no exception.
    #[must_use]
    pub fn stacktrace(&self) -> Option<Stacktrace> {
        self.entry("stacktrace")
    }

    /// The log message with its parameters filled in.
    #[must_use]
    pub fn formatted_message(&self) -> Option<String> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Message {
            #[serde(deserialize_with = "lenient::text")]
            formatted: Option<String>,
            #[serde(deserialize_with = "lenient::text")]
            message: Option<String>,
        }
        let entry: Message = self.entry("message").unwrap_or_default();
        entry.formatted.or(entry.message)
    }

    /// Method and URL of the HTTP request that the program was answering, such as `GET https://shop.example/cart`.
    #[must_use]
    pub fn http_request(&self) -> Option<String> {
        let request: HttpRequest = self.entry("request")?;
        let url = request.url?;
        Some(
            request
                .method
                .map_or_else(|| url.clone(), |method| format!("{method} {url}")),
        )
    }

    /// The trace that it is part of.
    #[must_use]
    pub fn trace_id(&self) -> Option<&str> {
        self.contexts.trace.as_ref()?.trace_id.as_deref()
    }

    /// The version of the program.
    #[must_use]
    pub fn release(&self) -> Option<&str> {
        self.release.as_ref()?.version.as_deref()
    }

    fn values<T: DeserializeOwned>(&self, kind: &str) -> Vec<T> {
        #[derive(Deserialize)]
        struct Values<T> {
            #[serde(default = "Vec::new")]
            values: Vec<Option<T>>,
        }
        self.entry::<Values<T>>(kind)
            .map(|entry| entry.values.into_iter().flatten().collect())
            .unwrap_or_default()
    }

    /// An entry of another shape than ours counts as absent: it is one part of a page, not worth losing the rest for.
    fn entry<T: DeserializeOwned>(&self, kind: &str) -> Option<T> {
        let entry = self
            .entries
            .iter()
            .find(|entry| entry.kind.as_deref() == Some(kind))?;
        serde_json::from_slice(entry.data.as_ref()?.get().as_bytes()).ok()
    }
}

/// Which event of an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventRef<'a> {
    /// The newest.
    Latest,
    /// This one.
    Id(&'a EventId),
}

impl Client {
    /// One event of an issue: `GET /organizations/{org}/issues/{id}/events/{latest|eventId}/`.
    ///
    /// # Errors
    /// [`ApiError`]
    pub async fn issue_event(
        &self,
        region: &Region,
        organization: &Slug,
        issue: &IssueId,
        event: EventRef<'_>,
    ) -> Result<Event, ApiError> {
        let event = match event {
            EventRef::Latest => "latest",
            EventRef::Id(id) => id.as_str(),
        };
        let segments = [
            "organizations",
            organization.as_str(),
            "issues",
            issue.as_str(),
            "events",
            event,
        ];
        self.get(region, &segments, vec![], "an event").await
    }
}
