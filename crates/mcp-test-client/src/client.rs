//! The client: discovery, sign-in, tokens, and messages over HTTP or a pipe.
//!
//! [`oauth`] is an OAuth 2.1 client as MCP requires it, without I/O of its own: it is given a [`fetch::Fetch`], a
//! clock, a [`oauth::Store`], and a [`oauth::Browser`] that shows a person a link. [`transport`] carries JSON-RPC
//! messages, and [`connection`] speaks both families of protocol revisions over it.

pub mod connection;
mod elicitation;
mod error;
mod header;
pub mod oauth;
pub mod transport;

pub use connection::{Connection, Revision, ServerInfo};
pub use elicitation::{Field, defaults, fields};
pub use error::Error;
pub use transport::{Http, Listener, Stdio, Transport};
