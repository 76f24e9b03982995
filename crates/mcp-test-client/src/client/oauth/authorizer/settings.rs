use url::Url;

use crate::client::oauth::identity::Secret;

/// Who this client is.
#[derive(Debug, Clone)]
pub enum Client {
    /// Registers where it signs in.
    Register,
    /// Is described by a document at this URL, which is its id everywhere; registers nothing.
    Document(String),
    /// Was registered by hand.
    Registered {
        /// Its id.
        id: String,
        /// With it, where there is one.
        secret: Option<Secret>,
        /// Where it was registered, if that was said.
        issuer: Option<String>,
    },
}

/// How to sign in.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The MCP endpoint.
    pub server: Url,
    /// Who asks.
    pub client: Client,
    /// Asks for this scope instead of what the server says.
    pub scope: Option<String>,
    /// Signs in at this one of the server's issuers.
    pub issuer: Option<String>,
    /// The loopback listener's port, where an authorization server compares it.
    pub port: Option<u16>,
    /// Asks for the client's own token (RFC 6749 §4.4), without a person.
    pub own: bool,
    /// Goes to `/authorize`, `/token` and `/register` where a server says nothing (2025-03-26).
    pub without_metadata: bool,
}
