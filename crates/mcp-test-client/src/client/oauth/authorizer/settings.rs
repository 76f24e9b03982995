use url::Url;

use crate::client::oauth::identity::Secret;

/// How the client identifies itself.
#[derive(Debug, Clone)]
pub enum ClientChoice {
    /// The client registers where it signs in.
    Register,
    /// A document at this URL describes the client. The URL is its id everywhere, and nothing is registered.
    Document(String),
    /// The client was registered by hand.
    Registered {
        /// The client id.
        id: String,
        /// The client secret, if it has one.
        secret: Option<Secret>,
        /// The issuer where it was registered, if known.
        issuer: Option<String>,
    },
}

/// Settings of a sign-in.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The MCP endpoint.
    pub server: Url,
    /// The client that signs in.
    pub client: ClientChoice,
    /// The scope to ask for, instead of the one that the server names.
    pub scope: Option<String>,
    /// The issuer to sign in at, of those that the server names.
    pub issuer: Option<String>,
    /// The port of the loopback listener, for authorization servers that compare it.
    pub port: Option<u16>,
    /// Use the client credentials grant, without a person (RFC 6749 §4.4).
    pub own: bool,
    /// Ask for a token for this resource instead of the server's, to see whether one is issued.
    pub resource: Option<String>,
    /// If a server has no metadata, assume `/authorize`, `/token` and `/register` (MCP 2025-03-26).
    pub without_metadata: bool,
}
