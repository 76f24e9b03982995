//! Sentry's API under `/api/0/`: one file per resource.

pub(crate) mod account;
mod actor;
mod caller;
pub(crate) mod error;
pub(crate) mod events;
pub(crate) mod issues;
mod name_query;
pub(crate) mod organizations;
mod paging;
pub(crate) mod projects;
pub(crate) mod regions;
pub(crate) mod teams;
