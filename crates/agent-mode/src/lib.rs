//! Agent mode: one tool that takes a request in words, in front of a server's own tools.
//!
//! [`AgentMode`] is a [`mcp::Handler`] around another one. Where it was asked for and there is a [`Model`], the list of
//! tools is `use_sentry` alone; a call of it runs [`agent::Agent`] over the tools of the inner handler, through the
//! inner handler, so that whatever it checks is checked here too. Everything else goes through as it came: asking for
//! agent mode changes what is offered, and never what is allowed.
//!
//! It runs in workers and natively, and knows no tool of the server but by its list.

#![deny(missing_docs)]

mod admission;
mod handler;
mod model;
mod report;
mod run;

pub use admission::{Admission, Denied, Everybody};
pub use handler::{AgentMode, Mode, USE_SENTRY};
pub use model::{InvalidModel, Model};
