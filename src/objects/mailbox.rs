//! Shared by the three kinds of Durable Objects: messages as JSON, and one row of state.
//!
//! Worker and object may be of two releases: after every deployment for a moment, during a gradual one for hours. How a
//! message, a reply or a row changes so that both releases go on is in AGENTS.md, "A message between worker and objects"
//! and "What an object keeps".

use std::time::Duration;

use js_sys::Promise;
use oauth_provider::from_json;
use oauth_provider::grant::GrantId;
use oauth_provider::rows::{self, Kept, Row, RowError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use worker::{Env, State, worker_sys};

use crate::runtime::edge;

/// The version of the messages that this release sends and knows. It goes with every message, in the header
/// `messages-version`, so that an object of a later release can answer in words that the sender knows. To be raised with
/// each message that is new, and with each member without which a message means something else.
///
/// | version | since | what is new |
/// |---|---|---|
/// | 1 | 1112ee6 and before | sends no header; an object throws at a message that it does not know |
/// | 2 | | the header; [`Failure::NotKnown`] and [`Failure::NewerRow`] as answers |
/// | 3 | | a grant takes `code` and `line` to open with, says that it `tells`, and knows `repeat`; an account takes `news` with a note, and says that it `noted` them |
/// | 4 | | an account knows `ended`, `changed`, `history` and `delete` |
const VERSION: u32 = 4;

/// Why there is no reply to a message. An object answers the first two with a status instead of a reply.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The object's release does not know the message. Nothing was done: the sender says it again in words of the version
    /// before, if there are any, and otherwise it is an outage.
    #[error("the object is of a release that does not know this message")]
    NotKnown,
    /// What the object keeps was written by a later release, and this one could not honour it. Nothing was touched.
    #[error("the row is of a later release, and not safe to use in this one")]
    NewerRow,
    /// Anything else.
    #[error(transparent)]
    Trouble(#[from] worker::Error),
}

impl Failure {
    /// RFC 9110 §15.6.2 "Not Implemented", and §15.6.4 "Service Unavailable": a sender of version 1 takes both for trouble.
    const fn status(&self) -> Option<u16> {
        match self {
            Self::NotKnown => Some(501),
            Self::NewerRow => Some(503),
            Self::Trouble(_) => None,
        }
    }

    fn of_status(status: f64) -> Self {
        [Self::NotKnown, Self::NewerRow]
            .into_iter()
            .find(|failure| failure.status().map(f64::from) == Some(status))
            .unwrap_or_else(|| trouble(format!("an object answered {status}")).into())
    }
}

/// For callers to whom every failure is an outage.
impl From<Failure> for worker::Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Trouble(error) => error,
            failure => trouble(failure),
        }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Trouble(error.into())
    }
}

impl From<RowError> for Failure {
    fn from(error: RowError) -> Self {
        match error {
            RowError::Newer => Self::NewerRow,
            RowError::Unreadable(error) => error.into(),
        }
    }
}

impl From<JsValue> for Failure {
    fn from(error: JsValue) -> Self {
        Self::Trouble(error.into())
    }
}

/// Sends a message to the object with this id and reads its reply; `None` for an id that is not of this namespace.
///
/// # Errors
/// There is no reply, or it cannot be read.
pub async fn ask_by_id<T: DeserializeOwned>(
    env: &Env,
    binding: &str,
    id: &GrantId,
    message: &impl Serialize,
) -> Result<Option<T>, Failure> {
    let message = serde_json::to_string(message)?;
    match edge::ask_by_id(env, binding, &id.to_hex(), &message, VERSION)? {
        Some(asked) => reply(asked).await.map(Some),
        None => Ok(None),
    }
}

/// Sends a message to the object with this name and reads its reply.
///
/// # Errors
/// As [`ask_by_id`].
pub async fn ask_by_name<T: DeserializeOwned>(
    env: &Env,
    binding: &str,
    name: &str,
    message: &impl Serialize,
) -> Result<T, Failure> {
    let message = serde_json::to_string(message)?;
    reply(edge::ask_by_name(env, binding, name, &message, VERSION)?).await
}

