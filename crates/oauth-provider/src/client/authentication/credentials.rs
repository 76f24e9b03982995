//! The credentials of a request: in the header `Authorization` or in its form (RFC 6749 §2.3, RFC 7521 §4.2).

use std::fmt;

use oauth_types::ErrorCode;

use crate::client::record::SecretMethod;
use crate::http::{Error, Request};
use crate::params::Params;

use super::assertion::{self, Assertion};
use super::basic::Basic;

/// What a request shows of its client, before any of it is checked.
#[derive(Clone)]
pub struct Credentials {
    /// The client id that the request claims.
    pub client_id: String,
    pub(super) shown: Shown,
    /// Whether HTTP Basic named the client, so that a failure is answered with its challenge.
    pub(super) basic: bool,
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
    /// Reads the header and the form. A secret that is empty is none (RFC 6749 §2.3.1: the client "MAY omit the parameter
    /// if the client secret is an empty string"). Nor is a header of another scheme than Basic: a public client that
    /// sends an access token along is still that public client.
    ///
    /// # Errors
    /// A malformed Basic header or assertion is `invalid_client`; two methods at once ("MUST NOT", RFC 6749 §2.3)
    /// `invalid_request`.
    pub fn read(request: &Request<'_>, form: &Params) -> Result<Self, Error> {
        let form_id = form.one("client_id")?;
        let form_secret = form.one("client_secret")?;
        let assertion = form.one("client_assertion")?;
        let header = request.authorization.and_then(Basic::read).transpose()?;
        let basic = header.is_some();
        let Basic { client_id, secret } = header.unwrap_or_default();
        let ways = [
            !secret.is_empty(),
            form_secret.is_some(),
            assertion.is_some(),
        ];
        if ways.into_iter().filter(|way| *way).count() > 1 {
            return Err(invalid_request("use one way of client authentication"));
        }
        let header_id = Some(&*client_id).filter(|id| !id.is_empty());
        if form_id.is_some_and(|id| header_id.is_some_and(|other| id != other)) {
            let description = "client_id differs from the Authorization header";
            return Err(invalid_request(description));
        }
        let client_id = form_id.or(header_id);
        if let Some(text) = assertion {
            return Self::asserted(text, form.one("client_assertion_type")?, client_id);
        }
        if form.one("client_assertion_type")?.is_some() {
            return Err(invalid_request("client_assertion is missing"));
        }
        let missing =
            || Error::new(ErrorCode::InvalidClient, "client_id is missing").of_basic(basic);
        Ok(Self {
            client_id: client_id.ok_or_else(missing)?.to_owned(),
            shown: match form_secret {
                Some(secret) => Shown::Secret(SecretMethod::Post, secret.to_owned()),
                None if secret.is_empty() => Shown::Nothing,
                None => Shown::Secret(SecretMethod::Basic, secret),
            },
            basic,
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
            basic: false,
        })
    }
}

fn invalid_request(description: &str) -> Error {
    Error::new(ErrorCode::InvalidRequest, description)
}
