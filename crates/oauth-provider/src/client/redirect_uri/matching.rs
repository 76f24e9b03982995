//! When a redirect URI that a request asks for is one that its client registered, and what may then be sent there.

use serde::{Deserialize, Serialize};
use url::Url;
use url::form_urlencoded::Serializer;

use crate::origin::Origin;

use super::{RedirectKind, RedirectUri, parts};

impl RedirectUri {
    /// If `asked` is this URI: byte for byte, save that for loopback URIs the port may differ (RFC 8252 §7.3: "The
    /// authorization server MUST allow any port to be specified at the time of the request for loopback IP redirect
    /// URIs"). This is the only comparison of redirect URIs there is.
    #[must_use]
    pub fn accepts(&self, asked: &str) -> Option<RegisteredRedirectUri> {
        let same = if self.text == asked {
            true
        } else if self.kind == RedirectKind::Loopback {
            let asked = Self::parse(asked).ok()?;
            asked.kind == RedirectKind::Loopback
                && without_port(&self.text)? == without_port(&asked.text)?
        } else {
            false
        };
        same.then(|| {
            RegisteredRedirectUri(Self {
                text: asked.to_owned(),
                kind: self.kind,
                host: self.host.clone(),
            })
        })
    }
}

/// A redirect URI to which this client's answers may go. Only [`RedirectUri::accepts`] makes one, so an error that
/// is to be redirected must hold one; without it, it can only become a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredRedirectUri(RedirectUri);

impl RegisteredRedirectUri {
    /// Exactly as the request had it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether it leads to the server at `origin`, whatever its scheme.
    pub(crate) fn is_at(&self, origin: &Origin) -> bool {
        Url::parse(self.as_str()).is_ok_and(|url| origin.is_reached_at(&url))
    }

    /// What it leads to.
    #[must_use]
    pub const fn kind(&self) -> RedirectKind {
        self.0.kind
    }

    /// Its host; empty for private-use schemes without one.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.0.host
    }

    /// Its host, with its port where that is not the scheme's.
    #[must_use]
    pub fn authority(&self) -> String {
        let port = Url::parse(self.as_str()).ok().and_then(|url| url.port());
        match port {
            Some(port) => format!("{}:{port}", self.host()),
            None => self.host().to_owned(),
        }
    }

    /// Scheme, host and port; `None` for private-use schemes.
    #[must_use]
    pub fn origin(&self) -> Option<String> {
        let origin = Url::parse(self.as_str()).ok()?.origin();
        origin.is_tuple().then(|| origin.ascii_serialization())
    }

    /// Its scheme, lower case.
    #[must_use]
    pub fn scheme(&self) -> String {
        self.as_str()
            .split(':')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
    }

    /// The URI with response parameters added to its query, which is otherwise left as it is (RFC 6749 §3.1.2:
    /// the query "MUST be retained when adding additional query parameters").
    #[must_use]
    pub fn with(&self, parameters: &[(&str, &str)]) -> String {
        let text = self.as_str();
        let added = Serializer::new(String::new())
            .extend_pairs(parameters)
            .finish();
        let separator = match text.split_once('?') {
            None => "?",
            Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        format!("{text}{separator}{added}")
    }
}

/// A redirect URI that was accepted at approval, as it rests in signed state until the callback checks it again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ApprovedRedirectUri {
    /// As the client registered it.
    #[serde(rename = "r")]
    registered: String,
    /// As the request had it; absent where it is the same.
    #[serde(rename = "a", skip_serializing_if = "Option::is_none")]
    asked: Option<String>,
}

impl ApprovedRedirectUri {
    /// Remembers what was asked and which registered URI accepted it.
    #[must_use]
    pub fn new(registered: &RedirectUri, asked: &RegisteredRedirectUri) -> Self {
        let asked = (registered.as_str() != asked.as_str()).then(|| asked.as_str().to_owned());
        Self {
            registered: registered.as_str().to_owned(),
            asked,
        }
    }

    /// Matches again, with the same function as at approval.
    #[must_use]
    pub fn check(&self) -> Option<RegisteredRedirectUri> {
        RedirectUri::parse(&self.registered)
            .ok()?
            .accepts(self.asked.as_deref().unwrap_or(&self.registered))
    }
}

/// A loopback URI without its port.
fn without_port(text: &str) -> Option<(&str, &str, &str)> {
    let (scheme, authority, tail) = parts(text)?;
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    };
    Some((scheme, host, tail))
}
