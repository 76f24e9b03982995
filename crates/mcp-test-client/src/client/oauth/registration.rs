//! Dynamic client registration (RFC 7591), and the record that is kept of it.

use std::cell::Cell;
use std::time::Duration;

use fetch::{Fetch, Method as HttpMethod, Request};
use oauth_types::ClientMetadata;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::identity::{Identity, Method, Secret};
use super::server_metadata::ServerMetadata;
use crate::client::Error;

const SECTION: &str = "RFC 7591 §3.2";

/// A registration, stored under its issuer: "Clients MUST associate those credentials with the specific authorization
/// server that issued them" (MCP 2026-07-28 client-registration, Authorization Server Binding).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// The issuer. It is compared on every use, even though the file's name already contains it.
    pub issuer: String,
    /// The id that the server assigned.
    pub client_id: String,
    /// The secret, if the server issued one.
    pub client_secret: Option<Secret>,
    /// When the secret expires, in seconds since the epoch; 0 means never.
    #[serde(default)]
    pub client_secret_expires_at: u64,
    /// How the client authenticates.
    pub method: Method,
    /// The redirect URI with its port. RFC 8252 §7.3 allows the port to differ later, but some servers compare it
    /// exactly.
    pub redirect_uri: String,
}

impl Registration {
    /// The identity to use at the token endpoint.
    #[must_use]
    pub fn identity(&self) -> Identity {
        Identity {
            client_id: self.client_id.clone(),
            secret: self.client_secret.clone(),
            method: self.method,
            with_id: Cell::new(false),
        }
    }

    pub(super) const fn has_ended(&self, now: u64) -> bool {
        self.client_secret_expires_at != 0 && self.client_secret_expires_at <= now
    }
}

#[derive(Deserialize)]
struct Registered {
    client_id: String,
    client_secret: Option<String>,
    client_secret_expires_at: Option<u64>,
    token_endpoint_auth_method: Option<String>,
}

/// Registers this client. "MCP clients MUST specify an appropriate `application_type`"; a program on a person's
/// computer is `native` (MCP 2026-07-28 client-registration).
pub(super) async fn register(
    fetch: &dyn Fetch,
    server: &ServerMetadata,
    redirect_uri: &str,
) -> Result<Registration, Error> {
    let url = server.endpoint(
        "registration_endpoint",
        server.registration_endpoint.as_deref(),
    )?;
    let method = preferred_method(server)?;
    let body = serde_json::to_vec(&metadata(method, redirect_uri))
        .map_err(|error| Error::Local(format!("the registration cannot be written: {error}")))?;
    let request = Request::new(HttpMethod::Post, url.clone())
        .body("application/json", body)
        .header("accept", "application/json")
        .timeout(Duration::from_secs(30))
        .max_body(256 * 1024);
    let answer = fetch
        .fetch(request)
        .await
        .map_err(|source| Error::Unreachable {
            doing: format!("registering at {url}"),
            source,
        })?;
    if !answer.is_success() {
        return Err(refused(answer.status, &answer.body));
    }
    let given: Registered = serde_json::from_slice(&answer.body).map_err(|error| {
        Error::sign_in(
            SECTION,
            format!("the registration's answer cannot be read: {error}"),
        )
    })?;
    let secret = given.client_secret.filter(|secret| !secret.is_empty());
    let method = effective(
        given.token_endpoint_auth_method.as_deref(),
        secret.is_some(),
        server,
    )?;
    Ok(Registration {
        issuer: server.issuer.clone(),
        client_id: given.client_id,
        client_secret: secret.map(Secret::new),
        client_secret_expires_at: given.client_secret_expires_at.unwrap_or(0),
        method,
        redirect_uri: redirect_uri.to_owned(),
    })
}

/// The authentication method to ask for: the first in our order of preference that the server supports.
fn preferred_method(server: &ServerMetadata) -> Result<Method, Error> {
    Method::ALL
        .into_iter()
        .find(|method| server.takes(method.as_str()))
        .ok_or_else(|| {
            let methods = server.token_endpoint_auth_methods_supported.as_deref();
            Error::sign_in(
                "RFC 8414 §2",
                format!(
                    "{} supports none of the authentication methods of this client, only {}",
                    server.issuer,
                    methods.unwrap_or_default().join(", ")
                ),
            )
        })
}

/// The client's metadata (RFC 7591 §2).
fn metadata(method: Method, redirect_uri: &str) -> ClientMetadata {
    let strings = |list: &[&str]| Some(list.iter().map(|one| (*one).to_owned()).collect());
    ClientMetadata {
        redirect_uris: vec![redirect_uri.to_owned()],
        client_name: Some("mcp-test-client".to_owned()),
        application_type: Some("native".to_owned()),
        grant_types: strings(&["authorization_code", "refresh_token"]),
        response_types: strings(&["code"]),
        token_endpoint_auth_method: Some(method.as_str().to_owned()),
        software_id: Some("mcp-test-client".to_owned()),
        software_version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        ..ClientMetadata::default()
    }
}

/// The authentication method to use. The server's answer decides, since it may change what was asked for (RFC 7591
/// §3.2.1). If it names none, its secret and its metadata decide.
fn effective(said: Option<&str>, secret: bool, server: &ServerMetadata) -> Result<Method, Error> {
    match said {
        Some(text) => Method::parse(text)
            .filter(|method| secret || *method == Method::None)
            .ok_or_else(|| {
                Error::sign_in(
                    SECTION,
                    format!("the server registered this client for token_endpoint_auth_method {text}, for which it has nothing to show"),
                )
            }),
        None if !secret => Ok(Method::None),
        None => Ok([Method::ClientSecretBasic, Method::ClientSecretPost]
            .into_iter()
            .find(|method| server.takes(method.as_str()))
            .unwrap_or(Method::None)),
    }
}

fn refused(status: u16, body: &[u8]) -> Error {
    let said: Value = serde_json::from_slice(body).unwrap_or_default();
    let member = |name: &str| said.get(name).and_then(Value::as_str);
    let hint = match member("error") {
        Some("invalid_redirect_uri") => {
            "; it may want another kind of redirect URI from a native application: try --client-id with a client that its operator has registered"
        }
        _ => "",
    };
    Error::sign_in(
        "RFC 7591 §3.2.2",
        format!(
            "the registration was refused with {status} {}{}{hint}",
            member("error").unwrap_or("(no error code)"),
            member("error_description")
                .map(|text| format!(": {text}"))
                .unwrap_or_default(),
        ),
    )
}
