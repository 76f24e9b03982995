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
        body: json!({
            "client_id": format!("{origin}{PATH}"),
            "client_name": "Sentry MCP demo chat",
            "client_uri": origin.as_str(),
            "redirect_uris": [format!("{origin}/api/auth/callback")],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
            "scope": SCOPES.join(" "),
        })
        .to_string(),
    })
}
