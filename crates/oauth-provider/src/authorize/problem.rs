use crate::client::{ClientProblem, RedirectUriError};
use crate::params::Params;
use crate::stored::StoreError;

use super::refusal::Refusal;

/// Why a request does not lead to a consent page.
#[derive(Debug, thiserror::Error)]
pub enum AuthorizeError {
    /// Shown to the person: it is not known that anything can safely be sent to the client.
    #[error(transparent)]
    Page(PageProblem),
    /// Sent to the client, at a redirect URI that is known to be its own.
    #[error("the request is refused, and the client is to hear why")]
    Redirect(Refusal),
}

/// What is wrong with a request whose client or redirect URI is not known to be good.
#[derive(Debug, thiserror::Error)]
pub enum PageProblem {
    /// A parameter that must be there once is missing or repeated.
    #[error("{name} {problem}")]
    Parameter {
        /// Its name.
        name: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The client is not known, or its document is not good.
    #[error(transparent)]
    Client(ClientProblem),
    /// None of the client's URIs accepts the one asked for.
    #[error("{asked} is not a redirect URI of {client}, which has registered {}", .registered.join(" "))]
    RedirectUri {
        /// The client's own name for itself.
        client: String,
        /// What the request has, as far as a person may see it.
        asked: String,
        /// As the client registered them.
        registered: Vec<String>,
    },
    /// The client lists the URI that is asked for, and no client may have such a one.
    #[error("{asked} is no redirect URI for {client}: it {error}")]
    RefusedRedirectUri {
        /// The client's own name for itself.
        client: String,
        /// What the request has, as far as a person may see it.
        asked: String,
        /// Why.
        error: RedirectUriError,
    },
    /// No request waits under this `request_uri`, or it is another client's (RFC 9126 §4).
    #[error("no request waits under this request_uri")]
    RequestUri,
    /// Storage failed.
    #[error(transparent)]
    Storage(StoreError),
}

pub(super) fn once<'a>(
    params: &'a Params,
    name: &'static str,
) -> Result<Option<&'a str>, PageProblem> {
    params.one(name).map_err(|_| PageProblem::Parameter {
        name,
        problem: "was given more than once",
    })
}

pub(super) const fn missing(name: &'static str) -> PageProblem {
    PageProblem::Parameter {
        name,
        problem: "is missing",
    }
}
