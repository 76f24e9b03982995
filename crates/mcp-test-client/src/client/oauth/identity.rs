use std::cell::Cell;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fetch::Request;
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use super::server_metadata::ServerMetadata;
use crate::client::Error;

/// A client secret or a token. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// Wraps a secret.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The secret itself, for the code that sends it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// How a client authenticates at the token endpoint (RFC 7591 §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// The client does not authenticate.
    None,
    /// HTTP Basic authentication (RFC 6749 §2.3.1).
    ClientSecretBasic,
    /// Id and secret in the request body (RFC 6749 §2.3.1).
    ClientSecretPost,
}

impl Method {
    /// All methods in order of preference. A program on a person's computer cannot keep a secret, so none is best.
    pub(super) const ALL: [Self; 3] = [Self::None, Self::ClientSecretBasic, Self::ClientSecretPost];

    /// The method's registered name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == text)
    }
}

/// A client at one authorization server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The client id.
    pub client_id: String,
    /// The client secret, if there is one.
    pub secret: Option<Secret>,
    /// How the client authenticates with the secret.
    pub method: Method,
    /// Whether `client_id` is sent in the body beside the Authorization header. Some servers refuse a client without
    /// it, although the header says who it is (RFC 6749 §2.3.1).
    pub with_id: Cell<bool>,
}

impl Identity {
    /// A client without a secret.
    #[must_use]
    pub const fn public(client_id: String) -> Self {
        Self {
            client_id,
            secret: None,
            method: Method::None,
            with_id: Cell::new(false),
        }
    }

    /// A client with a secret, using the method we prefer among those that the server supports.
    pub(super) fn confidential(
        client_id: String,
        secret: Secret,
        server: &ServerMetadata,
    ) -> Result<Self, Error> {
        let method = [Method::ClientSecretBasic, Method::ClientSecretPost]
            .into_iter()
            .find(|method| server.takes(method.as_str()))
            .ok_or_else(|| {
                Error::sign_in(
                    "RFC 8414 §2",
                    format!(
                        "there is a client secret, and {} takes neither client_secret_basic nor client_secret_post",
                        server.issuer
                    ),
                )
            })?;
        Ok(Self {
            client_id,
            secret: Some(secret),
            method,
            with_id: Cell::new(false),
        })
    }

    /// The value of the Authorization header, for a client that authenticates with it.
    #[must_use]
    pub fn basic(&self) -> Option<String> {
        let secret = self
            .secret
            .as_ref()
            .filter(|_| self.method == Method::ClientSecretBasic)?;
        // Both are form-encoded first (RFC 6749 §2.3.1).
        let encode =
            |text: &str| -> String { form_urlencoded::byte_serialize(text.as_bytes()).collect() };
        let pair = format!("{}:{}", encode(&self.client_id), encode(secret.reveal()));
        Some(format!("Basic {}", STANDARD.encode(pair)))
    }

    /// Adds the client's authentication to a token request, by exactly one method (RFC 6749 §2.3).
    pub(super) fn authenticate(
        &self,
        request: Request,
        form: &mut form_urlencoded::Serializer<'_, String>,
    ) -> Request {
        if let Some(header) = self.basic() {
            if self.with_id.get() {
                form.append_pair("client_id", &self.client_id);
            }
            return request.header("authorization", header);
        }
        let secret = self.secret.as_ref().map(Secret::reveal);
        match (self.method, secret) {
            (Method::ClientSecretPost, Some(secret)) => {
                form.append_pair("client_id", &self.client_id);
                form.append_pair("client_secret", secret);
            }
            _ => {
                form.append_pair("client_id", &self.client_id);
            }
        }
        request
    }
}
