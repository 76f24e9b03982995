//! Registered clients and kept metadata documents in KV.

use std::rc::Rc;

use oauth_provider::UnixTime;
use oauth_provider::client::{ClientIdUrl, Registration, registered_at};
use oauth_provider::from_json;
use oauth_provider::store::{ClientStore, KeptDocument, StoreError, Stored};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use worker::Env;

use crate::config::Config;
use crate::runtime::bindings::OAUTH_KV;
use crate::runtime::edge;
use crate::runtime::facts::Facts;
use crate::runtime::hex::sha256_hex;

/// KV's shortest lifetime, in seconds from now.
const SHORTEST: u64 = 60;

/// For so many seconds a record that was written may be missing elsewhere: KV promises 60, "or more".
const ON_ITS_WAY: u64 = 120;

/// The namespace of registered clients and of documents that were fetched.
#[derive(Clone)]
pub struct Clients {
    env: Env,
    now: UnixTime,
    config: Rc<Config>,
    facts: Rc<Facts>,
}

impl Clients {
    /// At this time, with the clients that the operator registered, for the request with these facts.
    pub const fn new(env: Env, now: UnixTime, config: Rc<Config>, facts: Rc<Facts>) -> Self {
        Self {
            env,
            now,
            config,
            facts,
        }
    }

    async fn put(
        &self,
        key: &str,
        value: &impl serde::Serialize,
        expires_at: UnixTime,
    ) -> Result<(), StoreError> {
        let text = serde_json::to_string(value).map_err(failed)?;
        let seconds = expires_at.since(self.now).as_secs().max(SHORTEST);
        let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
        let put = edge::kv_put(&self.env, OAUTH_KV, key, &text, seconds).map_err(refused)?;
        self.facts.begin();
        let put = JsFuture::from(put).await;
        self.facts.stored();
        put.map(|_| ()).map_err(refused)
    }

    async fn get<T: serde::de::DeserializeOwned>(
        &self,
        key: &str,
    ) -> Result<Option<T>, StoreError> {
        let got = edge::kv_get(&self.env, OAUTH_KV, key).map_err(refused)?;
        self.facts.begin();
        let text = edge::text(got).await;
        self.facts.stored();
        let Some(text) = text.map_err(failed)? else {
            return Ok(None);
        };
        from_json(text.as_bytes()).map(Some).map_err(failed)
    }
}

impl ClientStore for Clients {
    async fn registration(&self, client_id: &str) -> Stored<Option<Registration>> {
        match self.config.preregistered(client_id) {
            Some(registration) => Ok(Some(registration.clone())),
            None => match self.get(&format!("client:{client_id}")).await? {
                None if is_on_its_way(client_id, self.now) => Err(failed(
                    "the client registered a moment ago, and its record is not here yet",
                )),
                kept => Ok(kept),
            },
        }
    }

    async fn keep_registration(
        &self,
        registration: &Registration,
        expires_at: UnixTime,
    ) -> Stored<()> {
        if self.config.preregistered(&registration.client_id).is_some() {
            return Ok(());
        }
        self.put(
            &format!("client:{}", registration.client_id),
            registration,
            expires_at,
        )
        .await
    }

    async fn document(&self, url: &ClientIdUrl) -> Stored<Option<KeptDocument>> {
        self.get(&key("document", url)).await
    }

    async fn keep_document(&self, url: &ClientIdUrl, document: &KeptDocument) -> Stored<()> {
        self.put(&key("document", url), document, document.kept_until())
            .await
    }

    async fn key_set(&self, url: &ClientIdUrl) -> Stored<Option<KeptDocument>> {
        self.get(&key("keys", url)).await
    }

    async fn keep_key_set(&self, url: &ClientIdUrl, keys: &KeptDocument) -> Stored<()> {
        self.put(&key("keys", url), keys, keys.kept_until()).await
    }
}

/// Whether the record of this client may have been written so short a time ago that KV does not have it here. Clocks differ,
/// and anybody can make an id up: one from the future counts for as long.
fn is_on_its_way(client_id: &str, now: UnixTime) -> bool {
    registered_at(client_id).is_some_and(|at| now.0.abs_diff(at.0) < ON_ITS_WAY)
}

/// The key of a URL: its hash, since a key has at most 512 bytes and a URL may have more.
fn key(kind: &str, url: &ClientIdUrl) -> String {
    format!("{kind}:{}", sha256_hex(url.as_str()))
}

fn refused(error: JsValue) -> StoreError {
    StoreError(edge::words(&error))
}

fn failed(error: impl std::fmt::Display) -> StoreError {
    StoreError(error.to_string())
}
