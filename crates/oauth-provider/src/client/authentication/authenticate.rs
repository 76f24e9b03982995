//! Client authentication at the endpoints that clients call themselves (RFC 6749 §2.3, RFC 7523 §3).

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fetch::Exchange;
use oauth_types::ErrorCode;
use url::form_urlencoded;

use crate::client::client_store::ClientStore;
use crate::client::keys::{KeySet, KeySource};
use crate::client::resolve::{is_registered, registered, resolve, resolve_again};
use crate::client::{Authentication, Client, ClientProblem, SecretMethod};
use crate::crypto::{SecretHash, SignatureVerifier};
use crate::grant::Strength;
use crate::http::{Error, Request};
use crate::params::Params;
use crate::settings::Settings;
use crate::time::UnixTime;

use super::assertion::{self, Assertion};
use super::key_set::{keys_at, keys_at_again};
use super::once_store::{Claim, Claimant, OnceStore};

/// All that it can take to know who sends a request. A public client costs nothing of it, a secret one read of the
/// store, and an assertion the rest.
pub struct Authenticator<'a, C, F: ?Sized, V, O> {
    /// Of this server.
    pub settings: &'a Settings,
    /// Registrations, and what is kept of documents and key sets.
    pub store: &'a C,
    /// To documents and key sets.
    pub fetch: &'a F,
    /// Of assertions.
    pub signatures: &'a V,
    /// For assertions, each of which is good once.
    pub once: &'a O,
    /// The time of the request.
    pub now: UnixTime,
}

/// What a request shows of its client, before any of it is checked.
#[derive(Clone)]
pub struct Credentials {
    /// Who it says it is.
    pub client_id: String,
    shown: Shown,
}

#[derive(Clone)]
enum Shown {
    Nothing,
    Secret(SecretMethod, String),
    Assertion(Box<Assertion>),
}

/// Nothing that could be used.
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

/// Checks the credentials. A public client is taken at its word without a look at storage: what it can do with that
/// word, its grants decide.
///
/// # Errors
/// `invalid_client`, alike for unknown clients and wrong secrets or keys; `temporarily_unavailable` where that cannot
/// be known now.
pub async fn authenticate(
    credentials: &Credentials,
    clients: &Authenticator<
        '_,
        impl ClientStore,
        impl Exchange + ?Sized,
        impl SignatureVerifier,
        impl OnceStore,
    >,
) -> Result<Presented, Error> {
    let strength = match &credentials.shown {
        Shown::Nothing => Strength::None,
        Shown::Secret(used, secret) => {
            by_secret(&credentials.client_id, *used, secret, clients.store).await?
        }
        Shown::Assertion(assertion) => by_assertion(assertion, clients).await?,
    };
    Ok(Presented {
        client_id: credentials.client_id.clone(),
        strength,
    })
}

async fn by_secret(
    client_id: &str,
    used: SecretMethod,
    secret: &str,
    clients: &impl ClientStore,
) -> Result<Strength, Error> {
    let error = || Error {
        basic: used == SecretMethod::Basic,
        ..Error::new(
            ErrorCode::InvalidClient,
            "unknown client, wrong secret, or not the method it registered",
        )
    };
    let client = registered(client_id, clients)
        .await
        .map_err(|error| Error::unavailable(error.to_string()))?;
    let (hash, right_method) = match client.as_ref().map(|client| &client.authentication) {
        Some(Authentication::Secret { hash, method }) => {
            (*hash, method.is_none_or(|method| method == used))
        }
        // Compared all the same, so that unknown and wrong take one path.
        _ => (nobodys_secret(), false),
    };
    let matches = hash.matches_text(secret);
    if matches && right_method {
        Ok(Strength::Secret)
    } else {
        Err(error())
    }
}

/// What costs nothing is checked first, the signature next; only then is the assertion used up.
async fn by_assertion(
    assertion: &Assertion,
    clients: &Authenticator<
        '_,
        impl ClientStore,
        impl Exchange + ?Sized,
        impl SignatureVerifier,
        impl OnceStore,
    >,
) -> Result<Strength, Error> {
    let Authenticator {
        settings,
        store,
        fetch,
        now,
        ..
    } = *clients;
    let claimed = assertion.check(settings, now)?;
    let resolved = resolve(&assertion.client_id, settings, store, fetch, now)
        .await
        .map_err(unresolved)?;
    let mut is_known = resolved.client.is_known;
    let mut verified = is_signed_by(&resolved.client, assertion, clients).await?;
    if !verified {
        // Its keys may have changed since its document was kept.
        let again = resolve_again(&resolved, settings, store, fetch, now)
            .await
            .map_err(unresolved)?;
        if let Some(fresh) = again {
            is_known = fresh.client.is_known;
            verified = is_signed_by(&fresh.client, assertion, clients).await?;
        }
    }
    if !verified {
        return Err(wrong_key());
    }
    // A little longer than it could be presented again, since clocks of this server differ too.
    let lifetime = claimed.ends_at.since(now) + CLAIM_MARGIN;
    let claimant = Claimant {
        client_id: &assertion.client_id,
        is_known,
    };
    match clients.once.claim(claimant, claimed.name, lifetime).await {
        Ok(Claim::First) => Ok(Strength::PrivateKeyJwt),
        Ok(Claim::Again) => Err(Error::new(
            ErrorCode::InvalidClient,
            "the assertion was used before: make one with a jti of its own for every request",
        )),
        // No failure of the client, which throws its tokens away on `invalid_client`; and the assertion is still good.
        Ok(Claim::TooMany) => Err(Error::new(
            ErrorCode::TemporarilyUnavailable,
            "too many assertions from here; wait a minute",
        )
        .status(429)),
        Err(error) => Err(Error::unavailable(error.to_string())),
    }
}

