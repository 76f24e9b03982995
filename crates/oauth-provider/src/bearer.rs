//! The resource server's side (RFC 6750, RFC 9728 §5.1): from an `Authorization` header to what it allows.

use oauth_types::{ErrorCode, ErrorResponse};

use crate::discovery::AskedResource;
use crate::grant::{Inspect, Token, TokenInfo, TokenKind};
use crate::http::{Response, plain};
use crate::scope::Scope;
use crate::settings::Settings;
use crate::store::{GrantError, GrantStore, StoreError};

/// Why a request to the resource is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BearerError {
    /// No bearer token, or another scheme: the challenge names no error (RFC 6750 §3.1).
    #[error("no bearer token")]
    Missing,
    /// Unknown, expired, revoked, or for another resource.
    #[error("the access token is unknown, expired, revoked or for another resource")]
    Invalid,
    /// The token lacks scopes.
    #[error("the access token lacks one of the scopes {scope}")]
    InsufficientScope {
        /// All scopes of the operation.
        scope: Scope,
        /// What to do, for a person.
        description: String,
    },
    /// Our own trouble.
    #[error(transparent)]
    Storage(StoreError),
}

/// Checks the bearer token of a request to `asked`. One call to the token's grant.
///
/// # Errors
/// When there is no token that is good here.
pub async fn verify(
    authorization: Option<&str>,
    asked: &AskedResource,
    grants: &impl GrantStore,
) -> Result<TokenInfo, BearerError> {
    let info = ask(bearer(authorization)?, grants).await?;
    audience(info, asked)
}

/// The token of an `Authorization` header; another scheme is as good as none.
///
/// # Errors
/// [`BearerError::Missing`]
pub fn bearer(authorization: Option<&str>) -> Result<&str, BearerError> {
    let (scheme, text) = authorization
        .and_then(|header| header.split_once(' '))
        .ok_or(BearerError::Missing)?;
    if scheme.eq_ignore_ascii_case("bearer") {
        Ok(text.trim())
    } else {
        Err(BearerError::Missing)
    }
}

/// A token is good for its own resource and what lies below (RFC 8707 §2; MCP: "MUST validate that access tokens were
/// issued specifically for them").
///
/// # Errors
/// [`BearerError::Invalid`]
pub fn audience(info: TokenInfo, asked: &AskedResource) -> Result<TokenInfo, BearerError> {
    if info.resource.covers(&asked.resource) {
        Ok(info)
    } else {
        Err(BearerError::Invalid)
    }
}

/// Asks a token's grant what it stands for. The audience is still to be checked.
///
/// # Errors
/// When it stands for nothing, or storage does not answer.
pub async fn ask(text: &str, grants: &impl GrantStore) -> Result<TokenInfo, BearerError> {
    let token = Token::parse(text)
        .filter(|t| t.kind == TokenKind::Access)
        .ok_or(BearerError::Invalid)?;
    let inspect = Inspect {
        secret: token.secret,
    };
    grants
        .ask(&token.grant, inspect)
        .await
        .map_err(|error| match error {
            GrantError::Refused(_) => BearerError::Invalid,
            GrantError::Storage(error) => BearerError::Storage(error),
        })
}

impl BearerError {
    /// The answer, with the challenge that leads a client to sign in.
    #[must_use]
    pub fn into_response(self, asked: &AskedResource, settings: &Settings) -> Response {
        let (status, code, description) = match &self {
            Self::Missing => (
                401,
                ErrorCode::InvalidToken,
                "sign in: send an access token as Authorization: Bearer",
            ),
            Self::Invalid => (
                401,
                ErrorCode::InvalidToken,
                "the access token is unknown, expired, revoked or for another resource; sign in again",
            ),
            Self::InsufficientScope { description, .. } => {
                (403, ErrorCode::InsufficientScope, description.as_str())
            }
            Self::Storage(_) => (
                503,
                ErrorCode::TemporarilyUnavailable,
                "the server cannot answer at the moment; try again",
            ),
        };
        let description = plain(description);
        let response = Response::json(
            status,
            &ErrorResponse {
                error: code,
                error_description: &description,
            },
        );
        if status == 503 {
            return response.header("retry-after", "5");
        }
        let scope = match &self {
            Self::InsufficientScope { scope, .. } => scope.to_string(),
            _ => settings.scopes.join(" "),
        };
        let mut challenge = format!(
            "Bearer realm=\"{}\", resource_metadata=\"{}\", scope=\"{scope}\"",
            settings.resource_name,
            quoted(&asked.metadata_url(settings)),
        );
        if self != Self::Missing {
            challenge.push_str(&format!(
                ", error=\"{code}\", error_description=\"{description}\""
            ));
        }
        response.header("www-authenticate", challenge)
    }
}

/// The inside of a quoted string (RFC 9110 §5.6.4). What is no visible ASCII does not belong into a header.
fn quoted(text: &str) -> String {
    text.chars()
        .filter(|c| (' '..='~').contains(c) && !matches!(c, '"' | '\\'))
        .collect()
}
