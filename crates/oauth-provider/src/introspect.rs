//! The introspection endpoint (RFC 7662), for a client's own tokens.

use fetch::Exchange;
use serde_json::{Value, json};

use crate::client::{Authenticator, ClientStore, OnceStore};
use crate::crypto::{Bytes, SignatureVerifier};
use crate::grant::{GrantError, GrantStore, Introspect, TokenKind};
use crate::http::{Error, Request, Response};
use crate::own_token::own_token;

/// Answers `POST /oauth/introspect`: what a token stands for, or `{"active": false}` for one that is unknown,
/// expired, revoked or somebody else's (§2.2).
///
/// # Errors
/// §2.3: the client is not who it says; `temporarily_unavailable` where storage fails.
pub async fn introspect(
    request: &Request<'_>,
    clients: &Authenticator<
        '_,
        impl ClientStore,
        impl Exchange + ?Sized,
        impl SignatureVerifier,
        impl OnceStore,
    >,
    grants: &impl GrantStore,
) -> Result<Response, Error> {
    let (client, token) = own_token(request, clients).await?;
    if clients.settings.denies_client(&client.client_id) {
        return Err(Error::denied_client());
    }
    let Some(token) = token else {
        return Ok(Response::json(200, &inactive()));
    };
    let kind = token.kind;
    let command = Introspect {
        secret: token.secret,
        tag: token.tag.map(|tag| Bytes(tag.to_vec())),
        client_id: client.client_id.clone(),
        strength: client.strength,
    };
    let body = match grants.ask(&token.grant, command).await {
        Ok(found) => json!({
            "active": true,
            "client_id": client.client_id,
            "sub": found.subject,
            "aud": found.resource.url(&clients.settings.origin),
            "iss": clients.settings.origin.as_str(),
            "scope": found.scope.to_string(),
            "iat": found.opened_at,
            "exp": found.expires_at,
            "token_type": if kind == TokenKind::Access { "Bearer" } else { "refresh_token" },
        }),
        Err(GrantError::Refused(_)) => inactive(),
        Err(GrantError::Storage(error)) => return Err(Error::unavailable(error.to_string())),
    };
    Ok(Response::json(200, &body))
}

fn inactive() -> Value {
    json!({ "active": false })
}
