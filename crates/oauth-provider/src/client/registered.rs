//! The record of a registered client, and the client that it makes.

use oauth_types::ClientMetadata;
use serde::{Deserialize, Serialize};

use crate::crypto::SecretHash;
use crate::time::UnixTime;

use super::acquaintance::{Acquaintance, Newcomer};
use super::keys::KeySource;
use super::record::{Authentication, Client, SecretMethod, may_refresh};
use super::redirect_uri::{LeftOut, RedirectUri};
use super::text::name_for_display;

/// A registered client as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Registration {
    /// Drawn at registration; never begins with `https://`.
    pub client_id: String,
    /// When it registered.
    pub issued_at: UnixTime,
    /// Hash of the secret, for a client that has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_hash: Option<SecretHash>,
    /// Whether the method was left out, so that basic and post both work.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub any_secret_method: bool,
    /// Until when the record is kept, since somebody has completed a sign-in with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_until: Option<UnixTime>,
    /// While it is known and still new here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newcomer: Option<Newcomer>,
    /// Whether it comes from the operator's configuration.
    #[serde(skip)]
    pub preregistered: bool,
    /// The metadata with every default filled in.
    pub metadata: ClientMetadata,
}

impl Registration {
    pub(super) fn acquaintance(&self) -> Acquaintance {
        Acquaintance {
            known_until: self.known_until,
            newcomer: self.newcomer.clone(),
        }
    }

    /// The client, or `None` if the record does not satisfy today's rules. The caller sets `is_new` and `is_known`, which
    /// depend on the time.
    #[must_use]
    pub fn to_client(&self) -> Option<Client> {
        let mut redirect_uris = Vec::new();
        let mut left_out = Vec::new();
        for text in &self.metadata.redirect_uris {
            match RedirectUri::parse(text) {
                Ok(uri) => redirect_uris.push(uri),
                Err(error) => left_out.push(LeftOut {
                    uri: text.clone(),
                    error,
                }),
            }
        }
        let method = match self.metadata.token_endpoint_auth_method.as_deref() {
            Some("client_secret_post") => Some(SecretMethod::Post),
            _ => Some(SecretMethod::Basic),
        };
        let asked = self.metadata.token_endpoint_auth_method.as_deref();
        let authentication = match (asked, self.secret_hash) {
            (Some("private_key_jwt"), _) => Authentication::Keys {
                source: KeySource::of(&self.metadata).filter(KeySource::is_usable)?,
                required: true,
            },
            (_, Some(hash)) => Authentication::Secret {
                hash,
                method: method.filter(|_| !self.any_secret_method),
            },
            (Some("none"), None) => Authentication::Public,
            (_, None) => return None,
        };
        let lists_any = !(redirect_uris.is_empty() && left_out.is_empty());
        lists_any.then(|| Client {
            id: self.client_id.clone(),
            verified_host: None,
            by_operator: self.preregistered,
            name: self
                .metadata
                .client_name
                .as_deref()
                .and_then(name_for_display),
            links: Vec::new(),
            redirect_uris,
            left_out,
            authentication,
            refresh: may_refresh(&self.metadata),
            is_new: true,
            is_known: false,
        })
    }
}
