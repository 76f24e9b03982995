//! The credentials of a request: in the header `Authorization` or in its form (RFC 6749 §2.3, RFC 7521 §4.2).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use oauth_types::ErrorCode;
use url::form_urlencoded;

use crate::client::record::SecretMethod;
use crate::http::{Error, Request};
use crate::params::Params;

use super::assertion::{self, Assertion};

/// What a request shows of its client, before any of it is checked.
#[derive(Clone)]
pub struct Credentials {
    /// The client id that the request claims.
    pub client_id: String,
    pub(super) shown: Shown,
}

#[derive(Clone)]
pub(super) enum Shown {
    Nothing,
    Secret(SecretMethod, String),
    Assertion(Box<Assertion>),
}

/// Leaves out the secret and the assertion.
impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("Nothing"),
            Self::Secret(method, _) => write!(f, "Secret({method:?})"),
            Self::Assertion(assertion) => assertion.fmt(f),
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("client_id", &self.client_id)
            .field("shown", &self.shown)
            .finish()
    }
}

impl Credentials {
    /// Reads the header and the form.
    ///
    /// # Errors
    /// A malformed header or assertion is `invalid_client`; two methods at once ("MUST NOT", RFC 6749 §2.3)
    /// `invalid_request`.
    pub fn read(request: &Request<'_>, form: &Params) -> Result<Self, Error> {
        let form_id = form.one("client_id")?;
        let form_secret = form.one("client_secret")?;
        let assertion = form.one("client_assertion")?;
        let ways = [
            request.authorization.is_some(),
            form_secret.is_some(),
            assertion.is_some(),
        ];
        if ways.into_iter().filter(|way| *way).count() > 1 {
            let description = "use one way of client authentication";
            return Err(Error::new(ErrorCode::InvalidRequest, description));
        }
        if let Some(text) = assertion {
            return Self::asserted(text, form.one("client_assertion_type")?, form_id);
        }
        if form.one("client_assertion_type")?.is_some() {
            let description = "client_assertion is missing";
            return Err(Error::new(ErrorCode::InvalidRequest, description));
        }
        let Some(header) = request.authorization else {
            let client_id = form_id
                .ok_or_else(|| Error::new(ErrorCode::InvalidClient, "client_id is missing"))?
                .to_owned();
            return Ok(Self {
                client_id,
                shown: form_secret.map_or(Shown::Nothing, |secret| {
                    Shown::Secret(SecretMethod::Post, secret.to_owned())
                }),
            });
        };
        let refused = |code, text: &str| Error {
            basic: true,
            ..Error::new(code, text)
        };
        let (client_id, secret) = basic(header).ok_or_else(|| {
            refused(
                ErrorCode::InvalidClient,
                "the Authorization header is not HTTP Basic with form-encoded parts",
            )
        })?;
        if form_id.is_some_and(|id| id != client_id) {
            return Err(refused(
                ErrorCode::InvalidRequest,
                "client_id differs from the Authorization header",
            ));
        }
        Ok(Self {
            client_id,
            shown: Shown::Secret(SecretMethod::Basic, secret),
        })
    }

    /// RFC 7521 §4.2: `client_id` is unnecessary, and if present, "MUST identify the same client".
    fn asserted(text: &str, kind: Option<&str>, client_id: Option<&str>) -> Result<Self, Error> {
        let refused = |text: String| Err(Error::new(ErrorCode::InvalidClient, text));
        if kind != Some(assertion::TYPE) {
            return refused(format!("client_assertion_type must be {}", assertion::TYPE));
        }
        let assertion = Assertion::read(text)?;
        if client_id.is_some_and(|id| id != assertion.client_id) {
            return refused("client_id differs from the assertion's sub".to_owned());
        }
        Ok(Self {
            client_id: assertion.client_id.clone(),
            shown: Shown::Assertion(Box::new(assertion)),
        })
    }
}

/// RFC 6749 §2.3.1: user name and password are each form-encoded before they are joined.
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let joined = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = joined.split_once(':')?;
    let decode = |text: &str| {
        if !has_whole_escapes(text) {
            return None;
        }
        let text = text.replace('&', "%26").replace('=', "%3D");
        let mut pairs = form_urlencoded::parse(text.as_bytes()).map(|(name, _)| name.into_owned());
        pairs
            .next()
            .filter(|name| !name.contains(char::REPLACEMENT_CHARACTER))
    };
    Some((decode(id)?, decode(secret)?))
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
        basic(&format!("Basic {}", STANDARD.encode(text)))
    }

    // rule: tokens/basic-header: Basic is form-decoded, malformed is refused; 401 with its
    //    challenge [RFC 6749 §2.3.1, §5.2]
    #[test]
    fn parts_are_form_decoded() {
        assert_eq!(
            header("s6BhdRkqt3:7Fjfp0ZBr1KtDRbnfVdmIw"),
            Some(("s6BhdRkqt3".into(), "7Fjfp0ZBr1KtDRbnfVdmIw".into()))
        );
        assert_eq!(
            header("a%3Ab+c:d%25=&e"),
            Some(("a:b c".into(), "d%=&e".into()))
        );
    }

    // rule: tokens/basic-header
    #[test]
    fn malformed_ones_are_refused() {
        assert_eq!(header("no colon"), None);
        for escape in ["%FF", "%", "%2", "b%zz", "%%25"] {
            assert_eq!(header(&format!("a:{escape}")), None, "{escape}");
            assert_eq!(header(&format!("{escape}:b")), None, "{escape}");
        }
        assert_eq!(basic("Basic ***"), None);
        assert_eq!(basic("Bearer YTpi"), None);
        assert_eq!(basic("Basic"), None);
    }
}
