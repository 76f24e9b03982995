//! The demo chat is an OAuth client like any other, described by its own metadata document.

use oauth_provider::{Origin, OwnDocument};
use serde_json::json;

use crate::config::SCOPES;

/// Where the document is.
pub const PATH: &str = "/.well-known/oauth-client/demo-chat.json";

/// The document. On https only: an http URL is no Client ID.
pub fn document(origin: &Origin) -> Option<OwnDocument> {
    origin.is_secure().then(|| OwnDocument {
        path: PATH,
        body: metadata(origin, "client_id", &id(origin)),
    })
}

/// The Client ID that the document's place is.
pub fn id(origin: &Origin) -> String {
    [origin.as_str(), PATH].concat()
}

/// Where people come back to.
pub fn redirect_uri(origin: &Origin) -> String {
    [origin.as_str(), "/api/auth/callback"].concat()
}

/// What it says of itself where it registers.
pub fn registration(origin: &Origin) -> String {
    metadata(origin, "application_type", "web")
}

fn metadata(origin: &Origin, name: &str, value: &str) -> String {
    json!({
        name: value,
        "client_name": "Sentry MCP demo chat",
        "client_uri": origin.as_str(),
        "redirect_uris": [redirect_uri(origin)],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "scope": SCOPES.join(" "),
    })
    .to_string()
}
