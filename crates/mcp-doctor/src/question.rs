//! Everything that a server is asked, apart from its documents.

/// A request of the walk. Its answer is found under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// A message to the MCP endpoint, without a token.
    NoToken,
    /// The same from a script of a page.
    NoTokenFromPage,
    /// The same under a token that nobody issued.
    MadeUpToken,
    /// What a browser asks before the same.
    McpPreflight,
    /// A registration as it should be.
    Registration,
    /// One with a redirect URI that runs as a script.
    DangerousRegistration,
    /// An authorization request of a client that there is not.
    UnknownClient,
    /// The same where the client is a document that there is not.
    UnknownDocument,
    /// An authorization request without a client.
    NoClient,
    /// One as it should be.
    GoodRequest,
    /// One to a redirect URI that is not the client's.
    ForeignRedirectUri,
    /// One without PKCE.
    NoChallenge,
    /// One with the challenge in the clear.
    PlainChallenge,
    /// One for a token in the redirect.
    TokenResponse,
    /// One for another resource.
    ForeignResource,
    /// One with a parameter twice.
    Duplicate,
    /// A code that nobody issued, at the token endpoint.
    UnknownCode,
    /// The same as JSON.
    UnknownCodeAsJson,
    /// The same in a query.
    UnknownCodeInQuery,
    /// A grant type that there is not.
    UnknownGrantType,
    /// The end of a token that nobody issued.
    UnknownTokenRevoked,
    /// A message under the token of a sign-in.
    SignedInCall,
    /// A refresh for another resource.
    RefreshElsewhere,
    /// A refresh.
    Refresh,
    /// A message under the token that it brought.
    RefreshedCall,
    /// A second one, with what the first brought.
    RefreshAgain,
    /// The very first refresh token, after that.
    OldRefresh,
    /// A message under the newest token, after that.
    CallAfterOldRefresh,
    /// The code of the sign-in once more.
    Replay,
    /// A message under the newest token, after that.
    CallAfterReplay,
    /// The end of a refresh token.
    Revocation,
    /// That token, afterwards.
    RefreshAfterRevocation,
    /// Its access token, afterwards.
    CallAfterRevocation,
}
