//! Client Identifier URLs (Client ID Metadata Document -02 §3), and which of them may be fetched.

use std::fmt;

use url::{Host, Url};

use crate::origin::{Origin, is_loopback, is_public_address};

const MAX_BYTES: usize = 2048;

/// A well-formed Client Identifier URL. Compared byte for byte and never normalized: with `:443` it is another client.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClientIdUrl {
    text: String,
    host: String,
    /// `None` for the scheme's default port.
    port: Option<u16>,
}

/// Why a URL cannot be a client id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClientIdUrlError {
    /// More than 2,048 bytes.
    #[error("is longer than 2048 bytes")]
    TooLong,
    /// Not https (or, in local work, http to this computer).
    #[error("must use the https scheme")]
    Scheme,
    /// Its parsed form differs from its text, or it does not parse.
    #[error(
        "must be a URL in its plain spelling: lower-case scheme and host, no tabs, no backslashes"
    )]
    Spelling,
    /// User name or password.
    #[error("must not contain a user name or password")]
    UserInfo,
    /// A fragment.
    #[error("must not contain a fragment")]
    Fragment,
    /// No path, or `/`.
    #[error("must have a path other than /")]
    Path,
    /// `.` or `..`, also percent-encoded.
    #[error("must not contain . or .. path segments")]
    DotSegment,
    /// Port 0.
    #[error("must not use port 0")]
    Port,
}

impl ClientIdUrl {
    /// Checks the form of a Client ID URL. `origin` is the server's own: only in local work, while that is a
    /// loopback host, an http URL on a loopback host is taken too (§8.6).
    ///
    /// # Errors
    /// Names the rule that is broken.
    pub fn parse(text: &str, origin: &Origin) -> Result<Self, ClientIdUrlError> {
        use ClientIdUrlError::{
            DotSegment, Fragment, Path, Port, Scheme, Spelling, TooLong, UserInfo,
        };
        if text.len() > MAX_BYTES {
            return Err(TooLong);
        }
        if text.contains('\\') {
            return Err(Spelling);
        }
        let url = Url::parse(text).map_err(|_| Spelling)?;
        let host = url.host().ok_or(Spelling)?;
        let local = origin.is_loopback() && url.scheme() == "http" && is_loopback(&host);
        if url.scheme() != "https" && !local {
            return Err(Scheme);
        }
        // Read off the text: a parser resolves dot segments and drops an empty fragment or an `@` without a name.
        let (_, rest) = text.split_once("://").ok_or(Spelling)?;
        if rest.contains('#') {
            return Err(Fragment);
        }
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at_checked(end).ok_or(Spelling)?;
        if authority.contains('@') {
            return Err(UserInfo);
        }
        let path = tail.split('?').next().unwrap_or_default();
        if path.split('/').any(is_dot_segment) {
            return Err(DotSegment);
        }
        if path.is_empty() || path == "/" {
            return Err(Path);
        }
        if url.port() == Some(0) {
            return Err(Port);
        }
        if !spelled_plainly(text, &url, authority) {
            return Err(Spelling);
        }
        Ok(Self {
            text: text.to_owned(),
            host: url.host_str().unwrap_or_default().to_owned(),
            port: url.port(),
        })
    }

