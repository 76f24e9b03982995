//! What of MCP the tools are offered by: lists, calls, questions to a person, prompts, resources, completions.

pub(crate) mod completions;
pub(crate) mod confirm;
pub(crate) mod constraint;
pub(crate) mod listing;
pub(crate) mod prompts;
pub(crate) mod resources;
pub(crate) mod server;
