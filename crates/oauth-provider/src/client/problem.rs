//! Why there is no client for an id, and the first check: that a URL may be the address of a document.

use crate::settings::Settings;
use crate::stored::StoreError;

use super::document::{ClientIdUrl, ClientIdUrlError, DocumentProblem};
use super::text::for_display;

/// Why there is no client. Shown on a page: nothing is known yet to which an error could be redirected.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ClientProblem {
    /// No client is registered under this id.
    #[error("no client is registered as {client_id}")]
    Unknown {
        /// What was asked for, as far as a person may see it.
        client_id: String,
    },
    /// The id looks like a URL and breaks a rule of its form.
    #[error("the client id {client_id} {error}")]
    Url {
        /// What was asked for, as far as a person may see it.
        client_id: String,
        /// The rule.
        error: ClientIdUrlError,
    },
    /// The operator has shut the client out.
    #[error("this server's operator has blocked the client {client_id}")]
    Denied {
        /// What was asked for, as far as a person may see it.
        client_id: String,
    },
    /// This server does not take URLs as client ids.
    #[error("this server does not take URLs as client ids")]
    DocumentsOff,
    /// The document could not be fetched, or breaks a rule.
    #[error("{url}: {problem}")]
    Document {
        /// The URL of the document.
        url: ClientIdUrl,
        /// What is wrong.
        problem: Box<DocumentProblem>,
    },
    /// Storage failed.
    #[error(transparent)]
    Storage(StoreError),
}

impl From<StoreError> for ClientProblem {
    fn from(error: StoreError) -> Self {
        Self::Storage(error)
    }
}

/// The URL of a document or a key set, if this server takes such and its form is right.
pub(super) fn document_url(
    client_id: &str,
    settings: &Settings,
) -> Result<ClientIdUrl, ClientProblem> {
    if !settings.metadata_documents {
        return Err(ClientProblem::DocumentsOff);
    }
    ClientIdUrl::parse(client_id, &settings.origin).map_err(|error| ClientProblem::Url {
        client_id: shown(client_id),
        error,
    })
}

/// As far as a person may see it.
pub(super) fn shown(client_id: &str) -> String {
    for_display(client_id, 200).unwrap_or_default()
}

pub(super) fn document_problem(url: ClientIdUrl, problem: DocumentProblem) -> ClientProblem {
    ClientProblem::Document {
        url,
        problem: Box::new(problem),
    }
}
