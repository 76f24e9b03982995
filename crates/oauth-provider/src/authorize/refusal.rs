use url::Url;

use crate::client::{Client, RedirectKind, RegisteredRedirectUri};

use super::response::AuthorizationResponse;

/// An authorization request of a known client that is refused before anybody has decided anything. The author of a link
/// can provoke that and choose where it leads, so a person's browser is not always sent on (RFC 9700 §4.11.2).
#[derive(Debug, Clone)]
pub struct Refusal {
    /// What the client is to hear.
    pub response: AuthorizationResponse,
    /// What it calls itself, as far as a person may see it.
    pub client: String,
    /// How a person's browser gets there.
    pub way: Way,
}

/// How a person's browser gets to a client with an error for which the person has done nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By itself.
    Redirect,
    /// By a link, if the person follows it.
    Link,
}

impl Way {
    /// A redirect does no harm if it stays on this computer, or if the owner of the address is known: a client whose
    /// document lies at the same origin, or one that the operator registered. A private-use scheme starts a program, which
    /// must not happen unasked.
    #[must_use]
    pub fn of(client: &Client, to: &RegisteredRedirectUri) -> Self {
        match to.kind() {
            RedirectKind::Loopback => Self::Redirect,
            RedirectKind::PrivateUse => Self::Link,
            RedirectKind::Https if client.by_operator || is_at_home(client, to) => Self::Redirect,
            RedirectKind::Https => Self::Link,
        }
    }
}

/// Whether the answer goes to the origin at which the client describes itself.
fn is_at_home(client: &Client, to: &RegisteredRedirectUri) -> bool {
    let home = Url::parse(&client.id).ok();
    let home = home.filter(|_| client.verified_host.is_some());
    home.is_some_and(|home| to.origin() == Some(home.origin().ascii_serialization()))
}
