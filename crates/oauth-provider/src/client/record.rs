//! A client as everything after resolution sees it, whichever way it came.

use oauth_types::ClientMetadata;

use crate::crypto::{Bytes, SecretHash, sha256};
use crate::grant::{ClientBinding, Strength};

use super::keys::KeySource;
use super::redirect_uri::{LeftOut, RedirectUri, RegisteredRedirectUri};

/// A client whose id, metadata and redirect URIs were checked. Everything after resolution treats all kinds alike.
#[derive(Debug, Clone)]
pub struct Client {
    /// Compared byte for byte.
    pub id: String,
    /// For URL clients the host of the Client ID, which is their identity, with its port unless that is the scheme's;
    /// `None` for registered ones, of which nothing is proven.
    pub verified_host: Option<String>,
    /// Whether the server's operator registered it.
    pub by_operator: bool,
    /// What it calls itself: cut and stripped, still to be escaped.
    pub name: Option<String>,
    /// What its document says of its home page and its rules; nobody has looked at these.
    pub links: Vec<Link>,
    /// In the order of registration. Empty only if it registered before a rule that refuses all of them: its grants live
    /// on, and there are no new ones.
    pub redirect_uris: Vec<RedirectUri>,
    /// What it lists beside them that cannot be used.
    pub left_out: Vec<LeftOut>,
    /// How it authenticates.
    pub authentication: Authentication,
    /// Whether it gets refresh tokens.
    pub refresh: bool,
    /// Whether nobody has signed in with it here, or only one or two people have and the first of them less than thirty
    /// days ago. A consent page should say so.
    pub is_new: bool,
    /// Whether somebody has completed a sign-in with it here.
    pub is_known: bool,
}

/// The address of a page about a client, to be shown as text with its host: it may be anybody's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// `client_uri`, `tos_uri` or `policy_uri` (RFC 7591 §2).
    pub member: &'static str,
    /// Its host, with its port unless that is the scheme's.
    pub authority: String,
    /// An https URL of at most 200 bytes, in ASCII.
    pub url: String,
}

/// How a client authenticates at the token endpoint.
#[derive(Debug, Clone)]
pub enum Authentication {
    /// `none`
    Public,
    /// `client_secret_basic` or `client_secret_post`; `None` takes both (the method was left out at registration).
    Secret {
        /// Of the secret.
        hash: SecretHash,
        /// The one method that it registered.
        method: Option<SecretMethod>,
    },
    /// `private_key_jwt`
    Keys {
        /// The source of the public keys.
        source: KeySource,
        /// Whether there is no other way; a document may offer `none` beside it.
        required: bool,
    },
}

/// How a request carries a shared secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretMethod {
    /// The header `Authorization` (RFC 6749 §2.3.1).
    Basic,
    /// The form.
    Post,
}

impl Client {
    /// The registered URI that accepts `asked`, and what it then is.
    #[must_use]
    pub fn redirect_uri(&self, asked: &str) -> Option<(&RedirectUri, RegisteredRedirectUri)> {
        self.redirect_uris
            .iter()
            .find_map(|registered| Some((registered, registered.accepts(asked)?)))
    }

    /// What its grants store of it.
    #[must_use]
    pub fn binding(&self) -> ClientBinding {
        let strength = match self.authentication {
            Authentication::Public
            | Authentication::Keys {
                required: false, ..
            } => Strength::None,
            Authentication::Keys { required: true, .. } => Strength::PrivateKeyJwt,
            Authentication::Secret { .. } => Strength::Secret,
        };
        ClientBinding {
            id: self.id.clone(),
            strength,
            refresh: self.refresh,
            keys: self.keys(),
        }
    }

    /// What its grants remember of its keys.
    fn keys(&self) -> Vec<Bytes> {
        match &self.authentication {
            Authentication::Keys { source, .. } => source.marks(),
            Authentication::Public | Authentication::Secret { .. } => Vec::new(),
        }
    }

    /// A hash of what a person agrees to and an approval does not carry: its redirect URIs, its method, its keys and the
    /// links that were shown (CIMD §8.4).
    pub(crate) fn agreed(&self) -> Bytes {
        let mut text = serde_json::to_string(&self.binding()).unwrap_or_default();
        for uri in &self.redirect_uris {
            text.push(' ');
            text.push_str(uri.as_str());
        }
        for link in &self.links {
            text.push(' ');
            text.push_str(&link.url);
        }
        Bytes(sha256(text.as_bytes()).to_vec())
    }
}

/// Whether a client gets refresh tokens: it lists the grant, or no grants at all.
pub(super) fn may_refresh(metadata: &ClientMetadata) -> bool {
    metadata
        .grant_types
        .as_ref()
        .is_none_or(|types| types.iter().any(|t| t == "refresh_token"))
}
