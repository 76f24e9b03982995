//! Client authentication at the endpoints that clients call themselves (RFC 6749 §2.3).

use fetch::Exchange;
use oauth_types::ErrorCode;

use crate::client::client_store::ClientStore;
use crate::client::record::{Authentication, SecretMethod};
use crate::client::resolve::{is_registered, registered};
use crate::crypto::{SecretHash, SignatureVerifier};
use crate::grant::{KeyProof, Strength};
use crate::http::Error;

use super::Authenticator;
use super::by_assertion::by_assertion;
use super::credentials::{Credentials, Shown};
use super::once_store::OnceStore;

/// A client that may go on: who it is, and how it showed that.
#[derive(Debug, Clone)]
pub struct Presented {
    /// Claimed where `strength` is none; shown otherwise.
    pub client_id: String,
    /// Compared with what the grant asks for.
    pub strength: Strength,
    /// Whether HTTP Basic named it, so that a later refusal says so too.
    pub(crate) basic: bool,
    /// The key of an assertion.
    pub key: Option<KeyProof>,
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
    let basic = credentials.basic;
    let shown = match &credentials.shown {
        Shown::Nothing => Ok((Strength::None, None)),
        Shown::Secret(used, secret) => {
            let strength = by_secret(&credentials.client_id, *used, secret, clients.store).await;
            strength.map(|strength| (strength, None))
        }
        Shown::Assertion(assertion) => {
            let key = by_assertion(assertion, clients).await;
            key.map(|key| (Strength::PrivateKeyJwt, Some(key)))
        }
    };
    let (strength, key) = shown.map_err(|error| error.of_basic(basic))?;
    Ok(Presented {
        client_id: credentials.client_id.clone(),
        strength,
        basic,
        key,
    })
}

async fn by_secret(
    client_id: &str,
    used: SecretMethod,
    secret: &str,
    clients: &impl ClientStore,
) -> Result<Strength, Error> {
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
        Err(Error::new(
            ErrorCode::InvalidClient,
            "unknown client, wrong secret, or not the method it registered",
        ))
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
        Err(Error::unknown_client().of_basic(client.basic))
    }
}

fn nobodys_secret() -> SecretHash {
    SecretHash::of_text("")
}
