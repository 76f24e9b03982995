//! What a client can know before it asks: RFC 8414 and RFC 9728 documents.

use oauth_types::{AuthorizationServerMetadata, ProtectedResourceMetadata};
use url::form_urlencoded;

use crate::crypto::SignatureAlgorithm;
use crate::resource::Resource;
use crate::settings::Settings;

/// Paths of the endpoints.
pub mod path {
    /// RFC 6749 §3.1
    pub const AUTHORIZE: &str = "/oauth/authorize";
    /// The redirect URI of this server as a client of the upstream server.
    pub const CALLBACK: &str = "/oauth/callback";
    /// RFC 6749 §3.2
    pub const TOKEN: &str = "/oauth/token";
    /// RFC 7591 §3
    pub const REGISTER: &str = "/oauth/register";
    /// RFC 7009 §2
    pub const REVOKE: &str = "/oauth/revoke";
    /// RFC 7662 §2
    pub const INTROSPECT: &str = "/oauth/introspect";
    /// RFC 9126 §2
    pub const PAR: &str = "/oauth/par";
    /// RFC 9728 §3.1; the resource's path and query follow.
    pub const PROTECTED_RESOURCE: &str = "/.well-known/oauth-protected-resource";
    /// RFC 8414 §3.1; a scoped issuer's path follows.
    pub const AUTHORIZATION_SERVER: &str = "/.well-known/oauth-authorization-server";
}

const AUTH_METHODS: [&str; 4] = [
    "none",
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
];

/// A resource as a URL was asked about: its path, and the query, which is echoed and decides nothing.
#[derive(Debug, Clone)]
pub struct AskedResource {
    /// What it is.
    pub resource: Resource,
    /// Its path as it was asked, also with a slash at the end.
    path: String,
    /// Without `?`; `None` where there was none.
    query: Option<String>,
}

impl AskedResource {
    /// Reads path and query of a request; `None` where that is no resource of ours.
    #[must_use]
    pub fn read(path: &str, query: Option<&str>, settings: &Settings) -> Option<Self> {
        let resource = Resource::from_path(path, settings.resource_base)?;
        Some(Self {
            resource,
            path: path.to_owned(),
            query: query.map(str::to_owned),
        })
    }

    /// The URL exactly as asked.
    #[must_use]
    pub fn url(&self, settings: &Settings) -> String {
        self.below(settings.origin.as_str())
    }

    /// The URL of its metadata (RFC 9728 §3.1).
    #[must_use]
    pub fn metadata_url(&self, settings: &Settings) -> String {
        self.below(&format!("{}{}", settings.origin, path::PROTECTED_RESOURCE))
    }

    fn below(&self, base: &str) -> String {
        match &self.query {
            Some(query) => format!("{base}{}?{query}", self.path),
            None => format!("{base}{}", self.path),
        }
    }
}

/// The authorization server's metadata (RFC 8414 §2). For clients that look for it under the resource's path,
/// `scoped` makes a document whose issuer is that path, and whose authorization endpoint carries resource and issuer.
#[must_use]
pub fn authorization_server(
    settings: &Settings,
    scoped: Option<&AskedResource>,
) -> AuthorizationServerMetadata {
    let origin = &settings.origin;
    let endpoint = |path: &str| format!("{origin}{path}");
    let issuer = scoped.map_or_else(|| origin.to_string(), |asked| asked.resource.url(origin));
    let authorization_endpoint = match scoped {
        None => endpoint(path::AUTHORIZE),
        Some(asked) => {
            let query = form_urlencoded::Serializer::new(String::new())
                .append_pair("resource", &asked.url(settings))
                .append_pair("issuer", &issuer)
                .finish();
            format!("{origin}{}?{query}", path::AUTHORIZE)
        }
    };
    AuthorizationServerMetadata {
        issuer,
        authorization_endpoint,
        token_endpoint: endpoint(path::TOKEN),
        registration_endpoint: settings.registration_open.then(|| endpoint(path::REGISTER)),
        revocation_endpoint: Some(endpoint(path::REVOKE)),
        revocation_endpoint_auth_methods_supported: Some(AUTH_METHODS.to_vec()),
        revocation_endpoint_auth_signing_alg_values_supported: Some(algorithms()),
        introspection_endpoint: Some(endpoint(path::INTROSPECT)),
        introspection_endpoint_auth_methods_supported: Some(AUTH_METHODS.to_vec()),
        introspection_endpoint_auth_signing_alg_values_supported: Some(algorithms()),
        pushed_authorization_request_endpoint: Some(endpoint(path::PAR)),
        scopes_supported: scopes(settings),
        response_types_supported: vec!["code"],
        response_modes_supported: vec!["query"],
        grant_types_supported: vec!["authorization_code", "refresh_token"],
        token_endpoint_auth_methods_supported: AUTH_METHODS.to_vec(),
        token_endpoint_auth_signing_alg_values_supported: algorithms(),
        code_challenge_methods_supported: vec!["S256"],
        client_id_metadata_document_supported: settings.metadata_documents,
        authorization_response_iss_parameter_supported: true,
        protected_resources: vec![settings.root_resource().url(origin)],
        service_documentation: endpoint(settings.documentation_path),
    }
}

/// The protected resource's metadata (RFC 9728 §2).
#[must_use]
pub fn protected_resource(settings: &Settings, asked: &AskedResource) -> ProtectedResourceMetadata {
    ProtectedResourceMetadata {
        resource: asked.url(settings),
        authorization_servers: vec![settings.origin.to_string()],
        scopes_supported: scopes(settings),
        bearer_methods_supported: vec!["header"],
        resource_name: settings.resource_name.to_owned(),
    }
}

fn algorithms() -> Vec<&'static str> {
    SignatureAlgorithm::ALL
        .map(SignatureAlgorithm::as_str)
        .to_vec()
}

fn scopes(settings: &Settings) -> Vec<String> {
    settings
        .scopes
        .iter()
        .map(|scope| (*scope).to_owned())
        .collect()
}
