//! What the doctor is allowed to do.

use url::Url;

/// The choices of the person who runs the doctor.
#[derive(Debug, Clone)]
pub struct Options {
    /// The MCP endpoint.
    pub server: Url,
    /// Register a client if the server offers registration. That leaves a record at the server.
    pub register: bool,
    /// Sign in as well, and check tokens.
    pub sign_in: bool,
}
