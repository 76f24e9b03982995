//! Redirect URIs: which may be registered, and when one that is asked for is one that was registered.

mod matching;

use std::fmt;

use url::{Host, Url};

use crate::origin::{Origin, is_loopback};
use crate::settings::Settings;

use super::callback;
use super::scheme::{self, Scheme};
use super::text::for_display;

pub use matching::{ApprovedRedirectUri, RegisteredRedirectUri};

const MAX_BYTES: usize = 2048;

/// The kind of receiver that an answer goes to, in terms that a person understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedirectKind {
    /// A web site.
    Https,
    /// An application on this computer, listening on a loopback port (RFC 8252 §7.3).
    Loopback,
    /// An application that the operating system starts for its scheme (RFC 8252 §7.1).
    PrivateUse,
}

/// Why a redirect URI is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedirectUriError {
    /// Not absolute, or with a fragment, user information, wildcard, control character, backslash, or too long.
    #[error(
        "must be an absolute URL of at most 2048 bytes without fragment, user information, wildcard or backslash"
    )]
    Malformed,
    /// Plain http to a host that is not this computer.
    #[error("must be https unless the host is this computer: localhost, 127.0.0.0/8 or [::1]")]
    PlainHttp,
    /// Such as `javascript:` or `search-ms:`.
    #[error("uses a scheme that a system or a browser handles itself, which is never allowed")]
    Dangerous,
    /// Neither in reverse-domain form nor a known editor's.
    #[error(
        "uses a scheme that nobody can be asked about: it must be a domain name backwards (com.example.app), or a \
         known editor's"
    )]
    Scheme,
    /// Its query already has a parameter of an answer; a receiver that reads the first of two would read the client's.
    #[error(
        "has a parameter of the answer itself in its query: code, state, iss, error, error_description or error_uri"
    )]
    Answer,
    /// With an editor's scheme, and no place that takes answers: the same scheme opens files and installs things.
    #[error(
        "is a link that makes an editor do something else than take an answer: its path must end in a callback \
         (…/oauth/callback)"
    )]
    Action,
    /// An address of this server, which is no client's.
    #[error("leads to this server itself")]
    OwnAddress,
    /// At a host that the operator has shut out.
    #[error("leads to a host that this server's operator has blocked")]
    DeniedHost,
}

/// A redirect URI that a client lists and may not use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// As the client has it.
    pub uri: String,
    /// Why.
    pub error: RedirectUriError,
}

impl fmt::Display for LeftOut {
    /// Fit to be shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let uri = for_display(&self.uri, 200).unwrap_or_default();
        write!(f, "{uri} {}", self.error)
    }
}

/// A redirect URI that may be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUri {
    text: String,
    kind: RedirectKind,
    host: String,
}

