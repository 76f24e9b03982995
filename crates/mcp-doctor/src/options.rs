//! What the doctor may do.

use url::Url;

/// What a person asked for.
#[derive(Debug, Clone)]
pub struct Options {
    /// The MCP endpoint.
    pub server: Url,
    /// Register a client where the server offers it; that writes a record there.
    pub register: bool,
    /// Sign in as well, and check tokens.
    pub sign_in: bool,
    /// JSON instead of a table.
    pub json: bool,
}
