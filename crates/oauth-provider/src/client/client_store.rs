use serde::{Deserialize, Serialize};

use crate::grant::LOOKS_APART;
use crate::stored::Stored;
use crate::time::UnixTime;

use super::acquaintance::{Acquaintance, Newcomer};
use super::document::ClientIdUrl;
use super::registered::Registration;

/// Registered clients and fetched metadata documents. Eventual consistency is enough: a record is written once
/// and then only renewed, a document is a cache.
pub trait ClientStore {
    /// The registration under a client id.
    fn registration(&self, client_id: &str) -> impl Future<Output = Stored<Option<Registration>>>;

    /// Keeps a registration until `expires_at`; a later call with the same id moves the end.
    fn keep_registration(
        &self,
        registration: &Registration,
        expires_at: UnixTime,
    ) -> impl Future<Output = Stored<()>>;

    /// The document that was kept for a URL.
    fn document(&self, url: &ClientIdUrl) -> impl Future<Output = Stored<Option<KeptDocument>>>;

    /// Keeps a document until [`KeptDocument::kept_until`].
    fn keep_document(
        &self,
        url: &ClientIdUrl,
        document: &KeptDocument,
    ) -> impl Future<Output = Stored<()>>;

    /// The key set that was kept for a `jwks_uri`; apart from the documents, whose rules are others.
    fn key_set(&self, url: &ClientIdUrl) -> impl Future<Output = Stored<Option<KeptDocument>>>;

    /// Keeps a key set until [`KeptDocument::kept_until`].
    fn keep_key_set(
        &self,
        url: &ClientIdUrl,
        keys: &KeptDocument,
    ) -> impl Future<Output = Stored<()>>;
}

/// A client metadata document, or key set, that was fetched and found valid. It is read and checked again at each use,
/// so that a rule that is added later applies at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptDocument {
    /// The JSON as it came.
    pub body: String,
    /// When it was last looked for: usually, when it came.
    pub fetched_at: UnixTime,
    /// When it must be fetched again.
    pub expires_at: UnixTime,
    /// Of a document: until when the client counts as one that somebody has signed in with here. Of a key set: until
    /// when it may stand in where the budget for fetches is spent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_until: Option<UnixTime>,
    /// Of a document whose client is known and still new here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newcomer: Option<Newcomer>,
}

impl KeptDocument {
    /// When nothing of it is of use any more.
    #[must_use]
    pub fn kept_until(&self) -> UnixTime {
        self.known_until
            .unwrap_or(self.expires_at)
            .max(self.expires_at)
    }

    pub(super) fn acquaintance(&self) -> Acquaintance {
        Acquaintance {
            known_until: self.known_until,
            newcomer: self.newcomer.clone(),
        }
    }

    /// Whether what two looks must find gone was found so less than an hour ago for the first time. That look emptied it.
    pub(super) fn may_come_back(&self, now: UnixTime) -> bool {
        !self.body.is_empty() || now.since(self.expires_at) < LOOKS_APART
    }

    /// What is left of it when its copy is of no more use; `None` where it has none.
    pub(super) fn without_copy(&self, now: UnixTime) -> Option<Self> {
        (!self.body.is_empty()).then(|| Self {
            body: String::new(),
            expires_at: now,
            ..self.clone()
        })
    }
}
