//! What follows from a command, inferred from how the model stood before and after it.

use oauth_provider::UnixTime;
use oauth_provider::grant::{Audit, Command, Effect, Found, Looked, News};

use super::{Active, Model, Stage};

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

const fn store(alarm: Option<u64>) -> Effect {
    Effect::Store {
        alarm: match alarm {
            Some(at) => Some(UnixTime(at)),
            None => None,
        },
    }
}

impl Model {
    /// The effects of a command that made `self` of `before`. Nothing is said of why a grant was closed.
    pub fn effects_since(&self, before: &Self, kind: &Kind, now: u64) -> Vec<Effect> {
        let mut was = before.clone();
        was.settle(now);
        let taken_back = || {
            let count = self.withheld.len();
            let grew = count > was.withheld.len();
            grew.then_some([Effect::Audit(Audit::Withheld(count)), Effect::ForgetTokens])
        };
        match (&was.stage, &self.stage) {
            (Stage::Nothing, Stage::Pending { ends, .. }) => vec![store(Some(*ends))],
            (Stage::Pending { wrong: before, .. }, Stage::Pending { wrong, .. }) => {
                let wrong = (wrong > before).then_some([Effect::Audit(Audit::WrongTry(*wrong))]);
                let more: Vec<_> = (wrong.into_iter().flatten())
                    .chain(taken_back().into_iter().flatten())
                    .collect();
                stored_if_any(None, more)
            }
            (Stage::Pending { ends, .. }, Stage::Active(active)) => {
                vec![store(nearer(active.ends(&self.terms), *ends))]
            }
            (Stage::Active(before), Stage::Active(after)) => {
                let alarm = nearer(after.ends(&self.terms), before.ends(&was.terms));
                if let Some(taken_back) = taken_back() {
                    return stored_if_any(alarm, taken_back.into());
                }
                let resealed = self.props > was.props;
                after.effects_since(before, kind, resealed, alarm, now)
            }
            // The last token of a client that may not refresh: time ends the grant, at once.
            (Stage::Active(_), _) if matches!(kind, Kind::RevokeAccess) => {
                vec![store(Some(self.terms.opened)), Effect::ForgetTokens]
            }
            (Stage::Pending { .. } | Stage::Active(_), Stage::Closed | Stage::Nothing) => {
                self.closed(&was, kind)
            }
            _ => Vec::new(),
        }
    }

    fn closed(&self, was: &Self, kind: &Kind) -> Vec<Effect> {
        let line = match (kind, &was.stage) {
            (Kind::Redeem, Stage::Pending { wrong, .. }) => Some(Audit::WrongTry(wrong + 1)),
            (Kind::Redeem, _) => Some(Audit::CodeReplayed),
            (Kind::Refresh, _) => Some(Audit::RefreshReused),
            _ => None,
        };
        let mut effects = vec![store(Some(self.approval_ends))];
        effects.extend(line.map(Effect::Audit));
        effects.extend([Effect::Audit(Audit::Closed("")), Effect::ForgetTokens]);
        // Its person takes it out of the list themselves.
        let told = (!matches!(kind, Kind::Recall)).then(|| tell(News::Ended));
        effects.extend(told);
        effects
    }
}

impl Active {
    fn effects_since(
        &self,
        before: &Self,
        kind: &Kind,
        resealed: bool,
        alarm: Option<u64>,
        now: u64,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut stored = resealed;
        if self.marks > before.marks {
            effects.extend([Effect::Audit(Audit::RefreshReused), tell(News::Reused)]);
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
                if self.chores > before.chores {
                    effects.push(tell(News::Used(UnixTime(now))));
                }
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
            effects.insert(0, store(alarm));
            effects
        } else {
            stored_if_any(alarm, effects)
        }
    }
}

fn stored_if_any(alarm: Option<u64>, mut effects: Vec<Effect>) -> Vec<Effect> {
    if !effects.is_empty() {
        effects.insert(0, store(alarm));
    }
    effects
}

fn nearer(end: u64, before: u64) -> Option<u64> {
    (end < before).then_some(end)
}
