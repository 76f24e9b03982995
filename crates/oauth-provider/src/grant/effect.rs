//! The outcome of a transition: the state, the answer, and what its host must do, as values.

use crate::time::UnixTime;

use super::command::{Refusal, Reply};
use super::outbox::News;
use super::state::{Closed, Lifecycle};

/// The outcome of a transition.
#[derive(Debug)]
#[must_use = "a transition has happened only when its effects were carried out"]
pub struct Step<R = Reply> {
    /// The state from now on; `None` where there is none (an id that was never opened, or has ended). It differs from
    /// what it was, by more than the passing of time, only where [`Effect::Store`], [`Effect::Keep`] or [`Effect::Delete`] says so.
    pub state: Option<Lifecycle>,
    /// For the sender.
    pub reply: R,
    /// What the host must do, in this order, before the reply leaves. If one of them fails the host skips the
    /// rest, and the transition did not happen.
    pub effects: Vec<Effect>,
}

/// Something that the host of a grant does, because the grant says so. In a step they come in the order of this list,
/// and each of them at most once, but for [`Effect::Audit`] and [`Effect::TellAccount`], whose lines and news differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Makes [`Step::state`] durable, and with it the alarm: nothing comes between them, so that no state can be without
    /// its end. The alarm then leads to [`super::ring`].
    Store {
        /// When the alarm must ring; `None` leaves it as it is. It may lie in the past: then at once.
        alarm: Option<UnixTime>,
    },
    /// Keeps [`Step::state`] in memory, where a host has one; it becomes durable with the next write. What it says is only
    /// that something was told, so if it is lost that is told again. A host without a memory stores it.
    Keep,
    /// Deletes the state and clears the alarm.
    Delete,
    /// Writes a line into the log.
    Audit(Audit),
    /// Forgets what was remembered of the grant's tokens ([`crate::TokenCache::forget`]): they are worth less than they
    /// were, or nothing. Before anybody is told so.
    ForgetTokens,
    /// Tells the keeper of a person's list of grants what happened. No answer waits for it. It is written down with the
    /// state ([`Lifecycle::untold`], which is what is to be told) until the host has called [`super::acknowledge`]; if it
    /// fails, the alarm repeats it.
    TellAccount {
        /// The upstream's id of the person.
        subject: String,
        /// What happened.
        news: News,
    },
}

/// Something worth a line in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audit {
    /// The right code with a wrong client, redirect URI, verifier or resource; how many so far.
    WrongTry(u8),
    /// A code was redeemed a second time.
    CodeReplayed,
    /// A refresh token was retried after its grace; how many so far.
    LateRetry(u8),
    /// A refresh token older than the predecessor was used, or the predecessor beyond its limits.
    RefreshReused,
    /// Its client's document is gone for good.
    ClientGone,
    /// Its person took a choice back; how many so far.
    Withheld(usize),
    /// The grant ended, and why.
    Closed(&'static str),
    /// It ended long ago, and its account never acknowledged that.
    Untold,
}

impl<R> Step<R> {
    pub(super) const fn unchanged(state: Option<Lifecycle>, reply: R) -> Self {
        Self {
            state,
            reply,
            effects: Vec::new(),
        }
    }

    pub(super) fn changed(state: Lifecycle, reply: R) -> Self {
        Self::unchanged(Some(state), reply).stored(None)
    }

    /// Ends the grant. Every way to an end leads through here, so that none of them leaves anything out. The last line of
    /// the log says why.
    pub(super) fn closed<const N: usize>(
        closed: Closed,
        reply: R,
        audit: [Audit; N],
        now: UnixTime,
    ) -> Self {
        let why = why(&audit).to_owned();
        Self::ended(closed, reply, audit).telling(News::Ended(why), now)
    }

    /// The same for a person who ended the grant: they take it out of their list themselves, many grants at once. What the
    /// grant itself has to say of it waits for the alarm.
    pub(super) fn recalled(mut closed: Closed, reply: R, audit: Audit, now: UnixTime) -> Self {
        let why = why(&[audit]).to_owned();
        closed.outbox.add(News::Ended(why), now);
        Self::ended(closed, reply, [audit])
    }

    fn ended<const N: usize>(closed: Closed, reply: R, audit: [Audit; N]) -> Self {
        let step = Self::changed(Lifecycle::Closed(closed), reply);
        let step = audit.into_iter().fold(step, Self::audited);
        step.and(Effect::ForgetTokens)
    }

    /// Adds news: to the state, which is stored, and as what is to be told now.
    pub(super) fn telling(mut self, news: News, now: UnixTime) -> Self {
        let Some(state) = &mut self.state else {
            return self;
        };
        state.outbox_mut().add(news.clone(), now);
        let subject = state.subject().to_owned();
        self.and(Effect::TellAccount { subject, news })
    }

    pub(super) fn audited(self, audit: Audit) -> Self {
        self.and(Effect::Audit(audit))
    }

    pub(super) fn and(mut self, effect: Effect) -> Self {
        self.effects.push(effect);
        self
    }

    /// Adds it as the first of all effects, once.
    pub(super) fn stored(mut self, alarm: Option<UnixTime>) -> Self {
        if !self.is_stored() {
            self.effects.insert(0, Effect::Store { alarm });
        }
        self
    }

    pub(super) fn stored_if(self, changed: bool) -> Self {
        if changed { self.stored(None) } else { self }
    }

    pub(super) fn is_stored(&self) -> bool {
        matches!(self.effects.first(), Some(Effect::Store { .. }))
    }

    /// Moves the alarm forward where it must ring earlier, or there was none: `rings_at` is what the alarm was set for at
    /// the latest. It is left where the end moves away, since every use moves it: the alarm then finds that the grant
    /// lives, and is set again.
    pub(super) fn ringing_in_time(mut self, rings_at: Option<UnixTime>) -> Self {
        let next = self.state.as_ref().map(Lifecycle::rings_at);
        if let Some(Effect::Store {
            alarm: alarm @ None,
        }) = self.effects.first_mut()
            && rings_at.is_none_or(|before| next.is_some_and(|next| next < before))
        {
            *alarm = next;
        }
        self
    }

    pub(super) fn map<T>(self, f: impl FnOnce(R) -> T) -> Step<T> {
        Step {
            state: self.state,
            reply: f(self.reply),
            effects: self.effects,
        }
    }
}

impl Step {
    pub(super) fn refused(state: impl Into<Option<Lifecycle>>, refusal: Refusal) -> Self {
        Self::unchanged(state.into(), Reply::Refused(refusal))
    }
}

/// Why it ended, of the lines that say so.
fn why(audit: &[Audit]) -> &'static str {
    audit.iter().fold("", |why, line| match line {
        Audit::Closed(why) => why,
        _ => why,
    })
}
