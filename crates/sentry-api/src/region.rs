//! Where requests may go: the configured base, and on sentry.io its regions. Nothing else, whatever a caller sends.

use std::fmt;

use url::{Host, Url};

use crate::ids::Slug;

/// The regions of sentry.io that a `regionUrl` may name.
const REGION_HOSTS: [&str; 3] = ["sentry.io", "us.sentry.io", "de.sentry.io"];

/// The configured Sentry (`SENTRY_URL`): https, or plain http on a loopback host; no query, fragment or userinfo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl {
    /// Without a slash at the end.
    text: String,
    url: Url,
}

/// A server that a request may be sent to. Only [`BaseUrl`] makes one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Region(String);

/// The configured base cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "Sentry's base URL must be https (http on a loopback host only), without query, fragment and userinfo"
)]
pub struct InvalidBaseUrl;

/// A `regionUrl` that we do not send a token to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a region of the configured Sentry")]
pub struct InvalidRegion;

impl BaseUrl {
    /// Checks a base URL.
    ///
    /// # Errors
    /// [`InvalidBaseUrl`]
    pub fn parse(text: &str) -> Result<Self, InvalidBaseUrl> {
        let url = Url::parse(text).map_err(|_| InvalidBaseUrl)?;
        let secure = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
        let bare = url.query().is_none() && url.fragment().is_none() && has_no_userinfo(&url);
        if !secure || !bare || url.host().is_none() {
            return Err(InvalidBaseUrl);
        }
        let text = url.as_str().trim_end_matches('/').to_owned();
        Ok(Self { text, url })
    }

    /// Without a slash at the end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host, lower case.
    #[must_use]
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Whether this is sentry.io or a subdomain of it.
    #[must_use]
    pub fn is_saas(&self) -> bool {
        let host = self.host();
        host == "sentry.io" || host.ends_with(".sentry.io")
    }

    /// Whether this is a server on the same machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.url)
    }

    /// The base itself.
    #[must_use]
    pub fn region(&self) -> Region {
        Region(self.text.clone())
    }

    /// The server that a `regionUrl` names: empty is the base; https with the base's host is the base too, whatever
    /// port or path it has; on sentry.io a known region. What is sent to is never the caller's text.
    ///
    /// # Errors
    /// [`InvalidRegion`]
    pub fn region_from(&self, text: &str) -> Result<Region, InvalidRegion> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(self.region());
        }
        let url = Url::parse(text).map_err(|_| InvalidRegion)?;
        if url.origin() == self.url.origin() {
            return Ok(self.region());
        }
        if url.scheme() != "https" || !has_no_userinfo(&url) {
            return Err(InvalidRegion);
        }
        let host = url.host_str().unwrap_or_default();
        if host == self.host() {
            return Ok(self.region());
        }
        REGION_HOSTS
            .into_iter()
            .find(|known| self.is_saas() && *known == host)
            .map(|known| Region(format!("https://{known}")))
            .ok_or(InvalidRegion)
    }

    /// Where a file is that an answer of this region names: below `/api/0/` of this Sentry, whose token it needs. An address
    /// without a host, and on sentry.io one of an organization's own host, is at the region. `None` for any other address:
    /// nobody else gets a request, with or without a token.
    #[must_use]
    pub fn file(&self, region: &Region, address: &str) -> Option<Url> {
        let text = match address.strip_prefix("/api/0/") {
            Some(rest) => [region.as_str(), "/api/0/", rest].concat(),
            None => address.to_owned(),
        };
        let url = Url::parse(&text).ok()?;
        let host = url.host_str().unwrap_or_default();
        let is_organizations = self.is_saas()
            && url.scheme() == "https"
            && has_no_userinfo(&url)
            && host.ends_with(".sentry.io");
        let server = match self.region_from(&text) {
            Ok(server) => server,
            Err(InvalidRegion) if is_organizations => region.clone(),
            Err(InvalidRegion) => return None,
        };
        let begin = Url::parse(server.as_str()).ok()?;
        let path = url
            .path()
            .strip_prefix(begin.path().trim_end_matches('/'))?;
        let mut file = Url::parse(&[server.as_str(), path].concat()).ok()?;
        file.set_query(url.query());
        path.starts_with("/api/0/").then_some(file)
    }

    /// A page of Sentry's web interface; `path` begins with a slash and is inside the organization.
    #[must_use]
    pub fn web_url(&self, organization: &Slug, path: &str) -> String {
        if self.is_saas() {
            format!("https://{organization}.sentry.io{path}")
        } else {
            format!("{}/organizations/{organization}{path}", self.text)
        }
    }
}

