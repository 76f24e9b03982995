//! Sentry's tools for a coding agent, as a local process that speaks MCP over stdio.
//!
//! The tools, their checks and the protocol are shared with the hosted server (`sentry-tools`, `mcp`). This crate has
//! what a local process needs: options ([`options`], [`settings`]), the pipe ([`serve`]), its own sign-in ([`auth`])
//! and a place to store it ([`store`]).

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
