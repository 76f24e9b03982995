//! Things that may be used once: one Durable Object each, named by the thing's hash, forgotten when it would have
//! expired anyway.

use std::time::Duration;

use oauth_provider::store::{OnceStore, StoreError, Stored};
use serde::{Deserialize, Serialize};
use worker::{DurableObject, Env, Request, Response, State, durable_object, wasm_bindgen};

use crate::config::ONCE;
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
        let name: String = name.iter().map(|byte| format!("{byte:02x}")).collect();
        let stub = self.env.durable_object(ONCE)?.get_by_name(&name)?;
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

impl DurableObject for OnceObject {
    fn new(state: State, _env: Env) -> Self {
        Self { state }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        let claim: Claim = objects::read(&mut request).await?;
        let row = Row::new(&self.state);
        if row.read::<bool>()?.is_none() {
            // Before the first write, so that no row can be without one.
            let lifetime = Duration::from_secs(claim.lifetime.max(1));
            self.state.storage().set_alarm(lifetime).await?;
        }
        // From here to the write nothing waits, so one caller is the first.
        let first = row.read::<bool>()?.is_none();
        if first {
            row.write(&true)?;
        }
        objects::write(&Claimed { first })
    }

    async fn alarm(&self) -> worker::Result<Response> {
        self.state.storage().delete_all().await?;
        Response::empty()
    }
}
