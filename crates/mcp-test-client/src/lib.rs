//! A client that finds out what is wrong with the sign-in of an MCP server.

pub mod as_server;
pub mod cli;
pub mod client;
pub mod metadata;
