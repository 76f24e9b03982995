//! The Sentry tools, for any MCP transport.
//!
//! A [`Server`] is one session (its [`Skills`], [`Scopes`] and [`Constraint`]) over a [`sentry_api::Client`], and
//! implements [`mcp::Handler`]. `catalogue.rs` lists every tool once; each tool is one file under `tools/`, which
//! declares its parameters, its schema and its behaviour together.

#![deny(missing_docs)]

mod arguments;
mod catalogue;
mod completions;
mod confirm;
mod failure;
mod hint;
mod issue_target;
mod issue_url;
mod json;
mod listing;
mod markdown;
mod order;
mod parameter;
mod place;
mod prompts;
mod ranking;
pub mod reference;
mod refusal;
mod resource_url;
mod resources;
mod scope;
mod search;
mod server;
mod session;
mod skill;
mod stacktrace;
mod tool;
mod tools;
mod trace_tree;

pub use catalogue::{catalogue, changes_something, offered, target};
pub use listing::Listings;
pub use refusal::Refusal;
pub use scope::{Scope, Scopes};
pub use server::Server;
pub use session::{
    Constraint, Remembered, Session, Verified, VerifiedConstraints, VerifiedProject,
};
pub use skill::{Skill, Skills};
