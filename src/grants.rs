//! The mailbox of a grant: one Durable Object each.

use std::cell::RefCell;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, Shared};
use oauth_provider::crypto::{Bytes, Secret};
use oauth_provider::grant::{
    Audit, Command, GrantId, Lifecycle, Moment, Refresh, Refusal, Reply, Reseal, apply, props_live,
    renewal_due,
};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{Env, State, worker_sys};

use crate::accounts::{Accounts, Note};
use crate::config::Config;
use crate::fetch::Outgoing;
use crate::objects::{self, Storage};
use crate::upstream::{self, Props, UpstreamError};
use crate::{clock, log, random, tokens};

/// After an alarm that failed.
const ALARM_AGAIN: Duration = Duration::from_secs(60);

/// A message to a grant's object.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// For the state machine.
    Command(Command),
    /// Sentry refused a token: another one, please.
    Renew {
        /// Of an access token of the grant.
        access: Secret,
        /// The hash of the Sentry token that was refused.
        refused: String,
    },
}

/// The answer to [`Message::Renew`].
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Renewed {
    /// The props with the token that is good now.
    Props(Bytes),
    /// The sign-in at Sentry is over, and with it the grant.
    Ended,
    /// Sentry does not answer at the moment; nothing is closed.
    Unavailable,
}

/// One call to Sentry, awaited by all who need what it brings. Kept after it ended, so that who comes late with the
/// same old token gets the same new one: Sentry's refresh tokens are good once.
type Renewal = Shared<LocalBoxFuture<'static, Result<Props, UpstreamError>>>;

/// Holds the state of one grant, and applies one command after the other to it.
#[wasm_bindgen]
pub struct GrantObject {
    state: State,
    env: Env,
    /// `None` until it was read; the state itself may be none.
    grant: RefCell<Option<Option<Lifecycle>>>,
    /// By the hash of the Sentry token that it replaces.
    renewal: RefCell<Option<(String, Renewal)>>,
}

#[wasm_bindgen]
impl GrantObject {
    #[wasm_bindgen(constructor)]
    pub fn new(state: worker_sys::DurableObjectState, env: Env) -> Self {
        Self {
            state: State::from(state),
            env,
            grant: RefCell::new(None),
            renewal: RefCell::new(None),
        }
    }

    pub async fn fetch(&self, request: web_sys::Request) -> Result<JsValue, JsValue> {
        Ok(self.answer(&request).await?)
    }

    /// Time passes: a grant closes, a closed one is deleted with its line in the account.
    pub async fn alarm(&self) -> Result<(), JsValue> {
        if let Err(error) = self.expire().await {
            log::problem("alarm", "a grant could not expire", &error.to_string());
            self.storage()?.set_alarm(ALARM_AGAIN).await?;
        }
        Ok(())
    }
}

impl GrantObject {
    async fn answer(&self, request: &web_sys::Request) -> worker::Result<JsValue> {
        match objects::read(request).await? {
            Message::Command(Command::Refresh(refresh)) => {
                objects::write(&self.refresh(refresh).await?)
            }
            Message::Command(command) => objects::write(&self.apply(command).await?),
            Message::Renew { access, refused } => {
                objects::write(&self.renew(access, &refused).await?)
            }
        }
    }

