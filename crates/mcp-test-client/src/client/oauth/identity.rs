use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fetch::Request;
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use super::server_metadata::ServerMetadata;
use crate::client::Error;

/// A client secret or token: silent where it could be shown by accident.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// Takes it over.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// For the one place that sends it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// How a client authenticates at the token endpoint (RFC 7591 §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Not at all.
    None,
    /// RFC 6749 §2.3.1, in a header.
    ClientSecretBasic,
    /// RFC 6749 §2.3.1, in the body.
    ClientSecretPost,
}

impl Method {
    /// All, in the order in which we like them: a program on a person's computer keeps no secret.
    pub(super) const ALL: [Self; 3] = [Self::None, Self::ClientSecretBasic, Self::ClientSecretPost];

    /// Its registered name.
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

/// Who we are at one authorization server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// What it knows us by.
    pub client_id: String,
    /// With it, where there is one.
    pub secret: Option<Secret>,
    /// How the secret is shown.
    pub method: Method,
}

impl Identity {
    /// Without a secret.
    #[must_use]
    pub const fn public(client_id: String) -> Self {
        Self {
            client_id,
            secret: None,
            method: Method::None,
        }
    }

    /// With a secret from elsewhere: in the way that the server takes and we like best.
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
        })
    }

    /// Puts the client's authentication into a request to the token endpoint: exactly one way (RFC 6749 §2.3).
    pub(super) fn authenticate(
        &self,
        mut request: Request,
        form: &mut form_urlencoded::Serializer<'_, String>,
    ) -> Request {
        let secret = self.secret.as_ref().map(Secret::reveal);
        match (self.method, secret) {
            (Method::ClientSecretBasic, Some(secret)) => {
                // Both are form-encoded first (RFC 6749 §2.3.1).
                let encode = |text: &str| -> String {
                    form_urlencoded::byte_serialize(text.as_bytes()).collect()
                };
                let pair = format!("{}:{}", encode(&self.client_id), encode(secret));
                request =
                    request.header("authorization", format!("Basic {}", STANDARD.encode(pair)));
            }
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
