//! The demo chat is an OAuth client like any other, described by its own metadata document.

use oauth_provider::{Origin, OwnDocument};

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

/// `@` stands for the origin, which has no character that JSON would escape.
const METADATA: &str = concat!(
    r#"","client_name":"Sentry MCP demo chat","client_uri":"@","redirect_uris":["@/api/auth/callback"],"#,
    r#""grant_types":["authorization_code","refresh_token"],"response_types":["code"],"#,
    r#""token_endpoint_auth_method":"none","scope":"#,
);

fn metadata(origin: &Origin, name: &str, value: &str) -> String {
    let rest = METADATA.replace('@', origin.as_str());
    [
        "{\"",
        name,
        "\":\"",
        value,
        &rest,
        "\"",
        &SCOPES.join(" "),
        "\"}",
    ]
    .concat()
}
