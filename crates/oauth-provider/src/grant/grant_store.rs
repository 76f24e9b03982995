use fetch::LocalFuture;

use crate::stored::{StoreError, Stored};

use super::command::{Command, Refusal, Reply};
use super::id::GrantId;
use super::verbs::GrantCommand;

/// The grants, each behind a mailbox: commands to one grant are applied one after the other by
/// [`super::apply`], and its effects are carried out before the reply is given.
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
