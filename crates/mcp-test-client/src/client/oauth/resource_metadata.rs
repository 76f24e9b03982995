use serde::Deserialize;
use url::Url;

use super::endpoint;
use crate::client::Error;

const SECTION: &str = "RFC 9728 §3.3";

/// Protected resource metadata (RFC 9728 §2): the members that a client needs.
#[derive(Debug, Clone, Deserialize)]
pub struct ResourceMetadata {
    /// The resource identifier, exactly as in the document.
    pub resource: String,
    /// The issuers that the resource trusts.
    #[serde(default)]
    pub authorization_servers: Vec<String>,
    /// The scopes that the resource uses.
    pub scopes_supported: Option<Vec<String>>,
}

impl ResourceMetadata {
    /// Checks that the document is about the server that was asked: it has the same origin, and the path is a prefix of
    /// the server's path, ending at a segment boundary. RFC 9728 §3.3 requires the same URL; MCP allows a broader one
    /// (2026-07-28 authorization, Canonical Server URI). Without this check, a server could obtain tokens that were
    /// made for another one.
    pub(super) fn is_about(&self, server: &Url) -> Result<(), Error> {
        let refuse = |why: &str| {
            Err(Error::sign_in(
                SECTION,
                format!(
                    "the metadata is about a resource other than the server: `resource` is {}, the server is {server} ({why}); no token is requested",
                    self.resource
                ),
            ))
        };
        let Ok(resource) = Url::parse(&self.resource) else {
            return refuse("not a URL");
        };
        if resource.fragment().is_some() {
            return refuse("it has a fragment");
        }
        if resource.origin() != server.origin() || !resource.origin().is_tuple() {
            return refuse("another origin");
        }
        let (wide, narrow) = (
            resource.path().trim_end_matches('/'),
            server.path().trim_end_matches('/'),
        );
        match narrow.strip_prefix(wide) {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => Ok(()),
            _ => refuse("another path"),
        }
    }

    /// Chooses an issuer: the one that was asked for, otherwise the first. "The Protected Resource Metadata document
    /// […] MUST include the `authorization_servers` field containing at least one authorization server" (MCP 2026-07-28
    /// authorization-server-discovery).
    pub(super) fn issuer(&self, wanted: Option<&str>) -> Result<String, Error> {
        let section = "MCP authorization, Authorization Server Location";
        let listed = self.authorization_servers.join(", ");
        let chosen = match wanted {
            Some(wanted) => self.authorization_servers.iter().find(|one| *one == wanted),
            None => self.authorization_servers.first(),
        };
        let issuer = chosen.ok_or_else(|| {
            Error::sign_in(
                section,
                match wanted {
                    Some(wanted) => format!(
                        "the server does not trust the issuer {wanted}; its metadata lists {}",
                        if listed.is_empty() { "none" } else { &listed }
                    ),
                    None => "the server's metadata lists no authorization server".to_owned(),
                },
            )
        })?;
        let url = endpoint::read("the issuer", issuer, "RFC 8414 §2")?;
        if url.query().is_some() {
            return Err(Error::sign_in(
                "RFC 8414 §2",
                format!("an issuer has no query: {issuer}"),
            ));
        }
        Ok(issuer.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(resource: &str, server: &str) -> bool {
        let metadata = ResourceMetadata {
            resource: resource.to_owned(),
            authorization_servers: Vec::new(),
            scopes_supported: None,
        };
        metadata.is_about(&Url::parse(server).unwrap()).is_ok()
    }

    // rule: test-client/resource-metadata-about: resource metadata are about this server [RFC 9728
    //    §3.3]
    #[test]
    fn which_resource_it_is_about() {
        for (resource, server) in [
            ("https://a.example/mcp", "https://a.example/mcp"),
            ("https://a.example", "https://a.example/mcp"),
            ("https://A.example:443/mcp/", "https://a.example/mcp"),
            ("https://a.example/mcp", "https://a.example/mcp/acme"),
            ("https://a.example/mcp?x=1", "https://a.example/mcp?x=1"),
        ] {
            assert!(about(resource, server), "{resource} for {server}");
        }
        for (resource, server) in [
            ("https://evil.example/mcp", "https://a.example/mcp"),
            ("http://a.example/mcp", "https://a.example/mcp"),
            ("https://a.example:8443/mcp", "https://a.example/mcp"),
            ("https://a.example/mcp", "https://a.example/mcp-evil"),
            ("https://a.example/mcp/acme", "https://a.example/mcp"),
            ("https://a.example/mcp#x", "https://a.example/mcp"),
            ("mcp", "https://a.example/mcp"),
            ("urn:mcp", "https://a.example/mcp"),
        ] {
            assert!(!about(resource, server), "{resource} for {server}");
        }
    }
}
