use serde_json::Value;

use crate::client::{Ask, Client};
use crate::error::ApiError;
use crate::ids::{EventId, Slug};
use crate::member::{as_text, count, elements, flag, id, list, member, number, text};
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
pub struct Span {
    /// 16 hexadecimal digits.
    pub id: String,
    /// How deep it lies in the tree; the roots are at 0.
    pub depth: usize,
    /// Such as `db`, `http.client`.
    pub operation: Option<String>,
    /// What it does, such as a query.
    pub description: Option<String>,
    /// Of the request, page or job that it belongs to.
    pub transaction: Option<String>,
    /// By slug.
    pub project: Option<String>,
    /// In milliseconds.
    pub duration: Option<f64>,
    /// As Sentry writes it: seconds since 1970, or ISO 8601.
    pub start: Option<String>,
    /// It begins a request, page or job.
    pub is_transaction: bool,
    /// What else Sentry says of it: names and values.
    pub attributes: Vec<(String, String)>,
    /// Errors and detected problems in it.
    pub problems: Vec<Owned<TraceProblem>>,
    /// Spans right below it.
    pub children: usize,
}

/// An error or detected problem in a trace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TraceProblem {
    /// A number.
    pub issue_id: Option<String>,
    /// Such as `CHECKOUT-1A`.
    pub short_id: Option<String>,
    /// One line.
    pub title: Option<String>,
    /// Such as `error`.
    pub level: Option<String>,
    /// By slug.
    pub project: Option<String>,
    /// 32 hexadecimal digits.
    pub event_id: Option<String>,
}

/// A trace as a tree, written in the order of reading.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trace {
    /// Each before its children.
    pub spans: Vec<Owned<Span>>,
    /// What hangs on no span.
    pub orphans: Vec<Owned<TraceProblem>>,
}

impl TraceMeta {
    fn read(value: &Value) -> Option<Self> {
        let either = |snake, camel| count(value, snake).or_else(|| count(value, camel));
        let operations: Vec<_> = ["span_count_map", "spansCountMap", "spanCountMap"]
            .into_iter()
            .filter_map(|name| member(value, name).as_object())
            .flatten()
            .filter_map(|(name, count)| Some((name.clone(), count.as_f64()? as u64)))
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

impl TraceProblem {
    /// It says itself whose it is: a trace runs through many projects, and a span may hold what others found.
    fn owned(value: &Value) -> Owned<Self> {
        Owned::new(Owner::said(value), Self::read(value))
    }

    fn read(value: &Value) -> Self {
        Self {
            issue_id: text(value, "issue_id"),
            short_id: text(value, "short_id")
                .or_else(|| text(value, "issue_short_id"))
                .or_else(|| text(value, "issue")),
            title: text(value, "title")
                .or_else(|| text(value, "message"))
                .or_else(|| text(value, "description")),
            level: text(value, "level"),
            project: text(value, "project_slug"),
            event_id: text(value, "event_id"),
        }
    }
}

impl Trace {
    /// All errors and detected problems, those in spans first. Whose each is, it says itself, whatever it hangs on.
    pub fn problems(&self) -> impl Iterator<Item = &Owned<TraceProblem>> {
        let spans = self.spans.iter();
        let of_spans = spans.flat_map(|span| &span.inside().problems);
        of_spans.chain(&self.orphans)
    }

    fn read(value: &Value) -> Option<Self> {
        let mut trace = Self::default();
        if let Some(roots) = value.as_array() {
            trace.walk(roots, 0);
        } else if value.is_object() {
            // Older servers answer in transactions.
            trace.walk(list(value, "transactions"), 0);
            let orphans = list(value, "orphan_errors").iter();
            trace.orphans.extend(orphans.map(TraceProblem::owned));
        } else {
            return None;
        }
        Some(trace)
    }

    /// A parsed answer is at most 128 deep, and so is this.
    fn walk(&mut self, nodes: &[Value], depth: usize) {
        for node in nodes {
            let kind = text(node, "event_type");
            let is_problem = matches!(kind.as_deref(), Some("error" | "occurrence"));
            // A span's `event_id` is its span id; a transaction of an older server has both.
            let span = id(node, "span_id").or_else(|| id(node, "event_id"));
            let Some(span) = span.filter(|_| !is_problem) else {
                if is_problem {
                    self.orphans.push(TraceProblem::owned(node));
                }
                continue;
            };
            let children = elements(member(node, "children"));
            let span = Span::read(node, span, depth, children.len());
            self.spans.push(Owned::new(Owner::said(node), span));
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

impl Span {
    fn read(value: &Value, id: String, depth: usize, children: usize) -> Self {
        let problems = ["errors", "occurrences", "performance_issues"];
        let operation = text(value, "op").or_else(|| text(value, "transaction.op"));
        let plain = value.as_object().into_iter().flatten();
        let more = ["additional_attributes", "data", "tags"];
        let nested = more
            .iter()
            .filter_map(|name| member(value, name).as_object());
        let attributes = plain
            .filter(|(name, _)| !KNOWN.contains(&name.as_str()))
            .chain(nested.flatten())
            .filter_map(|(name, value)| Some((name.clone(), as_text(value)?)))
            .filter(|(_, value)| !value.is_empty());
        Self {
            id,
            depth,
            // `name` is often only the operation again.
            description: text(value, "description")
                .filter(|text| !text.is_empty())
                .or_else(|| text(value, "name").filter(|name| Some(name) != operation.as_ref()))
                .or_else(|| text(value, "transaction")),
            operation,
            transaction: text(value, "transaction"),
            project: text(value, "project_slug"),
            duration: number(value, "duration")
                .or_else(|| number(value, "transaction.duration"))
                .filter(|duration| duration.is_finite()),
            start: text(value, "start_timestamp"),
            is_transaction: flag(value, "is_transaction"),
            attributes: attributes.collect(),
            problems: problems
                .iter()
                .flat_map(|name| list(value, name))
                .map(TraceProblem::owned)
                .collect(),
            children,
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
        let value = self.ask(ask, "a trace's numbers").await?;
        let meta = TraceMeta::read(&value).ok_or(ApiError::Malformed("a trace's numbers"))?;
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
        let value = self
            .ask(Ask::get(region, &segments, query), "a trace")
            .await?;
        Trace::read(&value).ok_or(ApiError::Malformed("a trace"))
    }
}
