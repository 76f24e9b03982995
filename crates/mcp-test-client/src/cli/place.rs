//! URLs as people type them.

use url::{Host, Url};

/// Reads the URL of a server. Without a scheme it is https, or http on this computer.
pub(super) fn server(text: &str) -> Result<Url, String> {
    let candidates = candidates(text)?;
    // Of two, the second is http on this computer, which is what people run there.
    candidates.into_iter().next_back().ok_or_else(|| none(text))
}

/// The URLs that a text may mean, in the order in which they are tried: a text without a scheme is https, then http on
/// this computer.
pub(super) fn candidates(text: &str) -> Result<Vec<Url>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("it is empty; a URL looks like https://mcp.example.com/mcp".to_owned());
    }
    if text.contains("://") {
        let url = Url::parse(text).map_err(|error| format!("{text} is not a URL: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(none(text));
        }
        return Ok(vec![url]);
    }
    let secure = Url::parse(&format!("https://{text}")).map_err(|_| none(text))?;
    if !secure.username().is_empty() || secure.password().is_some() {
        return Err(none(text));
    }
    let is_local = match secure.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(none(text)),
    };
    let plain = Url::parse(&format!("http://{text}")).ok();
    Ok(std::iter::once(secure)
        .chain(plain.filter(|_| is_local))
        .collect())
}

fn none(text: &str) -> String {
    format!("{text} is not an http or https URL, such as https://mcp.example.com/mcp")
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: test-client/urls-as-typed: a URL without a scheme is https, or http on this computer
    #[test]
    fn a_scheme_that_is_missing_is_tried() {
        for (text, wanted) in [
            ("https://a.example/mcp", Some("https://a.example/mcp")),
            ("a.example/mcp", Some("https://a.example/mcp")),
            ("a.example:8443", Some("https://a.example:8443/")),
            ("localhost:8788", Some("http://localhost:8788/")),
            ("127.0.0.1:3000/mcp", Some("http://127.0.0.1:3000/mcp")),
            ("[::1]:3000", Some("http://[::1]:3000/")),
            ("10.0.0.1", Some("https://10.0.0.1/")),
            ("ftp://a.example", None),
            ("me@a.example", None),
            ("", None),
            ("a b", None),
        ] {
            let found = server(text);
            assert_eq!(found.as_ref().ok().map(Url::as_str), wanted, "{text}");
            if let Err(said) = found {
                assert!(said.contains(text) && said.contains("https://"), "{said}");
            }
        }
        let both = candidates("localhost:8788/mcp").unwrap();
        assert_eq!(
            both.iter().map(Url::as_str).collect::<Vec<_>>(),
            ["https://localhost:8788/mcp", "http://localhost:8788/mcp"]
        );
    }
}
