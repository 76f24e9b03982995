//! The mailbox of a grant: one Durable Object each, and the store that sends to them.

use std::cell::RefCell;
use std::time::Duration;

use oauth_provider::grant::{Command, GrantId, Lifecycle, Moment, Refusal, Reply, apply};
use oauth_provider::store::{GrantStore, StoreError, Stored};
use worker::{
    DurableObject, Env, ObjectNamespace, Request, Response, State, durable_object, wasm_bindgen,
};

use crate::accounts::Accounts;
use crate::config::Config;
use crate::objects::{self, Row};
use crate::{clock, log, random};

/// After an alarm that failed.
const ALARM_AGAIN: Duration = Duration::from_secs(60);

/// Holds the state of one grant, and applies one command after the other to it.
#[durable_object]
pub struct GrantObject {
    state: State,
    env: Env,
    /// `None` until it was read; the state itself may be none.
    grant: RefCell<Option<Option<Lifecycle>>>,
}

impl DurableObject for GrantObject {
    fn new(state: State, env: Env) -> Self {
        Self {
            state,
            env,
            grant: RefCell::new(None),
        }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        let command: Command = objects::read(&mut request).await?;
        if matches!(command, Command::Open(_)) {
            // Before the first write, so that no grant can be without one.
            let code = Config::of(&self.env)
                .map_err(objects::trouble)?
                .policy()
                .code;
            if self.load()?.is_none() {
                self.state.storage().set_alarm(code).await?;
            }
        }
        objects::write(&self.apply(command)?)
    }

    /// Time passes: a grant closes, a closed one is deleted with its line in the account.
    async fn alarm(&self) -> worker::Result<Response> {
        if let Err(error) = self.expire().await {
            log::problem("alarm", "a grant could not expire", &error.to_string());
            self.state.storage().set_alarm(ALARM_AGAIN).await?;
        }
        Response::empty()
    }
}

impl GrantObject {
    /// State, command, new state, one write: no `await` between them, so nothing comes between them.
    fn apply(&self, command: Command) -> worker::Result<Reply> {
        let config = Config::of(&self.env).map_err(objects::trouble)?;
        let id = self.id()?;
        let moment = Moment {
            id: &id,
            now: clock::now(),
            keys: &config.keys,
            policy: config.policy(),
        };
        let step = apply(self.load()?, command, &moment, &mut random::rng());
        for line in step.audit {
            log::audit(&id, line);
        }
        if step.changed {
            self.keep(step.state)?;
        }
        Ok(step.reply)
    }

    async fn expire(&self) -> worker::Result<()> {
        let before = self.load()?;
        let subject = before
            .as_ref()
            .and_then(Lifecycle::terms)
            .map(|terms| terms.subject.clone());
        let now = clock::now();
        let after = before.and_then(|state| state.at(now));
        let ended = after.as_ref().is_none_or(|state| state.terms().is_none());
        if let Some(subject) = subject.filter(|_| ended) {
            Accounts::new(&self.env)?
                .remove(&subject, &self.id()?)
                .await?;
        }
        match after {
            None => {
                self.state.storage().delete_all().await?;
                self.grant.replace(Some(None));
                Ok(())
            }
            Some(state) => {
                let wait = state.ends_at().since(now);
                self.keep(Some(state))?;
                self.state
                    .storage()
                    .set_alarm(wait.max(Duration::from_secs(1)))
                    .await
            }
        }
    }

    fn load(&self) -> worker::Result<Option<Lifecycle>> {
        if let Some(grant) = self.grant.borrow().as_ref() {
            return Ok(grant.clone());
        }
        let grant = Row::new(&self.state).read()?;
        self.grant.replace(Some(grant.clone()));
        Ok(grant)
    }

    fn keep(&self, grant: Option<Lifecycle>) -> worker::Result<()> {
        if let Some(grant) = &grant {
            Row::new(&self.state).write(grant)?;
        }
        self.grant.replace(Some(grant));
        Ok(())
    }

    fn id(&self) -> worker::Result<GrantId> {
        let hex = self.state.id().to_string();
        GrantId::from_hex(&hex)
            .ok_or_else(|| worker::Error::RustError("an object id of another form".to_owned()))
    }
}

/// Sends commands to the objects of grants.
pub struct Grants {
    namespace: ObjectNamespace,
}

impl Grants {
    pub const fn new(namespace: ObjectNamespace) -> Self {
        Self { namespace }
    }

    /// An id that no grant has. No object is touched.
    pub fn unique_id(&self) -> worker::Result<GrantId> {
        let hex = self.namespace.unique_id()?.to_string();
        GrantId::from_hex(&hex)
            .ok_or_else(|| worker::Error::RustError("an object id of another form".to_owned()))
    }
}

impl GrantStore for Grants {
    fn send<'a>(&'a self, id: &'a GrantId, command: Command) -> Stored<'a, Reply> {
        Box::pin(async move {
            // The runtime knows its own ids: one that a stranger made up never reaches an object.
            let Ok(id) = self.namespace.id_from_string(&id.to_hex()) else {
                return Ok(Reply::Refused(Refusal::Unknown));
            };
            let stub = id.get_stub().map_err(failed)?;
            objects::call(&stub, &command).await.map_err(failed)
        })
    }
}

fn failed(error: worker::Error) -> StoreError {
    StoreError(error.to_string())
}
