//! Agent mode: one tool that takes a request in words, in front of a server's own tools.
//!
//! [`AgentMode`] is a [`mcp::Handler`] around another one. If it was requested and there is a [`Model`], the tool list
//! contains only `use_sentry`. A call of that tool runs [`agent::Agent`], which uses the inner handler's tools through
//! the inner handler, so all of its checks apply here too. Everything else is passed on unchanged: asking for agent
//! mode changes what is offered, and never what is allowed.
//!
//! It runs in workers and natively, and knows the server's tools only from their list.

#![deny(missing_docs)]

mod admission;
mod handler;
mod model;
mod report;
mod run;

pub use admission::{Admission, Denied, Everybody};
pub use handler::{AgentMode, Mode, USE_SENTRY};
pub use model::{InvalidModel, Model};
