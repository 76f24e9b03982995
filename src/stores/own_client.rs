//! The demo chat is an OAuth client like any other, described by its own metadata document.

use oauth_provider::{Origin, OwnDocument, Settings};

use wasm_bindgen_futures::JsFuture;
use worker::Env;

use crate::config::SCOPES;
use crate::runtime::bindings::OAUTH_KV;
use crate::runtime::edge;

/// The path of the metadata document.
pub const PATH: &str = "/.well-known/oauth-client/demo-chat.json";

/// The document; `None` on plain http, since an http URL is no Client ID.
pub fn document(origin: &Origin) -> Option<OwnDocument> {
    origin.is_secure().then(|| OwnDocument {
        path: PATH,
        body: metadata(origin, "client_id", &id(origin)),
    })
}

/// The Client ID: the document's URL.
pub fn id(origin: &Origin) -> String {
    [origin.as_str(), PATH].concat()
}

/// The server's settings with this client in them.
pub fn described_in(settings: Settings) -> Settings {
    Settings {
        own_document: document(&settings.origin),
        own_redirect_uri: Some(redirect_uri(&settings.origin)),
        ..settings
    }
}

/// The chat's redirect URI.
pub fn redirect_uri(origin: &Origin) -> String {
    [origin.as_str(), "/api/auth/callback"].concat()
}

/// The body of its dynamic registration, for origins at which it has no document.
pub fn registration(origin: &Origin) -> String {
    metadata(origin, "application_type", "web")
}

/// The client id that it registered at `origin`, while that is kept.
pub async fn kept_id(origin: &Origin, env: &Env) -> Option<String> {
    let got = edge::kv_get(env, OAUTH_KV, &key(origin)).ok()?;
    edge::text(got).await.ok()?
}

/// Keeps that id for `seconds`. If that fails, the chat registers again the next time.
pub async fn keep_id(id: &str, seconds: u32, origin: &Origin, env: &Env) {
    if let Ok(put) = edge::kv_put(env, OAUTH_KV, &key(origin), id, seconds) {
        let _ = JsFuture::from(put).await;
    }
}

fn key(origin: &Origin) -> String {
    ["chat:", origin.as_str()].concat()
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
