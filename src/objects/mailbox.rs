//! Shared by the three kinds of Durable Objects: messages as JSON, and one row of state.

use std::time::Duration;

use oauth_provider::grant::GrantId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use worker::{Env, State, worker_sys};

use crate::runtime::edge;

/// Sends a message to the object with this id and reads its reply; `None` for an id that is not of this namespace.
pub async fn ask_by_id<T: DeserializeOwned>(
    env: &Env,
    binding: &str,
    id: &GrantId,
    message: &impl Serialize,
) -> worker::Result<Option<T>> {
    let message = serde_json::to_string(message)?;
    let asked = edge::ask_by_id(env, binding, &id.to_hex(), &message)?;
    match asked {
        Some(asked) => reply(edge::text(asked).await?).map(Some),
        None => Ok(None),
    }
}

/// Sends a message to the object with this name and reads its reply.
pub async fn ask_by_name<T: DeserializeOwned>(
    env: &Env,
    binding: &str,
    name: &str,
    message: &impl Serialize,
) -> worker::Result<T> {
    let message = serde_json::to_string(message)?;
    let asked = edge::ask_by_name(env, binding, name, &message)?;
    reply(edge::text(asked).await?)
}

fn reply<T: DeserializeOwned>(text: Option<String>) -> worker::Result<T> {
    Ok(serde_json::from_str(&text.unwrap_or_default())?)
}

/// Reads a message in the object.
pub async fn read<T: DeserializeOwned>(request: &web_sys::Request) -> worker::Result<T> {
    reply(edge::text(edge::message_of(request)).await?)
}

/// Makes the answer of an object: its reply as JSON.
pub fn write(reply: &impl Serialize) -> worker::Result<JsValue> {
    Ok(edge::answer(200, "", &serde_json::to_string(reply)?)?.into())
}

/// The grant whose object has this id.
pub fn grant_id(hex: &str) -> worker::Result<GrantId> {
    GrantId::from_hex(hex).ok_or_else(|| trouble("an object id of another form"))
}

/// A fault of ours in an object, as the runtime's kind of error.
pub fn trouble(error: impl std::fmt::Display) -> worker::Error {
    worker::Error::RustError(error.to_string())
}

/// An object's storage: the one row in which it keeps its state, as JSON, and its alarm. There is no table until the
/// first write, so that asking for an id that was never used costs no storage.
pub struct Storage(worker_sys::DurableObjectStorage);

impl Storage {
    /// The storage of an object.
    ///
    /// # Errors
    /// The runtime gives none.
    pub fn of(state: &State) -> worker::Result<Self> {
        Ok(Self(state.as_raw().storage()?))
    }

    /// The row; `None` before the first write.
    pub fn read<T: DeserializeOwned>(&self) -> worker::Result<Option<T>> {
        let row = edge::read_row(&self.0)?;
        Ok(row.as_deref().map(serde_json::from_str).transpose()?)
    }

    /// What a statement gives: a list of the JSON in its column `json`. `values` is a list too.
    pub fn rows(&self, statement: &str, values: &serde_json::Value) -> worker::Result<String> {
        Ok(edge::rows(&self.0, statement, &values.to_string())?)
    }

    /// Writes the row, and with it the alarm: nothing comes between them, so that no row can be without its end. The
    /// first write of an object needs one. There is nothing to wait for: the runtime sends no answer before both are kept.
    pub fn write(&self, value: &impl Serialize, alarm: Option<Duration>) -> worker::Result<()> {
        let json = serde_json::to_string(value)?;
        Ok(edge::write_row(&self.0, &json, alarm.map(milliseconds))?)
    }

    /// Sets the alarm. There is nothing to wait for: the runtime sends no answer before it is kept.
    pub fn alarm(&self, after: Duration) -> worker::Result<()> {
        let _kept = edge::set_alarm(&self.0, milliseconds(after))?;
        Ok(())
    }

    /// Sets the alarm, and waits until it is stored.
    pub async fn set_alarm(&self, after: Duration) -> worker::Result<()> {
        JsFuture::from(edge::set_alarm(&self.0, milliseconds(after))?).await?;
        Ok(())
    }

    /// Deletes the row, and the alarm with it.
    pub async fn delete_all(&self) -> worker::Result<()> {
        JsFuture::from(self.0.delete_all()?).await?;
        Ok(())
    }
}

/// At least a second: an alarm that has just rung, found nothing to do and was set to now would ring for ever.
fn milliseconds(after: Duration) -> f64 {
    after.max(Duration::from_secs(1)).as_secs_f64() * 1000.0
}
