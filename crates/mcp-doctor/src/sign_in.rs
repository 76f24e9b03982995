//! A sign-in, which is the caller's to do: it needs a browser and a person.

use fetch::LocalFuture;
use url::Url;

/// What a sign-in brought, for the checks that need tokens. Nothing of it is ever printed.
pub struct SignedIn {
    /// The client that signed in.
    pub client_id: String,
    /// Sent to the MCP endpoint, and for its revocation to the issuer.
    pub access_token: String,
    /// Sent to the issuer alone; `None` if the server gave none.
    pub refresh_token: Option<String>,
    /// The code that was redeemed for the tokens, to see what a replay does.
    pub code: String,
    /// The PKCE verifier of `code`.
    pub code_verifier: String,
    /// The redirect URI of `code`.
    pub redirect_uri: String,
    /// Where `code` was redeemed.
    pub token_endpoint: Url,
}

/// Signs a person in with the client's own code: opens a browser, waits for the answer.
pub trait SignIn {
    /// Goes the whole way from discovery to tokens.
    ///
    /// # Errors
    /// With the reason in words, if it ends without tokens.
    fn sign_in(&self, server: &Url) -> LocalFuture<'_, Result<SignedIn, String>>;
}
