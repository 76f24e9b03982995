//! The provider's store of grants: sends commands to the objects of grants.

use oauth_provider::crypto::Secret;
use oauth_provider::grant::{Command, GrantId, Refusal, Renew, Renewed, Reply};
use oauth_provider::store::{GrantStore, StoreError, Stored};
use worker::Env;

use crate::objects::grants::Message;
use crate::objects::mailbox;
use crate::runtime::bindings::GRANTS;
use crate::runtime::edge;

/// The namespace of [`crate::GrantObject`].
#[derive(Clone)]
pub struct Grants {
    env: Env,
}

impl Grants {
    /// The namespace that is bound in this environment.
    pub const fn new(env: Env) -> Self {
        Self { env }
    }

    /// An id that no grant has. No object is touched.
    pub fn unique_id(&self) -> worker::Result<GrantId> {
        mailbox::grant_id(&edge::new_object_id(&self.env, GRANTS)?)
    }

    /// Asks for another Sentry token than the one that Sentry refused.
    pub async fn renew(
        &self,
        id: &GrantId,
        access: Secret,
        refused: String,
    ) -> worker::Result<Renewed> {
        let message = Message::Renew(Renew { access, refused });
        let renewed = mailbox::ask_by_id(&self.env, GRANTS, id, &message).await?;
        Ok(renewed.unwrap_or(Renewed::Ended))
    }
}

impl GrantStore for Grants {
    async fn send(&self, id: &GrantId, command: Command) -> Stored<Reply> {
        let message = Message::Command(command);
        // In a box: else all of it would be compiled into each of its callers.
        let reply = Box::pin(mailbox::ask_by_id(&self.env, GRANTS, id, &message))
            .await
            .map_err(|error| StoreError(error.to_string()))?;
        // The runtime knows its own ids: one that a stranger made up never reaches an object.
        Ok(reply.unwrap_or(Reply::Refused(Refusal::Unknown)))
    }
}
