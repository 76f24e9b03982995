//! Renewing the props at the upstream server. When it is needed, and what follows from its outcome, is decided here. The
//! host, which knows what the props are, asks the upstream: once for all requests that wait. None waits longer than
//! [`PATIENCE`], and for [`SILENCE`] after that nobody begins to.
//!
//! ```text
//!             ┌── not needed, or silent a moment ago ─────────▶ Step
//! Need ─begin─┤                     ┌─ Renewed ─────▶ kept, served
//!             └─▶ Renewal (stored,  ├─ Ended ───────▶ the grant closes
//!                 then the host     ├─ Ended, again ▶ lost: what is there serves until it ends
//!                 asks)             └─ Unavailable ─▶ nothing is used up
//! ```
//!
//! That the upstream is asked is stored before. If the host crashes then, its answer is lost, and with it a refresh token
//! that was good once: when the upstream does not take that token another time, this is why.

use std::time::Duration;

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::crypto::{Bytes, Secret};
use crate::time::UnixTime;

use super::command::Reseal;
use super::effect::{Audit, Step};
use super::need::Need;
use super::state::{Active, Attempt, Lifecycle};
use super::{Moment, reseal};

/// How long a request waits for the upstream at most. What comes later is kept by [`Renewal::keep`].
pub const PATIENCE: Duration = Duration::from_secs(6);

/// How long it is remembered that the upstream was silent.
pub const SILENCE: Duration = Duration::from_secs(10);

/// Why a grant ended: the upstream says so, or props that nothing can renew have ended.
pub(super) const ENDED: &str = "the sign-in upstream has ended";

/// Why a grant ended: there is nothing left to renew the props with.
pub(super) const LOST: &str = "the upstream's answer to a renewal was lost";

/// What the host reads in the props, which are opaque here. `None` for ones that it does not know.
pub type ReadProps = fn(&[u8]) -> Option<Upstream>;

/// What the machine must know of props.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// A hash of the upstream's token, which tells it from others without revealing it.
    pub token: String,
    /// Whether there is anything to renew it with.
    pub renewable: bool,
}

/// Asks for the current upstream token after the upstream refused one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Renew {
    /// Of an access token of the grant.
    pub access: Secret,
    /// [`Upstream::token`] of the one that was refused.
    pub refused: String,
}

/// The answer to [`Renew`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Renewed {
    /// The props with the token that is good now.
    Props(Bytes),
    /// The sign-in upstream is over, and with it the grant; or the access token was no good.
    Ended,
    /// The upstream does not answer at the moment; nothing is closed.
    Unavailable,
}

/// The outcome of asking the upstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Other props.
    Renewed {
        /// What replaces the old ones.
        props: Bytes,
        /// When they are of no more use; `None` for never.
        expire_at: Option<UnixTime>,
    },
    /// Only a new sign-in helps.
    Ended {
        /// [`Renewal::again`] of the renewal with which the host began to ask.
        again: bool,
    },
    /// The upstream could not be asked, or failed; trying again can help.
    Unavailable,
    /// It did not answer within [`PATIENCE`]. Trying again can help, but not at once.
    Silent,
}

/// What is to be done about a [`Need`].
#[derive(Debug)]
pub enum Next<N: Need> {
    /// The upstream need not be asked.
    Step(Step<N::Reply>),
    /// It must be, after the step was carried out: it stores that the upstream is asked.
    Renew(Renewal<N>, Step<()>),
}

/// The upstream must be asked for other props. While the answer is awaited other commands come, so [`Renewal::settle`]
/// wants the state as it is then.
#[derive(Debug, Clone)]
pub struct Renewal<N> {
    /// [`Upstream::token`] of the props that are to be replaced. All that come with the same one must share one call, and
    /// its success: the upstream's refresh tokens may be good once.
    pub token: String,
    /// The props that are to be replaced.
    pub props: Bytes,
    /// Whether the upstream was asked to replace them before, and its answer has not come so far.
    pub again: bool,
    pub(super) need: N,
}

impl<N: Need> Renewal<N> {
    /// What follows from the outcome.
    pub fn settle(
        self,
        state: Option<Lifecycle>,
        outcome: Outcome,
        read: ReadProps,
        moment: &Moment<'_>,
        rng: &mut impl CryptoRng,
    ) -> Step<N::Reply> {
        let state = state.and_then(|state| state.at(moment.now));
        match outcome {
            Outcome::Renewed { props, expire_at } => {
                let fresh = props.clone();
                let (state, kept) = self.kept(state, fresh, expire_at, read, moment, rng);
                self.need.served(state, props, moment, rng).stored_if(kept)
            }
            Outcome::Ended { again: false } => end::<N>(state, ENDED, moment),
            Outcome::Ended { again: true } => {
                let (state, noted) = self.note(state, |attempt| attempt.lost = true);
                self.need.lost(state, moment, rng).stored_if(noted)
            }
            Outcome::Unavailable => self.need.unavailable(state, moment, rng),
            Outcome::Silent => {
                let (state, noted) = self.note(state, |attempt| attempt.wait_in_vain(moment.now));
                self.need.unavailable(state, moment, rng).stored_if(noted)
            }
        }
    }

