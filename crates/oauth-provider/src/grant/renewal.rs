//! Renewing the props at the upstream server. When it is needed, and what follows from its outcome, is decided here. The
//! host, which knows what the props are, asks the upstream: once for all requests that wait.
//!
//! ```text
//!             ┌── not needed ─────────────────────────────────▶ Step
//! Need ─begin─┤                     ┌─ Renewed ─────▶ kept, served
//!             └─▶ Renewal (needed) ─┤─ Ended ───────▶ the grant closes
//!                 (under way: the   └─ Unavailable ─▶ nothing is used up
//!                  host asks)
//! ```

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::crypto::{Bytes, Secret};
use crate::time::UnixTime;

use super::command::{Command, Reseal};
use super::effect::Step;
use super::need::Need;
use super::state::{Active, Lifecycle};
use super::{Moment, apply, reseal};

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
    Ended,
    /// The upstream could not be asked, or failed; trying again can help.
    Unavailable,
}

/// What is to be done about a [`Need`].
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "both are large, and taken apart at once"
)]
pub enum Next<N: Need> {
    /// The upstream need not be asked.
    Step(Step<N::Reply>),
    /// It must be.
    Renew(Renewal<N>),
}

/// The upstream must be asked for other props. Nothing has changed yet. While the answer is awaited other commands come,
/// so [`Renewal::settle`] wants the state as it is then.
#[derive(Debug, Clone)]
pub struct Renewal<N> {
    /// [`Upstream::token`] of the props that are to be replaced. All that come with the same one must share one call, and
    /// its success: the upstream's refresh tokens may be good once.
    pub token: String,
    /// The props that are to be replaced.
    pub props: Bytes,
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
        let (props, expire_at) = match outcome {
            Outcome::Renewed { props, expire_at } => (props, expire_at),
            Outcome::Ended => return end::<N>(state, moment, rng),
            Outcome::Unavailable => return self.need.unavailable(state, moment, rng),
        };
        let state = state.and_then(|state| state.at(moment.now));
        // Of all who waited the first keeps them, and whatever becomes of what it came for: what was used for them
        // upstream is gone.
        let (state, kept) = match state {
            Some(Lifecycle::Active(active)) if self.stands(&active, read, moment) => {
                let reseal = Reseal {
                    secret: self.need.secret().clone(),
                    props: props.clone(),
                    props_expire_at: expire_at,
                };
                let step = reseal::reseal(active, reseal, moment, rng);
                let kept = step.is_stored();
                (step.state, kept)
            }
            state => (state, false),
        };
        let step = self.need.served(state, props, moment, rng);
        if kept { step.stored(None) } else { step }
    }

    /// Whether the grant still has the props that were to be replaced.
    fn stands(&self, active: &Active, read: ReadProps, moment: &Moment<'_>) -> bool {
        reseal::props(active, self.need.secret(), moment)
            .and_then(|props| read(&props))
            .is_some_and(|upstream| upstream.token == self.token)
    }
}

/// Ends the grant, because its sign-in upstream is over.
pub(super) fn end<N: Need>(
    state: Option<Lifecycle>,
    moment: &Moment<'_>,
    rng: &mut impl CryptoRng,
) -> Step<N::Reply> {
    apply(state, Command::Close, moment, rng).map(|_| N::ended())
}
