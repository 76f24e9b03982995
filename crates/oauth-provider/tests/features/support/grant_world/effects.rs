//! What the machine says must be done, done as its host does, and compared with what the model expects.

use oauth_provider::grant::{
    Audit, Dated, Effect, Lifecycle, Moment, News, Step, acknowledge, ring,
};
use oauth_provider::{Scope, UnixTime};

use super::super::grant_model::effects::SUBJECT;
use super::words::ring as keys;
use super::{Mailbox, World};

/// A grant rings when its code ends, when its tokens end, when it is forgotten, once out of turn, and once more for news.
const MOST_RINGS: usize = 6;

impl Mailbox {
    pub(super) fn carry_out<R>(&mut self, step: Step<R>) -> R {
        for effect in &step.effects {
            match effect {
                Effect::Store { alarm } => {
                    self.stored = step.state.clone();
                    self.alarm = alarm.map(|at| at.0).or(self.alarm);
                    self.changed = true;
                }
                Effect::Delete => {
                    assert!(self.told_of_end, "its account does not know");
                    (self.stored, self.alarm) = (None, None);
                }
                Effect::TellAccount { subject, .. } => assert_eq!(subject, SUBJECT),
                Effect::Keep | Effect::Audit(_) | Effect::ForgetTokens => {}
            }
        }
        self.state = step.state;
        self.effects = step.effects;
        step.reply
    }

    /// Nothing that is stored is without its end: the alarm rings by then, whatever happens in between.
    fn rings_in_time(&self) {
        match (&self.stored, self.alarm) {
            (Some(state), Some(alarm)) => {
                assert!(alarm <= state.rings_at().0, "the alarm is late");
            }
            (Some(_), None) => panic!("stored without an alarm"),
            (None, alarm) => assert_eq!(alarm, None),
        }
    }

    /// What is to be told, in its order.
    fn untold(&self) -> Vec<Dated> {
        let told = self.state.as_ref().and_then(Lifecycle::untold);
        told.map(|(_, news)| news.to_vec()).unwrap_or_default()
    }
}

impl World {
    /// All effects of the last command, in their order.
    pub(super) fn expected_effects(&mut self, grant: usize) {
        let mailbox = &mut self.grants[grant];
        let (before, kind) = (mailbox.before.clone(), mailbox.kind.clone());
        let mut expected = mailbox.model.effects_since(&before, &kind, self.now);
        let moved = (mailbox.model).alarm_since(&before, &kind, &expected, self.now);
        if let Some(Effect::Store { alarm }) = expected.first_mut() {
            *alarm = moved;
            mailbox.again_stored = mailbox.model.again;
        }
        let found: Vec<_> = mailbox.effects.iter().map(without_reasons).collect();
        assert_eq!(found, expected, "effects of {:?}", mailbox.kind);
        mailbox.rings_in_time();
    }

    /// The account hears what it is to be told, and says so.
    pub(super) fn post(&mut self, grant: usize) {
        let moment = Moment {
            id: &self.grants[grant].id.clone(),
            now: UnixTime(self.now),
            keys: &keys(self.keys),
            policy: &self.policy,
        };
        let mailbox = &mut self.grants[grant];
        let tells = |effect: &Effect| matches!(effect, Effect::TellAccount { .. });
        if !mailbox.effects.iter().any(tells) {
            return;
        }
        let news = mailbox.untold();
        let changed = mailbox.changed;
        let ended = news.iter().any(|news| matches!(news.news, News::Ended(_)));
        mailbox.told_of_end |= ended;
        let step = acknowledge(mailbox.state.take(), &news, &moment);
        mailbox.carry_out(step);
        mailbox.changed = changed;
        mailbox.model.again = None;
        if ended {
            (mailbox.model.told, mailbox.again_stored) = (true, None);
        }
        assert!(mailbox.untold().is_empty(), "it was told");
        mailbox.rings_in_time();
    }

    /// From here on nothing but time passes: the alarm alone closes the grant, has it taken out of its person's list, and
    /// only then leaves nothing behind.
    pub fn drain(mut self, grant: usize) {
        for _ in 0..MOST_RINGS {
            if self.grants[grant].stored.is_none() {
                break;
            }
            self.evict(grant);
            self.ring(grant);
            let alarm = self.grants[grant].alarm;
            self.now = alarm.map_or(self.now, |alarm| alarm.max(self.now + 1));
        }
        let mailbox = &self.grants[grant];
        assert!(mailbox.stored.is_none(), "it never goes");
    }

    fn ring(&mut self, grant: usize) {
        let mailbox = &mut self.grants[grant];
        let now = UnixTime(self.now);
        let moment = Moment {
            id: &mailbox.id.clone(),
            now,
            keys: &keys(self.keys),
            policy: &self.policy,
        };
        let stands = mailbox.state.clone().and_then(|state| state.at(now));
        let step = ring(mailbox.state.take(), &moment);
        mailbox.carry_out(step);
        let mut expected = vec![match (&stands, &mailbox.state) {
            (Some(_), Some(state)) => Effect::Store {
                alarm: Some(state.rings_at()),
            },
            (None, None) => Effect::Delete,
            other => panic!("{other:?}"),
        }];
        expected.extend(mailbox.untold().into_iter().map(|Dated { news, .. }| {
            let subject = SUBJECT.to_owned();
            Effect::TellAccount { subject, news }
        }));
        assert_eq!(mailbox.effects, expected);
        mailbox.rings_in_time();
        self.post(grant);
    }
}

/// Without what the model does not know.
fn without_reasons(effect: &Effect) -> Effect {
    let mut effect = effect.clone();
    match &mut effect {
        Effect::Audit(Audit::Closed(why)) => {
            assert!(!why.is_empty());
            *why = "";
        }
        Effect::TellAccount { news, .. } => match news {
            News::Ended(why) => {
                assert!(!why.is_empty());
                why.clear();
            }
            News::Narrowed(_, scope) => *scope = Scope::default(),
            _ => {}
        },
        _ => {}
    }
    effect
}
