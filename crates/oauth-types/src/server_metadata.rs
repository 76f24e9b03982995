use serde::Serialize;

/// Authorization server metadata (RFC 8414 §2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuthorizationServerMetadata {
    /// What `iss` will be in every authorization response (RFC 9207 §2).
    pub issuer: String,
    /// Where a person is sent.
    pub authorization_endpoint: String,
    /// Where codes and refresh tokens are exchanged.
    pub token_endpoint: String,
    /// RFC 7591
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_endpoint: Option<String>,
    /// RFC 7009
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation_endpoint: Option<String>,
    /// Stated because the default, `client_secret_basic`, would shut public clients out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation_endpoint_auth_methods_supported: Option<Vec<&'static str>>,
    /// For `private_key_jwt` there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation_endpoint_auth_signing_alg_values_supported: Option<Vec<&'static str>>,
    /// RFC 7662
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_endpoint: Option<String>,
    /// As for revocation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_endpoint_auth_methods_supported: Option<Vec<&'static str>>,
    /// For `private_key_jwt` there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_endpoint_auth_signing_alg_values_supported: Option<Vec<&'static str>>,
    /// RFC 9126
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pushed_authorization_request_endpoint: Option<String>,
    /// Every scope there is.
    pub scopes_supported: Vec<String>,
    /// `code`
    pub response_types_supported: Vec<&'static str>,
    /// `query`
    pub response_modes_supported: Vec<&'static str>,
    /// `authorization_code`, `refresh_token`
    pub grant_types_supported: Vec<&'static str>,
    /// Client authentication at the token endpoint.
    pub token_endpoint_auth_methods_supported: Vec<&'static str>,
    /// For `private_key_jwt`: "servers SHOULD support RS256", and never `none` (RFC 8414 §2).
    pub token_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    /// RFC 7636: `S256`, never `plain`.
    pub code_challenge_methods_supported: Vec<&'static str>,
    /// An https URL is taken as `client_id` (Client ID Metadata Document §6).
    pub client_id_metadata_document_supported: bool,
    /// RFC 9207 §3
    pub authorization_response_iss_parameter_supported: bool,
    /// RFC 9728 §4
    pub protected_resources: Vec<String>,
    /// For developers of clients.
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
    /// For people.
    pub resource_name: String,
}