const CLAIM_MARGIN: Duration = Duration::from_secs(60);

async fn is_signed_by(
    client: &Client,
    assertion: &Assertion,
    clients: &Authenticator<
        '_,
        impl ClientStore,
        impl Exchange + ?Sized,
        impl SignatureVerifier,
        impl OnceStore,
    >,
) -> Result<bool, Error> {
    let uri = match &client.authentication {
        Authentication::Keys { source, .. } => match source {
            KeySource::Set(keys) => {
                return Ok(any_verifies(keys, assertion, clients.signatures).await);
            }
            KeySource::Uri(uri) => uri,
        },
        Authentication::Public | Authentication::Secret { .. } => return Ok(false),
    };
    let unusable = |problem| unusable_keys(uri, problem);
    let Authenticator {
        settings,
        store,
        fetch,
        now,
        ..
    } = *clients;
    let found = keys_at(uri, client, settings, store, fetch, now)
        .await
        .map_err(unusable)?;
    if any_verifies(&found.keys, assertion, clients.signatures).await {
        return Ok(true);
    }
    match keys_at_again(&found, client, settings, store, fetch, now)
        .await
        .map_err(unusable)?
    {
        Some(fresh) => Ok(any_verifies(&fresh.keys, assertion, clients.signatures).await),
        None => Ok(false),
    }
}

async fn any_verifies(
    keys: &KeySet,
    assertion: &Assertion,
    signatures: &impl SignatureVerifier,
) -> bool {
    let algorithm = assertion.algorithm;
    for key in keys.candidates(algorithm, assertion.key_id.as_deref()) {
        let verified = signatures.verify(algorithm, key, assertion.signed(), &assertion.signature);
        if verified.await {
            return true;
        }
    }
    false
}

/// One answer: who has no key of a client learns nothing about it.
fn wrong_key() -> Error {
    Error::new(
        ErrorCode::InvalidClient,
        "unknown client, or the assertion is not signed with a key of it that is usable here: check kid, alg and the \
         published keys (P-256, Ed25519, RSA of 2048 bits or more), and that private_key_jwt is its method",
    )
}

/// Why a client could not be looked up to verify its assertion.
fn unresolved(problem: ClientProblem) -> Error {
    let invalid = |text: String| Error::new(ErrorCode::InvalidClient, text);
    match problem {
        ClientProblem::Unknown { .. } => wrong_key(),
        ClientProblem::Url { error, .. } => invalid(format!("client_id {error}")),
        ClientProblem::DocumentsOff => {
            invalid("URLs are not taken as client ids or for keys here".to_owned())
        }
        ClientProblem::Document { url, problem } => {
            let text = format!("{url}: {problem}");
            // A client throws its tokens away on `invalid_client`.
            match (problem.over_budget, problem.transient) {
                (true, _) => Error::new(ErrorCode::TemporarilyUnavailable, text).status(429),
                (false, true) => Error::new(ErrorCode::TemporarilyUnavailable, text),
                (false, false) => invalid(text),
            }
        }
        ClientProblem::Storage(error) => Error::unavailable(error.to_string()),
    }
}

fn unusable_keys(uri: &str, problem: ClientProblem) -> Error {
    match problem {
        ClientProblem::Url { error, .. } => {
            Error::new(ErrorCode::InvalidClient, format!("jwks_uri {uri} {error}"))
        }
        other => unresolved(other),
    }
}

/// As [`authenticate`], for endpoints where a request of a public client cannot fail later: that there is such a
/// client is looked up, which at the token endpoint waits for a request that fails.
///
/// # Errors
/// As there.
pub async fn authenticate_known(
    credentials: &Credentials,
    clients: &Authenticator<
        '_,
        impl ClientStore,
        impl Exchange + ?Sized,
        impl SignatureVerifier,
        impl OnceStore,
    >,
) -> Result<Presented, Error> {
    let client = authenticate(credentials, clients).await?;
    let known = client.strength > Strength::None
        || is_registered(&client.client_id, clients.store)
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
        for escape in ["%FF", "%", "%2", "b%zz", "%%25"] {
            assert_eq!(header(&format!("a:{escape}")), None, "{escape}");
            assert_eq!(header(&format!("{escape}:b")), None, "{escape}");
        }
        assert_eq!(basic("Basic ***"), None);
        assert_eq!(basic("Bearer YTpi"), None);
        assert_eq!(basic("Basic"), None);
    }
}
