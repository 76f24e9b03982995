use std::borrow::Cow;

use crate::client::{Ask, Client};
use crate::error::ApiError;
use crate::ids::{EventId, Slug};
use crate::json::{Json, List, MOST_THINGS, Value};
use crate::member::{as_text, count, elements, flag, list, member, number, words};
use crate::region::Region;
use crate::sight::{Owned, Owner};

/// What is in a trace, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TraceMeta {
    /// Spans.
    pub spans: Option<u64>,
    /// Errors.
    pub errors: Option<u64>,
    /// Issues that detectors made.
    pub performance_issues: Option<u64>,
    /// Log lines.
    pub logs: Option<u64>,
    /// Spans of each operation, such as `db`.
    pub operations: Vec<(String, u64)>,
}

/// A span of a trace: something that took its time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Span<'a> {
    /// 16 hexadecimal digits.
    pub id: Cow<'a, str>,
    /// How deep it lies in the tree; the roots are at 0.
    pub depth: usize,
    /// Such as `db`, `http.client`.
    pub operation: Option<Cow<'a, str>>,
    /// What it does, such as a query.
    pub description: Option<Cow<'a, str>>,
    /// Of the request, page or job that it belongs to.
    pub transaction: Option<Cow<'a, str>>,
    /// By slug.
    pub project: Option<Cow<'a, str>>,
    /// In milliseconds.
    pub duration: Option<f64>,
    /// As Sentry writes it: seconds since 1970, or ISO 8601.
    pub start: Option<Cow<'a, str>>,
    /// It begins a request, page or job.
    pub is_transaction: bool,
    /// Errors and detected problems in it.
    pub problems: Vec<Owned<TraceProblem<'a>>>,
    /// Spans right below it.
    pub children: usize,
    /// All of it.
    value: Value<'a>,
}

/// An error or detected problem in a trace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TraceProblem<'a> {
    /// A number.
    pub issue_id: Option<Cow<'a, str>>,
    /// Such as `CHECKOUT-1A`.
    pub short_id: Option<Cow<'a, str>>,
    /// One line.
    pub title: Option<Cow<'a, str>>,
    /// Such as `error`.
    pub level: Option<Cow<'a, str>>,
    /// By slug.
    pub project: Option<Cow<'a, str>>,
    /// 32 hexadecimal digits.
    pub event_id: Option<Cow<'a, str>>,
}

/// A trace as it came. It is read when it is shown: what it says of its spans takes more room than its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace(Json);

/// A trace as a tree, written in the order of reading.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TraceTree<'a> {
    /// Each before its children; [`MOST_SPANS`] at most.
    pub spans: Vec<Owned<Span<'a>>>,
    /// What hangs on no span; as many at most.
    pub orphans: Vec<Owned<TraceProblem<'a>>>,
    /// Spans beyond these.
    pub more: usize,
}

/// So many spans of a trace are read, and so many problems that hang on none.
pub const MOST_SPANS: usize = 10_000;

impl TraceMeta {
    fn read(value: Value<'_>) -> Option<Self> {
        let either = |snake, camel| count(value, snake).or_else(|| count(value, camel));
        let operations: Vec<_> = ["span_count_map", "spansCountMap", "spanCountMap"]
            .into_iter()
            .flat_map(|name| member(value, name).members())
            .take(MOST_THINGS)
            .filter_map(|(name, count)| Some((name.to_owned(), count.as_f64()? as u64)))
            .collect();
        value.is_object().then(|| Self {
            spans: either("span_count", "spansCount").or_else(|| count(value, "spanCount")),
            errors: either("errors", "errorsCount"),
            performance_issues: either("performance_issues", "performanceIssues")
                .or_else(|| count(value, "performanceIssuesCount")),
            logs: either("logs", "logsCount"),
            operations,
        })
    }
}

impl<'a> TraceProblem<'a> {
    /// It says itself whose it is: a trace runs through many projects, and a span may hold what others found.
    fn owned(value: Value<'a>) -> Owned<Self> {
        Owned::new(Owner::said(value), Self::read(value))
    }

    fn read(value: Value<'a>) -> Self {
        Self {
            issue_id: words(value, "issue_id"),
            short_id: words(value, "short_id")
                .or_else(|| words(value, "issue_short_id"))
                .or_else(|| words(value, "issue")),
            title: words(value, "title")
                .or_else(|| words(value, "message"))
                .or_else(|| words(value, "description")),
            level: words(value, "level"),
            project: words(value, "project_slug"),
            event_id: words(value, "event_id"),
        }
    }
}

impl Trace {
    /// The tree.
    #[must_use]
    pub fn read(&self) -> TraceTree<'_> {
        let mut tree = TraceTree::default();
        let value = self.0.root();
        if value.is_array() {
            tree.walk(elements(value), 0);
        } else {
            // Older servers answer in transactions.
            tree.walk(list(value, "transactions"), 0);
            let orphans = list(value, "orphan_errors").iter().take(MOST_SPANS);
            tree.orphans.extend(orphans.map(TraceProblem::owned));
        }
        tree
    }
}

