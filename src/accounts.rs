//! The grants of one person: one Durable Object each, so that a list needs no scan.

use oauth_provider::grant::GrantId;
use oauth_provider::{Resource, UnixTime};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{Env, State, worker_sys};

use crate::config::{ACCOUNTS, Config};
use crate::objects::{self, Storage};

/// Live grants of one person and client; beyond them the one that was not used for longest goes.
const MOST_PER_CLIENT: usize = 20;

/// Holds the list of one person's grants.
#[wasm_bindgen]
pub struct AccountObject {
    state: State,
}

/// A message to an account.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Message {
    Add(Line),
    Remove { grant: GrantId },
    Mark { grant: GrantId },
    Used { grant: GrantId, at: UnixTime },
}

/// One grant in the list.
#[derive(Clone, Serialize, Deserialize)]
pub struct Line {
    pub grant: GrantId,
    pub client_id: String,
    pub resource: Resource,
    pub opened_at: UnixTime,
    /// To the day.
    pub used_at: UnixTime,
    /// An old refresh token of it was used.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub marked: bool,
}

/// The answer to a message; empty for all but [`Message::Add`].
#[derive(Default, Serialize, Deserialize)]
pub struct Added {
    /// Which other grants must close once the new one has opened.
    pub close: Vec<GrantId>,
    /// Whether there are so many that another sign-in at the same time may have made room by this very line.
    pub crowded: bool,
    /// Whether the line was not there before, so that it must go again if the grant does not open.
    pub is_new: bool,
}

#[derive(Default, Serialize, Deserialize)]
struct Account {
    grants: Vec<Line>,
}

impl Account {
    fn apply(&mut self, message: Message) -> Added {
        match message {
            Message::Add(line) => return self.add(line),
            Message::Remove { grant } => self.grants.retain(|line| line.grant != grant),
            Message::Mark { grant } => self.of(&grant).for_each(|line| line.marked = true),
            Message::Used { grant, at } => self.of(&grant).for_each(|line| line.used_at = at),
        }
        Added::default()
    }

    /// The person has signed in anew: a marked grant of the same client and resource closes, since whoever else
    /// holds its tokens shall not keep them; so does what exceeds the limit. Their lines go when they have closed.
    fn add(&mut self, new: Line) -> Added {
        if self.of(&new.grant).next().is_some() {
            return Added::default();
        }
        let mut same: Vec<&Line> = self
            .grants
            .iter()
            .filter(|line| line.client_id == new.client_id)
            .collect();
        same.sort_by_key(|line| (line.used_at, line.opened_at));
        let surplus = (same.len() + 1).saturating_sub(MOST_PER_CLIENT);
        let marked = same
            .iter()
            .skip(surplus)
            .filter(|line| line.marked && line.resource == new.resource);
        let close = same
            .iter()
            .take(surplus)
            .chain(marked)
            .map(|line| line.grant.clone())
            .collect();
        let crowded = same.len() + 1 >= MOST_PER_CLIENT;
        self.grants.push(new);
        Added {
            close,
            crowded,
            is_new: true,
        }
    }

    fn of<'a>(&'a mut self, grant: &'a GrantId) -> impl Iterator<Item = &'a mut Line> {
        self.grants
            .iter_mut()
            .filter(move |line| line.grant == *grant)
    }
}

#[wasm_bindgen]
impl AccountObject {
    #[wasm_bindgen(constructor)]
    pub fn new(state: worker_sys::DurableObjectState, _env: Env) -> Self {
        Self {
            state: State::from(state),
        }
    }

    pub async fn fetch(&self, request: web_sys::Request) -> Result<JsValue, JsValue> {
        Ok(self.answer(&request).await?)
    }
}