async fn reply<T: DeserializeOwned>(asked: Promise) -> Result<T, Failure> {
    let answered = JsFuture::from(asked).await?;
    match (answered.as_string(), answered.as_f64()) {
        (Some(reply), _) => Ok(from_json(reply.as_bytes())?),
        (None, Some(status)) => Err(Failure::of_status(status)),
        (None, None) => Err(trouble("an object answered nothing").into()),
    }
}

/// Reads a message in the object. One that cannot be read is of a later release: the senders of one's own write none.
///
/// # Errors
/// [`Failure::NotKnown`], or the message did not come.
pub async fn read<T: DeserializeOwned>(request: &web_sys::Request) -> Result<T, Failure> {
    let text = edge::text(edge::message_of(request)).await?;
    from_json(text.unwrap_or_default().as_bytes()).map_err(|_| Failure::NotKnown)
}

/// Makes the answer of an object: its reply as JSON.
///
/// # Errors
/// The runtime refuses it.
pub fn write(reply: &impl Serialize) -> Result<JsValue, Failure> {
    Ok(edge::answer(200, "", &serde_json::to_string(reply)?)?.into())
}

/// The answer of an object as the runtime takes it.
///
/// # Errors
/// The object is in trouble.
pub fn answered(answer: Result<JsValue, Failure>) -> Result<JsValue, JsValue> {
    answer.or_else(|failure| match (failure.status(), failure) {
        (Some(status), _) => Ok(edge::answer(status, "", "")?.into()),
        (None, failure) => Err(worker::Error::from(failure).into()),
    })
}

/// The grant whose object has this id.
pub fn grant_id(hex: &str) -> worker::Result<GrantId> {
    GrantId::from_hex(hex).ok_or_else(|| trouble("an object id of another form"))
}

/// A fault of ours in an object, as the runtime's kind of error.
pub fn trouble(error: impl std::fmt::Display) -> worker::Error {
    worker::Error::RustError(error.to_string())
}

/// How long an object that could not do what its alarm is for lets it wait: a minute, where it may work the next time;
/// an hour for what a later release must do, so that a roll-back is not followed by an alarm a minute of every grant.
pub const fn alarm_again(failure: &Failure) -> Duration {
    match failure {
        Failure::NewerRow => Duration::from_secs(3600),
        Failure::NotKnown | Failure::Trouble(_) => Duration::from_secs(60),
    }
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
    ///
    /// # Errors
    /// [`Failure::NewerRow`], or the row cannot be read.
    pub fn read<T: Row>(&self) -> Result<Option<Kept<T>>, Failure> {
        let row = self.row()?;
        Ok(row.as_deref().map(rows::read).transpose()?)
    }

    /// The row as it is.
    pub fn row(&self) -> worker::Result<Option<String>> {
        Ok(edge::read_row(&self.0)?)
    }

    /// What a statement gives: a list of the JSON in its column `json`. `values` is a list too.
    pub fn rows(&self, statement: &str, values: &serde_json::Value) -> worker::Result<String> {
        Ok(edge::rows(&self.0, statement, &values.to_string())?)
    }

    /// Writes the row, and with it the alarm: nothing comes between them, so that no row can be without its end. The
    /// first write of an object needs one. There is nothing to wait for: the runtime sends no answer before both are kept.
    /// Over a row that [`Kept::is_newer`], what this release does not know stays.
    ///
    /// # Errors
    /// The storage failed.
    pub fn write<T: Row>(
        &self,
        value: &T,
        alarm: Option<Duration>,
        over_newer: bool,
    ) -> Result<(), Failure> {
        let before = if over_newer { self.row()? } else { None };
        let json = rows::write(value, before.as_deref())?;
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

#[cfg(test)]
mod tests {
    use super::*;

    // rule: tokens/unknown-messages: an object that does not know a message says so, which a sender can tell from trouble
    #[test]
    fn a_failure_crosses_as_a_status() {
        for failure in [Failure::NotKnown, Failure::NewerRow] {
            let status = failure.status().unwrap();
            let words = failure.to_string();
            assert_eq!(Failure::of_status(status.into()).to_string(), words);
        }
        let other = Failure::of_status(500.0);
        assert!(matches!(other, Failure::Trouble(_)) && other.to_string().contains("500"));
    }
}
