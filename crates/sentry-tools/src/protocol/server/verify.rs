//! The session's constraint, as Sentry knows it.

use fetch::LocalFuture;

use super::{Server, in_words};
use crate::protocol::constraint::{Unconfirmed, confirm, renamed};
use crate::vocabulary::failure::Failure;
use crate::vocabulary::session::{Constraint, Verified};

impl Server {
    /// What the session's URL names must exist for its holder. Asked at the first tool call and remembered.
    pub(super) async fn verify(&self) -> Result<Option<Verified>, Failure> {
        let constraint = &self.session.constraint;
        match self.verified.recall(constraint) {
            Some(verified) => Ok(Some(verified)),
            None => self.verify_anew().await,
        }
    }

    /// The same, whatever is remembered.
    fn verify_anew(&self) -> LocalFuture<'_, Result<Option<Verified>, Failure>> {
        Box::pin(self.confirm())
    }

    async fn confirm(&self) -> Result<Option<Verified>, Failure> {
        let constraint = &self.session.constraint;
        let verified = match confirm(&self.client, constraint).await {
            Ok(verified) => verified,
            Err(Unconfirmed::Trouble(error)) => return Err(error.into()),
            Err(Unconfirmed::Missing(_)) => return Err(self.not_there().await),
        };
        if let Some(verified) = &verified {
            self.verified.remember(constraint, verified);
        }
        Ok(verified)
    }

    async fn not_there(&self) -> Failure {
        let constraint = &self.session.constraint;
        if let Some(before) = self.verified.before(constraint)
            && let Some(words) = renamed(&self.client, constraint, &before).await
        {
            return Failure::Invalid(words);
        }
        Failure::Invalid(format!(
            "This connection's URL limits it to {}, which Sentry does not have or does not let you see. Connect to \
             another URL.",
            in_words(constraint)
        ))
    }

    /// After a call that has found nothing: what was remembered may be gone, and the name that it has now is worth more
    /// than "not found".
    pub(super) async fn look_again(&self, was_remembered: bool) -> Result<(), Failure> {
        if !was_remembered || self.session.constraint == Constraint::None {
            return Ok(());
        }
        match self.verify_anew().await {
            Err(gone @ Failure::Invalid(_)) => Err(gone),
            _ => Ok(()),
        }
    }
}
