//! The Model Context Protocol, server side and transport-agnostic.
//!
//! A [`Handler`] knows a server's name and its tools. [`http::respond`] puts the stateless Streamable HTTP rules in
//! front of it, and [`dispatch::answer`] takes one message at a time for any other transport. Nothing here does I/O,
//! has a clock or keeps a session: every request is answered from itself alone.
//!
//! Spoken are 2025-03-26, 2025-06-18 and 2025-11-25 ([`Version`]); sections are cited as `MCP <version> <page>`.

#![deny(missing_docs)]

pub mod dispatch;
mod error;
mod handler;
pub mod http;
mod message;
mod tool;
mod version;

pub use error::RpcError;
pub use handler::{CallError, Handler, Implementation, ToolCall};
pub use message::{Id, Malformed, Message};
pub use tool::{Annotations, CallToolResult, Content, Tool};
pub use version::Version;
