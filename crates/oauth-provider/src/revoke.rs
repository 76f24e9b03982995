//! The revocation endpoint (RFC 7009).

use fetch::Exchange;
use oauth_types::ErrorCode;

use crate::client::{Authenticator, ClientStore, OnceStore};
use crate::crypto::{Bytes, SignatureVerifier};
use crate::grant::{GrantError, GrantId, GrantStore, Revoke};
use crate::http::{Error, Request, Response};
use crate::own_token::own_token;

/// A revocation was answered.
#[derive(Debug, Clone)]
pub struct Revoked {
    /// For the client.
    pub response: Response,
    /// The grant of the token, if it was one of ours; drop its tokens from every cache.
    pub grant: Option<GrantId>,
}

/// Answers `POST /oauth/revoke`: 200 also for tokens that are unknown or somebody else's, which stay as they are
/// (§2.2: "invalid tokens do not cause an error response"). `token_type_hint` is not needed: a token says its kind.
///
/// # Errors
/// §2.2.1: the client is not who it says; `temporarily_unavailable` where storage fails.
pub async fn revoke(
    request: &Request<'_>,
    clients: &Authenticator<
        '_,
        impl ClientStore,
        impl Exchange + ?Sized,
        impl SignatureVerifier,
        impl OnceStore,
    >,
    grants: &impl GrantStore,
) -> Result<Revoked, Error> {
    let (client, token) = own_token(request, clients).await?;
    let grant = token.as_ref().map(|token| token.grant.clone());
    if let Some(token) = token {
        let revoke = Revoke {
            secret: token.secret,
            tag: token.tag.map(|tag| Bytes(tag.to_vec())),
            client_id: client.client_id,
            strength: client.strength,
        };
        grants
            .ask(&token.grant, revoke)
            .await
            .map_err(|error| match error {
                GrantError::Refused(_) => Error::new(
                    ErrorCode::InvalidClient,
                    "this client must authenticate to revoke its token",
                )
                .of_basic(client.basic),
                GrantError::Storage(error) => Error::unavailable(error.0),
            })?;
    }
    let response = Response::empty(200)
        .header("cache-control", "no-store")
        .header("pragma", "no-cache");
    Ok(Revoked { response, grant })
}