impl AccountObject {
    async fn answer(&self, request: &web_sys::Request) -> worker::Result<JsValue> {
        let message: Message = objects::read(request).await?;
        // From here to the write nothing waits, so two messages cannot lose each other's line.
        let storage = Storage::of(&self.state)?;
        let mut account: Account = storage.read()?.unwrap_or_default();
        let answer = account.apply(message);
        if account.grants.is_empty() {
            storage.delete_all().await?;
        } else {
            storage.write(&account, None)?.with_alarm().await?;
        }
        objects::write(&answer)
    }
}

/// Sends messages to the objects of accounts.
pub struct Accounts {
    env: Env,
    /// Two Sentries may give two people the same id.
    sentry: String,
}

impl Accounts {
    pub fn new(env: &Env) -> worker::Result<Self> {
        let config = Config::of(env).map_err(objects::trouble)?;
        Ok(Self {
            env: env.clone(),
            sentry: config.sentry.base.as_str().to_owned(),
        })
    }

    /// Adds a line before its grant opens, so that no grant can be missing from the list.
    pub async fn add(&self, subject: &str, line: Line) -> worker::Result<Added> {
        self.send(subject, Message::Add(line)).await
    }

    /// Removes a line after its grant ended.
    pub async fn remove(&self, subject: &str, grant: &GrantId) -> worker::Result<()> {
        self.send(
            subject,
            Message::Remove {
                grant: grant.clone(),
            },
        )
        .await
        .map(|_| ())
    }

    /// Notes that an old refresh token of a grant was used.
    pub async fn mark(&self, subject: &str, grant: &GrantId) -> worker::Result<()> {
        self.send(
            subject,
            Message::Mark {
                grant: grant.clone(),
            },
        )
        .await
        .map(|_| ())
    }

    /// Notes when a grant was last used.
    pub async fn used(&self, subject: &str, grant: &GrantId, at: UnixTime) -> worker::Result<()> {
        self.send(
            subject,
            Message::Used {
                grant: grant.clone(),
                at,
            },
        )
        .await
        .map(|_| ())
    }

    async fn send(&self, subject: &str, message: Message) -> worker::Result<Added> {
        let name = format!("{}/{subject}", self.sentry);
        objects::ask_by_name(&self.env, ACCOUNTS, &name, &message).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(n: u8, client_id: &str, used_at: u64) -> Line {
        Line {
            grant: GrantId::from_hex(&format!("{n:02x}").repeat(32)).unwrap(),
            client_id: client_id.to_owned(),
            resource: Resource::root("/mcp"),
            opened_at: UnixTime(used_at),
            used_at: UnixTime(used_at),
            marked: false,
        }
    }

    #[test]
    fn beyond_twenty_of_one_client_the_longest_unused_closes() {
        let mut account = Account::default();
        for n in 0..20 {
            assert!(
                account
                    .add(line(n, "editor", 100 + u64::from(n)))
                    .close
                    .is_empty()
            );
            assert!(
                account
                    .add(line(100 + n, &format!("other {n}"), 1))
                    .close
                    .is_empty()
            );
        }
        account.apply(Message::Used {
            grant: line(0, "", 0).grant,
            at: UnixTime(500),
        });
        assert_eq!(
            account.add(line(30, "editor", 600)).close,
            [line(1, "", 0).grant]
        );
    }

    #[test]
    fn a_marked_grant_closes_when_the_same_client_and_resource_sign_in_again() {
        let mut account = Account::default();
        let mut narrower = line(3, "editor", 1);
        narrower.resource = Resource::from_path("/mcp/acme", "/mcp").unwrap();
        for line in [
            line(1, "editor", 1),
            line(2, "editor", 1),
            narrower.clone(),
            line(4, "other", 1),
        ] {
            account.add(line);
        }
        for n in [2, 3, 4] {
            account.apply(Message::Mark {
                grant: line(n, "", 0).grant,
            });
        }
        assert_eq!(
            account.add(line(5, "editor", 2)).close,
            [line(2, "", 0).grant]
        );
        account.apply(Message::Remove {
            grant: line(2, "", 0).grant,
        });
        assert!(account.add(line(6, "editor", 3)).close.is_empty());
    }
}
