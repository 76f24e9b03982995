//! What is wrong with a server's sign-in, check by check.

use fetch::{Fetch, LocalFuture};
use url::Url;

/// What a person asked for.
#[derive(Debug, Clone)]
pub struct Options {
    /// The MCP endpoint.
    pub server: Url,
    /// Register a client where the server offers it; that writes a record there.
    pub register: bool,
    /// Sign in as well, and check tokens.
    pub sign_in: bool,
    /// JSON instead of a table.
    pub json: bool,
}

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

/// Walks the server's sign-in, writes what was found to `out`, and says whether nothing failed.
pub async fn run(
    _options: &Options,
    _fetch: &dyn Fetch,
    _sign_in: Option<&dyn SignIn>,
    _out: &mut dyn std::io::Write,
) -> std::io::Result<bool> {
    Ok(true)
}