    /// State, command, new state, one write: no `await` between them, so nothing comes between them.
    async fn apply(&self, command: Command) -> worker::Result<Reply> {
        let config = Config::of(&self.env).map_err(objects::trouble)?;
        let id = self.id()?;
        let moment = Moment {
            id: &id,
            now: clock::now(),
            keys: &config.keys,
            policy: config.policy(),
        };
        let before = self.load()?;
        let is_refresh = matches!(command, Command::Refresh(_));
        let opens = before.is_none();
        // Whoever sent it takes the line out, of many grants at once; if that fails, the alarm does.
        let recalled = matches!(command, Command::Recall { .. });
        let was_open = before.as_ref().is_some_and(|state| !state.is_closed());
        let step = apply(before, command, &moment, &mut random::rng());
        let closes =
            was_open && step.changed && step.state.as_ref().is_some_and(Lifecycle::is_closed);
        if let Some(state) = step.state.clone().filter(|_| step.changed) {
            // A grant without an alarm would stay for ever. One that closes has no more tokens, so no reason to wait for
            // the alarm of the last of them.
            let alarm = (opens || closes).then(|| state.ends_at().since(moment.now));
            self.keep(state, alarm)?;
        }
        for line in &step.audit {
            log::audit(&id, *line);
        }
        let Some(state) = step.state else {
            return Ok(step.reply);
        };
        if closes {
            tokens::forget(&id);
            if !recalled {
                self.tell_account(None, state.subject(), &id);
            }
            return Ok(step.reply);
        }
        let tell = |note| self.tell_account(Some(note), state.subject(), &id);
        for line in &step.audit {
            match line {
                Audit::RefreshReused => tell(Note {
                    marked: true,
                    ..Note::default()
                }),
                Audit::LateRetry(_) => tell(Note {
                    late: state.late_retries(),
                    ..Note::default()
                }),
                Audit::Withheld(_) => tokens::forget(&id),
                _ => {}
            }
        }
        if is_refresh && matches!(&step.reply, Reply::Issued(issued) if issued.chores.daily) {
            tell(Note {
                used_at: Some(moment.now),
                ..Note::default()
            });
        }
        Ok(step.reply)
    }

    /// Rotates the refresh token; before that the Sentry token is renewed, if it would not last as long as the access
    /// token that is about to be issued. No refresh token is used up while that fails.
    async fn refresh(&self, refresh: Refresh) -> worker::Result<Reply> {
        let config = Config::of(&self.env).map_err(objects::trouble)?;
        let id = self.id()?;
        let moment = Moment {
            id: &id,
            now: clock::now(),
            keys: &config.keys,
            policy: config.policy(),
        };
        let due = |state: Option<Lifecycle>| {
            state.and_then(|state| renewal_due(&state, &refresh, &moment))
        };
        let props =
            due(self.load()?).and_then(|props| serde_json::from_slice::<Props>(&props).ok());
        // Without a refresh token of Sentry's, its access token serves as long as it lives.
        let renewable = |props: &Props| props.refresh_token.is_some() || !props.live(moment.now);
        let Some(props) = props.filter(renewable) else {
            return self.apply(Command::Refresh(refresh)).await;
        };
        match self.renewed(props).await {
            Ok(props) => {
                // Of all who waited, the first writes.
                if due(self.load()?).is_some() {
                    self.reseal(refresh.secret.clone(), &props).await?;
                }
            }
            Err(UpstreamError::Ended) => {
                self.apply(Command::Close).await?;
                return Ok(Reply::Refused(Refusal::Unknown));
            }
            Err(trouble) => {
                log::problem(
                    &id.to_string(),
                    "a Sentry token was not renewed",
                    &trouble.to_string(),
                );
                let live = self
                    .load()?
                    .is_some_and(|state| props_live(&state, &moment));
                if !live {
                    return Ok(Reply::Refused(Refusal::Unavailable));
                }
            }
        }
        self.apply(Command::Refresh(refresh)).await
    }

    /// Sentry refused a token. If it is still the current one it is renewed, else the current one is handed out.
    async fn renew(&self, access: Secret, refused: &str) -> worker::Result<Renewed> {
        let Reply::Valid(info) = self
            .apply(Command::Inspect {
                secret: access.clone(),
            })
            .await?
        else {
            return Ok(Renewed::Ended);
        };
        let Ok(props) = serde_json::from_slice::<Props>(&info.props.0) else {
            return Ok(Renewed::Ended);
        };
        if props.token_hash() != refused {
            return Ok(Renewed::Props(info.props));
        }
        match self.renewed(props).await {
            Ok(props) => {
                self.reseal(access, &props).await?;
                Ok(Renewed::Props(Bytes(serde_json::to_vec(&props)?)))
            }
            Err(UpstreamError::Ended) => {
                self.apply(Command::Close).await?;
                Ok(Renewed::Ended)
            }
            Err(trouble) => {
                log::problem(
                    &info.grant.to_string(),
                    "a Sentry token was not renewed",
                    &trouble.to_string(),
                );
                Ok(Renewed::Unavailable)
            }
        }
    }

