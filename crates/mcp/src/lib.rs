//! The Model Context Protocol, server side and transport-agnostic.
//!
//! A [`Handler`] supplies a server's name, tools, prompts and resources. [`http::respond`] applies the rules of
//! stateless Streamable HTTP to it, [`stdio`] those of a pipe, and [`dispatch::answer`] takes one message at a time for
//! any other transport.
//! Nothing here does I/O, reads a clock or keeps a session: every request is answered from its own content alone.
//!
//! The supported versions are 2025-03-26, 2025-06-18, 2025-11-25 and 2026-07-28 ([`Version`]). Sections are cited as
//! `MCP <version> <page>`.

#![deny(missing_docs)]

mod completion;
mod content;
pub mod dispatch;
mod error;
mod handler;
pub mod http;
mod input;
pub mod json;
mod message;
mod meta;
mod method;
mod prompt;
mod resource;
mod server_info;
pub mod stdio;
mod told;
mod tool;
mod version;

pub use completion::{Completion, CompletionCall, Reference};
pub use content::Content;
pub use error::RpcError;
pub use handler::{
    Answer, CallError, Capabilities, Handler, Implementation, List, Outcome, PromptCall,
    ResourceCall, ToolCall,
};
pub use input::{ClientCapabilities, Elicited, Input, InputKind, InputRequest, InputRequired};
pub use message::{Id, Malformed, Message};
pub use prompt::{Prompt, PromptMessage, Role};
pub use resource::{ResourceBody, ResourceContents};
pub use told::{About, Ended, Why};
pub use tool::{Annotations, CallToolResult, Tool};
pub use version::Version;
