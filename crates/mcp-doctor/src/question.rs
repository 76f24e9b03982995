//! Every request to a server, except those for its documents.

/// A request of the walk, and the key of its answer in [`crate::evidence::Evidence`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// A message to the MCP endpoint without a token.
    NoToken,
    /// A message without a token, from a script in a page.
    NoTokenFromPage,
    /// A message with a token that nobody issued.
    MadeUpToken,
    /// The CORS preflight for a message with a token.
    McpPreflight,
    /// A correct registration.
    Registration,
    /// A registration whose redirect URI is a `javascript:` URL.
    DangerousRegistration,
    /// An authorization request from a client that does not exist.
    UnknownClient,
    /// An authorization request from a client whose metadata document does not exist.
    UnknownDocument,
    /// An authorization request without `client_id`.
    NoClient,
    /// A correct authorization request.
    GoodRequest,
    /// A correct authorization request, whose redirect URI has another port of this computer than the client's.
    OtherPort,
    /// An authorization request with a redirect URI that is not the client's.
    ForeignRedirectUri,
    /// An authorization request without a code challenge.
    NoChallenge,
    /// An authorization request with the challenge method `plain`.
    PlainChallenge,
    /// An authorization request with `response_type=token`.
    TokenResponse,
    /// An authorization request for another resource.
    ForeignResource,
    /// An authorization request with a repeated parameter.
    Duplicate,
    /// A token request with a code that nobody issued.
    UnknownCode,
    /// A token request with an unknown code, with a JSON body.
    UnknownCodeAsJson,
    /// A token request with an unknown code, with its parameters in the query.
    UnknownCodeInQuery,
    /// A refresh with a token that nobody issued, at the path that was the default before metadata had to be there.
    UnknownTokenAtDefault,
    /// A token request with a grant type that does not exist.
    UnknownGrantType,
    /// The revocation of a token that nobody issued.
    UnknownTokenRevoked,
    /// A message with the access token of the sign-in.
    SignedInCall,
    /// In a sign-in of its own, a refresh for another resource.
    RefreshElsewhere,
    /// A refresh for this resource.
    Refresh,
    /// A message with the access token from [`Self::Refresh`].
    RefreshedCall,
    /// A second refresh, with the refresh token from the first.
    RefreshAgain,
    /// After that, a refresh with the first refresh token.
    OldRefresh,
    /// In a sign-in of its own, after a refresh for another resource was refused: the same token, for this one.
    RefreshAfterRefusal,
    /// In a sign-in of its own, the code, redeemed again.
    Replay,
    /// After [`Self::Replay`], a message with the newest access token.
    CallAfterReplay,
    /// In a sign-in of its own, the revocation of a refresh token or, if there is none, of an access token.
    Revocation,
    /// A refresh with the revoked refresh token.
    RefreshAfterRevocation,
    /// A message with the access token of the revoked grant.
    CallAfterRevocation,
    /// A message with an access token that was asked for another resource.
    ForeignCall,
    /// The registration of a client that authenticates with `client_secret_basic`.
    BasicRegistration,
    /// A token request with an unknown code, with that client's id and secret in the header alone.
    BasicAlone,
    /// The same with `client_id` in the body as well.
    BasicWithId,
}
