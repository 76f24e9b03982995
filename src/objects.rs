//! What the three kinds of Durable Objects share: messages as JSON, and one row of state.

use oauth_provider::grant::GrantId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use worker::{Method, Request, RequestInit, Response, State, Stub};

/// Sends a message to an object and reads its reply.
pub async fn call<T: DeserializeOwned>(stub: &Stub, message: &impl Serialize) -> worker::Result<T> {
    let body = serde_json::to_string(message)?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_body(Some(body.into()));
    let mut response = stub
        .fetch_with_request(Request::new_with_init("https://object/", &init)?)
        .await?;
    if response.status_code() != 200 {
        return Err(trouble(format!(
            "an object answered {}",
            response.status_code()
        )));
    }
    Ok(serde_json::from_slice(&response.bytes().await?)?)
}

/// Reads a message in the object.
pub async fn read<T: DeserializeOwned>(request: &mut Request) -> worker::Result<T> {
    Ok(serde_json::from_slice(&request.bytes().await?)?)
}

/// The object's reply.
pub fn write(reply: &impl Serialize) -> worker::Result<Response> {
    Response::ok(serde_json::to_string(reply)?)
}

/// The grant whose object has this id.
pub fn grant_id(hex: &str) -> worker::Result<GrantId> {
    GrantId::from_hex(hex).ok_or_else(|| trouble("an object id of another form"))
}

/// Our own trouble in an object.
pub fn trouble(error: impl std::fmt::Display) -> worker::Error {
    worker::Error::RustError(error.to_string())
}

/// The one row in which an object keeps its state, as JSON. There is no table until the first write, so that an id
/// that was never used costs no storage, whoever asks for it.
pub struct Row<'a>(&'a State);

#[derive(serde::Deserialize)]
struct Json {
    json: String,
}

impl<'a> Row<'a> {
    pub const fn new(state: &'a State) -> Self {
        Self(state)
    }

    pub fn read<T: DeserializeOwned>(&self) -> worker::Result<Option<T>> {
        let sql = self.0.storage().sql();
        let tables = sql.exec(
            "SELECT name AS json FROM sqlite_master WHERE type = 'table' AND name = 'state'",
            None,
        )?;
        if tables.to_array::<Json>()?.is_empty() {
            return Ok(None);
        }
        let rows = sql
            .exec("SELECT json FROM state WHERE id = 1", None)?
            .to_array::<Json>()?;
        rows.first()
            .map(|row| Ok(serde_json::from_slice(row.json.as_bytes())?))
            .transpose()
    }

    pub fn write(&self, value: &impl Serialize) -> worker::Result<()> {
        let sql = self.0.storage().sql();
        let json = serde_json::to_string(value)?;
        let insert = || {
            sql.exec(
                "INSERT OR REPLACE INTO state (id, json) VALUES (1, ?)",
                vec![json.as_str().into()],
            )
        };
        // Only the first write of an object meets no table: it makes one, and the others spare the statement.
        if insert().is_err() {
            sql.exec("CREATE TABLE IF NOT EXISTS state (id INTEGER PRIMARY KEY CHECK (id = 1), json TEXT NOT NULL)", None)?;
            insert()?;
        }
        Ok(())
    }
}
