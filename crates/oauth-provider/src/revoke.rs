//! The revocation endpoint (RFC 7009).

use oauth_types::ErrorCode;

use crate::client::{Credentials, authenticate_known};
use crate::crypto::Bytes;
use crate::grant::{Command, Revoke, Token, TokenKind};
use crate::http::{Error, Request, Response};
use crate::params::Params;
use crate::store::{ClientStore, GrantStore};

/// Answers `POST /oauth/revoke`: 200 also for tokens that are unknown or somebody else's, which stay as they are
/// (§2.2: "invalid tokens do not cause an error response"). `token_type_hint` is not needed: a token says its kind.
///
/// # Errors
/// §2.2.1: the client is not who it says; `temporarily_unavailable` where storage fails.
pub async fn revoke(
    request: &Request<'_>,
    clients: &impl ClientStore,
    grants: &impl GrantStore,
) -> Result<Response, Error> {
    let form = Params::from_form(request)?;
    form.no_duplicates_but("resource")?;
    let credentials = Credentials::read(request, &form)?;
    let client = authenticate_known(&credentials, clients).await?;
    let text = form
        .one("token")?
        .ok_or_else(|| Error::new(ErrorCode::InvalidRequest, "token is missing"))?;
    if let Some(token) = Token::parse(text).filter(|token| token.kind != TokenKind::Code) {
        let command = Command::Revoke(Revoke {
            secret: token.secret,
            tag: token.tag.map(|tag| Bytes(tag.to_vec())),
            client_id: client.client_id,
            strength: client.strength,
        });
        grants
            .send(&token.grant, command)
            .await
            .map_err(|error| Error::unavailable(error.to_string()))?;
    }
    Ok(Response::empty(200)
        .header("cache-control", "no-store")
        .header("pragma", "no-cache"))
}