    /// The client id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its host (internationalized names in punycode).
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Its host, with its port unless that is the scheme's default: the client's identity. Another port of the same host
    /// may be somebody else's.
    #[must_use]
    pub fn authority(&self) -> String {
        match self.port {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }

    /// Whether it is on this computer.
    pub(in crate::client) fn is_loopback(&self) -> bool {
        let url = Url::parse(&self.text).ok();
        url.and_then(|url| url.host().map(|host| is_loopback(&host)))
            .unwrap_or_default()
    }

    /// Whether the document may be fetched: `false` for special-use addresses and names. In local work loopback may be,
    /// since documents are tried there.
    #[must_use]
    pub fn is_fetchable(&self, origin: &Origin) -> bool {
        let Ok(url) = Url::parse(&self.text) else {
            return false;
        };
        let Some(host) = url.host() else { return false };
        if origin.is_loopback() && url.scheme() == "http" && is_loopback(&host) {
            return true;
        }
        match host {
            Host::Domain(name) => is_public_name(name),
            address => is_public_address(&address),
        }
    }
}

impl fmt::Display for ClientIdUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The parsed URL reads the same as the text, save for a default port spelled out, which a parser drops.
fn spelled_plainly(text: &str, url: &Url, authority: &str) -> bool {
    if url.as_str() == text {
        return true;
    }
    let default_port = if url.scheme() == "https" {
        ":443"
    } else {
        ":80"
    };
    authority
        .strip_suffix(default_port)
        .is_some_and(|host| text.replacen(authority, host, 1) == url.as_str())
}

fn is_dot_segment(segment: &str) -> bool {
    let plain = segment.to_ascii_lowercase().replace("%2e", ".");
    plain == "." || plain == ".."
}

/// Names that are not of the public DNS or only of its machinery (RFC 6761, 6762, 7686, 8375, 9476), and those without a dot.
fn is_public_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    let special = [
        "localhost",
        "local",
        "internal",
        "arpa",
        "alt",
        "test",
        "invalid",
        "onion",
    ];
    name.contains('.')
        && !special.iter().any(|suffix| {
            name.strip_suffix(suffix)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> Origin {
        Origin::of(&Url::parse(text).unwrap()).unwrap()
    }

    // rule: clients/url-form: form of a Client ID URL [CIMD §3]
    #[test]
    fn forms() {
        use ClientIdUrlError::{
            DotSegment, Fragment, Path, Port, Scheme, Spelling, TooLong, UserInfo,
        };
        let public = origin("https://mcp.example.com");
        let long = format!("https://a.example/{}", "a".repeat(2048));
        for (text, expected) in [
            ("https://client.example/meta.json", Ok(())),
            ("https://client.example/meta.json?v=2", Ok(())),
            ("https://client.example:443/meta.json", Ok(())),
            ("https://client.example:8443/c", Ok(())),
            ("https://xn--bcher-kva.example/c", Ok(())),
            (&long, Err(TooLong)),
            ("http://client.example/c", Err(Scheme)),
            ("http://localhost/c", Err(Scheme)),
            ("ftp://client.example/c", Err(Scheme)),
            ("https://client.example", Err(Path)),
            ("https://client.example/", Err(Path)),
            ("https://client.example/?a", Err(Path)),
            ("https://client.example/c#", Err(Fragment)),
            ("https://client.example/c#x", Err(Fragment)),
            ("https://u@client.example/c", Err(UserInfo)),
            ("https://@client.example/c", Err(UserInfo)),
            ("https://client.example/a/../c", Err(DotSegment)),
            ("https://client.example/./c", Err(DotSegment)),
            ("https://client.example/a/%2E%2e/c", Err(DotSegment)),
            ("https://client.example/a/.%2e", Err(DotSegment)),
            ("https://client.example:0/c", Err(Port)),
            ("HTTPS://client.example/c", Err(Spelling)),
            ("https://Client.example/c", Err(Spelling)),
            ("https://client.example\\c", Err(Spelling)),
            ("https://client.example/c\t", Err(Spelling)),
            (" https://client.example/c", Err(Spelling)),
            ("https:/client.example/c", Err(Spelling)),
            ("https://bücher.example/c", Err(Spelling)),
            ("https://0x7f.1/c", Err(Spelling)),
            ("client", Err(Spelling)),
        ] {
            assert_eq!(
                ClientIdUrl::parse(text, &public).map(|_| ()),
                expected,
                "{text}"
            );
        }
    }

    // rule: clients/host-is-identity: the host is the identity, with its port; another host or port
    //    is another site
    #[test]
    fn a_port_is_part_of_the_identity_where_it_is_not_the_usual_one() {
        let local = origin("http://localhost:8788");
        for (text, expected) in [
            ("https://client.example/c", "client.example"),
            ("https://client.example:443/c", "client.example"),
            ("https://client.example:80/c", "client.example:80"),
            ("https://client.example:8443/c", "client.example:8443"),
            ("https://[2606:4700::1111]:8443/c", "[2606:4700::1111]:8443"),
            ("http://127.0.0.1:5000/c", "127.0.0.1:5000"),
            ("http://localhost/c", "localhost"),
        ] {
            let url = ClientIdUrl::parse(text, &local).unwrap();
            assert_eq!(url.authority(), expected, "{text}");
        }
    }

    // rule: clients/loopback-http-local-only: loopback http only in local work [CIMD §8.6]
    #[test]
    fn loopback_http_only_in_local_work() {
        let local = origin("http://localhost:8788");
        let url = ClientIdUrl::parse("http://127.0.0.1:5000/c", &local).unwrap();
        assert!(url.is_fetchable(&local));
        assert!(!url.is_fetchable(&origin("https://mcp.example.com")));
        assert!(ClientIdUrl::parse("http://client.example/c", &local).is_err());
    }

    // rule: clients/special-use-hosts
    #[test]
    fn special_use_hosts_are_not_fetched() {
        let public = origin("https://mcp.example.com");
        for host in [
            "localhost",
            "localhost.",
            "localhost..",
            "a.localhost",
            "intranet",
            "printer.local",
            "x.internal",
            "a.home.arpa",
            "a.test",
            "a.invalid",
            "a.onion",
            "127.0.0.1",
            "10.0.0.1",
            "[::1]",
            "169.254.169.254",
        ] {
            let url = ClientIdUrl::parse(&format!("https://{host}/c"), &public).unwrap();
            assert!(!url.is_fetchable(&public), "{host}");
        }
        for host in [
            "client.example",
            "test.example",
            "localhost.example",
            "mylocal.example",
            "8.8.8.8",
        ] {
            let url = ClientIdUrl::parse(&format!("https://{host}/c"), &public).unwrap();
            assert!(url.is_fetchable(&public), "{host}");
        }
    }
}