    /// Asks Sentry once, whoever and however many need it. No borrow is held while waiting.
    async fn renewed(&self, props: Props) -> Result<Props, UpstreamError> {
        let config =
            Config::of(&self.env).map_err(|error| UpstreamError::Unavailable(error.to_string()))?;
        let key = props.token_hash();
        let known = self
            .renewal
            .borrow()
            .as_ref()
            .filter(|(of, _)| *of == key)
            .map(|(_, renewal)| renewal.clone());
        let renewal = known.unwrap_or_else(|| {
            let ask = async move {
                upstream::renew(&config.sentry, props, clock::now(), &Outgoing).await
            };
            let renewal: Renewal = ask.boxed_local().shared();
            self.renewal.replace(Some((key.clone(), renewal.clone())));
            renewal
        });
        let outcome = renewal.clone().await;
        if outcome.is_err() {
            // The next one tries again, unless somebody has begun to.
            let mut kept = self.renewal.borrow_mut();
            if kept.as_ref().is_some_and(|(_, kept)| kept.ptr_eq(&renewal)) {
                *kept = None;
            }
        }
        outcome
    }

    async fn reseal(&self, secret: Secret, props: &Props) -> worker::Result<()> {
        let sealed = Bytes(serde_json::to_vec(props)?);
        let reseal = Reseal {
            secret,
            props: sealed,
            props_expire_at: props.expires_at,
        };
        self.apply(Command::Reseal(reseal)).await.map(|_| ())
    }

    async fn expire(&self) -> worker::Result<()> {
        let now = clock::now();
        let before = self.load()?;
        let subject = before.as_ref().map(|state| state.subject().to_owned());
        let after = before.and_then(|state| state.at(now));
        let ended = after.as_ref().is_none_or(Lifecycle::is_closed);
        if let Some(subject) = subject.filter(|_| ended) {
            Accounts::new(&self.env)?
                .remove(&subject, vec![self.id()?])
                .await?;
        }
        match after {
            None => {
                self.storage()?.delete_all().await?;
                self.grant.replace(Some(None));
                Ok(())
            }
            Some(state) => {
                let alarm = state.ends_at().since(now);
                self.keep(state, Some(alarm))
            }
        }
    }

    /// After the answer: that the grant has ended, or what happened to it. If it fails, the alarm or the next use says
    /// it again.
    fn tell_account(&self, note: Option<Note>, subject: &str, grant: &GrantId) {
        let (env, subject, grant) = (self.env.clone(), subject.to_owned(), grant.clone());
        self.state.wait_until(async move {
            let told = match Accounts::new(&env) {
                Ok(accounts) => match note {
                    None => accounts.remove(&subject, vec![grant.clone()]).await,
                    Some(note) => accounts.note(&subject, &grant, note).await,
                },
                Err(error) => Err(error),
            };
            if let Err(error) = told {
                log::problem(
                    &grant.to_string(),
                    "the account did not answer",
                    &error.to_string(),
                );
            }
        });
    }

    fn load(&self) -> worker::Result<Option<Lifecycle>> {
        if let Some(grant) = self.grant.borrow().as_ref() {
            return Ok(grant.clone());
        }
        let grant = self.storage()?.read()?;
        self.grant.replace(Some(grant.clone()));
        Ok(grant)
    }

    /// In storage, then in memory.
    fn keep(&self, grant: Lifecycle, alarm: Option<Duration>) -> worker::Result<()> {
        self.storage()?.write(&grant, alarm)?;
        self.grant.replace(Some(Some(grant)));
        Ok(())
    }

    fn storage(&self) -> worker::Result<Storage> {
        Storage::of(&self.state)
    }

    fn id(&self) -> worker::Result<GrantId> {
        objects::grant_id(&self.state.id().to_string())
    }
}
