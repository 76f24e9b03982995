//! What revocation and introspection have in common: a client that names a token of its own.

use fetch::Exchange;
use oauth_types::ErrorCode;

use crate::client::{
    Authenticator, ClientStore, Credentials, OnceStore, Presented, authenticate_known,
};
use crate::crypto::SignatureVerifier;
use crate::grant::{Token, TokenKind};
use crate::http::{Error, Request};
use crate::params::Params;

/// Reads and authenticates such a request. `None` if the token is no access or refresh token of ours.
pub(crate) async fn own_token(
    request: &Request<'_>,
    clients: &Authenticator<
        '_,
        impl ClientStore,
        impl Exchange + ?Sized,
        impl SignatureVerifier,
        impl OnceStore,
    >,
) -> Result<(Presented, Option<Token>), Error> {
    let form = Params::from_form(request)?;
    form.no_duplicates_but("resource")?;
    let credentials = Credentials::read(request, &form)?;
    let client = authenticate_known(&credentials, clients).await?;
    let text = form
        .one("token")?
        .ok_or_else(|| Error::new(ErrorCode::InvalidRequest, "token is missing"))?;
    let token = Token::parse(text).filter(|token| token.kind != TokenKind::Code);
    Ok((client, token))
}
