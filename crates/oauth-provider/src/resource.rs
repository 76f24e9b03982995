//! What a token is for (RFC 8707): a path of this server, compared by path segments.
// file rule: authorization/resource: `resource` [RFC 8707 §2]

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::origin::Origin;

/// A protected resource of this server: the base path and up to two narrowing segments. The query of a resource URL
/// never decides anything, so it is not part of this.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Resource {
    /// `/mcp`, `/mcp/acme`, `/mcp/acme/web`
    path: String,
}

/// Why a `resource` is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ResourceError {
    /// RFC 8707 §2: "MUST be an absolute URI" and "MUST NOT include a fragment component".
    #[error("resource must be an absolute URL without fragment or user information")]
    Malformed,
    /// Another scheme, host or port.
    #[error("resource belongs to another server")]
    ForeignOrigin,
    /// Dot segments, percent-encoding, unknown paths, too many segments, or a segment that is no slug.
    #[error("resource is not one of this server's")]
    UnknownPath,
}

impl Resource {
    /// The resource with nothing narrowed.
    #[must_use]
    pub fn root(base: &str) -> Self {
        Self {
            path: base.to_owned(),
        }
    }

    /// Reads a path below (or equal to) `base`; one trailing slash is ignored.
    #[must_use]
    pub fn from_path(path: &str, base: &str) -> Option<Self> {
        let path = path.strip_suffix('/').unwrap_or(path);
        let rest = path.strip_prefix(base)?;
        if rest.is_empty() {
            return Some(Self::root(base));
        }
        let segments: Vec<&str> = rest.strip_prefix('/')?.split('/').collect();
        (segments.len() <= 2 && segments.iter().all(|s| is_slug(s))).then(|| Self {
            path: path.to_owned(),
        })
    }

    /// Reads a `resource` parameter.
    ///
    /// # Errors
    /// When it is malformed, foreign or unknown. Nothing is normalized on the way: a path that a URL parser would
    /// change (dot segments, backslashes) is refused, so that no two components read it differently.
    pub fn parse(text: &str, origin: &Origin, base: &str) -> Result<Self, ResourceError> {
        let url = Url::parse(text).map_err(|_| ResourceError::Malformed)?;
        // Read off the text: a parser drops white space, and an `@` without a name.
        let before_query = text.split('?').next().unwrap_or_default();
        let unclean = |b: u8| !b.is_ascii_graphic() || b == b'@';
        if url.fragment().is_some() || before_query.bytes().any(unclean) {
            return Err(ResourceError::Malformed);
        }
        if Origin::of(&url).as_ref().map(Origin::as_str) != Some(origin.as_str()) {
            return Err(ResourceError::ForeignOrigin);
        }
        if raw_path(text) != Some(url.path()) {
            return Err(ResourceError::UnknownPath);
        }
        Self::from_path(url.path(), base).ok_or(ResourceError::UnknownPath)
    }

    /// `/mcp/acme/web`
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The segments that narrow it below `base`.
    pub fn segments<'a>(&'a self, base: &str) -> impl Iterator<Item = &'a str> {
        self.path
            .strip_prefix(base)
            .unwrap_or_default()
            .split('/')
            .filter(|s| !s.is_empty())
    }

    /// The whole URL.
    #[must_use]
    pub fn url(&self, origin: &Origin) -> String {
        format!("{origin}{}", self.path)
    }

    /// Whether a token for this may be used at `other`: equal, or below it on a segment boundary.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        other
            .path
            .strip_prefix(&self.path)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}

/// The path of a URL as it was written, before any parser touched it.
fn raw_path(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("://")?;
    let path = rest
        .find(['/', '?', '\\'])
        .and_then(|start| rest.get(start..))?;
    path.split('?').next()
}

/// Whether a text can be a segment that narrows a resource: `^[a-zA-Z0-9][a-zA-Z0-9._-]*$`, at most 100 characters.
#[must_use]
pub fn is_slug(text: &str) -> bool {
    text.len() <= 100
        && text
            .bytes()
            .next()
            .is_some_and(|b| b.is_ascii_alphanumeric())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<String, ResourceError> {
        let origin = Origin::of(&Url::parse("https://mcp.example.com").unwrap()).unwrap();
        Resource::parse(text, &origin, "/mcp").map(|r| r.path)
    }

    #[test]
    fn ours_in_every_spelling() {
        for (text, path) in [
            ("https://mcp.example.com/mcp", "/mcp"),
            ("https://mcp.example.com/mcp/", "/mcp"),
            ("https://MCP.example.com:443/mcp?utm_source=a%20b", "/mcp"),
            ("https://mcp.example.com/mcp/acme", "/mcp/acme"),
            (
                "https://mcp.example.com/mcp/Acme/web-1.x_y/?a",
                "/mcp/Acme/web-1.x_y",
            ),
        ] {
            assert_eq!(parse(text).as_deref(), Ok(path), "{text}");
        }
    }

    #[test]
    fn others_are_refused() {
        use ResourceError::{ForeignOrigin, Malformed, UnknownPath};
        for (text, error) in [
            ("/mcp", Malformed),
            ("https://mcp.example.com/mcp#x", Malformed),
            ("https://u@mcp.example.com/mcp", Malformed),
            ("https://@mcp.example.com/mcp", Malformed),
            (" https://mcp.example.com/mcp", Malformed),
            ("https://mcp.example.com/m\tcp", Malformed),
            ("https://mcp.example.com/mcp/é", Malformed),
            ("https:mcp.example.com/mcp", UnknownPath),
            ("https:///mcp.example.com/mcp", UnknownPath),
            ("http://mcp.example.com/mcp", ForeignOrigin),
            ("https://mcp.example.com:8443/mcp", ForeignOrigin),
            ("https://mcp.example.com.evil.example/mcp", ForeignOrigin),
            ("https://mcp.example.com", UnknownPath),
            ("https://mcp.example.com/", UnknownPath),
            ("https://mcp.example.com/mcpx", UnknownPath),
            ("https://mcp.example.com/mcp//", UnknownPath),
            ("https://mcp.example.com/mcp/a/b/c", UnknownPath),
            ("https://mcp.example.com/mcp/a/../b", UnknownPath),
            ("https://mcp.example.com/x/%2e%2e/mcp", UnknownPath),
            ("https://mcp.example.com/mcp/%61", UnknownPath),
            ("https://mcp.example.com\\mcp", UnknownPath),
            ("https://mcp.example.com/mcp/-a", UnknownPath),
        ] {
            assert_eq!(parse(text), Err(error), "{text}");
        }
    }

    // rule: resource/audience: audience on a segment boundary [RFC 8707]
    #[test]
    fn covers_on_segment_boundaries_only() {
        let at = |path| Resource::from_path(path, "/mcp").unwrap();
        assert!(at("/mcp").covers(&at("/mcp/acme/web")));
        assert!(at("/mcp/acme").covers(&at("/mcp/acme")));
        assert!(at("/mcp/acme").covers(&at("/mcp/acme/web")));
        assert!(!at("/mcp/acme").covers(&at("/mcp/acme-evil")));
        assert!(!at("/mcp/acme").covers(&at("/mcp")));
    }
}
