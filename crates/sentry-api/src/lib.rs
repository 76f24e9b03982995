//! Sentry's REST API, typed.
//!
//! A [`Client`] sends authorized requests through the [`fetch`] port and reads the answers leniently: unknown members
//! are ignored and missing or `null` ones tolerated, because self-hosted releases differ. There is one file per
//! resource, each an `impl Client`. A failure is an [`ApiError`]; nothing of an upstream body is ever in it.
//! What is somebody's comes as [`Owned`], which shows itself to a [`Sight`] only.

#![deny(missing_docs)]

mod activity;
mod autofix;
mod client;
mod committers;
mod discover;
mod docs;
mod endpoint;
mod error;
mod events;
mod exceptions;
mod external_issues;
mod frames;
mod ids;
mod issues;
mod json;
mod link;
mod member;
mod mend;
mod organizations;
mod path;
mod projects;
mod region;
mod releases;
mod replays;
mod reports;
mod retry;
mod sight;
mod stacktrace_link;
mod tags;
mod teams;
mod token;
mod traces;
mod users;

pub use activity::Activity;
pub use autofix::{AutofixRun, AutofixStatus, Finding};
pub use client::{Client, USER_AGENT};
pub use committers::SuspectCommit;
pub use discover::{Cell, Invalid, Row};
pub use docs::DocPage;
pub use endpoint::{Endpoint, Filling, Reply, Whose};
pub use error::ApiError;
pub use events::{
    Breadcrumb, Event, EventProblem, EventRef, EventSpan, HttpRequest, Image, IssueEventSearch,
    Message, Occurrence, Tag,
};
pub use exceptions::{Exception, Mechanism, Thread};
pub use external_issues::ExternalIssue;
pub use frames::{ContextLine, Frame, Lock, LockUse, Stack};
pub use ids::{EventId, EventName, InvalidId, IssueId, Slug, SlugOrId, TagKey};
pub use issues::{
    Annotation, Assignee, Issue, IssueChange, IssueDetails, IssueMetadata, IssueProject,
    IssueSearch, IssueSort,
};
pub use json::{Elements, Json, List, Members, Number, Pairs, Value};
pub use link::Page;
pub use member::{count, float};
pub use organizations::{Organization, OrganizationLinks, Organizations};
pub use path::{InvalidSegment, path};
pub use projects::Project;
pub use region::{BaseUrl, InvalidBaseUrl, InvalidRegion, Region};
pub use releases::Release;
pub use replays::Replay;
pub use sight::{IssueKey, Owned, ProjectKey, Sight};
pub use tags::{IssueTag, TagValue};
pub use teams::Team;
pub use token::{Fixed, Token, TokenError, TokenSource};
pub use traces::{MOST_SPANS, Span, Trace, TraceMeta, TraceProblem, TraceTree};
pub use users::User;
