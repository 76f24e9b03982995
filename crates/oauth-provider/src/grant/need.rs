//! The two commands that may need fresh props first: a refresh, and a renewal after the upstream refused a call.

use rand_core::CryptoRng;

use crate::crypto::{Bytes, Secret};

use super::command::{Command, Inspect, Refresh, Refusal, Reply};
use super::effect::Step;
use super::renewal::{ENDED, LOST, Next, ReadProps, Renew, Renewed, ask, end, is_lost};
use super::state::Lifecycle;
use super::{Moment, apply, refresh, reseal};

/// A command that may have to wait for a renewal of the props: a [`Refresh`], whose access token would outlive them, or
/// a [`Renew`]. Both share [`super::renewal::Renewal`]; what they answer, and whether a failed renewal is a failure, differs.
pub trait Need: Sized {
    /// The type of the answer.
    type Reply;

    /// The answer, or the renewal that must come before it.
    fn begin(
        self,
        state: Option<Lifecycle>,
        read: ReadProps,
        moment: &Moment<'_>,
        rng: &mut impl CryptoRng,
    ) -> Next<Self>;

    /// A live token, which opens the props.
    #[doc(hidden)]
    fn secret(&self) -> &Secret;

    /// The answer when the sign-in upstream is over, and why.
    #[doc(hidden)]
    fn ended(why: &str) -> Self::Reply;

    /// The answer when nothing is left to renew the props with, because an answer of the upstream was lost.
    #[doc(hidden)]
    fn lost(
        self,
        state: Option<Lifecycle>,
        moment: &Moment<'_>,
        rng: &mut impl CryptoRng,
    ) -> Step<Self::Reply>;

    /// The answer after the props were renewed; `fresh` are those that came.
    #[doc(hidden)]
    fn served(
        self,
        state: Option<Lifecycle>,
        fresh: Bytes,
        moment: &Moment<'_>,
        rng: &mut impl CryptoRng,
    ) -> Step<Self::Reply>;

    /// The answer when the props could not be renewed just now.
    #[doc(hidden)]
    fn unavailable(
        self,
        state: Option<Lifecycle>,
        moment: &Moment<'_>,
        rng: &mut impl CryptoRng,
    ) -> Step<Self::Reply>;
}

/// Rotates the refresh token; before that the props are renewed, if they would not last as long as the access token that
/// is about to be issued. No refresh token is used up while that fails.
impl Need for Refresh {
    type Reply = Reply;

    fn begin(
        self,
        state: Option<Lifecycle>,
        read: ReadProps,
        moment: &Moment<'_>,
        rng: &mut impl CryptoRng,
    ) -> Next<Self> {
        let live = props_live(state.as_ref(), moment);
        let due = state
            .as_ref()
            .and_then(|state| due(state, &self, moment))
            .and_then(|props| Some((read(&props)?, props)));
        match due {
            Some((upstream, _)) if is_lost(state.as_ref(), &upstream.token) => {
                Next::Step(self.lost(state, moment, rng))
            }
            Some((upstream, props)) if upstream.renewable => {
                ask(self, state, upstream.token, Bytes(props), moment, rng)
            }
            Some(_) if !live => Next::Step(end::<Self>(state, ENDED, moment)),
            // Props that cannot be renewed are used until they expire.
            Some(_) | None => Next::Step(apply(state, Command::Refresh(self), moment, rng)),
        }
    }

    fn secret(&self) -> &Secret {
        &self.secret
    }

    fn ended(why: &str) -> Reply {
        Reply::Refused(Refusal::Ended(why.to_owned()))
    }

    /// The props serve as long as they live.
    fn lost(self, state: Option<Lifecycle>, moment: &Moment<'_>, rng: &mut impl CryptoRng) -> Step {
        if props_live(state.as_ref(), moment) {
            apply(state, Command::Refresh(self), moment, rng)
        } else {
            end::<Self>(state, LOST, moment)
        }
    }

