use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Scheme and authority under which the server was reached (`https://mcp.example.com`), which is also its issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    text: String,
    secure: bool,
    loopback: bool,
}

impl Origin {
    /// The origin of an http or https URL.
    #[must_use]
    pub fn of(url: &Url) -> Option<Self> {
        let host = url.host()?;
        let secure = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let loopback = is_loopback(&host);
        Some(Self {
            text: url.origin().ascii_serialization(),
            secure,
            loopback,
        })
    }

    /// Without a trailing slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is https.
    #[must_use]
    pub const fn is_secure(&self) -> bool {
        self.secure
    }

    /// Whether fetching a URL could reach this server: its host, in any scheme and at any port, so that a request that came
    /// over http cannot make the server fetch from itself over https, or from its neighbour behind another port. On
    /// loopback, where documents are tried, the port tells servers apart. `true` for a URL that has no host to compare.
    pub(crate) fn is_server_of(&self, url: &Url) -> bool {
        // Invariant: the text of an origin is a URL with a host.
        let (Ok(own), Some(_)) = (Url::parse(&self.text), url.host()) else {
            return true;
        };
        let same_port = url.port_or_known_default() == own.port_or_known_default();
        is_same_host(&own, url) && (same_port || !self.loopback)
    }

    /// Whether a browser that is sent to a URL reaches this server: its host and its port, in http or https. Narrower than
    /// [`Self::is_server_of`], since another port may be somebody else's. A default port is as good as none.
    pub(crate) fn is_reached_at(&self, url: &Url) -> bool {
        let Ok(own) = Url::parse(&self.text) else {
            return false;
        };
        let same_port =
            own.port() == url.port() || own.port_or_known_default() == url.port_or_known_default();
        matches!(url.scheme(), "https" | "http") && is_same_host(&own, url) && same_port
    }

    /// Whether it is a name of this computer: local work.
    #[must_use]
    pub const fn is_loopback(&self) -> bool {
        self.loopback
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whether two URLs have one host: a dot at the end of its name makes no other, and all names of this computer are one.
fn is_same_host(one: &Url, other: &Url) -> bool {
    let name = |url: &Url| {
        url.host_str()
            .map(|host| host.trim_end_matches('.').to_owned())
    };
    let local = |url: &Url| url.host().is_some_and(|host| is_loopback(&host));
    name(one) == name(other) || (local(one) && local(other))
}

/// `localhost`, `127.0.0.0/8`, `[::1]` (RFC 8252 §7.3).
pub(crate) fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => *ip == Ipv6Addr::LOCALHOST,
    }
}

/// Whether an address is in none of the special-use ranges (RFC 6890), so that a fetch may go there. IPv6 forms that
/// embed an IPv4 address (mapped, NAT64, 6to4) are not global unicast here, whatever they embed.
pub(crate) fn is_public_address(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(_) => true,
        Host::Ipv4(ip) => is_public_v4(*ip),
        Host::Ipv6(ip) => is_public_v6(*ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !(a == 0
        || a == 10
        || a == 127
        || a >= 224
        || (a == 100 && (64..128).contains(&b))
        || (a == 169 && b == 254)
        || (a == 172 && (16..32).contains(&b))
        || (a == 192 && b == 0 && (c == 0 || c == 2))
        || (a == 192 && b == 88 && c == 99)
        || (a == 192 && b == 168)
        || (a == 198 && (b == 18 || b == 19))
        || (a == 198 && b == 51 && c == 100)
        || (a == 203 && b == 0 && c == 113))
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    // Global unicast is 2000::/3; out of it go protocol assignments (2001::/23), documentation and 6to4.
    (0x2000..0x4000).contains(&a)
        && !(a == 0x2001 && b < 0x0200)
        && !(a == 0x2001 && b == 0x0db8)
        && a != 0x2002
        && !(a == 0x3fff && b < 0x1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: clients/redirect-leads-elsewhere: no redirect URI leads to this server itself, but for
    //    the chat's
    #[test]
    fn what_leads_here() {
        let at = |origin: &str, url: &str| {
            let origin = Origin::of(&Url::parse(origin).unwrap()).unwrap();
            origin.is_reached_at(&Url::parse(url).unwrap())
        };
        for url in [
            "https://mcp.example.com/x",
            "https://mcp.example.com:443/x",
            "https://MCP.example.com./x?y",
            "http://mcp.example.com/x",
            "http://mcp.example.com:80/x",
            "http://mcp.example.com:443/x",
        ] {
            assert!(at("https://mcp.example.com", url), "{url}");
            assert_eq!(
                at("http://mcp.example.com", url),
                !url.ends_with("http://mcp.example.com:443/x"),
                "{url}"
            );
        }
        for url in [
            "https://mcp.example.com:8443/x",
            "https://mcp.example.com.evil.example/x",
            "https://x.mcp.example.com/",
            "https://example.com/",
            "cursor://mcp.example.com/x",
        ] {
            assert!(!at("https://mcp.example.com", url), "{url}");
        }
        for url in [
            "http://127.0.0.1:8788/",
            "http://[::1]:8788/",
            "http://localhost:8788/x",
        ] {
            assert!(at("http://localhost:8788", url), "{url}");
        }
        for url in [
            "http://localhost/",
            "http://127.0.0.1:8789/",
            "https://localhost.example:8788/",
        ] {
            assert!(!at("http://localhost:8788", url), "{url}");
        }
    }

    // rule: clients/special-use-hosts: special-use hosts are never asked [CIMD §8.6]
    #[test]
    fn special_use_addresses_are_not_public() {
        for host in [
            "127.0.0.1",
            "127.9.9.9",
            "10.1.2.3",
            "172.31.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "255.255.255.255",
            "[::1]",
            "[::]",
            "[::ffff:10.0.0.1]",
            "[::ffff:8.8.8.8]",
            "[64:ff9b::a00:1]",
            "[fe80::1]",
            "[fc00::1]",
            "[2001:db8::1]",
            "[2002:a00:1::]",
            "[2001::1]",
            "[ff02::1]",
            "0x7f.1",
            "2130706433",
            "0177.0.0.1",
        ] {
            let url = Url::parse(&format!("https://{host}/")).unwrap();
            assert!(!is_public_address(&url.host().unwrap()), "{host}");
        }
        for host in [
            "8.8.8.8",
            "172.32.0.1",
            "100.128.0.1",
            "[2606:4700::1111]",
            "client.example",
        ] {
            let url = Url::parse(&format!("https://{host}/")).unwrap();
            assert!(is_public_address(&url.host().unwrap()), "{host}");
        }
    }
}
