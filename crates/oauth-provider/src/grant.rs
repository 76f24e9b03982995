//! A grant: what one person allowed one client, from the authorization code to the last token.
//!
//! A grant is a state machine ([`Lifecycle`]) and this module is its pure transition function: [`apply`] takes the
//! state, a [`Command`], the [`Moment`] and randomness, and says what the state becomes and what the answer is. The
//! machine never waits, so whoever holds the state (an actor, a mutex, a row lock) runs one command after the other
//! and each of them happens once, whatever the concurrency outside.
//!
//! ```text
//! Pending(code) ──redeem──▶ Active(refresh family) ──rotate──▶ Active ──revoke/expire──▶ Closed
//!       └──── expire (60 s) ────────────────────────────────────────────────────────────▶ Closed
//! ```

mod access;
mod command;
mod document;
mod family;
mod id;
mod introspect;
mod issue;
mod open;
mod policy;
mod redeem;
mod refresh;
mod renewal;
mod revoke;
mod state;
mod token;
mod withhold;

use rand_core::CryptoRng;

pub use command::{
    Audit, Choice, Chores, Command, Found, Introspect, Introspected, Issued, Open, Redeem, Refresh,
    Refusal, Reply, Reseal, Revoke, TokenInfo, Withhold,
};
pub use id::GrantId;
pub use policy::{Policy, Reuse};
pub use renewal::{due as renewal_due, props_live};
pub use state::{ClientBinding, Lifecycle, Strength, Terms, Withheld};
pub use token::{Token, TokenKind};

use crate::crypto::KeyRing;
use crate::time::UnixTime;

/// The circumstances of a transition.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// Which grant this is.
    pub id: &'a GrantId,
    /// When.
    pub now: UnixTime,
    /// The server's keys.
    pub keys: &'a KeyRing,
    /// Lifetimes and limits.
    pub policy: &'a Policy,
}

/// The outcome of a transition.
#[derive(Debug)]
pub struct Step {
    /// The state from now on; `None` where there is none (an id that was never opened, or has ended).
    pub state: Option<Lifecycle>,
    /// Whether `state` differs from what it was, and must be stored before the reply leaves.
    pub changed: bool,
    /// For the sender.
    pub reply: Reply,
    /// For the log.
    pub audit: Vec<Audit>,
}

impl Step {
    fn unchanged(state: Option<Lifecycle>, reply: Reply) -> Self {
        Self {
            state,
            changed: false,
            reply,
            audit: Vec::new(),
        }
    }

    fn refused(state: impl Into<Option<Lifecycle>>, refusal: Refusal) -> Self {
        Self::unchanged(state.into(), Reply::Refused(refusal))
    }

    fn changed(state: Lifecycle, reply: Reply) -> Self {
        Self {
            state: Some(state),
            changed: true,
            reply,
            audit: Vec::new(),
        }
    }

    fn audited(mut self, audit: Audit) -> Self {
        self.audit.push(audit);
        self
    }
}

/// Applies one command to the state of a grant.
pub fn apply(
    state: Option<Lifecycle>,
    command: Command,
    moment: &Moment<'_>,
    rng: &mut impl CryptoRng,
) -> Step {
    let state = state.and_then(|state| state.at(moment.now));
    match (command, state) {
        (Command::Open(open), state) => open::open(state, open, moment, rng),
        (Command::Redeem(redeem), Some(Lifecycle::Pending(pending))) => {
            redeem::redeem(pending, redeem, moment, rng)
        }
        (Command::Redeem(redeem), Some(Lifecycle::Active(active))) => {
            redeem::replay(active, &redeem)
        }
        (Command::Refresh(refresh), Some(Lifecycle::Active(active))) => {
            refresh::refresh(active, refresh, moment, rng)
        }
        (Command::Introspect(introspect), Some(Lifecycle::Active(active))) => {
            introspect::introspect(active, &introspect, moment)
        }
        (Command::Reseal(reseal), Some(Lifecycle::Active(active))) => {
            renewal::reseal(active, reseal, moment, rng)
        }
        (Command::Looked(found), Some(Lifecycle::Active(active))) => {
            document::looked(active, found, moment)
        }
        (Command::Inspect { secret }, Some(Lifecycle::Active(active))) => {
            access::inspect(active, &secret, moment)
        }
        (Command::Revoke(revoke), Some(Lifecycle::Active(active))) => {
            revoke::revoke(active, &revoke)
        }
        (Command::Close, Some(state @ (Lifecycle::Pending(_) | Lifecycle::Active(_)))) => {
            Step::changed(Lifecycle::Closed(state.into_closed()), Reply::Done)
                .audited(Audit::Closed("asked for"))
        }
        (Command::Withhold(withhold), Some(state)) => withhold::withhold(state, withhold),
        (Command::Recall { subject }, Some(state)) => withhold::recall(state, &subject),
        (Command::Revoke(_) | Command::Close | Command::Looked(_), state) => {
            Step::unchanged(state, Reply::Done)
        }
        (
            Command::Redeem(_)
            | Command::Refresh(_)
            | Command::Inspect { .. }
            | Command::Introspect(_)
            | Command::Reseal(_)
            | Command::Withhold(_)
            | Command::Recall { .. },
            state,
        ) => Step::refused(state, Refusal::Unknown),
    }
}
