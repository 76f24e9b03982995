//! Authentication by an assertion (RFC 7523 §3): looks up whose it is, verifies its signature, and uses it up.

use std::time::Duration;

use fetch::Exchange;
use oauth_types::ErrorCode;

use crate::client::client_store::ClientStore;
use crate::client::keys::{KeySet, KeySource, mark_of};
use crate::client::problem::ClientProblem;
use crate::client::record::{Authentication, Client};
use crate::client::resolve::{resolve, resolve_again};
use crate::crypto::{Bytes, SignatureVerifier};
use crate::grant::KeyProof;
use crate::http::Error;

use super::Authenticator;
use super::assertion::Assertion;
use super::key_set::{keys_at, keys_at_again};
use super::once_store::{Claim, Claimant, OnceStore};
use super::unresolved::{unresolved, unusable_keys};

const CLAIM_MARGIN: Duration = Duration::from_secs(60);

/// What costs nothing is checked first, the signature next; only then is the assertion used up.
pub(super) async fn by_assertion(
    assertion: &Assertion,
    clients: &Authenticator<
        '_,
        impl ClientStore,
        impl Exchange + ?Sized,
        impl SignatureVerifier,
        impl OnceStore,
    >,
) -> Result<KeyProof, Error> {
    let Authenticator {
        settings,
        store,
        fetch,
        now,
        ..
    } = *clients;
    let claimed = assertion.check(settings, now)?;
    let resolved = match resolve(&assertion.client_id, settings, store, fetch, now).await {
        Ok(resolved) => resolved,
        // Answered as a wrong key is, so that nobody learns which clients there are.
        Err(ClientProblem::Unknown { .. }) => return Err(wrong_key()),
        Err(problem) => return Err(unresolved(problem, store, now).await),
    };
    let mut is_known = resolved.client.is_known;
    let mut proof = signed_by(&resolved.client, assertion, clients).await?;
    if proof.is_none() {
        // Its keys may have changed since its document was kept.
        let again = match resolve_again(&resolved, settings, store, fetch, now).await {
            Ok(again) => again,
            Err(problem) => return Err(unresolved(problem, store, now).await),
        };
        if let Some(fresh) = again {
            is_known = fresh.client.is_known;
            proof = signed_by(&fresh.client, assertion, clients).await?;
        }
    }
    let proof = proof.ok_or_else(wrong_key)?;
    // A little longer than it could be presented again, since clocks of this server differ too.
    let lifetime = claimed.ends_at.since(now) + CLAIM_MARGIN;
    let claimant = Claimant {
        client_id: &assertion.client_id,
        is_known,
    };
    match clients.once.claim(claimant, claimed.name, lifetime).await {
        Ok(Claim::First) => Ok(proof),
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

/// The key of the client that the assertion is signed with. Keys at a `jwks_uri` follow one another as their owner likes:
/// for a grant they are one, which has the name of the address.
async fn signed_by(
    client: &Client,
    assertion: &Assertion,
    clients: &Authenticator<
        '_,
        impl ClientStore,
        impl Exchange + ?Sized,
        impl SignatureVerifier,
        impl OnceStore,
    >,
) -> Result<Option<KeyProof>, Error> {
    let Authentication::Keys { source, .. } = &client.authentication else {
        return Ok(None);
    };
    let published = source.marks();
    let uri = match source {
        KeySource::Set(keys) => {
            let by = verified_by(keys, assertion, clients.signatures).await;
            return Ok(by.map(|by| KeyProof { by, published }));
        }
        KeySource::Uri(uri) => uri,
    };
    let Authenticator {
        settings,
        store,
        fetch,
        now,
        ..
    } = *clients;
    let found = match keys_at(uri, client, settings, store, fetch, now).await {
        Ok(found) => found,
        Err(problem) => return Err(unusable_keys(uri, problem, store, now).await),
    };
    let mut by = verified_by(&found.keys, assertion, clients.signatures).await;
    if by.is_none() {
        match keys_at_again(&found, client, settings, store, fetch, now).await {
            Ok(Some(fresh)) => by = verified_by(&fresh.keys, assertion, clients.signatures).await,
            Ok(None) => {}
            Err(problem) => return Err(unusable_keys(uri, problem, store, now).await),
        }
    }
    let at_address = by.and(published.first().cloned());
    Ok(at_address.map(|by| KeyProof { by, published }))
}

/// The key that verifies.
async fn verified_by(
    keys: &KeySet,
    assertion: &Assertion,
    signatures: &impl SignatureVerifier,
) -> Option<Bytes> {
    let algorithm = assertion.algorithm;
    for key in keys.candidates(algorithm, assertion.key_id.as_deref()) {
        let verified = signatures.verify(algorithm, key, assertion.signed(), &assertion.signature);
        if verified.await {
            return Some(mark_of(key));
        }
    }
    None
}

/// One answer for all of these, so that a sender without the client's key learns nothing about the client.
fn wrong_key() -> Error {
    Error::new(
        ErrorCode::InvalidClient,
        "unknown client, or the assertion is not signed with a key of it that is usable here: check kid, alg and the \
         published keys (P-256, Ed25519, RSA of 2048 bits or more), and that private_key_jwt is its method",
    )
}