impl<'a> TraceTree<'a> {
    /// All errors and detected problems, those in spans first. Whose each is, it says itself, whatever it hangs on.
    pub fn problems(&self) -> impl Iterator<Item = &Owned<TraceProblem<'a>>> {
        let spans = self.spans.iter();
        let of_spans = spans.flat_map(|span| &span.inside().problems);
        of_spans.chain(&self.orphans)
    }

    /// A parsed answer is at most 128 deep, and so is this.
    fn walk(&mut self, nodes: List<'a>, depth: usize) {
        for node in nodes {
            let kind = member(node, "event_type").as_str();
            let is_problem = matches!(kind, Some("error" | "occurrence"));
            // A span's `event_id` is its span id; a transaction of an older server has both.
            let id = |name| match member(node, name) {
                Value::Bool(_) => None,
                _ => words(node, name).filter(|id| !id.is_empty()),
            };
            let span = id("span_id").or_else(|| id("event_id"));
            let Some(span) = span.filter(|_| !is_problem) else {
                if is_problem && self.orphans.len() < MOST_SPANS {
                    self.orphans.push(TraceProblem::owned(node));
                }
                continue;
            };
            let children = elements(member(node, "children"));
            if self.spans.len() < MOST_SPANS {
                let span = Span::read(node, span, depth, children.len());
                self.spans.push(Owned::new(Owner::said(node), span));
            } else {
                self.more += 1;
            }
            self.walk(children, depth + 1);
        }
    }
}

/// Members of a span that have a field of their own, or are of no use to a reader.
const KNOWN: [&str; 16] = [
    "event_id",
    "span_id",
    "op",
    "description",
    "transaction",
    "transaction_id",
    "project_slug",
    "project_id",
    "duration",
    "start_timestamp",
    "is_transaction",
    "event_type",
    "name",
    "profile_id",
    "profiler_id",
    "parent_span_id",
];

impl<'a> Span<'a> {
    /// What else Sentry says of it: names and values.
    #[must_use]
    pub fn attributes(&self) -> Vec<(&'a str, String)> {
        let plain = self.value.members().iter();
        let more = ["additional_attributes", "data", "tags"];
        let nested = more
            .iter()
            .flat_map(|name| member(self.value, name).members());
        let attributes = plain
            .filter(|(name, _)| !KNOWN.contains(name))
            .chain(nested)
            .filter_map(|(name, value)| Some((name, as_text(value)?)));
        attributes.filter(|(_, value)| !value.is_empty()).collect()
    }

    fn read(value: Value<'a>, id: Cow<'a, str>, depth: usize, children: usize) -> Self {
        let problems = ["errors", "occurrences", "performance_issues"];
        let operation = words(value, "op").or_else(|| words(value, "transaction.op"));
        Self {
            id,
            depth,
            // `name` is often only the operation again.
            description: words(value, "description")
                .filter(|text| !text.is_empty())
                .or_else(|| words(value, "name").filter(|name| Some(name) != operation.as_ref()))
                .or_else(|| words(value, "transaction")),
            operation,
            transaction: words(value, "transaction"),
            project: words(value, "project_slug"),
            duration: number(value, "duration")
                .or_else(|| number(value, "transaction.duration"))
                .filter(|duration| duration.is_finite()),
            start: words(value, "start_timestamp"),
            is_transaction: flag(value, "is_transaction"),
            problems: problems
                .iter()
                .flat_map(|name| list(value, name))
                .map(TraceProblem::owned)
                .collect(),
            children,
            value,
        }
    }
}

impl Client {
    /// What is in a trace, in numbers: `GET /organizations/{org}/trace-meta/{traceId}/`, over 14 days.
    ///
    /// # Errors
    /// [`ApiError`]
    pub async fn trace_meta(
        &self,
        region: &Region,
        organization: &Slug,
        trace: &EventId,
    ) -> Result<Owned<TraceMeta>, ApiError> {
        let segments = [
            "organizations",
            organization.as_str(),
            "trace-meta",
            trace.as_str(),
        ];
        let ask = Ask::get(region, &segments, vec![("statsPeriod", "14d")]);
        let answer = self.ask(ask, "a trace's numbers").await?;
        let meta =
            TraceMeta::read(answer.root()).ok_or(ApiError::Malformed("a trace's numbers"))?;
        // It counts the spans of all projects.
        Ok(Owned::new(Owner::Unsaid, meta))
    }

    /// A trace: `GET /organizations/{org}/trace/{traceId}/`, over 14 days and all projects, with at most `limit` spans.
    /// (`limit` and `project` are not in Sentry's published API.)
    ///
    /// # Errors
    /// [`ApiError`]
    pub async fn trace(
        &self,
        region: &Region,
        organization: &Slug,
        trace: &EventId,
        limit: &str,
    ) -> Result<Trace, ApiError> {
        let segments = [
            "organizations",
            organization.as_str(),
            "trace",
            trace.as_str(),
        ];
        let query = vec![("limit", limit), ("project", "-1"), ("statsPeriod", "14d")];
        let answer = self
            .ask(Ask::get(region, &segments, query), "a trace")
            .await?;
        if matches!(answer.root(), Value::Array(_) | Value::Object(_)) {
            return Ok(Trace(answer));
        }
        Err(ApiError::Malformed("a trace"))
    }
}
