//! What a grant must still tell its person's account. News are written with the state, in the same write, and stay until
//! the account has acknowledged them: whatever ends between a write, its answer and the delivery, they are told again.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::scope::Scope;
use crate::time::UnixTime;

use super::Moment;
use super::effect::{Audit, Effect, Step};
use super::state::{Closed, Lifecycle};

/// How long after news that were not acknowledged they are told again, for the first time.
const AGAIN: Duration = Duration::from_secs(60);

/// Each repetition waits twice as long as the one before, up to so many times [`AGAIN`]: an hour or so.
const MOST_DOUBLED: u32 = 6;

/// A grant that has ended repeats its news so often: for some thirty days. Then they are given up.
const MOST_REPEATS: u16 = 700;

/// News for a person's list of grants. They may arrive in any order, and twice; after [`News::Ended`] nothing counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    /// The grant has opened. What [`super::Open::line`] said of it, as it came.
    Opened(String),
    /// It was refreshed, for the first time on this day of UTC; and when it was refreshed before, which was the last time on
    /// a day before.
    Used(Option<UnixTime>),
    /// An old refresh token was used; how often in all.
    Reused(u32),
    /// How often in all its client fetched an answer again after the grace.
    LateRetries(u32),
    /// Its person took a choice back: the names of all that were taken back so far, and what its tokens may do from now on.
    Narrowed(Vec<String>, Scope),
    /// The grant has ended, and why, in words.
    Ended(String),
}

/// News, and when they happened. As JSON a pair of both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(UnixTime, News)", into = "(UnixTime, News)")]
pub struct Dated {
    /// In seconds since 1970.
    pub at: UnixTime,
    /// What happened.
    pub news: News,
}

impl From<(UnixTime, News)> for Dated {
    fn from((at, news): (UnixTime, News)) -> Self {
        Self { at, news }
    }
}

impl From<Dated> for (UnixTime, News) {
    fn from(Dated { at, news }: Dated) -> Self {
        (at, news)
    }
}

/// The news that were not acknowledged yet, in the order in which they happened; of each kind the last one alone, so that
/// they are few. As JSON a list of the three.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub(super) struct Outbox {
    news: Vec<Dated>,
    /// How often they were repeated.
    repeats: u16,
    /// When they are told again. `None`: with whatever is told next.
    again_at: Option<UnixTime>,
}

type Stored = (Vec<Dated>, u16, Option<UnixTime>);

impl From<Stored> for Outbox {
    fn from((news, repeats, again_at): Stored) -> Self {
        Self {
            news,
            repeats,
            again_at,
        }
    }
}

impl From<Outbox> for Stored {
    fn from(outbox: Outbox) -> Self {
        (outbox.news, outbox.repeats, outbox.again_at)
    }
}

impl Outbox {
    /// Of a grant that had ended in a version which kept no news: its end may not have been told.
    pub(super) fn of_a_closed_row() -> Self {
        Self {
            news: vec![Dated {
                at: UnixTime(0),
                news: News::Ended(String::new()),
            }],
            ..Self::default()
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.news.is_empty()
    }

    /// When an alarm must ring for them.
    pub(super) const fn again_at(&self) -> Option<UnixTime> {
        self.again_at
    }

    /// Adds news; an earlier one of the same kind goes. A use alone waits for what comes next: it is told every day.
    pub(super) fn add(&mut self, news: News, at: UnixTime) {
        let kind = std::mem::discriminant(&news);
        self.news
            .retain(|known| std::mem::discriminant(&known.news) != kind);
        if !matches!(news, News::Used(_)) {
            let again = at + AGAIN;
            self.again_at = Some(self.again_at.map_or(again, |at| at.min(again)));
        }
        self.news.push(Dated { at, news });
    }

    /// They are told again; after the next pause once more.
    fn repeat(&mut self, now: UnixTime) {
        let pause = AGAIN * 2u32.pow(u32::from(self.repeats).min(MOST_DOUBLED));
        self.repeats = self.repeats.saturating_add(1);
        self.again_at = Some(now + pause);
    }

    /// What the account knows now goes; what was added while it was told stays.
    fn remove(&mut self, told: &[Dated]) {
        self.news.retain(|news| !told.contains(news));
        if self.news.is_empty() {
            *self = Self::default();
        }
    }
}

impl Lifecycle {
    /// Whose account must still be told what, oldest first; `None` for nothing.
    #[must_use]
    pub fn untold(&self) -> Option<(&str, &[Dated])> {
        let news = self.outbox().news.as_slice();
        (!news.is_empty()).then(|| (self.subject(), news))
    }

    const fn outbox(&self) -> &Outbox {
        match self {
            Self::Pending(pending) => &pending.outbox,
            Self::Active(active) => &active.outbox,
            Self::Closed(closed) => &closed.outbox,
        }
    }

    pub(super) const fn outbox_mut(&mut self) -> &mut Outbox {
        match self {
            Self::Pending(pending) => &mut pending.outbox,
            Self::Active(active) => &mut active.outbox,
            Self::Closed(closed) => &mut closed.outbox,
        }
    }

    /// The same with news told again, as it becomes by the ringing of an alarm at `now`.
    pub(super) fn repeating(mut self, now: UnixTime) -> Self {
        let outbox = self.outbox_mut();
        if !outbox.is_empty() {
            outbox.repeat(now);
        }
        self
    }

    /// Whether it has ended and told so too often in vain.
    pub(super) fn has_given_up(&self) -> bool {
        matches!(self, Self::Closed(Closed { outbox, .. }) if outbox.repeats >= MOST_REPEATS)
    }
}

/// The account has acknowledged what it was told ([`Lifecycle::untold`], as it was then). Of a grant that lives this is not
/// written for its own sake, unless the alarm had to repeat it. One that ended, and whose approval can no longer be replayed, goes.
pub fn acknowledge(state: Option<Lifecycle>, told: &[Dated], moment: &Moment<'_>) -> Step<()> {
    let Some(mut state) = state else {
        return Step::unchanged(None, ());
    };
    // Else an object that is only woken by its alarm would tell them again each time.
    let by_alarm = state.outbox().repeats > 0;
    state.outbox_mut().remove(told);
    let writes = by_alarm || state.is_closed();
    match state.at(moment.now) {
        None => Step::unchanged(None, ()).and(Effect::Delete),
        Some(state) if writes => {
            let alarm = Some(state.rings_at());
            Step::unchanged(Some(state), ()).stored(alarm)
        }
        state => Step::unchanged(state, ()).and(Effect::Keep),
    }
}

/// What is given up at last.
pub(super) fn give_up() -> Step<()> {
    Step::unchanged(None, ())
        .and(Effect::Delete)
        .audited(Audit::Untold)
}
