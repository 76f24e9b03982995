use std::time::Duration;

use crate::stored::Stored;

/// Things that may be used once.
pub trait OnceStore {
    /// Uses up what has this name: [`Claim::First`] for one caller, whatever the concurrency, and [`Claim::Again`] for
    /// every other until `lifetime` is over. Names are hashes, so that two uses never meet.
    ///
    /// Each first claim is one more thing to keep, and a client makes as many names as it likes: a store may keep no more
    /// of one `claimant` for now.
    fn claim(
        &self,
        claimant: Claimant<'_>,
        name: [u8; 32],
        lifetime: Duration,
    ) -> impl Future<Output = Stored<Claim>>;
}

/// The client that claims, for a store that counts claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claimant<'a> {
    /// The id of a client that has authenticated.
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
