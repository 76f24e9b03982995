//! What the server keeps, as verbs. Two implementations exist: memory, for tests and examples, and whatever an
//! adapter has.

use std::time::Duration;

use fetch::LocalFuture;
use serde::{Deserialize, Serialize};

use crate::authorize::TicketId;
use crate::client::{ClientIdUrl, Newcomer, Registration};
use crate::grant::{Command, GrantCommand, GrantId, Refusal, Reply};
use crate::par::PushedName;
use crate::time::UnixTime;

/// Storage did not answer. The text is for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("storage: {0}")]
pub struct StoreError(pub String);

/// A result of storage.
pub type Stored<'a, T> = LocalFuture<'a, Result<T, StoreError>>;

/// Registered clients and fetched metadata documents. Eventual consistency is enough: a record is written once
/// and then only renewed, a document is a cache.
pub trait ClientStore {
    /// The registration under a client id.
    fn registration<'a>(&'a self, client_id: &'a str) -> Stored<'a, Option<Registration>>;

    /// Keeps a registration until `expires_at`; a later call with the same id moves the end.
    fn keep_registration<'a>(
        &'a self,
        registration: &'a Registration,
        expires_at: UnixTime,
    ) -> Stored<'a, ()>;

    /// The document that was kept for a URL.
    fn document<'a>(&'a self, url: &'a ClientIdUrl) -> Stored<'a, Option<KeptDocument>>;

    /// Keeps a document until [`KeptDocument::kept_until`].
    fn keep_document<'a>(
        &'a self,
        url: &'a ClientIdUrl,
        document: &'a KeptDocument,
    ) -> Stored<'a, ()>;

    /// The key set that was kept for a `jwks_uri`; apart from the documents, whose rules are others.
    fn key_set<'a>(&'a self, url: &'a ClientIdUrl) -> Stored<'a, Option<KeptDocument>>;

    /// Keeps a key set until [`KeptDocument::kept_until`].
    fn keep_key_set<'a>(&'a self, url: &'a ClientIdUrl, keys: &'a KeptDocument) -> Stored<'a, ()>;
}

/// Things that may be used once.
pub trait OnceStore {
    /// Uses up what has this name: [`Claim::First`] for one caller, whatever the concurrency, and [`Claim::Again`] for
    /// every other until `lifetime` is over. Names are hashes, so that two uses never meet.
    ///
    /// Each first claim is one more thing to keep, and a client makes as many names as it likes: a store may keep no more
    /// of one `claimant` for now.
    fn claim<'a>(
        &'a self,
        claimant: Claimant<'a>,
        name: [u8; 32],
        lifetime: Duration,
    ) -> Stored<'a, Claim>;
}

/// Who claims, for a store that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claimant<'a> {
    /// A client that has shown that it is this one.
    pub client_id: &'a str,
    /// Whether somebody has signed in with it here: anybody can make many of the others.
    pub is_known: bool,
}

/// What became of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// It is used up now, by this caller.
    First,
    /// It was used up before.
    Again,
    /// It is not used up, since its claimant has claimed too much for now.
    TooMany,
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
}

/// The grants, each behind a mailbox: commands to one grant are applied one after the other by
/// [`crate::grant::apply`], and its effects are carried out before the reply is given.
pub trait GrantStore {
    /// Applies one command to one grant. An id that cannot be one of ours is answered as an unknown one.
    fn send<'a>(&'a self, id: &'a GrantId, command: Command) -> Stored<'a, Reply>;

    /// Sends a command and reads the reply that belongs to it.
    fn ask<'a, C: GrantCommand>(&'a self, id: &'a GrantId, command: C) -> Asked<'a, C::Reply> {
        let reply = self.send(id, command.into());
        Box::pin(async move {
            match C::read(reply.await?) {
                Some(read) => read.map_err(GrantError::Refused),
                None => {
                    let trouble = "a grant gave the reply to another command";
                    Err(GrantError::Storage(StoreError(trouble.to_owned())))
                }
            }
        })
    }
}

/// The reply of a grant.
pub type Asked<'a, T> = LocalFuture<'a, Result<T, GrantError>>;

/// Why a grant did not do as it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// The grant's answer.
    #[error("the grant refused: {0:?}")]
    Refused(Refusal),
    /// Our own trouble: nothing is known.
    #[error(transparent)]
    Storage(#[from] StoreError),
}

/// The authorization requests that were pushed, each in a mailbox of its own that keeps a [`crate::par::Pushed`].
pub trait PushedRequests {
    /// Keeps a request until `expires_at`. Nothing is under its name yet.
    fn keep_pushed<'a>(
        &'a self,
        name: &'a PushedName,
        query: &'a str,
        expires_at: UnixTime,
    ) -> Stored<'a, ()>;

    /// The query of a request that may begin a page. It stays as it is.
    fn pushed<'a>(&'a self, name: &'a PushedName) -> Stored<'a, Option<String>>;

    /// Uses a request up for an approved form, by [`crate::par::Pushed::approve`]: of all forms exactly one succeeds,
    /// and the same one again within a minute.
    fn use_pushed<'a>(&'a self, name: &'a PushedName, ticket: &'a TicketId) -> Stored<'a, bool>;
}
