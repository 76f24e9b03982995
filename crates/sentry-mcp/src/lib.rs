//! Sentry's tools for a coding agent, as a local process that speaks MCP over stdio.
//!
//! The tools, their checks and the protocol are those of the hosted server (`sentry-tools`, `mcp`). What is here is what a
//! process needs: options ([`options`], [`settings`]), the pipe ([`serve`]), a sign-in of its own ([`auth`]) and a place to
//! keep it ([`store`]).

pub mod auth;
mod clock;
pub mod ends;
pub mod list;
pub mod local;
pub mod manual;
pub mod options;
mod outgoing;
mod pipe;
pub mod serve;
mod service;
pub mod settings;
pub mod store;
mod words;

pub use service::Service;
