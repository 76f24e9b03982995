//! Things that may be used once: one Durable Object each, named by the thing's hash, forgotten when it would have
//! expired anyway.

use std::time::Duration;

use oauth_provider::UnixTime;
use oauth_provider::authorize::TicketId;
use oauth_provider::par::{Pushed, Use};
use oauth_provider::rows::{self, Row, Shape, Versions};
use oauth_provider::store::{self, Claimant, OnceStore, StoreError, Stored};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{Env, State, worker_sys};

use crate::objects::mailbox::{self, Failure, Storage};
use crate::runtime::address::Address;
use crate::runtime::bindings::{MCP_IP_RATE_LIMITER, ONCE};
use crate::runtime::clock;
use crate::runtime::hex::{hex, sha256_hex};
use crate::runtime::limits::{self, Cost, Refused};

/// The way to the objects of assertion ids. How many a sender may make in a minute is limited.
#[derive(Clone)]
pub struct Once {
    env: Env,
    address: Address,
}

impl Once {
    /// For a sender at this address.
    pub const fn new(env: Env, address: Address) -> Self {
        Self { env, address }
    }

    /// A client that people use is counted by itself, since all of them may come from one address of its servers. Clients
    /// that nobody has signed in with are counted together: somebody who wants many budgets could make many of them.
    async fn within_limit(&self, claimant: Claimant<'_>) -> Result<(), Refused> {
        let mut key = self.address.key_of("assertion");
        if claimant.is_known {
            key.push(' ');
            key.push_str(&sha256_hex(claimant.client_id));
        }
        limits::allow(&self.env, MCP_IP_RATE_LIMITER, &key, Cost::Operator).await
    }

    async fn first(&self, name: [u8; 32], lifetime: Duration) -> worker::Result<bool> {
        let claim = Claim {
            lifetime: lifetime.as_secs(),
        };
        let claimed: Claimed = mailbox::ask_by_name(&self.env, ONCE, &hex(&name), &claim).await?;
        Ok(claimed.first)
    }
}

impl OnceStore for Once {
    async fn claim(
        &self,
        claimant: Claimant<'_>,
        name: [u8; 32],
        lifetime: Duration,
    ) -> Stored<store::Claim> {
        match self.within_limit(claimant).await {
            Ok(()) => {}
            Err(Refused::Over) => return Ok(store::Claim::TooMany),
            Err(Refused::Broken) => return Err(StoreError("a limiter failed".to_owned())),
        }
        match self.first(name, lifetime).await {
            Ok(true) => Ok(store::Claim::First),
            Ok(false) => Ok(store::Claim::Again),
            Err(error) => Err(StoreError(error.to_string())),
        }
    }
}

/// Remembers that one thing was used.
#[wasm_bindgen]
pub struct OnceObject {
    state: State,
}

/// A message to an object. The object's name tells of which kind its thing is, and that never changes.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub enum Message {
    /// To the object of an assertion id.
    Claim(Claim),
    /// To the object of a pushed authorization request.
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
    /// False if somebody has claimed it before.
    #[serde(default)]
    pub first: bool,
}

/// The row of a claim: that there is one says all. A later release may say more in it.
struct Taken;

impl Serialize for Taken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(true)
    }
}

impl<'de> Deserialize<'de> for Taken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

/// Raised as [`Versions`] says, with a line here that says what came; the row is then an object.
impl Row for Taken {
    const VERSIONS: Versions = Versions::FIRST;
    const SHAPE: Shape = Shape::Struct;
}

/// To a pushed authorization request: the verbs of [`oauth_provider::store::PushedRequests`].
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushedMessage {
    /// Keeps the request. Its reply is `null`.
    Keep { query: String, expires_at: UnixTime },
    /// Asks for the query, which is `null` if it was used or has expired.
    Read,
    /// Uses the request up. The reply says whether that succeeded.
    Use { ticket: TicketId },
}

#[wasm_bindgen]
impl OnceObject {
    /// The runtime makes one when a message or an alarm comes for a thing.
    #[wasm_bindgen(constructor)]
    pub fn new(state: worker_sys::DurableObjectState, _env: Env) -> Self {
        Self {
            state: State::from(state),
        }
    }

    /// Answers a message.
    ///
    /// # Errors
    /// The message cannot be read, or the storage failed.
    pub async fn fetch(&self, request: web_sys::Request) -> Result<JsValue, JsValue> {
        mailbox::answered(self.answer(&request).await)
    }

    /// Forgets the thing, which has expired. One that a later release must judge stays.
    ///
    /// # Errors
    /// The storage failed; the runtime tries again.
    pub async fn alarm(&self) -> Result<(), JsValue> {
        let storage = self.storage()?;
        match self.may_go(&storage) {
            Ok(()) => Ok(storage.delete_all().await?),
            Err(failure @ Failure::NewerRow) => {
                Ok(storage.set_alarm(mailbox::alarm_again(&failure)).await?)
            }
            Err(failure) => Err(worker::Error::from(failure).into()),
        }
    }
}

impl OnceObject {
    async fn answer(&self, request: &web_sys::Request) -> Result<JsValue, Failure> {
        match mailbox::read(request).await? {
            Message::Claim(claim) => mailbox::write(&self.claim(claim)?),
            Message::Pushed(PushedMessage::Keep { query, expires_at }) => {
                mailbox::write(&self.keep(query, expires_at)?)
            }
            Message::Pushed(PushedMessage::Read) => {
                let kept = self.storage()?.read::<Pushed>()?;
                let query = kept
                    .as_ref()
                    .and_then(|kept| kept.value.query(clock::now()));
                mailbox::write(&query)
            }
            Message::Pushed(PushedMessage::Use { ticket }) => {
                mailbox::write(&self.approve(&ticket)?)
            }
        }
    }

    /// Of whichever kind the row is: the other kind has no version at that place.
    fn may_go(&self, storage: &Storage) -> Result<(), Failure> {
        let row = storage.row()?.unwrap_or_default();
        rows::check::<Taken>(&row)?;
        rows::check::<Pushed>(&row)?;
        Ok(())
    }

    /// From the read to the write nothing waits, so one caller is the first; the row is written with its end.
    fn claim(&self, claim: Claim) -> Result<Claimed, Failure> {
        let storage = self.storage()?;
        let first = storage.read::<Taken>()?.is_none();
        if first {
            let lifetime = Duration::from_secs(claim.lifetime);
            storage.write(&Taken, Some(lifetime), false)?;
        }
        Ok(Claimed { first })
    }

    fn keep(&self, query: String, expires_at: UnixTime) -> Result<(), Failure> {
        let lifetime = expires_at.since(clock::now());
        let waiting = Pushed::Waiting { query, expires_at };
        self.storage()?.write(&waiting, Some(lifetime), false)
    }

    /// As [`Self::claim`].
    fn approve(&self, ticket: &TicketId) -> Result<bool, Failure> {
        let storage = self.storage()?;
        let kept = storage.read::<Pushed>()?;
        let is_newer = kept.as_ref().is_some_and(|kept| kept.is_newer);
        match Pushed::approve(kept.as_ref().map(|kept| &kept.value), ticket, clock::now()) {
            Use::First(used) => {
                storage.write(&used, Some(Pushed::USED_FOR), is_newer)?;
                Ok(true)
            }
            Use::Again => Ok(true),
            Use::Refused => Ok(false),
        }
    }

    fn storage(&self) -> worker::Result<Storage> {
        Storage::of(&self.state)
    }
}
