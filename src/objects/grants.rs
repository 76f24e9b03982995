//! The mailbox of a grant: one Durable Object each. What happens in a grant, and what follows from it, is decided in
//! [`oauth_provider::grant`]; here it is loaded, applied, written, and its effects are carried out.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use fetch::Fetch;
use futures_util::FutureExt;
use futures_util::future::{Either, LocalBoxFuture, Shared, select};
use oauth_provider::UnixTime;
use oauth_provider::crypto::Bytes;
use oauth_provider::from_json;
use oauth_provider::grant::{
    Command, Effect, GrantId, Lifecycle, Moment, Need, Next, Outcome, PATIENCE, Renew, Renewal,
    Reply, Step, Upstream, acknowledge, apply, ring,
};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{Env, State, worker_sys};

use crate::config::Config;
use crate::memory::seen_tokens;
use crate::objects::accounts::{Accounts, Room};
use crate::objects::mailbox::{self, Failure, Storage};
use crate::runtime::bindings::GRANTS;
use crate::runtime::fetch::Outgoing;
use crate::runtime::random::{self, Rng};
use crate::runtime::{clock, log};
use crate::upstream::sentry::{self, Props, UpstreamError};

/// A message to a grant's object.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(
    not(target_family = "wasm"),
    expect(
        clippy::large_enum_variant,
        reason = "there is one of them at a time, for a moment"
    )
)]
pub enum Message {
    /// For the state machine.
    Command(Command),
    /// Sentry refused a token: another one, please.
    Renew(Renew),
}

/// One call to Sentry, awaited by all who need what it brings. Kept after it ended, so that a caller who comes late with the
/// same old token gets the same new one: Sentry's refresh tokens are good once.
type Asked = Shared<LocalBoxFuture<'static, Result<Props, UpstreamError>>>;

/// How often the account is told at most before the rest waits for the alarm: news may come while it is told others.
const TELLS: usize = 3;

/// A call, and what it is for.
#[derive(Clone)]
struct Call {
    /// The hash of the Sentry token that it replaces.
    of: String,
    /// [`Renewal::again`] of the renewal that began it.
    again: bool,
    asked: Asked,
}

/// Holds the state of one grant, and applies one command after the other to it.
#[wasm_bindgen]
pub struct GrantObject(Rc<Mailbox>);

/// What the object and the work that goes on after an answer share.
struct Mailbox {
    state: State,
    env: Env,
    /// `None` until it was read; the state itself may be none.
    grant: RefCell<Option<Option<Lifecycle>>>,
    /// Whether a later release wrote the row.
    is_newer: Cell<bool>,
    asked: RefCell<Option<Call>>,
    /// Whether the account is being told something: it is told one thing after the other.
    telling: Cell<bool>,
}

/// The account is being told something, until this goes, however that ends.
struct Telling<'a>(&'a Cell<bool>);

impl Drop for Telling<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

#[wasm_bindgen]
impl GrantObject {
    /// The runtime makes one when a message or an alarm comes for a grant.
    #[wasm_bindgen(constructor)]
    pub fn new(state: worker_sys::DurableObjectState, env: Env) -> Self {
        Self(Rc::new(Mailbox {
            state: State::from(state),
            env,
            grant: RefCell::new(None),
            is_newer: Cell::new(false),
            asked: RefCell::new(None),
            telling: Cell::new(false),
        }))
    }

    /// Answers a message.
    ///
    /// # Errors
    /// The message cannot be read, or the storage failed.
    pub async fn fetch(&self, request: web_sys::Request) -> Result<JsValue, JsValue> {
        mailbox::answered(self.0.answer(&request).await)
    }

    /// Ends the grant if its time is over. What fails is tried again.
    ///
    /// # Errors
    /// The next alarm could not be set.
    pub async fn alarm(&self) -> Result<(), JsValue> {
        if let Err(failure) = self.0.ring().await {
            log::problem("alarm", "a grant could not expire", &failure.to_string());
            let again = mailbox::alarm_again(&failure);
            self.0.storage()?.set_alarm(again).await?;
        }
        Ok(())
    }
}

