//! Things that may be used once: one Durable Object each, named by the thing's hash, forgotten when it would have
//! expired anyway.

use std::time::Duration;

use oauth_provider::UnixTime;
use oauth_provider::authorize::TicketId;
use oauth_provider::par::{Pushed, Use};
use oauth_provider::store::{OnceStore, StoreError, Stored};
use serde::{Deserialize, Serialize};
use worker::{DurableObject, Env, Request, Response, State, durable_object, wasm_bindgen};

use crate::clock;
use crate::config::ONCE;
use crate::hex::hex;
use crate::objects::{self, Row};

/// Sends to the objects.
pub struct Once {
    env: Env,
}

impl Once {
    pub const fn new(env: Env) -> Self {
        Self { env }
    }

    async fn first(&self, name: [u8; 32], lifetime: Duration) -> worker::Result<bool> {
        let stub = self.env.durable_object(ONCE)?.get_by_name(&hex(&name))?;
        let claim = Claim {
            lifetime: lifetime.as_secs(),
        };
        let claimed: Claimed = objects::call(&stub, &claim).await?;
        Ok(claimed.first)
    }
}

impl OnceStore for Once {
    fn claim(&self, name: [u8; 32], lifetime: Duration) -> Stored<'_, bool> {
        Box::pin(async move {
            self.first(name, lifetime)
                .await
                .map_err(|error| StoreError(error.to_string()))
        })
    }
}

/// Remembers that one thing was used.
#[durable_object]
pub struct OnceObject {
    state: State,
}

/// What the object is asked. A thing is of one kind for ever: the name tells which.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub enum Message {
    Claim(Claim),
    Pushed(PushedMessage),
}

/// Uses the thing up.
#[derive(Serialize, Deserialize)]
pub struct Claim {
    /// How long the thing could be presented again, in seconds.
    pub lifetime: u64,
}

/// Whether the caller is the first.
#[derive(Serialize, Deserialize)]
pub struct Claimed {
    pub first: bool,
}

/// To a pushed authorization request: the verbs of [`oauth_provider::store::PushedRequests`].
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushedMessage {
    /// Answered with `null`.
    Keep { query: String, expires_at: UnixTime },
    /// Answered with the query, or `null`.
    Read,
    /// Answered with whether it succeeds.
    Use { ticket: TicketId },
}

impl DurableObject for OnceObject {
    fn new(state: State, _env: Env) -> Self {
        Self { state }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        match objects::read(&mut request).await? {
            Message::Claim(claim) => objects::write(&self.claim(claim).await?),
            Message::Pushed(PushedMessage::Keep { query, expires_at }) => {
                objects::write(&self.keep(query, expires_at).await?)
            }
            Message::Pushed(PushedMessage::Read) => {
                let kept = Row::new(&self.state).read::<Pushed>()?;
                objects::write(&kept.as_ref().and_then(|kept| kept.query(clock::now())))
            }
            Message::Pushed(PushedMessage::Use { ticket }) => {
                objects::write(&self.approve(&ticket).await?)
            }
        }
    }

    async fn alarm(&self) -> worker::Result<Response> {
        self.state.storage().delete_all().await?;
        Response::empty()
    }
}

impl OnceObject {
    async fn claim(&self, claim: Claim) -> worker::Result<Claimed> {
        let row = Row::new(&self.state);
        if row.read::<bool>()?.is_none() {
            self.forget_after(Duration::from_secs(claim.lifetime.max(1)))
                .await?;
        }
        // From here to the write nothing waits, so one caller is the first.
        let first = row.read::<bool>()?.is_none();
        if first {
            row.write(&true)?;
        }
        Ok(Claimed { first })
    }

    async fn keep(&self, query: String, expires_at: UnixTime) -> worker::Result<()> {
        let lifetime = expires_at.since(clock::now());
        self.forget_after(lifetime.max(Duration::from_secs(1)))
            .await?;
        Row::new(&self.state).write(&Pushed::Waiting { query, expires_at })
    }

    async fn approve(&self, ticket: &TicketId) -> worker::Result<bool> {
        let row = Row::new(&self.state);
        let decide = || -> worker::Result<Use> {
            let kept = row.read::<Pushed>()?;
            Ok(Pushed::approve(kept.as_ref(), ticket, clock::now()))
        };
        if let Use::First(_) = decide()? {
            self.forget_after(Pushed::USED_FOR).await?;
        }
        // From here to the write nothing waits, so one caller is the first.
        match decide()? {
            Use::First(used) => row.write(&used).map(|()| true),
            Use::Again => Ok(true),
            Use::Refused => Ok(false),
        }
    }

    /// Before the write, so that no row can be without an end.
    async fn forget_after(&self, lifetime: Duration) -> worker::Result<()> {
        self.state.storage().set_alarm(lifetime).await
    }
}
