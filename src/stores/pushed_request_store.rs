//! The provider's store of pushed authorization requests: sends to their objects.

use oauth_provider::UnixTime;
use oauth_provider::authorize::TicketId;
use oauth_provider::par::PushedName;
use oauth_provider::store::{PushedRequests, StoreError, Stored};
use serde::de::DeserializeOwned;
use worker::Env;

use crate::objects::mailbox;
use crate::objects::once::{Message, PushedMessage};
use crate::runtime::bindings::ONCE;

/// The namespace of [`crate::OnceObject`], as far as it keeps pushed requests.
#[derive(Clone)]
pub struct PushedObjects {
    env: Env,
}

impl PushedObjects {
    /// The namespace that is bound in this environment.
    pub const fn new(env: Env) -> Self {
        Self { env }
    }

    async fn send<T: DeserializeOwned>(
        &self,
        name: &PushedName,
        message: PushedMessage,
    ) -> Result<T, StoreError> {
        // Other kinds of things have other prefixes.
        let name = format!("request_uri:{}", name.as_str());
        mailbox::ask_by_name(&self.env, ONCE, &name, &Message::Pushed(message))
            .await
            .map_err(|error| StoreError(error.to_string()))
    }
}

impl PushedRequests for PushedObjects {
    async fn keep_pushed(
        &self,
        name: &PushedName,
        query: &str,
        expires_at: UnixTime,
    ) -> Stored<()> {
        let query = query.to_owned();
        self.send(name, PushedMessage::Keep { query, expires_at })
            .await
    }

    async fn pushed(&self, name: &PushedName) -> Stored<Option<String>> {
        self.send(name, PushedMessage::Read).await
    }

    async fn use_pushed(&self, name: &PushedName, ticket: &TicketId) -> Stored<bool> {
        let ticket = ticket.clone();
        self.send(name, PushedMessage::Use { ticket }).await
    }
}
