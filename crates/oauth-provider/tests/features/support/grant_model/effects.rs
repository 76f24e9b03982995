//! What follows from a command, inferred from how the model stood before and after it.

use oauth_provider::grant::{Audit, Command, Effect, Found, Looked, News};
use oauth_provider::{Scope, UnixTime};

use super::super::grant::LINE;
use super::{Active, HOUR, Model, Stage};

/// Days of UTC.
pub(super) const DAY: u64 = 24 * HOUR;

/// Whose list is told: of all grants of the model.
pub const SUBJECT: &str = "7";

/// The command, as far as it matters here.
#[derive(Clone, Debug)]
pub enum Kind {
    Redeem,
    Refresh,
    RevokeAccess,
    Reseal,
    Looked(Found),
    Recall,
    Other,
}

impl Kind {
    pub fn of(command: &Command) -> Self {
        match command {
            Command::Redeem(_) => Self::Redeem,
            Command::Refresh(_) => Self::Refresh,
            Command::Revoke(revoke) if revoke.tag.is_none() => Self::RevokeAccess,
            Command::Reseal(_) => Self::Reseal,
            Command::Looked(Looked(found)) => Self::Looked(found.clone()),
            Command::Recall(_) => Self::Recall,
            _ => Self::Other,
        }
    }
}

fn tell(news: News) -> Effect {
    Effect::TellAccount {
        subject: SUBJECT.to_owned(),
        news,
    }
}

/// The alarm is [`Model::alarm_since`].
const STORE: Effect = Effect::Store { alarm: None };

/// Until news that were not acknowledged are told again.
const AGAIN: u64 = 60;

impl Model {
    /// When an alarm must ring.
    fn rings(&self) -> Option<u64> {
        let again = self.again.unwrap_or(u64::MAX);
        match &self.stage {
            Stage::Nothing => None,
            Stage::Pending { ends, .. } => Some(again.min(*ends)),
            Stage::Active(active) => Some(again.min(active.ends(&self.terms))),
            Stage::Closed => Some(self.again.unwrap_or(self.approval_ends)),
        }
    }

    /// The news of a command wait from now on. Answers the alarm that is set where it is stored.
    pub fn alarm_since(
        &mut self,
        before: &Self,
        kind: &Kind,
        effects: &[Effect],
        now: u64,
    ) -> Option<UnixTime> {
        let told = effects.iter().any(|effect| match effect {
            Effect::TellAccount { news, .. } => !matches!(news, News::Used(_)),
            _ => false,
        });
        let closes = effects.contains(&Effect::Audit(Audit::Closed("")));
        if told || closes {
            self.again = Some(self.again.map_or(now + AGAIN, |at| at.min(now + AGAIN)));
        }
        let mut was = before.clone();
        was.settle(now);
        let last_token =
            matches!(kind, Kind::RevokeAccess) && matches!(was.stage, Stage::Active(_));
        let next = match self.stage {
            // The last token of a client that may not refresh: time ends the grant, at once.
            Stage::Closed | Stage::Nothing if last_token => Some(self.terms.opened),
            _ => self.rings(),
        };
        let moves = before
            .rings()
            .is_none_or(|before| next.is_some_and(|next| next < before));
        next.filter(|_| moves).map(UnixTime)
    }

