//! The datasets, with their columns.

use std::collections::HashMap;

use crate::api::error::ApiError;
use crate::data::Data;
use crate::data::project::Project;
use crate::data::row::Row;
use crate::search::records::{Record, Source};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dataset {
    Errors,
    Spans,
    Logs,
    Metrics,
    Profiles,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// A list of texts.
    List,
    Integer,
    Number,
    /// Milliseconds.
    Duration,
    Date,
    Flag,
}

use Kind::{Date, Duration, Flag, Integer, List, Number, Text};

/// Columns that every dataset has.
const SHARED: &[(&str, Kind)] = &[
    ("id", Text),
    ("timestamp", Date),
    ("project", Text),
    ("project.name", Text),
    ("project.id", Integer),
    ("platform", Text),
    ("environment", Text),
    ("release", Text),
    ("trace", Text),
];

const ERRORS: &[(&str, Kind)] = &[
    ("title", Text),
    ("issue", Text),
    ("issue.id", Integer),
    ("message", Text),
    ("level", Text),
    ("culprit", Text),
    ("location", Text),
    ("event.type", Text),
    ("error.type", List),
    ("error.value", List),
    ("error.handled", Flag),
    ("error.unhandled", Flag),
    ("transaction", Text),
    ("user", Text),
    ("user.id", Text),
    ("user.email", Text),
    ("user.username", Text),
    ("user.ip", Text),
    ("user.display", Text),
    ("platform.name", Text),
];

const SPANS: &[(&str, Kind)] = &[
    ("span.op", Text),
    ("span.description", Text),
    ("span.duration", Duration),
    ("span.self_time", Duration),
    ("span.status", Text),
    ("transaction", Text),
    ("is_transaction", Flag),
    ("parent_span", Text),
    ("span_id", Text),
];

const LOGS: &[(&str, Kind)] = &[
    ("message", Text),
    ("severity", Text),
    ("sentry.item_id", Text),
];

const METRICS: &[(&str, Kind)] = &[
    ("metric.name", Text),
    ("metric.type", Text),
    ("metric.unit", Text),
    ("value", Number),
];

const PROFILES: &[(&str, Kind)] = &[
    ("profile.id", Text),
    ("profiler.id", Text),
    ("thread.id", Text),
    ("transaction", Text),
    ("transaction.duration", Duration),
    ("precise.start_ts", Number),
    ("precise.finish_ts", Number),
];

impl Dataset {
    /// Without a name it is errors; `discover` is their older name.
    pub(super) fn parse(name: Option<&str>) -> Result<Self, ApiError> {
        match name.unwrap_or("errors") {
            "errors" | "discover" | "search_issues" | "events" => Ok(Self::Errors),
            "spans" => Ok(Self::Spans),
            "logs" | "ourlogs" => Ok(Self::Logs),
            "tracemetrics" => Ok(Self::Metrics),
            "profiles" | "profile_functions" => Ok(Self::Profiles),
            other => Err(ApiError::Invalid(format!(
                "dataset must be one of: discover, errors, spans, logs, tracemetrics, profiles; not {other}"
            ))),
        }
    }

    pub(super) fn columns(self) -> impl Iterator<Item = (&'static str, Kind)> {
        let own = match self {
            Self::Errors => ERRORS,
            Self::Spans => SPANS,
            Self::Logs => LOGS,
            Self::Metrics => METRICS,
            Self::Profiles => PROFILES,
        };
        SHARED.iter().chain(own).copied()
    }

    /// `None`: a tag, or nothing at all.
    pub(super) fn kind(self, column: &str) -> Option<Kind> {
        self.columns()
            .find(|(name, _)| *name == column)
            .map(|(_, kind)| kind)
    }

    /// All rows of an organization.
    pub(super) fn records<'a>(self, data: &'a Data, organization: &str) -> Vec<Record<'a>> {
        let rows = match self {
            Self::Errors => return errors(data, organization),
            Self::Spans => &data.rows.spans,
            Self::Logs => &data.rows.logs,
            Self::Metrics => &data.rows.metrics,
            Self::Profiles => &data.rows.profiles,
        };
        let projects = by_slug(data, organization);
        let record = |row: &'a Row| {
            Some(Record {
                project: projects.get(row.project.as_str())?,
                source: Source::Row(row),
            })
        };
        rows.iter().filter_map(record).collect()
    }
}

/// Events of issues that are errors; those of others are in no table.
fn errors<'a>(data: &'a Data, organization: &str) -> Vec<Record<'a>> {
    let mut records = Vec::new();
    let kinds = ["error", "default", "csp", "expectstaple"];
    let projects = by_slug(data, organization);
    for issue in &data.issues {
        let Some(project) = projects.get(issue.project.as_str()) else {
            continue;
        };
        if kinds.contains(&issue.kind.as_str()) {
            records.extend(issue.events.iter().map(|event| Record {
                project,
                source: Source::Event { event, issue },
            }));
        }
    }
    records
}

fn by_slug<'a>(data: &'a Data, organization: &str) -> HashMap<&'a str, &'a Project> {
    let projects = data.projects_of(organization);
    projects
        .map(|project| (project.slug.as_str(), project))
        .collect()
}

impl Kind {
    /// Its name in `meta`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Text => "string",
            List => "array",
            Integer => "integer",
            Number => "number",
            Duration => "duration",
            Date => "date",
            Flag => "boolean",
        }
    }

    pub(super) fn unit(self) -> Option<&'static str> {
        (self == Duration).then_some("millisecond")
    }

    pub(super) fn is_numeric(self) -> bool {
        matches!(self, Integer | Number | Duration)
    }
}
