//! The resource server's side (RFC 6750, RFC 9728 §5.1): from an `Authorization` header to what it allows.

use oauth_types::{ErrorCode, ErrorResponse};

use crate::Resource;
use crate::crypto::{Bytes, Secret};
use crate::discovery::AskedResource;
use crate::grant::{FlowId, GrantError, GrantId, GrantStore, Inspect, Inspected, Token, TokenKind};
use crate::http::{Response, plain};
use crate::scope::Scope;
use crate::settings::Settings;
use crate::stored::StoreError;
use crate::time::UnixTime;

/// Why a request to the resource is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BearerError {
    /// No bearer token, or another scheme: the challenge names no error (RFC 6750 §3.1).
    #[error("no bearer token")]
    Missing,
    /// Unknown, expired, revoked, or for another resource.
    #[error("the access token is unknown, expired, revoked or for another resource")]
    Invalid,
    /// What the token stands on is over: the upstream refuses it, and its grant has ended.
    #[error("the sign-in upstream has ended")]
    Ended,
    /// The token lacks scopes.
    #[error("the access token lacks one of the scopes {scope}")]
    InsufficientScope {
        /// All scopes of the operation.
        scope: Scope,
        /// What to do, for a person.
        description: String,
    },
    /// Storage failed.
    #[error(transparent)]
    Storage(StoreError),
}

/// What an access token stands for, where it may be used.
#[derive(Debug, Clone)]
pub struct TokenInfo {
    /// The token's own secret, with which its grant opens the props again.
    pub secret: Secret,
    /// The grant of the token.
    pub grant: GrantId,
    /// The client that uses it.
    pub client_id: String,
    /// The upstream's id of the person.
    pub subject: String,
    /// The resource at and below which it may be used.
    pub resource: Resource,
    /// Its scope.
    pub scope: Scope,
    /// When it ends.
    pub expires_at: UnixTime,
    /// The props, as given when the grant was opened or last renewed.
    pub props: Bytes,
    /// The choices that the person has taken back since, by name; the props do not know.
    pub withheld: Vec<String>,
    /// The sign-in behind the grant, for logs.
    pub flow: Option<FlowId>,
}

/// An access token that its grant knows. Whether it is for the resource that was asked is still to be checked, and
/// nothing can be read of it before.
#[derive(Debug, Clone)]
pub struct UnboundToken {
    secret: Secret,
    inspected: Inspected,
}

impl UnboundToken {
    /// A token is good for its own resource and what lies below (RFC 8707 §2; MCP: "MUST validate that access tokens
    /// were issued specifically for them").
    ///
    /// # Errors
    /// [`BearerError::Invalid`]
    pub fn for_resource(self, resource: &Resource) -> Result<TokenInfo, BearerError> {
        let Self { secret, inspected } = self;
        if !inspected.resource.covers(resource) {
            return Err(BearerError::Invalid);
        }
        Ok(TokenInfo {
            secret,
            grant: inspected.grant,
            client_id: inspected.client_id,
            subject: inspected.subject,
            resource: inspected.resource,
            scope: inspected.scope,
            expires_at: inspected.expires_at,
            props: inspected.props,
            withheld: inspected.withheld,
            flow: inspected.flow,
        })
    }

    pub(crate) const fn grant(&self) -> &GrantId {
        &self.inspected.grant
    }

    pub(crate) const fn expires_at(&self) -> UnixTime {
        self.inspected.expires_at
    }
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
    let token = ask(bearer(authorization)?, grants).await?;
    token.for_resource(&asked.resource)
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

/// Asks a token's grant what it stands for.
///
/// # Errors
/// When it stands for nothing, or storage does not answer.
pub async fn ask(text: &str, grants: &impl GrantStore) -> Result<UnboundToken, BearerError> {
    let Token { grant, secret, .. } = Token::parse(text)
        .filter(|t| t.kind == TokenKind::Access)
        .ok_or(BearerError::Invalid)?;
    let inspect = Inspect {
        secret: secret.clone(),
    };
    match grants.ask(&grant, inspect).await {
        Ok(inspected) => Ok(UnboundToken { secret, inspected }),
        Err(GrantError::Refused(_)) => Err(BearerError::Invalid),
        Err(GrantError::Storage(error)) => Err(BearerError::Storage(error)),
    }
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
            Self::Ended => (
                401,
                ErrorCode::InvalidToken,
                "the sign-in upstream, on which the access token stands, has ended; sign in again",
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

#[cfg(test)]
impl UnboundToken {
    /// For tests of what keeps tokens.
    pub(crate) fn for_test(grant: &GrantId, expires_at: u64) -> Self {
        Self {
            secret: Secret::from_bytes([7; 32]),
            inspected: Inspected {
                grant: grant.clone(),
                client_id: "client".to_owned(),
                subject: "ada".to_owned(),
                resource: Resource::root("/mcp"),
                scope: Scope::default(),
                expires_at: UnixTime(expires_at),
                props: Bytes(Vec::new()),
                withheld: Vec::new(),
                flow: None,
            },
        }
    }
}
