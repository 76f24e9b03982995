//! The provider's store of pushed authorization requests: sends to their objects.

use std::rc::Rc;

use oauth_provider::UnixTime;
use oauth_provider::authorize::TicketId;
use oauth_provider::par::PushedName;
use oauth_provider::store::{PushedRequests, StoreError, Stored};
use serde::de::DeserializeOwned;
use worker::Env;

use crate::objects::mailbox;
use crate::objects::once::{Message, PushedMessage};
use crate::runtime::bindings::ONCE;
use crate::runtime::facts::Facts;

/// The namespace of [`crate::OnceObject`], as far as it keeps pushed requests.
#[derive(Clone)]
pub struct PushedObjects {
    env: Env,
    facts: Rc<Facts>,
}

impl PushedObjects {
    /// The namespace that is bound in this environment, for the request with these facts.
    pub const fn new(env: Env, facts: Rc<Facts>) -> Self {
        Self { env, facts }
    }

    async fn send<T: DeserializeOwned>(
        &self,
        name: &PushedName,
        message: PushedMessage,
    ) -> Result<T, StoreError> {
        // Other kinds of things have other prefixes.
        let name = format!("request_uri:{}", name.as_str());
        let message = Message::Pushed(message);
        self.facts.begin();
        let reply = mailbox::ask_by_name(&self.env, ONCE, &name, &message).await;
        self.facts.stored();
        reply.map_err(|error| StoreError(error.to_string()))
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
