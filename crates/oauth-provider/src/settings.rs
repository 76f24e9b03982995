use std::time::Duration;

use url::Url;

use crate::client::{RegisteredRedirectUri, is_url};
use crate::grant::Policy;
use crate::origin::Origin;
use crate::resource::Resource;

/// The configuration of one deployment.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The origin under which the server was reached; also its issuer.
    pub origin: Origin,
    /// The path of the protected resource, such as `/mcp`; up to two slugs below it narrow it.
    pub resource_base: &'static str,
    /// Every scope there is.
    pub scopes: &'static [&'static str],
    /// The resource's name, for people, and the realm of challenges.
    pub resource_name: &'static str,
    /// Path of the documentation for developers of clients.
    pub documentation_path: &'static str,
    /// Whether https URLs are taken as client ids. An adapter must say no if its fetch can
    /// reach private addresses.
    pub metadata_documents: bool,
    /// The metadata document of a client that this server itself serves.
    pub own_document: Option<OwnDocument>,
    /// The one redirect URI at this server's own origin that a client may have: that of a client which is a part of it.
    pub own_redirect_uri: Option<String>,
    /// Which hosts may describe clients.
    pub document_hosts: DocumentHosts,
    /// The clients that the operator has shut out, by id. Nothing of theirs is ended: they are only not served.
    pub clients_denied: Vec<String>,
    /// How long a registration lives after its last use.
    pub registration: Duration,
    /// Whether a client that nobody knows may register itself (RFC 7591). Those that have registered are served either way.
    pub registration_open: bool,
    /// Lifetimes and limits of grants.
    pub grants: Policy,
}

impl Settings {
    /// The least that makes a server; all else has a default, and is public. Client metadata documents are off until
    /// somebody says that [`Settings::metadata_documents`] may be on.
    #[must_use]
    pub fn new(
        origin: Origin,
        resource_base: &'static str,
        scopes: &'static [&'static str],
        resource_name: &'static str,
    ) -> Self {
        Self {
            origin,
            resource_base,
            scopes,
            resource_name,
            documentation_path: "/",
            metadata_documents: false,
            own_document: None,
            own_redirect_uri: None,
            document_hosts: DocumentHosts::default(),
            clients_denied: Vec::new(),
            registration: Duration::from_secs(90 * 86_400),
            registration_open: true,
            grants: Policy::default(),
        }
    }

    /// Whether a redirect URI at this origin is the one that may be: byte for byte, of the client that
    /// [`Self::own_document`] describes, and without such a document of one that registered.
    pub(crate) fn is_own_redirect_uri(&self, uri: &str, client_id: &str) -> bool {
        let owner = match &self.own_document {
            Some(_) => self.is_own(client_id),
            None => !client_id.contains("://"),
        };
        owner && self.own_redirect_uri.as_deref() == Some(uri)
    }

    /// Whether it is the client that this server describes itself.
    fn is_own(&self, client_id: &str) -> bool {
        self.own_document
            .as_ref()
            .is_some_and(|own| client_id.strip_prefix(self.origin.as_str()) == Some(own.path))
    }

    /// Whether the operator has shut this client out: by its id, or by the host of its document. The client that this
    /// server describes itself has no such host. Asked at every place where a client begins or goes on with something.
    #[must_use]
    #[inline(never)]
    pub fn denies_client(&self, client_id: &str) -> bool {
        self.clients_denied.iter().any(|denied| denied == client_id)
            || (!self.document_hosts.are_all()
                && is_url(client_id)
                && !self.is_own(client_id)
                && Url::parse(client_id).is_ok_and(|url| {
                    !self
                        .document_hosts
                        .allow(url.host_str().unwrap_or_default())
                }))
    }

    /// Whether an answer may not go there, since the operator has shut out its host. A client that registers again under
    /// another id keeps the place where it waits for the answer.
    #[must_use]
    pub fn denies_answers_to(&self, uri: &RegisteredRedirectUri) -> bool {
        self.document_hosts.deny(uri.host())
    }

    /// The resource with nothing narrowed.
    #[must_use]
    pub fn root_resource(&self) -> Resource {
        Resource::root(self.resource_base)
    }
}

/// A client metadata document at this server's own origin.
#[derive(Debug, Clone)]
pub struct OwnDocument {
    /// The path at which it is served.
    pub path: &'static str,
    /// The JSON.
    pub body: String,
}

/// An operator's choice of hosts that may describe clients, each with its subdomains.
#[derive(Debug, Clone, Default)]
pub struct DocumentHosts {
    /// Empty: all.
    pub allowed: Vec<String>,
    /// Wins over `allowed`. No answer goes to these either.
    pub denied: Vec<String>,
}

impl DocumentHosts {
    pub(crate) fn allow(&self, host: &str) -> bool {
        !self.deny(host) && (self.allowed.is_empty() || is_listed(host, &self.allowed))
    }

    /// Whether the host is denied by name.
    pub(crate) fn deny(&self, host: &str) -> bool {
        is_listed(host, &self.denied)
    }

    fn are_all(&self) -> bool {
        self.allowed.is_empty() && self.denied.is_empty()
    }
}

fn is_listed(host: &str, list: &[String]) -> bool {
    // A name with a dot at its end is the same host.
    let host = host.trim_end_matches('.');
    list.iter().any(|entry| {
        host.strip_suffix(entry.to_ascii_lowercase().as_str())
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::DocumentHosts;

    // rule: clients/never-this-server
    #[test]
    fn hosts_with_their_subdomains() {
        let hosts = DocumentHosts {
            allowed: vec!["a.example".to_owned()],
            denied: vec!["X.a.example".to_owned()],
        };
        assert!(hosts.allow("a.example"));
        assert!(hosts.allow("b.a.example"));
        assert!(!hosts.allow("ba.example"));
        assert!(!hosts.allow("x.a.example"));
        assert!(!hosts.allow("y.x.a.example"));
        assert!(!hosts.allow("x.a.example."));
        assert!(DocumentHosts::default().allow("any.example"));
        let all_but = DocumentHosts {
            denied: vec!["x.example".to_owned()],
            ..DocumentHosts::default()
        };
        assert!(!all_but.allow("x.example.."));
        assert!(all_but.allow("y.example."));
    }
}
