//! Sentry's API under `/api/0/`: one file per resource.

pub(crate) mod account;
pub(crate) mod activity;
mod actor;
pub(crate) mod alerting;
pub(crate) mod autofix;
mod body;
mod caller;
pub(crate) mod committers;
pub(crate) mod discover;
pub(crate) mod error;
pub(crate) mod events;
pub(crate) mod external_issues;
mod filter;
pub(crate) mod issues;
pub(crate) mod keys;
mod named;
pub(crate) mod organizations;
mod paging;
pub(crate) mod projects;
pub(crate) mod regions;
pub(crate) mod releases;
pub(crate) mod replays;
pub(crate) mod stacktrace_link;
pub(crate) mod teams;
pub(crate) mod traces;
