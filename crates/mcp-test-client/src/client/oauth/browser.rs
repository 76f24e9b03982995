use fetch::LocalFuture;
use url::Url;

use crate::client::Error;

/// The person's side of a sign-in: a browser, and a place of ours where it comes back to.
pub trait Browser {
    /// Readies the place; where a port is given, at that one if it is free.
    fn ready(&self, port: Option<u16>) -> LocalFuture<'_, Result<Box<dyn Opened>, Error>>;
}

/// A place to come back to, once.
pub trait Opened {
    /// As the authorization server will know it.
    fn redirect_uri(&self) -> &str;

    /// Shows the person the link, and waits for the query that the browser comes back with.
    fn visit(self: Box<Self>, link: &Url) -> LocalFuture<'static, Result<String, Error>>;
}
