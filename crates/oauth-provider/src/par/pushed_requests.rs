use crate::authorize::TicketId;
use crate::stored::Stored;
use crate::time::UnixTime;

use super::request_uri::PushedName;

/// The authorization requests that were pushed, each in a mailbox of its own that keeps a [`super::Pushed`].
pub trait PushedRequests {
    /// Keeps a request until `expires_at`. Nothing is under its name yet.
    fn keep_pushed(
        &self,
        name: &PushedName,
        query: &str,
        expires_at: UnixTime,
    ) -> impl Future<Output = Stored<()>>;

    /// The query of a request that may begin a page. It stays as it is.
    fn pushed(&self, name: &PushedName) -> impl Future<Output = Stored<Option<String>>>;

    /// Uses a request up for an approved form, by [`super::Pushed::approve`]: of all forms exactly one succeeds,
    /// and the same one again within a minute.
    fn use_pushed(
        &self,
        name: &PushedName,
        ticket: &TicketId,
    ) -> impl Future<Output = Stored<bool>>;
}