    /// What follows from an outcome that came when nobody waited for it any more.
    pub fn keep(
        self,
        state: Option<Lifecycle>,
        outcome: Outcome,
        read: ReadProps,
        moment: &Moment<'_>,
        rng: &mut impl CryptoRng,
    ) -> Step<()> {
        let state = state.and_then(|state| state.at(moment.now));
        let (state, changed) = match outcome {
            Outcome::Renewed { props, expire_at } => {
                self.kept(state, props, expire_at, read, moment, rng)
            }
            Outcome::Ended { again: false } => return end::<N>(state, ENDED, moment).map(|_| ()),
            Outcome::Ended { again: true } => self.note(state, |attempt| attempt.lost = true),
            Outcome::Unavailable | Outcome::Silent => (state, false),
        };
        Step::unchanged(state, ()).stored_if(changed)
    }

    /// Of all who waited the first keeps the new props, and whatever becomes of what it came for: what was used for them
    /// upstream is gone.
    fn kept(
        &self,
        state: Option<Lifecycle>,
        props: Bytes,
        props_expire_at: Option<UnixTime>,
        read: ReadProps,
        moment: &Moment<'_>,
        rng: &mut impl CryptoRng,
    ) -> (Option<Lifecycle>, bool) {
        match state {
            Some(Lifecycle::Active(active)) if self.stands(&active, read, moment) => {
                let reseal = Reseal {
                    secret: self.need.secret().clone(),
                    props,
                    props_expire_at,
                };
                let step = reseal::reseal(active, reseal, moment, rng);
                let kept = step.is_stored();
                (step.state, kept)
            }
            state => (state, false),
        }
    }

    /// Whether the grant still has the props that were to be replaced.
    fn stands(&self, active: &Active, read: ReadProps, moment: &Moment<'_>) -> bool {
        reseal::props(active, self.need.secret(), moment)
            .and_then(|props| read(&props))
            .is_some_and(|upstream| upstream.token == self.token)
    }

    /// Notes what became of the attempt, if it is still the present one: whether that is new.
    fn note(
        &self,
        mut state: Option<Lifecycle>,
        what: impl FnOnce(&mut Attempt),
    ) -> (Option<Lifecycle>, bool) {
        let mut noted = false;
        if let Some(Lifecycle::Active(active)) = &mut state
            && let Some(attempt) = &mut active.attempt
            && attempt.of == self.token
        {
            let before = attempt.clone();
            what(attempt);
            noted = *attempt != before;
        }
        (state, noted)
    }
}

impl Attempt {
    /// Of all who waited in vain the first counts.
    fn wait_in_vain(&mut self, now: UnixTime) {
        if !self.was_silent(now) {
            self.silent_at = Some(now);
        }
    }

    fn was_silent(&self, now: UnixTime) -> bool {
        self.silent_at.is_some_and(|at| now.since(at) < SILENCE)
    }
}

/// The renewal of these props, unless the upstream was silent a moment ago.
pub(super) fn ask<N: Need>(
    need: N,
    mut state: Option<Lifecycle>,
    token: String,
    props: Bytes,
    moment: &Moment<'_>,
    rng: &mut impl CryptoRng,
) -> Next<N> {
    let known = attempt(state.as_ref(), &token);
    if known.is_some_and(|attempt| attempt.was_silent(moment.now)) {
        return Next::Step(need.unavailable(state, moment, rng));
    }
    let again = known.is_some();
    if let Some(Lifecycle::Active(active)) = &mut state
        && !again
    {
        active.attempt = Some(Box::new(Attempt {
            of: token.clone(),
            silent_at: None,
            lost: false,
        }));
    }
    let stored = Step::unchanged(state, ()).stored_if(!again);
    let renewal = Renewal {
        token,
        props,
        again,
        need,
    };
    Next::Renew(renewal, stored)
}

/// Whether nothing is left to renew these props with.
pub(super) fn is_lost(state: Option<&Lifecycle>, token: &str) -> bool {
    attempt(state, token).is_some_and(|attempt| attempt.lost)
}

/// What is known of replacing these props.
fn attempt<'a>(state: Option<&'a Lifecycle>, token: &str) -> Option<&'a Attempt> {
    match state {
        Some(Lifecycle::Active(active)) => active.attempt.as_deref().filter(|a| a.of == token),
        _ => None,
    }
}

/// Ends the grant, because its sign-in upstream is over.
pub(super) fn end<N: Need>(
    state: Option<Lifecycle>,
    why: &'static str,
    moment: &Moment<'_>,
) -> Step<N::Reply> {
    let reply = N::ended(why);
    let rings_at = state.as_ref().map(Lifecycle::rings_at);
    match state.and_then(|state| state.at(moment.now)) {
        Some(state) if !state.is_closed() => {
            let why = [Audit::Closed(why)];
            Step::closed(state.into_closed(), reply, why, moment.now).ringing_in_time(rings_at)
        }
        state => Step::unchanged(state, reply),
    }
}
