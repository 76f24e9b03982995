//! Sentry's REST API, typed.
//!
//! A [`Client`] sends authorized requests through the [`fetch`] port and reads the answers leniently: unknown members
//! are ignored and missing or `null` ones tolerated, because self-hosted releases differ. There is one file per
//! resource, each an `impl Client`. A failure is an [`ApiError`]; nothing of an upstream body is ever in it.

#![deny(missing_docs)]

mod client;
mod error;
mod events;
mod frames;
mod ids;
mod issues;
mod lenient;
mod link;
mod organizations;
mod path;
mod projects;
mod region;
mod retry;
mod token;
mod users;

pub use client::{Client, USER_AGENT};
pub use error::ApiError;
pub use events::{Entry, Event, EventRef, Evidence, Occurrence, Tag, Thread, User as EventUser};
pub use frames::{ContextLine, Exception, Frame, Stacktrace};
pub use ids::{EventId, InvalidId, IssueId, Slug, SlugOrId};
pub use issues::{Issue, IssueMetadata, IssueProject, IssueSearch, IssueSort};
pub use link::Page;
pub use organizations::{Organization, OrganizationLinks, Organizations};
pub use path::{InvalidSegment, path};
pub use projects::Project;
pub use region::{BaseUrl, InvalidBaseUrl, InvalidRegion, Region};
pub use token::{Fixed, Token, TokenError, TokenSource};
pub use users::User;
