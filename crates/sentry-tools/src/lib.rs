//! The Sentry tools, for any MCP transport.
//!
//! A [`Server`] is one session (its [`Skills`], [`Scopes`] and [`Constraint`]) over a [`sentry_api::Client`], and
//! implements [`mcp::Handler`]. `catalogue.rs` lists every tool once; each tool is one file under `tools/`, which
//! declares its parameters, its schema and its behaviour together.

#![deny(missing_docs)]

mod catalogue;
mod plan;
mod protocol;
pub mod reference;
#[cfg(test)]
mod schemas;
mod text;
mod tools;
mod vocabulary;

pub use catalogue::narrowed::switch;
pub use catalogue::{called, catalogue, changes_something, input_schema, offered, targets};
pub use protocol::constraint::{Missing, Unconfirmed, confirm, names_instead};
pub use protocol::listing::Listings;
pub use protocol::server::Server;
pub use vocabulary::changed::{Changed, Changes, Value};
pub use vocabulary::limits::Limits;
pub use vocabulary::refusal::Refusal;
pub use vocabulary::scope::{Scope, Scopes};
pub use vocabulary::session::{
    Constraint, Remembered, Session, Untrusted, Verified, VerifiedConstraints, VerifiedProject,
};
pub use vocabulary::skill::{Skill, Skills};
