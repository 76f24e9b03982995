//! A sign-in. The caller performs it, since it needs a browser and a person.

use fetch::LocalFuture;
use url::Url;

/// How the client that signed in authenticates at the token endpoint.
#[derive(Clone)]
pub enum Credentials {
    /// It has no secret.
    Public,
    /// The value of the Authorization header, and whether `client_id` has to be in the body as well.
    Header(String, bool),
    /// The secret, which goes into the body.
    Body(String),
}

/// The result of a sign-in, for the checks that need tokens. None of it is ever printed.
pub struct SignedIn {
    /// The id of the client that signed in.
    pub client_id: String,
    /// Its credentials.
    pub credentials: Credentials,
    /// How long the access token is valid, in seconds, if the server says so.
    pub expires_in: Option<u64>,
    /// The access token. It is sent to the MCP endpoint and, to be revoked, to the issuer.
    pub access_token: String,
    /// The refresh token, if the server issued one. It is sent only to the issuer.
    pub refresh_token: Option<String>,
    /// The authorization code that was redeemed for the tokens, with which a replay is tried.
    pub code: String,
    /// The PKCE verifier that belongs to `code`.
    pub code_verifier: String,
    /// The redirect URI that belongs to `code`.
    pub redirect_uri: String,
    /// The endpoint at which `code` was redeemed.
    pub token_endpoint: Url,
}

/// Signs a person in: opens a browser and waits for the answer.
pub trait SignIn {
    /// Performs a whole sign-in, from discovery to tokens: for the server, or for another resource instead.
    ///
    /// # Errors
    /// The reason in words, if there are no tokens.
    fn sign_in(
        &self,
        server: &Url,
        resource: Option<&str>,
    ) -> LocalFuture<'_, Result<SignedIn, String>>;
}
