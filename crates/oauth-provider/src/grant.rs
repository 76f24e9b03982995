//! A grant: what one person allowed one client, from the authorization code to the last token.
//!
//! A grant is a state machine ([`Lifecycle`]) and this module is its pure transition function: [`apply`] takes the
//! state, a [`Command`], the [`Moment`] and randomness, and returns a [`Step`]: the new state, the answer, and a list of
//! [`Effect`]s that its host must carry out. The machine never waits: if the holder of the
//! state (an actor, a mutex, a row lock) runs one command after the other, each happens once, however many arrive at once.
//!
//! Besides commands, time ([`ring`]), the upstream server ([`Need`], [`Renewal`]) and the keeper of a person's list
//! ([`acknowledge`]) move a grant. These are pure functions too, so a host decides nothing.
//!
//! ```text
//! Pending(code) ──redeem──▶ Active(refresh family) ──rotate──▶ Active ──revoke/expire──▶ Closed
//!       └──── expire (60 s) ────────────────────────────────────────────────────────────▶ Closed
//! ```

mod access;
mod alarm;
mod command;
mod document;
mod effect;
mod family;
mod flow_id;
mod grant_store;
mod id;
mod introspect;
mod issue;
mod need;
mod open;
mod outbox;
mod policy;
mod redeem;
mod refresh;
mod renewal;
mod reseal;
mod revoke;
mod state;
mod terms;
mod token;
mod verbs;
mod withhold;

use rand_core::CryptoRng;

pub use alarm::ring;
pub(crate) use document::APART as LOOKS_APART;

pub use command::{
    Choice, Chores, Close, Command, Found, Inspect, Inspected, Introspect, Introspected, Issued,
    Looked, Open, Opened, Recall, Redeem, Refresh, Refusal, Repeat, Reply, Reseal, Revoke,
    Withhold,
};
pub use effect::{Audit, Effect, Step};
pub use flow_id::FlowId;
pub use grant_store::{GrantError, GrantStore};
pub use id::GrantId;
pub use need::Need;
pub use outbox::{Dated, News, acknowledge};
pub use policy::{Policy, Reuse};
pub use renewal::{Next, Outcome, PATIENCE, ReadProps, Renew, Renewal, Renewed, SILENCE, Upstream};
pub use state::Lifecycle;
pub use terms::{ClientBinding, KeyProof, Strength, Terms, Withheld};
pub use token::{Token, TokenKind};
pub use verbs::GrantCommand;

use crate::crypto::KeyRing;
use crate::time::UnixTime;

/// What a transition depends on beside the state and the command.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// Which grant this is.
    pub id: &'a GrantId,
    /// The time of the transition.
    pub now: UnixTime,
    /// The server's keys.
    pub keys: &'a KeyRing,
    /// Lifetimes and limits.
    pub policy: &'a Policy,
}

/// Applies one command to the state of a grant.
pub fn apply(
    state: Option<Lifecycle>,
    command: Command,
    moment: &Moment<'_>,
    rng: &mut impl CryptoRng,
) -> Step {
    let rings_at = state.as_ref().map(Lifecycle::rings_at);
    let state = state.and_then(|state| state.at(moment.now));
    transition(state, command, moment, rng).ringing_in_time(rings_at)
}

fn transition(
    state: Option<Lifecycle>,
    command: Command,
    moment: &Moment<'_>,
    rng: &mut impl CryptoRng,
) -> Step {
    match (command, state) {
        (Command::Open(open), state) => open::open(state, open, moment, rng),
        (Command::Repeat(Repeat { code }), state) => open::repeat(state, &code),
        (Command::Redeem(redeem), Some(Lifecycle::Pending(pending))) => {
            redeem::redeem(pending, redeem, moment, rng)
        }
        (Command::Redeem(redeem), Some(Lifecycle::Active(active))) => {
            redeem::replay(active, &redeem, moment)
        }
        (Command::Refresh(refresh), Some(Lifecycle::Active(active))) => {
            refresh::refresh(active, refresh, moment, rng)
        }
        (Command::Introspect(introspect), Some(Lifecycle::Active(active))) => {
            introspect::introspect(active, &introspect, moment)
        }
        (Command::Reseal(reseal), Some(Lifecycle::Active(active))) => {
            reseal::reseal(active, reseal, moment, rng)
        }
        (Command::Looked(Looked(found)), Some(Lifecycle::Active(active))) => {
            document::looked(active, found, moment)
        }
        (Command::Inspect(inspect), Some(Lifecycle::Active(active))) => {
            access::inspect(active, &inspect.secret, moment)
        }
        (Command::Revoke(revoke), Some(Lifecycle::Active(active))) => {
            revoke::revoke(active, &revoke, moment)
        }
        (Command::Close, Some(state @ (Lifecycle::Pending(_) | Lifecycle::Active(_)))) => {
            let why = Audit::Closed("asked for");
            Step::closed(state.into_closed(), Reply::Done, [why], moment.now)
        }
        (Command::Withhold(withhold), Some(state)) => withhold::withhold(state, withhold, moment),
        (Command::Recall(recall), Some(state)) => withhold::recall(state, &recall.subject, moment),
        (Command::Revoke(_) | Command::Close | Command::Looked(_), state) => {
            Step::unchanged(state, Reply::Done)
        }
        (
            Command::Redeem(_)
            | Command::Refresh(_)
            | Command::Inspect(_)
            | Command::Introspect(_)
            | Command::Reseal(_)
            | Command::Withhold(_)
            | Command::Recall(_),
            state,
        ) => Step::refused(state, Refusal::Unknown),
    }
}
