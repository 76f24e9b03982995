use fetch::LocalFuture;
use url::Url;

use crate::client::Error;

/// The person's side of a sign-in: a browser, and a redirect URI of ours to which it returns.
pub trait Browser {
    /// Prepares a redirect URI, at this port if one is given and free.
    fn ready(&self, port: Option<u16>) -> LocalFuture<'_, Result<Box<dyn Opened>, Error>>;
}

/// A redirect URI that can be used once.
pub trait Opened {
    /// The redirect URI as sent to the authorization server.
    fn redirect_uri(&self) -> &str;

    /// Shows the person the link, and waits for the query with which the browser returns.
    fn visit(self: Box<Self>, link: &Url) -> LocalFuture<'static, Result<String, Error>>;
}
