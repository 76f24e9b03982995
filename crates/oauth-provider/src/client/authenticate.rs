//! Client authentication at the token and revocation endpoints (RFC 6749 §2.3).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use oauth_types::ErrorCode;
use url::form_urlencoded;

use crate::crypto::SecretHash;
use crate::grant::Strength;
use crate::http::{Error, Request};
use crate::params::Params;
use crate::store::ClientStore;

use super::resolve::{is_registered, registered};
use super::{Authentication, SecretMethod};

/// What a request shows of its client, before any of it is checked.
#[derive(Clone)]
pub struct Credentials {
    /// Who it says it is.
    pub client_id: String,
    secret: Option<(SecretMethod, String)>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("client_id", &self.client_id)
            .field("secret", &self.secret.as_ref().map(|(method, _)| method))
            .finish()
    }
}

/// A client that may go on: who it is, and how it showed that.
#[derive(Debug, Clone)]
pub struct Presented {
    /// Claimed where `strength` is none; shown otherwise.
    pub client_id: String,
    /// Compared with what the grant asks for.
    pub strength: Strength,
}

impl Credentials {
    /// Reads the header and the form.
    ///
    /// # Errors
    /// A malformed header is `invalid_client`; two methods at once ("MUST NOT", RFC 6749 §2.3) `invalid_request`.
    pub fn read(request: &Request<'_>, form: &Params) -> Result<Self, Error> {
        let form_id = form.one("client_id")?;
        let form_secret = form.one("client_secret")?;
        if form.one("client_assertion")?.is_some() {
            let description = "client assertions are not supported";
            return Err(Error {
                basic: request.authorization.is_some(),
                ..Error::new(ErrorCode::InvalidClient, description)
            });
        }
        let Some(header) = request.authorization else {
            let client_id = form_id
                .ok_or_else(|| Error::new(ErrorCode::InvalidClient, "client_id is missing"))?
                .to_owned();
            return Ok(Self {
                client_id,
                secret: form_secret.map(|s| (SecretMethod::Post, s.to_owned())),
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
        if form_secret.is_some() {
            return Err(refused(
                ErrorCode::InvalidRequest,
                "use one way of client authentication",
            ));
        }
        if form_id.is_some_and(|id| id != client_id) {
            return Err(refused(
                ErrorCode::InvalidRequest,
                "client_id differs from the Authorization header",
            ));
        }
        Ok(Self {
            client_id,
            secret: Some((SecretMethod::Basic, secret)),
        })
    }
}

/// Checks the credentials. A public client is taken at its word without a look at storage: what it can do with that
/// word, its grants decide.
///
/// # Errors
/// `invalid_client`, alike for unknown clients and wrong secrets.
pub async fn authenticate(
    credentials: &Credentials,
    clients: &impl ClientStore,
) -> Result<Presented, Error> {
    let Some((used, secret)) = &credentials.secret else {
        return Ok(Presented {
            client_id: credentials.client_id.clone(),
            strength: Strength::None,
        });
    };
    let error = || Error {
        basic: *used == SecretMethod::Basic,
        ..Error::new(
            ErrorCode::InvalidClient,
            "unknown client, wrong secret, or not the method it registered",
        )
    };
    let client = registered(&credentials.client_id, clients)
        .await
        .map_err(|error| Error::unavailable(error.to_string()))?;
    let (hash, right_method) = match client.as_ref().map(|client| &client.authentication) {
        Some(Authentication::Secret { hash, method }) => {
            (*hash, method.is_none_or(|method| method == *used))
        }
        // Compared all the same, so that unknown and wrong take one path.
        _ => (nobodys_secret(), false),
    };
    let matches = hash.matches_text(secret);
    if matches && right_method {
        Ok(Presented {
            client_id: credentials.client_id.clone(),
            strength: Strength::Secret,
        })
    } else {
        Err(error())
    }
}

/// As [`authenticate`], for endpoints where a request of a public client cannot fail later: that there is such a
/// client is looked up, which at the token endpoint waits for a request that fails.
///
/// # Errors
/// As there.
pub async fn authenticate_known(
    credentials: &Credentials,
    clients: &impl ClientStore,
) -> Result<Presented, Error> {
    let client = authenticate(credentials, clients).await?;
    let known = client.strength > Strength::None
        || is_registered(&client.client_id, clients)
            .await
            .map_err(|error| Error::unavailable(error.to_string()))?;
    if known {
        Ok(client)
    } else {
        Err(Error::unknown_client())
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
        let text = text.replace('&', "%26").replace('=', "%3D");
        let mut pairs = form_urlencoded::parse(text.as_bytes()).map(|(name, _)| name.into_owned());
        pairs
            .next()
            .filter(|name| !name.contains(char::REPLACEMENT_CHARACTER))
    };
    Some((decode(id)?, decode(secret)?))
}

fn nobodys_secret() -> SecretHash {
    SecretHash::of_text("")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> Option<(String, String)> {
        basic(&format!("Basic {}", STANDARD.encode(text)))
    }

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

    #[test]
    fn malformed_ones_are_refused() {
        assert_eq!(header("no colon"), None);
        assert_eq!(header("a:%FF"), None);
        assert_eq!(basic("Basic ***"), None);
        assert_eq!(basic("Bearer YTpi"), None);
        assert_eq!(basic("Basic"), None);
    }
}