impl Mailbox {
    async fn answer(self: &Rc<Self>, request: &web_sys::Request) -> Result<JsValue, Failure> {
        match mailbox::read(request).await? {
            Message::Command(Command::Refresh(refresh)) => {
                mailbox::write(&self.with_fresh_props(refresh).await?)
            }
            Message::Command(command) => {
                let step = self.decide(|state, now, rng| apply(state, command, now, rng))?;
                mailbox::write(&self.carry_out(step).await?)
            }
            Message::Renew(renew) => mailbox::write(&self.with_fresh_props(renew).await?),
        }
    }

    /// No borrow is held while Sentry is asked, and what follows begins with the state as it is then.
    async fn with_fresh_props<N: Need + Clone + 'static>(
        self: &Rc<Self>,
        need: N,
    ) -> Result<N::Reply, Failure> {
        let next = self.decide(|state, now, rng| need.begin(state, read_props, now, rng))?;
        let (renewal, step) = match next {
            Next::Step(step) => return self.carry_out(step).await,
            Next::Renew(renewal, step) => (renewal, step),
        };
        self.carry_out(step).await?;
        let outcome = self.ask_sentry(&renewal).await?;
        let step =
            self.decide(|state, now, rng| renewal.settle(state, outcome, read_props, now, rng))?;
        self.carry_out(step).await
    }

    async fn ring(&self) -> Result<(), Failure> {
        let step = self.decide(|state, now, _| ring(state, now))?;
        if self.perform(step.state, step.effects).await?
            && let Err(error) = self.tell().await
        {
            // The alarm that was just set repeats it.
            self.not_told(&error);
        }
        Ok(())
    }

    /// Asks the machine about the state as it is. From here to [`Self::keep`], which comes first of all effects, nothing
    /// waits: so nothing comes between reading and writing.
    fn decide<T>(
        &self,
        transition: impl FnOnce(Option<Lifecycle>, &Moment<'_>, &mut Rng) -> T,
    ) -> Result<T, Failure> {
        let (config, id, state) = self.circumstances()?;
        let moment = Moment {
            id: &id,
            now: clock::now(),
            keys: &config.keys,
            policy: config.policy(),
        };
        Ok(transition(state, &moment, &mut random::rng()))
    }

    /// Apart from [`Self::decide`], so that it is compiled once.
    #[inline(never)]
    fn circumstances(&self) -> Result<(Rc<Config>, GrantId, Option<Lifecycle>), Failure> {
        let config = Config::of(&self.env).map_err(mailbox::trouble)?;
        Ok((config, self.id()?, self.load()?))
    }

    /// Carries out what the machine says; what the account is told waits for the answer.
    async fn carry_out<R>(self: &Rc<Self>, step: Step<R>) -> Result<R, Failure> {
        if self.perform(step.state, step.effects).await? {
            self.tell_later();
        }
        Ok(step.reply)
    }

    /// The effects in their order, but for what the account must be told. Answers whether there is any such. The first of
    /// them, which stores the state, waits for nothing.
    fn perform(
        &self,
        state: Option<Lifecycle>,
        effects: Vec<Effect>,
    ) -> LocalBoxFuture<'_, Result<bool, Failure>> {
        Box::pin(async move {
            let id = self.id()?;
            let mut tells = false;
            for effect in effects {
                match effect {
                    Effect::Store { alarm } => self.keep(state.clone(), alarm)?,
                    Effect::Keep => {
                        self.grant.replace(Some(state.clone()));
                    }
                    Effect::Delete => self.delete().await?,
                    Effect::Audit(line) => log::audit(&id, line),
                    Effect::ForgetTokens => seen_tokens::forget(&id),
                    Effect::TellAccount { .. } => tells = true,
                }
            }
            Ok(tells)
        })
    }

    /// Trouble is met once more, at once: after that it waits for the alarm.
    fn tell_later(self: &Rc<Self>) {
        let mailbox = Rc::clone(self);
        self.state.wait_until(async move {
            for _ in 0..2 {
                match mailbox.tell().await {
                    Ok(()) => break,
                    Err(error) => mailbox.not_told(&error),
                }
            }
        });
    }

    /// Tells the account what it does not know yet, and has others make room for this grant: only when they have is it
    /// acknowledged, so that whatever is lost on the way happens again. Every part of it may happen twice.
    fn tell(&self) -> LocalBoxFuture<'_, Result<(), Failure>> {
        Box::pin(self.tell_all())
    }

    async fn tell_all(&self) -> Result<(), Failure> {
        if self.telling.replace(true) {
            return Ok(());
        }
        let _telling = Telling(&self.telling);
        for _ in 0..TELLS {
            let state = self.load()?;
            let Some((subject, news)) = state.as_ref().and_then(Lifecycle::untold) else {
                return Ok(());
            };
            let config = Config::of(&self.env).map_err(mailbox::trouble)?;
            let accounts = Accounts::new(self.env.clone(), &config.sentry);
            let room = accounts.tell(subject, &self.id()?, news).await?;
            self.make(room, &accounts, subject).await?;
            let step = self.decide(|state, now, _| acknowledge(state, news, now))?;
            self.perform(step.state, step.effects).await?;
        }
        Ok(())
    }

    /// Closes the grants that this one replaces or crowds out; it may be one of them itself. A grant that closes takes its
    /// own line out; the lines of grants that are no longer there are removed here.
    async fn make(&self, room: Room, accounts: &Accounts, subject: &str) -> Result<(), Failure> {
        let own = self.id()?;
        for grant in &room.close {
            if *grant == own {
                let step = self.decide(|state, now, rng| apply(state, Command::Close, now, rng))?;
                self.perform(step.state, step.effects).await?;
            } else {
                let close = Message::Command(Command::Close);
                let _: Option<Reply> = mailbox::ask_by_id(&self.env, GRANTS, grant, &close).await?;
            }
        }
        if !room.stale.is_empty() {
            accounts.remove(subject, room.stale).await?;
        }
        Ok(())
    }

    fn not_told(&self, error: &Failure) {
        let id = self.state.id().to_string();
        log::problem(&id, "the account did not answer", &error.to_string());
    }

    /// Asks Sentry once, however many callers wait for the answer. No borrow is held while waiting. Who waits in vain for
    /// too long goes on without it, and keeps what may come later.
    async fn ask_sentry<N: Need + Clone + 'static>(
        self: &Rc<Self>,
        renewal: &Renewal<N>,
    ) -> worker::Result<Outcome> {
        let call = self.call(renewal)?;
        match select(call.asked.clone(), Outgoing.sleep(PATIENCE)).await {
            Either::Left((asked, _)) => self.outcome(&call, asked),
            Either::Right(_) => {
                let (mailbox, renewal) = (Rc::clone(self), renewal.clone());
                self.state
                    .wait_until(async move { mailbox.wait_on(renewal, call).await });
                let detail = format!("no answer for {} s", PATIENCE.as_secs());
                self.not_renewed(&detail)?;
                Ok(Outcome::Silent)
            }
        }
    }

    /// Waits on where the caller has left.
    async fn wait_on<N: Need>(self: &Rc<Self>, renewal: Renewal<N>, call: Call) {
        let asked = call.asked.clone().await;
        let kept = async {
            let outcome = self.outcome(&call, asked)?;
            let step =
                self.decide(|state, now, rng| renewal.keep(state, outcome, read_props, now, rng))?;
            self.carry_out(step).await
        };
        if let Err(error) = kept.await {
            let id = self.state.id().to_string();
            log::problem(
                &id,
                "a Sentry token that came late was not kept",
                &error.to_string(),
            );
        }
    }

    /// What the answer to a call means. After one that failed the next caller tries again, unless somebody has begun to.
    fn outcome(&self, call: &Call, asked: Result<Props, UpstreamError>) -> worker::Result<Outcome> {
        if asked.is_err() {
            let mut kept = self.asked.borrow_mut();
            if kept
                .as_ref()
                .is_some_and(|kept| kept.asked.ptr_eq(&call.asked))
            {
                *kept = None;
            }
        }
        match asked {
            Ok(props) => Ok(Outcome::Renewed {
                props: Bytes(serde_json::to_vec(&props)?),
                expire_at: props.expires_at,
            }),
            Err(UpstreamError::Ended) => Ok(Outcome::Ended { again: call.again }),
            Err(trouble) => {
                self.not_renewed(&trouble.to_string())?;
                Ok(Outcome::Unavailable)
            }
        }
    }

    fn not_renewed(&self, detail: &str) -> worker::Result<()> {
        log::trouble(
            &self.id()?.to_string(),
            "a Sentry token was not renewed",
            detail,
        );
        Ok(())
    }

    /// The call that is under way for these props, or was and brought something; else a new one.
    fn call<N>(&self, renewal: &Renewal<N>) -> worker::Result<Call> {
        let mut asked = self.asked.borrow_mut();
        if let Some(call) = asked.as_ref().filter(|call| call.of == renewal.token) {
            return Ok(call.clone());
        }
        let config = Config::of(&self.env).map_err(mailbox::trouble)?;
        let props: Props = from_json(&renewal.props.0)?;
        let ask =
            async move { sentry::renew(&config.sentry, props, clock::now(), &Outgoing).await };
        let call = Call {
            of: renewal.token.clone(),
            again: renewal.again,
            asked: ask.boxed_local().shared(),
        };
        *asked = Some(call.clone());
        Ok(call)
    }

    fn load(&self) -> Result<Option<Lifecycle>, Failure> {
        if let Some(grant) = self.grant.borrow().as_ref() {
            return Ok(grant.clone());
        }
        let kept = self.storage()?.read()?;
        self.is_newer
            .set(kept.as_ref().is_some_and(|kept| kept.is_newer));
        let grant = kept.map(|kept| kept.value);
        self.grant.replace(Some(grant.clone()));
        Ok(grant)
    }

    /// In storage, then in memory: a write that fails leaves both as they were.
    fn keep(&self, grant: Option<Lifecycle>, alarm: Option<UnixTime>) -> Result<(), Failure> {
        let alarm = alarm.map(|at| at.since(clock::now()));
        if let Some(grant) = &grant {
            self.storage()?.write(grant, alarm, self.is_newer.get())?;
        }
        self.grant.replace(Some(grant));
        Ok(())
    }

    async fn delete(&self) -> worker::Result<()> {
        self.storage()?.delete_all().await?;
        self.is_newer.set(false);
        self.grant.replace(Some(None));
        Ok(())
    }

    fn storage(&self) -> worker::Result<Storage> {
        Storage::of(&self.state)
    }

    fn id(&self) -> worker::Result<GrantId> {
        mailbox::grant_id(&self.state.id().to_string())
    }
}

/// Reads the two facts that the machine needs from props, which are opaque to it.
fn read_props(props: &[u8]) -> Option<Upstream> {
    let props: Props = from_json(props).ok()?;
    Some(Upstream {
        token: props.token_hash(),
        renewable: props.refresh_token.is_some(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worker and object may be of two versions while one is rolled out.
    #[test]
    fn messages_keep_their_letters() {
        for text in [
            r#"{"command":"close"}"#,
            r#"{"command":{"inspect":{"secret":"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM"}}}"#,
            r#"{"renew":{"access":"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM","refused":"0123"}}"#,
        ] {
            let read: Message = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), text);
        }
    }
}