impl RedirectUri {
    /// Checks a redirect URI by itself.
    ///
    /// # Errors
    /// When it may not be registered.
    pub fn parse(text: &str) -> Result<Self, RedirectUriError> {
        use RedirectUriError::{Dangerous, Malformed, PlainHttp};
        // RFC 3986 §2: a URI is ASCII; anything else could not go into a header as it is.
        if text.len() > MAX_BYTES
            || text
                .bytes()
                .any(|b| !b.is_ascii_graphic() || matches!(b, b'\\' | b'*' | b'#'))
        {
            // A dangerous scheme is told apart even in a URI that is malformed besides.
            return Err(if scheme::begins_handled(text) {
                Dangerous
            } else {
                Malformed
            });
        }
        let url = Url::parse(text).map_err(|_| Malformed)?;
        let scheme = Scheme::of(url.scheme());
        if scheme == Scheme::Handled || scheme::begins_handled(text) {
            return Err(Dangerous);
        }
        // Read off the text: a parser drops an `@` without a name, and finds a host where there is no `//`.
        let parts = parts(text);
        if parts.is_some_and(|(_, authority, _)| authority.contains('@')) {
            return Err(Malformed);
        }
        if url.is_special() && parts.is_none_or(|(_, authority, _)| authority.is_empty()) {
            return Err(Malformed);
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        let kind = match (url.scheme(), url.host()) {
            ("https", Some(_)) => RedirectKind::Https,
            ("http", Some(host)) if is_loopback(&domain_host(&host)) => RedirectKind::Loopback,
            ("http", _) => return Err(PlainHttp),
            ("https", None) => return Err(Malformed),
            _ if scheme == Scheme::Own => RedirectKind::PrivateUse,
            _ => return Err(RedirectUriError::Scheme),
        };
        if scheme::is_editors(url.scheme()) && !callback::is_callback(text) {
            return Err(RedirectUriError::Action);
        }
        if url.query().is_some_and(callback::carries_answer) {
            return Err(RedirectUriError::Answer);
        }
        Ok(Self {
            text: text.to_owned(),
            kind,
            host,
        })
    }

    /// Checks one that a client of that id lists at this server. A client without an id has none yet.
    ///
    /// # Errors
    /// When it may not be the client's.
    pub(crate) fn at_server(
        text: &str,
        client_id: &str,
        settings: &Settings,
    ) -> Result<Self, RedirectUriError> {
        let uri = Self::parse(text)?;
        if uri.is_at(&settings.origin) && !settings.is_own_redirect_uri(text, client_id) {
            return Err(RedirectUriError::OwnAddress);
        }
        if settings.document_hosts.deny(&uri.host) {
            return Err(RedirectUriError::DeniedHost);
        }
        Ok(uri)
    }

    /// As it was registered.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it leads to the server at `origin`, whatever its scheme. Of a loopback URI without a port that is known
    /// only when a request names one.
    pub(crate) fn is_at(&self, origin: &Origin) -> bool {
        Url::parse(&self.text).is_ok_and(|url| {
            let any_port = self.kind == RedirectKind::Loopback && url.port().is_none();
            !any_port && origin.is_reached_at(&url)
        })
    }
}

fn domain_host<'a>(host: &Host<&'a str>) -> Host<&'a str> {
    match host {
        Host::Domain(name) => Host::Domain(name),
        Host::Ipv4(ip) => Host::Ipv4(*ip),
        Host::Ipv6(ip) => Host::Ipv6(*ip),
    }
}

