use std::fmt;

use serde::{Serialize, Serializer};

/// An error code of the OAuth error registries (RFC 6749 §11.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// RFC 6749 §4.1.2.1, §5.2: malformed, missing or repeated parameters.
    InvalidRequest,
    /// RFC 6749 §5.2: client authentication failed or the client is unknown.
    InvalidClient,
    /// RFC 6749 §5.2: the code or refresh token is unknown, expired, used up or somebody else's.
    InvalidGrant,
    /// RFC 6749 §4.1.2.1, §5.2: the client may not use this grant.
    UnauthorizedClient,
    /// RFC 6749 §5.2: the grant type is not supported.
    UnsupportedGrantType,
    /// RFC 6749 §4.1.2.1: the response type is not supported.
    UnsupportedResponseType,
    /// RFC 6749 §4.1.2.1, §5.2: an unknown scope, or more than was granted.
    InvalidScope,
    /// RFC 6749 §4.1.2.1: the person, or an upstream server, said no.
    AccessDenied,
    /// RFC 6749 §4.1.2.1: the server failed.
    ServerError,
    /// RFC 6749 §4.1.2.1: try again later; nothing was consumed.
    TemporarilyUnavailable,
    /// RFC 8707 §2: the resource is not ours, or not covered by the grant.
    InvalidTarget,
    /// OpenID Connect Core §3.1.2.6: `prompt=none` where a person must answer.
    InteractionRequired,
    /// RFC 9101 §7: the parameter `request` is not supported.
    RequestNotSupported,
    /// RFC 9101 §7: `request_uri` is unknown, expired or not ours.
    InvalidRequestUri,
    /// RFC 7591 §3.2.2: a redirect URI of a registration is refused.
    InvalidRedirectUri,
    /// RFC 7591 §3.2.2: another member of a registration is refused.
    InvalidClientMetadata,
    /// RFC 6750 §3.1: the access token is unknown, expired, revoked or for another resource.
    InvalidToken,
    /// RFC 6750 §3.1: the access token's scope does not cover the request.
    InsufficientScope,
}

impl ErrorCode {
    /// The code as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::AccessDenied => "access_denied",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::InvalidTarget => "invalid_target",
            Self::InteractionRequired => "interaction_required",
            Self::RequestNotSupported => "request_not_supported",
            Self::InvalidRequestUri => "invalid_request_uri",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The body of an error answer (RFC 6749 §5.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorResponse<'a> {
    /// What went wrong, for programs.
    pub error: ErrorCode,
    /// What went wrong, for the developer of the client.
    pub error_description: &'a str,
}
