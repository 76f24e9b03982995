//! `/organizations/{organization}/trace/{trace}/` and `trace-meta/{trace}/`

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::Path;
use serde_json::{Value, json};

use super::caller::Caller;
use super::error::ApiError;
use crate::data::Data;
use crate::data::trace::{Span, Trace};
use crate::params::Params;
use crate::search::records::written;
use crate::state::State;

/// The spans as trees. As in Sentry, an unknown trace is an empty list.
pub(crate) async fn show(
    state: State,
    caller: Caller,
    Path((organization, trace)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    caller.may(&["event:read", "org:read"])?;
    let data = state.data();
    let organization = caller.organization(&data, &organization)?;
    let spans = match find(&data, &organization.slug, &trace)? {
        Some(trace) => Tree {
            data: &data,
            trace,
            organization: &organization.slug,
        }
        .below(None),
        None => Vec::new(),
    };
    Ok(Json(Value::Array(spans)))
}

struct Tree<'a> {
    data: &'a Data,
    trace: &'a Trace,
    organization: &'a str,
}

impl Tree<'_> {
    fn below(&self, parent: Option<&str>) -> Vec<Value> {
        let spans = self.trace.spans.iter();
        let children = spans.filter(|span| span.parent.as_deref() == parent);
        children.map(|span| self.span(span)).collect()
    }

    fn span(&self, span: &Span) -> Value {
        let project = self.data.project(self.organization, &span.project);
        let id = project.and_then(|project| project.id.parse::<u64>().ok());
        json!({
            "children": self.below(Some(&span.id)),
            "errors": self.errors(span),
            "occurrences": [],
            "event_id": span.id,
            "transaction_id": self.trace.id,
            "project_id": id,
            "project_slug": span.project,
            "profile_id": "",
            "profiler_id": "",
            "parent_span_id": span.parent,
            "start_timestamp": written(self.trace.starts(span)),
            "end_timestamp": written(self.trace.ends(span)),
            "measurements": {},
            "duration": f64::from(span.duration),
            "transaction": span.transaction,
            "is_transaction": self.trace.is_transaction(span),
            "description": span.description,
            "sdk_name": "",
            "op": span.op,
            "name": span.op,
            "event_type": "span",
            "additional_attributes": {},
        })
    }

    fn errors(&self, span: &Span) -> Vec<Value> {
        let within = self
            .trace
            .errors
            .iter()
            .filter(|(_, within)| within == &span.id);
        within
            .filter_map(|(id, _)| {
                let (issue, event) = self.data.event(self.organization, id)?;
                let project = self.data.project(self.organization, &issue.project)?;
                Some(json!({
                    "event_id": event.id,
                    "issue_id": issue.id.parse::<u64>().unwrap_or_default(),
                    "short_id": issue.short_id,
                    "project_id": project.id.parse::<u64>().unwrap_or_default(),
                    "project_slug": project.slug,
                    "title": issue.title,
                    "description": issue.title,
                    "message": issue.title,
                    "level": issue.level,
                    "culprit": issue.culprit,
                    "transaction": span.transaction,
                    "start_timestamp": written(event.date_created),
                    "event_type": "error",
                }))
            })
            .collect()
    }
}

/// Counts of what is in the trace; with camelCase names if the settings say so.
pub(crate) async fn meta(
    state: State,
    caller: Caller,
    Path((organization, trace)): Path<(String, String)>,
    _: Params,
) -> Result<Json<Value>, ApiError> {
    caller.may(&["event:read", "org:read"])?;
    let data = state.data();
    let organization = caller.organization(&data, &organization)?;
    let trace = find(&data, &organization.slug, &trace)?;
    let spans = trace.map_or(&[][..], |trace| &trace.spans);
    let errors = trace.map_or(0, |trace| trace.errors.len());
    let mut ops: BTreeMap<&str, u32> = BTreeMap::new();
    let mut projects: Vec<&str> = spans.iter().map(|span| span.project.as_str()).collect();
    projects.sort_unstable();
    projects.dedup();
    for span in spans {
        *ops.entry(&span.op).or_default() += 1;
    }
    let transactions: Vec<(&str, usize)> = trace.map(transactions).unwrap_or_default();
    let of_trace = |rows: &[crate::data::row::Row]| {
        let within = |row: &&crate::data::row::Row| {
            trace.is_some_and(|trace| row.fields.get("trace") == Some(&json!(trace.id)))
        };
        rows.iter().filter(within).count()
    };
    let logs = of_trace(&data.rows.logs);
    if state.settings().camel_trace_meta {
        return Ok(Json(json!({
            "errorsCount": errors,
            "performanceIssuesCount": 0,
            "spansCount": spans.len(),
            "spansCountMap": ops,
            "transactionChildCountMap": transactions.into_iter().collect::<BTreeMap<_, _>>(),
            "logsCount": logs,
            "metricsCount": of_trace(&data.rows.metrics),
            "uptimeCount": 0,
        })));
    }
    Ok(Json(json!({
        "errors": errors,
        "performance_issues": 0,
        "projects": projects.len(),
        "transactions": transactions.len(),
        "span_count": spans.len(),
        "span_count_map": ops,
        "transaction_child_count_map": transactions
            .iter()
            .map(|(id, count)| json!({"transaction.event_id": id, "count()": count}))
            .collect::<Vec<_>>(),
        "logs": logs,
        "uptime_checks": 0,
    })))
}

/// The span of each transaction, and how many spans it contains.
fn transactions(trace: &Trace) -> Vec<(&str, usize)> {
    let roots = trace.spans.iter().filter(|span| trace.is_transaction(span));
    roots
        .map(|root| {
            let inside = |span: &&Span| span.transaction == root.transaction;
            (root.id.as_str(), trace.spans.iter().filter(inside).count())
        })
        .collect()
}

/// The trace with this id, if the organization has it. A malformed id is a 400.
fn find<'a>(data: &'a Data, organization: &str, id: &str) -> Result<Option<&'a Trace>, ApiError> {
    let id = id.to_ascii_lowercase();
    if id.len() != 32 || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(ApiError::NotFound);
    }
    let here = |trace: &&Trace| {
        trace
            .spans
            .iter()
            .any(|span| data.project(organization, &span.project).is_some())
    };
    Ok(data.traces.iter().filter(|trace| trace.id == id).find(here))
}
