//! The grants of one person: one Durable Object each, so that a list needs no scan.

use oauth_provider::UnixTime;
use oauth_provider::grant::GrantId;
use serde::{Deserialize, Serialize};
use worker::{
    DurableObject, Env, ObjectNamespace, Request, Response, State, durable_object, wasm_bindgen,
};

use crate::config::ACCOUNTS;
use crate::objects::{self, Row};

/// Holds the list of one person's grants.
#[durable_object]
pub struct AccountObject {
    state: State,
}

/// A message to an account.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Message {
    Add { line: Line },
    Remove { grant: GrantId },
}

/// One grant in the list.
#[derive(Serialize, Deserialize)]
pub struct Line {
    pub grant: GrantId,
    pub client_id: String,
    pub opened_at: UnixTime,
}

#[derive(Default, Serialize, Deserialize)]
struct Account {
    grants: Vec<Line>,
}

impl DurableObject for AccountObject {
    fn new(state: State, _env: Env) -> Self {
        Self { state }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        let message: Message = objects::read(&mut request).await?;
        // From here to the write nothing waits, so two messages cannot lose each other's line.
        let row = Row::new(&self.state);
        let mut account: Account = row.read()?.unwrap_or_default();
        match message {
            Message::Add { line } => {
                account.grants.retain(|known| known.grant != line.grant);
                account.grants.push(line);
            }
            Message::Remove { grant } => account.grants.retain(|known| known.grant != grant),
        }
        if account.grants.is_empty() {
            self.state.storage().delete_all().await?;
        } else {
            row.write(&account)?;
        }
        objects::write(&())
    }
}

/// Sends messages to the objects of accounts.
pub struct Accounts {
    namespace: ObjectNamespace,
}

impl Accounts {
    pub fn new(env: &Env) -> worker::Result<Self> {
        Ok(Self {
            namespace: env.durable_object(ACCOUNTS)?,
        })
    }

    /// Adds a line before its grant opens, so that no grant can be missing from the list.
    pub async fn add(&self, subject: &str, line: Line) -> worker::Result<()> {
        self.send(subject, &Message::Add { line }).await
    }

    /// Removes a line after its grant ended.
    pub async fn remove(&self, subject: &str, grant: &GrantId) -> worker::Result<()> {
        self.send(
            subject,
            &Message::Remove {
                grant: grant.clone(),
            },
        )
        .await
    }

    async fn send(&self, subject: &str, message: &Message) -> worker::Result<()> {
        objects::call(&self.namespace.get_by_name(subject)?, message).await
    }
}