    /// The effects of a command that made `self` of `before`. Nothing is said of why a grant was closed, and to
    /// what scope one was narrowed.
    pub fn effects_since(&self, before: &Self, kind: &Kind, now: u64) -> Vec<Effect> {
        let mut was = before.clone();
        was.settle(now);
        let taken_back = || {
            let count = self.withheld.len();
            let grew = count > was.withheld.len();
            let withheld = self.withheld.iter().map(|width| format!("choice {width}"));
            grew.then(|| {
                let news = News::Narrowed(withheld.collect(), Scope::default());
                let audit = Effect::Audit(Audit::Withheld(count));
                [audit, Effect::ForgetTokens, tell(news)]
            })
        };
        match (&was.stage, &self.stage) {
            (Stage::Nothing, Stage::Pending { .. }) => {
                vec![STORE, tell(News::Opened(LINE.to_owned()))]
            }
            (Stage::Pending { wrong: before, .. }, Stage::Pending { wrong, .. }) => {
                let wrong = (wrong > before).then_some([Effect::Audit(Audit::WrongTry(*wrong))]);
                let more: Vec<_> = (wrong.into_iter().flatten())
                    .chain(taken_back().into_iter().flatten())
                    .collect();
                stored_if_any(more)
            }
            (Stage::Pending { .. }, Stage::Active(_)) => vec![STORE],
            (Stage::Active(before), Stage::Active(after)) => {
                if let Some(taken_back) = taken_back() {
                    return stored_if_any(taken_back.into());
                }
                let resealed = self.props > was.props;
                let mut effects = after.effects_since(before, kind, resealed);
                effects.extend(self.used(before, after, kind, now));
                effects
            }
            // The last token of a client that may not refresh.
            (Stage::Active(_), _) if matches!(kind, Kind::RevokeAccess) => {
                vec![STORE, Effect::ForgetTokens]
            }
            (Stage::Pending { .. } | Stage::Active(_), Stage::Closed | Stage::Nothing) => {
                self.closed(&was, kind)
            }
            _ => Vec::new(),
        }
    }

    /// The first refresh of a day of UTC is told, with the one before it.
    fn used(&self, before: &Active, after: &Active, kind: &Kind, now: u64) -> Option<Effect> {
        let newest = |active: &Active| active.accesses.last().map(|access| access.id);
        let family = before.family.as_ref()?;
        let used = family.previous.map(|previous| previous.used);
        let is_first = used.unwrap_or(self.terms.opened) / DAY < now / DAY;
        let refreshed = matches!(kind, Kind::Refresh) && newest(after) != newest(before);
        (refreshed && is_first).then(|| tell(News::Used(used.map(UnixTime))))
    }

    fn closed(&self, was: &Self, kind: &Kind) -> Vec<Effect> {
        let line = match (kind, &was.stage) {
            (Kind::Redeem, Stage::Pending { wrong, .. }) => Some(Audit::WrongTry(wrong + 1)),
            (Kind::Redeem, _) => Some(Audit::CodeReplayed),
            (Kind::Refresh, _) => Some(Audit::RefreshReused),
            _ => None,
        };
        let mut effects = vec![STORE];
        effects.extend(line.map(Effect::Audit));
        effects.extend([Effect::Audit(Audit::Closed("")), Effect::ForgetTokens]);
        // Its person takes it out of the list themselves.
        let told = (!matches!(kind, Kind::Recall)).then(|| tell(News::Ended(String::new())));
        effects.extend(told);
        effects
    }
}

impl Active {
    fn effects_since(&self, before: &Self, kind: &Kind, resealed: bool) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut stored = resealed;
        if self.marks > before.marks {
            let reused = tell(News::Reused(self.marks));
            effects.extend([Effect::Audit(Audit::RefreshReused), reused]);
        }
        if self.gone && !before.gone {
            effects.push(Effect::Audit(Audit::ClientGone));
        }
        if self.late > before.late {
            let count = self.family.as_ref().and_then(|family| family.previous);
            let count = count.map_or(0, |previous| previous.late);
            effects.push(Effect::Audit(Audit::LateRetry(count)));
            effects.push(tell(News::LateRetries(self.late)));
        }
        match kind {
            Kind::Refresh => {
                let newest = |active: &Self| active.accesses.last().map(|access| access.id);
                stored |= newest(self) != newest(before);
            }
            Kind::RevokeAccess if self.accesses.len() < before.accesses.len() => {
                effects.push(Effect::ForgetTokens);
            }
            Kind::Looked(found) => {
                let again = matches!(found, Found::Good) && before.gone_since.is_some();
                stored |= again || matches!(found, Found::Gone(_));
            }
            _ => {}
        }
        if stored {
            effects.insert(0, STORE);
            effects
        } else {
            stored_if_any(effects)
        }
    }
}

fn stored_if_any(mut effects: Vec<Effect>) -> Vec<Effect> {
    if !effects.is_empty() {
        effects.insert(0, STORE);
    }
    effects
}
