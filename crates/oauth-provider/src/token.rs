//! The token endpoint (RFC 6749 §3.2).

use fetch::Exchange;
use oauth_types::{ErrorCode, TokenResponse, TokenType};

use crate::client::{
    Authenticator, ClientStore, Credentials, OnceStore, Presented, authenticate, is_known,
};
use crate::crypto::{Bytes, SignatureVerifier};
use crate::grant::{
    Chores, FlowId, GrantError, GrantId, GrantStore, Issued, Redeem, Refresh, Refusal, Strength,
    Token, TokenKind,
};
use crate::http::{Error, Request, Response};
use crate::params::Params;
use crate::pkce::CodeVerifier;
use crate::resource::Resource;
use crate::scope::Scope;
use crate::settings::Settings;

/// Answers `POST /oauth/token`. A request of a public client costs one call to its grant and no read of client
/// records, unless it fails.
///
/// # Errors
/// RFC 6749 §5.2. Storage trouble is `temporarily_unavailable`: nothing was consumed, and SDKs keep their tokens.
pub async fn token(
    request: &Request<'_>,
    clients: &Authenticator<
        '_,
        impl ClientStore,
        impl Exchange + ?Sized,
        impl SignatureVerifier,
        impl OnceStore,
    >,
    grants: &impl GrantStore,
) -> Result<Granted, Error> {
    let settings = clients.settings;
    let form = Params::from_form(request)?;
    form.no_duplicates_but("resource")?;
    let grant_type = GrantType::read(&form)?;
    let credentials = Credentials::read(request, &form)?;
    if settings.denies_client(&credentials.client_id) {
        return Err(Error::denied_client());
    }
    let client = authenticate(&credentials, clients).await?;
    let exchanged = exchange(grant_type, &form, &client, settings, grants).await;
    let error = match exchanged {
        Ok(granted) => return Ok(granted),
        Err(Failed::Other(error)) => {
            unknown_client_first(error, &client, settings, clients.store).await
        }
        Err(Failed::OfItsGrant(error)) => error,
    };
    Err(error.of_basic(client.basic))
}

