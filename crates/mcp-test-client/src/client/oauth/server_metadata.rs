use serde::Deserialize;
use url::Url;

use super::endpoint;
use crate::client::Error;

/// Authorization server metadata (RFC 8414 §2): the members that a client needs. Endpoints are parsed when they are
/// used.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ServerMetadata {
    /// The issuer, compared with the one that was asked.
    pub issuer: String,
    /// The URL to which a person is sent.
    pub authorization_endpoint: Option<String>,
    /// The URL that issues tokens.
    pub token_endpoint: Option<String>,
    /// The URL for dynamic client registration (RFC 7591).
    pub registration_endpoint: Option<String>,
    /// The URL for token revocation (RFC 7009).
    pub revocation_endpoint: Option<String>,
    /// All scopes of the server.
    pub scopes_supported: Option<Vec<String>>,
    /// How clients may authenticate at the token endpoint; `client_secret_basic` if absent (RFC 8414 §2).
    pub token_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// The supported PKCE methods (RFC 7636).
    pub code_challenge_methods_supported: Option<Vec<String>>,
    /// Whether `client_id` may be the URL of a metadata document (Client ID Metadata Document -02 §6).
    #[serde(default)]
    pub client_id_metadata_document_supported: bool,
    /// Whether authorization responses carry `iss` (RFC 9207 §3).
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

impl ServerMetadata {
    /// The default endpoints of a server without metadata (MCP 2025-03-26 authorization, Fallbacks for Servers without
    /// Metadata Discovery). Whether it supports PKCE cannot be known.
    pub(super) fn without_discovery(origin: &str) -> Self {
        Self {
            issuer: origin.to_owned(),
            authorization_endpoint: Some(format!("{origin}/authorize")),
            token_endpoint: Some(format!("{origin}/token")),
            registration_endpoint: Some(format!("{origin}/register")),
            code_challenge_methods_supported: Some(vec!["S256".to_owned()]),
            ..Self::default()
        }
    }

    /// "If `code_challenge_methods_supported` is absent, the authorization server does not support PKCE and MCP
    /// clients MUST refuse to proceed" (MCP 2026-07-28 security considerations).
    pub(super) fn require_s256(&self) -> Result<(), Error> {
        let found = self.code_challenge_methods_supported.as_deref();
        if found.is_some_and(|methods| methods.iter().any(|method| method == "S256")) {
            return Ok(());
        }
        let listed = match found {
            None => "is missing".to_owned(),
            Some(methods) => format!("is [{}]", methods.join(", ")),
        };
        Err(Error::sign_in(
            "RFC 8414 §2, MCP authorization, Authorization Code Protection",
            format!(
                "{} does not offer PKCE with S256: code_challenge_methods_supported {listed}; without it, anybody who intercepts a code could use it",
                self.issuer
            ),
        ))
    }

    /// # Errors
    /// If it is missing, or not a secure URL.
    pub fn authorization_endpoint(&self) -> Result<Url, Error> {
        self.endpoint(
            "authorization_endpoint",
            self.authorization_endpoint.as_deref(),
        )
    }

    /// # Errors
    /// If it is missing, or not a secure URL.
    pub fn token_endpoint(&self) -> Result<Url, Error> {
        self.endpoint("token_endpoint", self.token_endpoint.as_deref())
    }

    pub(super) fn endpoint(&self, member: &str, found: Option<&str>) -> Result<Url, Error> {
        let text = found.ok_or_else(|| {
            Error::sign_in(
                "RFC 8414 §2",
                format!("the metadata of {} has no {member}", self.issuer),
            )
        })?;
        endpoint::read(member, text, "RFC 8414 §2")
    }

    /// Whether the token endpoint supports this authentication method.
    pub(super) fn takes(&self, method: &str) -> bool {
        match &self.token_endpoint_auth_methods_supported {
            Some(methods) => methods.iter().any(|one| one == method),
            None => method == "client_secret_basic",
        }
    }

    pub(super) fn has_scope(&self, scope: &str) -> bool {
        self.scopes_supported
            .as_ref()
            .is_some_and(|scopes| scopes.iter().any(|one| one == scope))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: test-client/pkce-s256
    #[test]
    fn pkce_must_be_offered_with_s256() {
        let with = |methods: Option<&[&str]>| ServerMetadata {
            code_challenge_methods_supported: methods
                .map(|list| list.iter().map(|one| (*one).to_owned()).collect()),
            ..ServerMetadata::default()
        };
        assert!(with(Some(&["plain", "S256"])).require_s256().is_ok());
        for bad in [
            None,
            Some(&[][..]),
            Some(&["plain"][..]),
            Some(&["s256"][..]),
        ] {
            assert!(with(bad).require_s256().is_err(), "{bad:?}");
        }
    }

    // rule: test-client/client-authentication
    #[test]
    fn authentication_defaults_to_basic() {
        let silent = ServerMetadata::default();
        assert!(silent.takes("client_secret_basic"));
        assert!(!silent.takes("none"));
    }
}