    fn served(
        self,
        state: Option<Lifecycle>,
        _: Bytes,
        moment: &Moment<'_>,
        rng: &mut impl CryptoRng,
    ) -> Step {
        apply(state, Command::Refresh(self), moment, rng)
    }

    fn unavailable(
        self,
        state: Option<Lifecycle>,
        moment: &Moment<'_>,
        rng: &mut impl CryptoRng,
    ) -> Step {
        if props_live(state.as_ref(), moment) {
            apply(state, Command::Refresh(self), moment, rng)
        } else {
            Step::refused(state, Refusal::Unavailable)
        }
    }
}

/// If the token that was refused is still the current one it is renewed, else the current one is handed out.
impl Need for Renew {
    type Reply = Renewed;

    fn begin(
        self,
        state: Option<Lifecycle>,
        read: ReadProps,
        moment: &Moment<'_>,
        rng: &mut impl CryptoRng,
    ) -> Next<Self> {
        let secret = self.access.clone();
        let Step { state, reply, .. } =
            apply(state, Command::Inspect(Inspect { secret }), moment, rng);
        let Reply::Valid(info) = reply else {
            return Next::Step(Step::unchanged(state, Renewed::Ended));
        };
        match read(&info.props.0) {
            None => Next::Step(Step::unchanged(state, Renewed::Ended)),
            Some(upstream) if upstream.token != self.refused => {
                Next::Step(Step::unchanged(state, Renewed::Props(info.props)))
            }
            Some(upstream) if is_lost(state.as_ref(), &upstream.token) => {
                Next::Step(self.lost(state, moment, rng))
            }
            Some(upstream) if !upstream.renewable => Next::Step(end::<Self>(state, ENDED, moment)),
            Some(upstream) => ask(self, state, upstream.token, info.props, moment, rng),
        }
    }

    fn secret(&self) -> &Secret {
        &self.access
    }

    fn ended(_: &str) -> Renewed {
        Renewed::Ended
    }

    /// What the upstream refuses serves nobody.
    fn lost(
        self,
        state: Option<Lifecycle>,
        moment: &Moment<'_>,
        _: &mut impl CryptoRng,
    ) -> Step<Renewed> {
        end::<Self>(state, LOST, moment)
    }

    fn served(
        self,
        state: Option<Lifecycle>,
        fresh: Bytes,
        moment: &Moment<'_>,
        _: &mut impl CryptoRng,
    ) -> Step<Renewed> {
        let reply = match &state {
            // Its access token may have gone meanwhile; what it was used for may still be finished.
            Some(Lifecycle::Active(active)) => {
                Renewed::Props(reseal::props(active, &self.access, moment).map_or(fresh, Bytes))
            }
            // It was ended while the upstream was asked.
            _ => Renewed::Ended,
        };
        Step::unchanged(state, reply)
    }

    fn unavailable(
        self,
        state: Option<Lifecycle>,
        _: &Moment<'_>,
        _: &mut impl CryptoRng,
    ) -> Step<Renewed> {
        Step::unchanged(state, Renewed::Unavailable)
    }
}

/// The props, if this refresh would succeed and they end before its access token would.
fn due(state: &Lifecycle, refresh: &Refresh, moment: &Moment<'_>) -> Option<Vec<u8>> {
    let Lifecycle::Active(active) = state else {
        return None;
    };
    if state.ends_at() <= moment.now {
        return None;
    }
    let ends = (moment.now + moment.policy.access).min(active.terms.ends_at);
    let lasts = |expire_at| expire_at >= ends;
    if active.props.expire_at.is_none_or(lasts) {
        return None;
    }
    refresh::would_succeed(active, refresh, moment).then_some(())?;
    reseal::props(active, &refresh.secret, moment)
}

/// Whether the props of a grant are still of use.
fn props_live(state: Option<&Lifecycle>, moment: &Moment<'_>) -> bool {
    match state {
        Some(Lifecycle::Active(active)) => active
            .props
            .expire_at
            .is_none_or(|expire_at| expire_at > moment.now),
        _ => false,
    }
}