/// Why there are no tokens.
enum Failed {
    /// A live grant of this client said so. So there is such a client, whatever became of its record.
    OfItsGrant(Error),
    /// Nothing is known of the client yet.
    Other(Error),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// Tokens were issued.
#[derive(Debug, Clone)]
pub struct Granted {
    /// For the client.
    pub response: Response,
    /// The grant of the tokens.
    pub grant: GrantId,
    /// The client that got them.
    pub client_id: String,
    /// What to do after the answer has left.
    pub chores: Chores,
    /// The sign-in behind the grant, for logs.
    pub flow: Option<FlowId>,
    /// The upstream's id of the person, if the daily chores are due.
    pub subject: Option<String>,
}

#[derive(Clone, Copy)]
enum GrantType {
    AuthorizationCode,
    RefreshToken,
}

impl GrantType {
    fn read(form: &Params) -> Result<Self, Error> {
        match form.one("grant_type")? {
            Some("authorization_code") => Ok(Self::AuthorizationCode),
            Some("refresh_token") => Ok(Self::RefreshToken),
            Some(_) => {
                let description = "grant_type must be authorization_code or refresh_token";
                Err(Error::new(ErrorCode::UnsupportedGrantType, description))
            }
            None => Err(invalid_request("grant_type is missing")),
        }
    }
}

async fn exchange(
    grant_type: GrantType,
    form: &Params,
    client: &Presented,
    settings: &Settings,
    grants: &impl GrantStore,
) -> Result<Granted, Failed> {
    let (id, reply) = match grant_type {
        GrantType::AuthorizationCode => {
            let (id, redeem) = redeem(form, client, settings)?;
            let reply = grants.ask(&id, redeem).await;
            (id, reply)
        }
        GrantType::RefreshToken => {
            let (id, refresh) = refresh(form, client, settings)?;
            let reply = grants.ask(&id, refresh).await;
            (id, reply)
        }
    };
    match reply {
        Ok(mut issued) => Ok(Granted {
            chores: issued.chores,
            subject: issued.subject.take(),
            flow: issued.flow.take(),
            client_id: client.client_id.clone(),
            response: issued_response(&id, issued),
            grant: id,
        }),
        Err(GrantError::Refused(refusal)) => {
            let of_its_grant = refusal != Refusal::Unknown;
            let error = Error {
                grant: Some(id),
                ..refused(refusal)
            };
            Err(if of_its_grant {
                Failed::OfItsGrant(error)
            } else {
                Failed::Other(error)
            })
        }
        Err(GrantError::Storage(error)) => Err(Error::unavailable(error.to_string()).into()),
    }
}

/// The grant `authorization_code` (RFC 6749 §4.1.3, RFC 7636 §4.5).
fn redeem(
    form: &Params,
    client: &Presented,
    settings: &Settings,
) -> Result<(GrantId, Redeem), Error> {
    let code = form
        .one("code")?
        .ok_or_else(|| invalid_request("code is missing"))?;
    let verifier = form
        .one("code_verifier")?
        .ok_or_else(|| invalid_request("code_verifier is missing"))?;
    let verifier = CodeVerifier::parse(verifier)
        .ok_or_else(|| invalid_request("code_verifier must be 43 to 128 unreserved characters"))?;
    let resource = resource(form, settings)?;
    let token = Token::parse(code)
        .filter(|token| token.kind == TokenKind::Code)
        .ok_or_else(unknown)?;
    let redeem = Redeem {
        secret: token.secret,
        client_id: client.client_id.clone(),
        strength: client.strength,
        key: client.key.clone(),
        redirect_uri: form.one("redirect_uri")?.map(str::to_owned),
        verifier,
        resource,
    };
    Ok((token.grant, redeem))
}

/// The grant `refresh_token` (RFC 6749 §6).
fn refresh(
    form: &Params,
    client: &Presented,
    settings: &Settings,
) -> Result<(GrantId, Refresh), Error> {
    let text = form
        .one("refresh_token")?
        .ok_or_else(|| invalid_request("refresh_token is missing"))?;
    let resource = resource(form, settings)?;
    let scope = match form.one("scope")? {
        None => None,
        Some(text) => {
            let scope = Scope::parse(text, settings.scopes).map_err(|_| {
                Error::new(
                    ErrorCode::InvalidScope,
                    "scope names one that this server does not have",
                )
            })?;
            Some(scope).filter(|scope| !scope.is_empty())
        }
    };
    let token = Token::parse(text)
        .filter(|token| token.kind == TokenKind::Refresh)
        .ok_or_else(unknown)?;
    let refresh = Refresh {
        secret: token.secret,
        tag: Bytes(token.tag.map(|tag| tag.to_vec()).unwrap_or_default()),
        client_id: client.client_id.clone(),
        strength: client.strength,
        key: client.key.clone(),
        scope,
        resource,
    };
    Ok((token.grant, refresh))
}

/// The resource that the request names, if any (RFC 8707 §2.2).
fn resource(form: &Params, settings: &Settings) -> Result<Option<Resource>, Error> {
    let Some(text) = form.same("resource")? else {
        return Ok(None);
    };
    Resource::parse(text, &settings.origin, settings.resource_base)
        .map(Some)
        .map_err(|_| {
            Error::new(
                ErrorCode::InvalidTarget,
                "resource is not one of this server's",
            )
        })
}

fn issued_response(id: &GrantId, issued: Issued) -> Response {
    let text = |kind, secret, tag| {
        Token {
            kind,
            grant: id.clone(),
            secret,
            tag,
        }
        .expose_text()
    };
    Response::json(
        200,
        &TokenResponse {
            access_token: text(TokenKind::Access, issued.access, None),
            token_type: TokenType::Bearer,
            expires_in: issued.expires_in,
            refresh_token: issued.refresh.map(|(secret, tag)| {
                text(
                    TokenKind::Refresh,
                    secret,
                    Some(tag.0.try_into().unwrap_or_default()),
                )
            }),
            scope: issued.scope.to_string(),
        },
    )
}

fn refused(refusal: Refusal) -> Error {
    let invalid_grant = |why: &str| Error::new(ErrorCode::InvalidGrant, why);
    match refusal {
        Refusal::Unknown | Refusal::AlreadyOpened => unknown(),
        Refusal::RedirectUri => {
            invalid_grant("redirect_uri differs from the one in the authorization request")
        }
        Refusal::Verifier => invalid_grant("code_verifier is not behind the code_challenge"),
        Refusal::Strength => Error::new(
            ErrorCode::InvalidClient,
            "this client must authenticate with the method it registered, or has used for this grant before",
        ),
        Refusal::Key => invalid_grant(
            "the client's keys are others than those that its metadata had when a person allowed this: they must sign in again",
        ),
        Refusal::ClientGone(why) => Error::new(
            ErrorCode::InvalidClient,
            format!("the client's metadata document is gone or no longer valid: {why}"),
        ),
        Refusal::Unavailable => Error::unavailable("the props could not be renewed"),
        Refusal::Ended(why) => invalid_grant(&format!("{why}: sign in again")),
        Refusal::Target => Error::new(
            ErrorCode::InvalidTarget,
            "resource is not covered by the grant",
        ),
        Refusal::Scope => Error::new(
            ErrorCode::InvalidScope,
            "scope names one that was never asked for, or none that was granted",
        ),
    }
}

/// One answer for all of these, so that a sender without a valid token learns nothing.
fn unknown() -> Error {
    Error::new(
        ErrorCode::InvalidGrant,
        "unknown, expired, already used, revoked, or issued to another client",
    )
}

fn invalid_request(description: &str) -> Error {
    Error::new(ErrorCode::InvalidRequest, description)
}

/// A public client is taken at its word until its request fails. If there is no such client, that is the answer: some
/// clients register again only on `invalid_client`.
async fn unknown_client_first(
    error: Error,
    client: &Presented,
    settings: &Settings,
    clients: &impl ClientStore,
) -> Error {
    if client.strength != Strength::None || error.status >= 500 {
        return error;
    }
    match is_known(&client.client_id, settings, clients).await {
        Ok(false) => Error::unknown_client(),
        Ok(true) => error,
        Err(trouble) => Error::unavailable(trouble.to_string()),
    }
}