/// A URI as it is written: scheme, authority, and what follows. `None` without an authority.
fn parts(text: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let rest = rest.strip_prefix("//")?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at_checked(end)?;
    Some((scheme, authority, tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: clients/private-use-schemes
    // rule: clients/redirect-uri-kinds: which redirect URIs may be [RFC 8252 §7.1]
    #[test]
    fn kinds() {
        use RedirectKind::{Https, Loopback, PrivateUse};
        for (text, kind) in [
            ("https://app.example/cb?x=1", Https),
            ("http://localhost:3000/cb", Loopback),
            ("http://127.0.0.1/cb", Loopback),
            ("http://127.8.8.8:1/cb", Loopback),
            ("http://[::1]:7777/", Loopback),
            ("cursor://anysphere.cursor-mcp/oauth/callback", PrivateUse),
            ("com.example.app:/cb", PrivateUse),
            (
                "vscode://vscode.github-authentication/did-authenticate",
                PrivateUse,
            ),
        ] {
            assert_eq!(RedirectUri::parse(text).map(|u| u.kind), Ok(kind), "{text}");
        }
    }

    // rule: clients/private-use-schemes
    // rule: clients/no-parameter-twice: no parameter of an answer stands in it twice: a redirect
    //    URI that has one in its query is refused [RFC 6749 §3.1]
    // rule: clients/redirect-uri-kinds
    #[test]
    fn refused_ones() {
        use RedirectUriError::{Action, Answer, Dangerous, Malformed, PlainHttp, Scheme};
        for (text, error) in [
            ("https://app.example/cb?iss=https://evil.example", Answer),
            ("https://app.example/cb?x=1&%73tate=mine", Answer),
            ("http://127.0.0.1:1/cb?code", Answer),
            ("com.example.app:/cb?error=none", Answer),
            ("https://app.example/cb?a;code=x", Answer),
            (
                "cursor://anysphere.cursor-deeplink/mcp/install?name=x",
                Action,
            ),
            ("vscode:mcp/install?%7B%7D", Action),
            ("/cb", Malformed),
            ("https://app.example/cb#f", Malformed),
            ("https://u:p@app.example/cb", Malformed),
            ("https://*.app.example/cb", Malformed),
            ("https://app.example\\@evil.example/", Malformed),
            ("https://app.example/a b", Malformed),
            ("https://app.example/\n", Malformed),
            ("https://app.example/\u{85}", Malformed),
            ("https://bücher.example/cb", Malformed),
            ("https://@app.example/cb", Malformed),
            ("https:app.example/cb", Malformed),
            ("https:/app.example/cb", Malformed),
            ("https:///app.example/cb", Malformed),
            ("cursor://@app/cb", Malformed),
            ("http://app.example/cb", PlainHttp),
            ("http://localhost.evil.example/cb", PlainHttp),
            ("http://0.0.0.0/cb", PlainHttp),
            ("javascript:alert(1)", Dangerous),
            ("JavaScript:alert(1)", Dangerous),
            ("java\nscript:alert(1)", Dangerous),
            ("data:text/html,x", Dangerous),
            ("file:///etc/passwd", Dangerous),
            ("intent://x#Intent;end", Dangerous),
            ("search-ms:query=x&crumb=location:x", Dangerous),
            ("MS-msdt:/id", Dangerous),
            ("ms-appinstaller:?source=https://evil.example/x", Dangerous),
            ("microsoft-edge:https://evil.example", Dangerous),
            ("itms-services://?action=download-manifest", Dangerous),
            ("smb://evil.example/share", Dangerous),
            ("ssh://evil.example", Dangerous),
            ("x-apple.systempreferences:x", Dangerous),
            ("myapp:/cb", Scheme),
            ("myapp://cb", Scheme),
            ("a..b:/cb", Scheme),
        ] {
            assert_eq!(
                RedirectUri::parse(text).map(|u| u.text),
                Err(error),
                "{text}"
            );
        }
        assert_eq!(
            RedirectUri::parse(&format!("https://a.example/{}", "a".repeat(2048))).err(),
            Some(Malformed)
        );
    }

    // rule: clients/redirect-uri-matching: how redirect URIs match: byte for byte, save for a
    //    loopback port; one function everywhere [RFC 8252 §7.3]
    #[test]
    fn matching() {
        let accepts = |registered: &str, asked: &str| {
            RedirectUri::parse(registered)
                .unwrap()
                .accepts(asked)
                .is_some()
        };
        assert!(accepts(
            "http://127.0.0.1:1/cb?x=1",
            "http://127.0.0.1:54321/cb?x=1"
        ));
        assert!(accepts("http://localhost/cb", "http://localhost:54321/cb"));
        assert!(accepts("http://[::1]:1/cb", "http://[::1]:2/cb"));
        assert!(!accepts("http://localhost/cb", "http://127.0.0.1/cb"));
        assert!(!accepts("http://localhost/cb", "http://localhost:1/cb/"));
        assert!(!accepts("http://localhost/cb", "http://localhost:1/cb?x"));
        assert!(!accepts("http://localhost/cb", "https://localhost:1/cb"));
        assert!(!accepts(
            "http://localhost/cb",
            "http://localhost:1@evil.example/cb"
        ));
        assert!(!accepts("http://localhost/cb", "HTTP://localhost:1/cb"));
        assert!(!accepts("http://localhost/cb", "http://localhost:1/cb#"));
        assert!(!accepts("http://localhost/cb", "http://@localhost:1/cb"));
        assert!(!accepts("http://localhost/cb", "http://localhost:65536/cb"));
        assert!(!accepts(
            "https://app.example/cb",
            "https://app.example:443/cb"
        ));
        assert!(!accepts(
            "https://app.example/cb",
            "https://app.example/cb/"
        ));
        assert!(!accepts("https://app.example/cb", "https://APP.example/cb"));
    }

    #[test]
    fn parameters_are_added_to_the_query() {
        let with = |text: &str| {
            RedirectUri::parse(text)
                .unwrap()
                .accepts(text)
                .unwrap()
                .with(&[("code", "a b&c")])
        };
        assert_eq!(
            with("https://a.example/cb"),
            "https://a.example/cb?code=a+b%26c"
        );
        assert_eq!(
            with("https://a.example/cb?"),
            "https://a.example/cb?code=a+b%26c"
        );
        assert_eq!(
            with("https://a.example/cb?x=%20"),
            "https://a.example/cb?x=%20&code=a+b%26c"
        );
        assert_eq!(
            with("com.example.app:/cb"),
            "com.example.app:/cb?code=a+b%26c"
        );
    }
}
