use serde::Serialize;

/// Authorization server metadata (RFC 8414 §2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuthorizationServerMetadata {
    /// What `iss` will be in every authorization response (RFC 9207 §2).
    pub issuer: String,
    /// The authorization endpoint, to which a person's browser is sent (RFC 6749 §3.1).
    pub authorization_endpoint: String,
    /// The token endpoint (RFC 6749 §3.2).
    pub token_endpoint: String,
    /// The registration endpoint (RFC 7591 §3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_endpoint: Option<String>,
    /// The revocation endpoint (RFC 7009 §2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation_endpoint: Option<String>,
    /// Stated because the default, `client_secret_basic`, would shut public clients out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation_endpoint_auth_methods_supported: Option<Vec<&'static str>>,
    /// Algorithms for `private_key_jwt` at that endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation_endpoint_auth_signing_alg_values_supported: Option<Vec<&'static str>>,
    /// The introspection endpoint (RFC 7662 §2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_endpoint: Option<String>,
    /// Client authentication at the introspection endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_endpoint_auth_methods_supported: Option<Vec<&'static str>>,
    /// Algorithms for `private_key_jwt` at that endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_endpoint_auth_signing_alg_values_supported: Option<Vec<&'static str>>,
    /// The endpoint for pushed authorization requests (RFC 9126 §2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pushed_authorization_request_endpoint: Option<String>,
    /// Every scope there is.
    pub scopes_supported: Vec<String>,
    /// Only `code`.
    pub response_types_supported: Vec<&'static str>,
    /// Only `query`.
    pub response_modes_supported: Vec<&'static str>,
    /// `authorization_code`, `refresh_token`
    pub grant_types_supported: Vec<&'static str>,
    /// Client authentication at the token endpoint.
    pub token_endpoint_auth_methods_supported: Vec<&'static str>,
    /// For `private_key_jwt`: "servers SHOULD support RS256", and never `none` (RFC 8414 §2).
    pub token_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    /// RFC 7636: `S256`, never `plain`.
    pub code_challenge_methods_supported: Vec<&'static str>,
    /// An https URL is taken as `client_id` (Client ID Metadata Document -02 §6).
    pub client_id_metadata_document_supported: bool,
    /// Whether authorization responses carry `iss` (RFC 9207 §3).
    pub authorization_response_iss_parameter_supported: bool,
    /// The resources that trust this issuer (RFC 9728 §4).
    pub protected_resources: Vec<String>,
    /// URL of the documentation for developers of clients.
    pub service_documentation: String,
}

/// Protected resource metadata (RFC 9728 §2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProtectedResourceMetadata {
    /// The resource's own URL, exactly as it was asked about.
    pub resource: String,
    /// The issuers that the resource trusts.
    pub authorization_servers: Vec<String>,
    /// What a token may carry.
    pub scopes_supported: Vec<String>,
    /// RFC 6750: `header` only.
    pub bearer_methods_supported: Vec<&'static str>,
    /// The resource's name, for people.
    pub resource_name: String,
}