impl Region {
    /// The server's URL without a slash at the end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Region {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn has_no_userinfo(url: &Url) -> bool {
    url.username().is_empty() && url.password().is_none()
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bases() {
        for good in [
            "https://sentry.io",
            "https://s.example/",
            "http://127.0.0.1:9797",
            "http://[::1]:1",
        ] {
            assert!(BaseUrl::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://sentry.io",
            "sentry.io",
            "https://u@s.example",
            "https://s.example/?a",
            "ftp://localhost",
        ] {
            assert_eq!(BaseUrl::parse(bad), Err(InvalidBaseUrl), "{bad}");
        }
    }

    #[test]
    fn regions_of_saas() {
        let base = BaseUrl::parse("https://sentry.io").unwrap();
        for (text, region) in [
            ("", "https://sentry.io"),
            ("https://us.sentry.io", "https://us.sentry.io"),
            ("https://DE.sentry.io/x?y", "https://de.sentry.io"),
            ("https://sentry.io:8443", "https://sentry.io"),
        ] {
            assert_eq!(base.region_from(text).unwrap().as_str(), region);
        }
        for bad in [
            "http://us.sentry.io",
            "https://us.sentry.io@evil.example",
            "https://u:p@us.sentry.io",
            "https://evil.sentry.io",
            "https://us.sentry.io.evil.example",
            "https://127.0.0.1",
            "us.sentry.io",
            "javascript:x",
        ] {
            assert_eq!(base.region_from(bad), Err(InvalidRegion), "{bad}");
        }
    }

    // rule: mcp/files-of-sentry-only: a file that an answer names is fetched from Sentry's API alone, at a host that gets
    //    the token in any case
    #[test]
    fn files_are_at_sentry_or_nowhere() {
        let base = BaseUrl::parse("https://sentry.io").unwrap();
        let region = base.region_from("https://us.sentry.io").unwrap();
        let file = |address: &str| base.file(&region, address).map(String::from);
        for (address, at) in [
            ("/api/0/x/1/?a=b", "https://us.sentry.io/api/0/x/1/?a=b"),
            ("https://sentry.io/api/0/x/", "https://sentry.io/api/0/x/"),
            (
                "https://de.sentry.io/api/0/x/",
                "https://de.sentry.io/api/0/x/",
            ),
            (
                "https://acme.sentry.io/api/0/x/",
                "https://us.sentry.io/api/0/x/",
            ),
            (
                "https://sentry.io:444/api/0/x/",
                "https://sentry.io/api/0/x/",
            ),
        ] {
            assert_eq!(file(address).as_deref(), Some(at));
        }
        for address in [
            "",
            "/x",
            "//evil.example/api/0/x/",
            "/api/0/../../x",
            "https://evil.example/api/0/x/",
            "https://sentry.io.evil.example/api/0/x/",
            "https://sentry.io@evil.example/api/0/x/",
            "https://u:p@acme.sentry.io/api/0/x/",
            "http://acme.sentry.io/api/0/x/",
            "https://sentry.io/oauth/token/?x=/api/0/",
            "https://sentry.io/x/api/0/y/",
            "data:image/png;base64,AAAA",
            "file:///api/0/x",
        ] {
            assert_eq!(file(address), None, "{address}");
        }
        let own = BaseUrl::parse("https://s.example/sentry").unwrap();
        let at = |address| own.file(&own.region(), address).map(String::from);
        let expected = Some("https://s.example/sentry/api/0/x/".to_owned());
        assert_eq!(at("/api/0/x/"), expected);
        assert_eq!(at("https://s.example/sentry/api/0/x/"), expected);
        assert_eq!(at("https://s.example/api/0/x/"), None);
        assert_eq!(at("https://acme.sentry.io/api/0/x/"), None);
    }

    #[test]
    fn regions_of_a_self_hosted_server() {
        let base = BaseUrl::parse("http://127.0.0.1:9797").unwrap();
        assert_eq!(
            base.region_from("http://127.0.0.1:9797/x"),
            Ok(base.region())
        );
        for bad in [
            "https://us.sentry.io",
            "http://127.0.0.1:1",
            "https://localhost",
        ] {
            assert_eq!(base.region_from(bad), Err(InvalidRegion), "{bad}");
        }
    }
}
