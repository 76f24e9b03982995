use url::Url;

use crate::client::Error;

/// Whether credentials may be sent to a URL: "All authorization server endpoints MUST be served over HTTPS" (MCP
/// 2026-07-28 authorization, Communication Security). Loopback hosts are allowed for local work.
pub(crate) fn is_secure(url: &Url) -> bool {
    match url.scheme() {
        "https" => true,
        "http" => is_loopback(url),
        _ => false,
    }
}

/// Whether the host is `localhost`, in 127.0.0.0/8, or `[::1]`.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Reads a URL from a document: it must be absolute, secure and without a fragment.
pub(super) fn read(member: &str, text: &str, section: &'static str) -> Result<Url, Error> {
    let url = Url::parse(text)
        .map_err(|_| Error::sign_in(section, format!("{member} is not a URL: {text}")))?;
    if !is_secure(&url) {
        return Err(Error::sign_in(
            section,
            format!(
                "{member} must be https (or http on this computer), but is {text}; nothing is sent there"
            ),
        ));
    }
    if url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(Error::sign_in(
            section,
            format!("{member} must have no fragment and no user name: {text}"),
        ));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: test-client/https-or-this-computer: https, or this computer; nothing on this computer
    //    for a server elsewhere [MCP authorization, RFC 9728 §7.7]
    #[test]
    fn only_https_and_this_computer() {
        for good in [
            "https://as.example/token",
            "http://localhost:1/token",
            "http://127.9.9.9/token",
            "http://[::1]:3/token",
        ] {
            assert!(read("token_endpoint", good, "s").is_ok(), "{good}");
        }
        for bad in [
            "http://as.example/token",
            "http://localhost.example/token",
            "http://10.0.0.1/token",
            "javascript:alert(1)",
            "search-ms:query=x",
            "ms-msdt:/id",
            "cursor://as.example/authorize",
            "file:///etc/passwd",
            "/token",
            "https://as.example/token#x",
            "https://user@as.example/token",
        ] {
            assert!(read("token_endpoint", bad, "s").is_err(), "{bad}");
        }
    }
}
