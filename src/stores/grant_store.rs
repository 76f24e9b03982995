//! The provider's store of grants: sends commands to the objects of grants.

use std::rc::Rc;

use oauth_provider::crypto::Secret;
use oauth_provider::grant::{Command, GrantId, Refusal, Renew, Renewed, Reply};
use oauth_provider::store::{GrantStore, StoreError, Stored};
use worker::Env;

use crate::objects::grants::Message;
use crate::objects::mailbox;
use crate::runtime::bindings::GRANTS;
use crate::runtime::edge;
use crate::runtime::facts::Facts;

/// The namespace of [`crate::GrantObject`].
#[derive(Clone)]
pub struct Grants {
    env: Env,
    facts: Rc<Facts>,
}

impl Grants {
    /// The namespace that is bound in this environment, for the request with these facts.
    pub const fn new(env: Env, facts: Rc<Facts>) -> Self {
        Self { env, facts }
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
        self.facts.begin();
        let renewed = mailbox::ask_by_id(&self.env, GRANTS, id, &message).await;
        self.facts.stored();
        let renewed = renewed?;
        Ok(renewed.unwrap_or(Renewed::Ended))
    }
}

impl GrantStore for Grants {
    async fn send(&self, id: &GrantId, command: Command) -> Stored<Reply> {
        let message = Message::Command(command);
        self.facts.grant(id);
        self.facts.begin();
        // In a box: else all of it would be compiled into each of its callers.
        let reply = Box::pin(mailbox::ask_by_id(&self.env, GRANTS, id, &message)).await;
        self.facts.stored();
        let reply = reply.map_err(|error| StoreError(error.to_string()))?;
        // The runtime knows its own ids: one that a stranger made up never reaches an object.
        Ok(reply.unwrap_or(Reply::Refused(Refusal::Unknown)))
    }
}
