//! Sending to the objects of grants.

use oauth_provider::crypto::Secret;
use oauth_provider::grant::{Command, GrantId, Refusal, Reply};
use oauth_provider::store::{GrantStore, StoreError, Stored};
use worker::ObjectNamespace;

use crate::grants::{Message, Renewed};
use crate::objects;

/// The namespace of [`crate::GrantObject`].
pub struct Grants {
    namespace: ObjectNamespace,
}

impl Grants {
    pub const fn new(namespace: ObjectNamespace) -> Self {
        Self { namespace }
    }

    /// An id that no grant has. No object is touched.
    pub fn unique_id(&self) -> worker::Result<GrantId> {
        objects::grant_id(&self.namespace.unique_id()?.to_string())
    }

    /// Asks for another Sentry token than the one that Sentry refused.
    pub async fn renew(
        &self,
        id: &GrantId,
        access: Secret,
        refused: String,
    ) -> worker::Result<Renewed> {
        let stub = self.namespace.id_from_string(&id.to_hex())?.get_stub()?;
        objects::call(&stub, &Message::Renew { access, refused }).await
    }
}

impl GrantStore for Grants {
    fn send<'a>(&'a self, id: &'a GrantId, command: Command) -> Stored<'a, Reply> {
        Box::pin(async move {
            // The runtime knows its own ids: one that a stranger made up never reaches an object.
            let Ok(id) = self.namespace.id_from_string(&id.to_hex()) else {
                return Ok(Reply::Refused(Refusal::Unknown));
            };
            let stub = id.get_stub().map_err(failed)?;
            objects::call(&stub, &Message::Command(command))
                .await
                .map_err(failed)
        })
    }
}

fn failed(error: worker::Error) -> StoreError {
    StoreError(error.to_string())
}
