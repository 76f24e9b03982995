//! Sending to the objects of pushed authorization requests.

use oauth_provider::UnixTime;
use oauth_provider::authorize::TicketId;
use oauth_provider::par::PushedName;
use oauth_provider::store::{PushedRequests, StoreError, Stored};
use serde::de::DeserializeOwned;
use worker::ObjectNamespace;

use crate::objects;
use crate::once::{Message, PushedMessage};

/// The namespace of [`crate::OnceObject`], as far as it keeps pushed requests.
pub struct PushedObjects {
    namespace: ObjectNamespace,
}

impl PushedObjects {
    pub const fn new(namespace: ObjectNamespace) -> Self {
        Self { namespace }
    }

    async fn send<T: DeserializeOwned>(
        &self,
        name: &PushedName,
        message: PushedMessage,
    ) -> Result<T, StoreError> {
        let failed = |error: worker::Error| StoreError(error.to_string());
        // Other kinds of things have other prefixes.
        let id = self
            .namespace
            .id_from_name(&format!("request_uri:{}", name.as_str()))
            .map_err(failed)?;
        let stub = id.get_stub().map_err(failed)?;
        objects::call(&stub, &Message::Pushed(message))
            .await
            .map_err(failed)
    }
}

impl PushedRequests for PushedObjects {
    fn keep_pushed<'a>(
        &'a self,
        name: &'a PushedName,
        query: &'a str,
        expires_at: UnixTime,
    ) -> Stored<'a, ()> {
        let query = query.to_owned();
        Box::pin(self.send(name, PushedMessage::Keep { query, expires_at }))
    }

    fn pushed<'a>(&'a self, name: &'a PushedName) -> Stored<'a, Option<String>> {
        Box::pin(self.send(name, PushedMessage::Read))
    }

    fn use_pushed<'a>(&'a self, name: &'a PushedName, ticket: &'a TicketId) -> Stored<'a, bool> {
        let ticket = ticket.clone();
        Box::pin(self.send(name, PushedMessage::Use { ticket }))
    }
}
