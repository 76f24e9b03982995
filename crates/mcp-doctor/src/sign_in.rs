//! A sign-in, which is the caller's to do: it needs a browser and a person.

use fetch::LocalFuture;
use url::Url;

/// What a sign-in brought, for the checks that need tokens. Nothing of it is ever printed.
pub struct SignedIn {
    /// As whom.
    pub client_id: String,
    /// Where it may be used.
    pub access_token: String,
    /// Where the server gave one.
    pub refresh_token: Option<String>,
    /// The code that was redeemed for them, and its verifier: to see what a replay does.
    pub code: String,
    /// See `code`.
    pub code_verifier: String,
    /// See `code`.
    pub redirect_uri: String,
    /// The issuer's token endpoint.
    pub token_endpoint: Url,
}

/// Signs a person in with the client's own code: opens a browser, waits for the answer.
pub trait SignIn {
    /// The whole way from discovery to tokens.
    fn sign_in(&self, server: &Url) -> LocalFuture<'_, Result<SignedIn, String>>;
}
