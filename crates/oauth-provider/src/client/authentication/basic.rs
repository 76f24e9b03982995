//! HTTP Basic as OAuth has it (RFC 6749 §2.3.1).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use oauth_types::ErrorCode;
use url::form_urlencoded;

use crate::client::id::is_url;
use crate::http::Error;

/// What a header `Authorization: Basic` says. Either part may be empty, which counts as absent.
#[derive(Default, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(super) struct Basic {
    pub(super) client_id: String,
    pub(super) secret: String,
}

impl Basic {
    /// `None` where the header is of another scheme.
    pub(super) fn read(header: &str) -> Option<Result<Self, Error>> {
        let (scheme, encoded) = header.split_once(' ').unwrap_or((header, ""));
        let malformed = || {
            let description = "the Authorization header is not HTTP Basic with form-encoded parts";
            Error::new(ErrorCode::InvalidClient, description).of_basic(true)
        };
        scheme
            .eq_ignore_ascii_case("basic")
            .then(|| Self::decode(encoded).ok_or_else(malformed))
    }

    fn decode(encoded: &str) -> Option<Self> {
        let joined = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
        let scheme = joined.split_once("://").map(|(scheme, _)| scheme);
        let read = if scheme.is_some_and(|scheme| !scheme.contains(':')) {
            Self::of_plain_url(&joined)
        } else {
            Self::of_encoded(&joined)
        };
        // A secret of nobody.
        read.filter(|basic| !basic.client_id.is_empty() || basic.secret.is_empty())
    }

    /// User name and password are each form-encoded before they are joined.
    fn of_encoded(joined: &str) -> Option<Self> {
        let (id, secret) = joined.split_once(':')?;
        Some(Self {
            client_id: form_decoded(id)?,
            secret: form_decoded(secret)?,
        })
    }

    /// Many clients join the parts as they are. Of a URL that splits at the wrong colon, and calls a right client unknown;
    /// encoded, it would hold none.
    fn of_plain_url(joined: &str) -> Option<Self> {
        let (id, secret) = joined.rsplit_once(':')?;
        is_url(id).then(|| Self {
            client_id: id.to_owned(),
            secret: secret.to_owned(),
        })
    }
}

fn form_decoded(text: &str) -> Option<String> {
    if !has_whole_escapes(text) {
        return None;
    }
    let text = text.replace('&', "%26").replace('=', "%3D");
    let mut pairs = form_urlencoded::parse(text.as_bytes()).map(|(name, _)| name.into_owned());
    // An empty text has no pair.
    let decoded = pairs.next().unwrap_or_default();
    (!decoded.contains(char::REPLACEMENT_CHARACTER)).then_some(decoded)
}

/// A decoder of forms takes a `%` that begins no escape for itself, so that two texts would be one secret.
fn has_whole_escapes(text: &str) -> bool {
    text.split('%').skip(1).all(|escape| {
        let digits = escape.as_bytes().first_chunk::<2>();
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> Option<(String, String)> {
        let read = Basic::read(&format!("Basic {}", STANDARD.encode(text))).unwrap();
        read.ok().map(|basic| (basic.client_id, basic.secret))
    }

    fn parts(id: &str, secret: &str) -> Option<(String, String)> {
        Some((id.to_owned(), secret.to_owned()))
    }

    // rule: tokens/basic-header: Basic is form-decoded, malformed is refused; 401 with its
    //    challenge [RFC 6749 §2.3.1, §5.2]
    #[test]
    fn parts_are_form_decoded() {
        assert_eq!(header("a:b://c"), parts("a", "b://c"));
        let secret = "7Fjfp0ZBr1KtDRbnfVdmIw";
        assert_eq!(
            header(&format!("s6BhdRkqt3:{secret}")),
            parts("s6BhdRkqt3", secret)
        );
        assert_eq!(header("a%3Ab+c:d%25=&e"), parts("a:b c", "d%=&e"));
    }

    // rule: tokens/basic-header
    #[test]
    fn malformed_ones_are_refused() {
        for text in ["no colon", ":secret", "https://a.example/c", ""] {
            assert_eq!(header(text), None, "{text}");
        }
        for escape in ["%FF", "%", "%2", "b%zz", "%%25"] {
            assert_eq!(header(&format!("a:{escape}")), None, "{escape}");
            assert_eq!(header(&format!("{escape}:b")), None, "{escape}");
        }
        for text in ["Basic ***", "Basic", "basic"] {
            assert!(Basic::read(text).unwrap().is_err(), "{text}");
        }
    }

    // rule: tokens/empty-password
    #[test]
    fn a_part_may_be_empty() {
        assert_eq!(header("a:"), parts("a", ""));
        assert_eq!(header(":"), parts("", ""));
        assert_eq!(
            header("https%3A%2F%2Fa.example%2Fc:"),
            parts("https://a.example/c", "")
        );
    }

    // rule: tokens/empty-password
    #[test]
    fn a_url_that_was_not_encoded_splits_at_its_last_colon() {
        for url in ["https://a.example/c", "https://a.example:8443/c%20d+e"] {
            assert_eq!(header(&format!("{url}:")), parts(url, ""));
            assert_eq!(header(&format!("{url}:x")), parts(url, "x"));
        }
    }

    // rule: tokens/other-schemes-ignored
    #[test]
    fn other_schemes_are_not_read() {
        for text in ["Bearer YTpi", "Bearer", "", "Basically YTpi"] {
            assert!(Basic::read(text).is_none(), "{text}");
        }
    }
}
