use crate::stored::{StoreError, Stored};

use super::command::{Command, Refusal, Reply};
use super::id::GrantId;
use super::verbs::GrantCommand;

/// The grants, each behind a mailbox: commands to one grant are applied one after the other by
/// [`super::apply`], and its effects are carried out before the reply is given.
pub trait GrantStore {
    /// Applies one command to one grant. An id that cannot be one of ours is answered as an unknown one.
    fn send(&self, id: &GrantId, command: Command) -> impl Future<Output = Stored<Reply>>;

    /// Sends a command and reads the reply that belongs to it.
    fn ask<C: GrantCommand>(
        &self,
        id: &GrantId,
        command: C,
    ) -> impl Future<Output = Result<C::Reply, GrantError>> {
        let reply = self.send(id, command.into());
        async move {
            match C::read(reply.await?) {
                Some(read) => read.map_err(GrantError::Refused),
                None => {
                    let trouble = "a grant gave the reply to another command";
                    Err(GrantError::Storage(StoreError(trouble.to_owned())))
                }
            }
        }
    }
}

/// Why a grant did not do as it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// The grant's answer.
    #[error("the grant refused: {0:?}")]
    Refused(Refusal),
    /// Storage failed; whether the command was applied is not known.
    #[error(transparent)]
    Storage(#[from] StoreError),
}
