//! What the machine says must be done, done as its host does, and compared with what the model expects.

use oauth_provider::UnixTime;
use oauth_provider::grant::{Audit, Effect, Lifecycle, Moment, News, Rang, Step, leave, ring};

use super::super::grant_model::effects::SUBJECT;
use super::words::ring as keys;
use super::{Mailbox, World};

/// A grant rings when its code ends, when its tokens end, when it is forgotten, and once out of turn.
const MOST_RINGS: usize = 5;

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
                Effect::TellAccount { subject, news } => {
                    assert_eq!(subject, SUBJECT);
                    self.told_of_end |= *news == News::Ended;
                }
                Effect::Audit(_) | Effect::ForgetTokens => {}
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
                assert!(alarm <= state.ends_at().0, "the alarm is late");
            }
            (Some(_), None) => panic!("stored without an alarm"),
            (None, alarm) => assert_eq!(alarm, None),
        }
    }
}

impl World {
    /// All effects of the last command, in their order.
    pub(super) fn expected_effects(&self, grant: usize) {
        let mailbox = &self.grants[grant];
        let expected = mailbox
            .model
            .effects_since(&mailbox.before, &mailbox.kind, self.now);
        let found: Vec<_> = mailbox
            .effects
            .iter()
            .map(|effect| match effect {
                Effect::Audit(Audit::Closed(why)) => {
                    assert!(!why.is_empty());
                    Effect::Audit(Audit::Closed(""))
                }
                effect => effect.clone(),
            })
            .collect();
        assert_eq!(found, expected, "effects of {:?}", mailbox.kind);
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
        let lives = stands.as_ref().is_some_and(|state| !state.is_closed());
        let stored = |state: &Lifecycle| {
            let alarm = Some(state.ends_at());
            [Effect::Store { alarm }]
        };
        let step = ring(mailbox.state.take(), &moment);
        let rang = mailbox.carry_out(step);
        if lives {
            assert_eq!(rang, Rang::Lives);
            assert_eq!(mailbox.effects, stands.as_ref().map(stored).unwrap());
            return mailbox.rings_in_time();
        }
        assert_eq!(rang, Rang::Ended);
        let told = Effect::TellAccount {
            subject: SUBJECT.to_owned(),
            news: News::Ended,
        };
        assert_eq!(mailbox.effects, [told], "the account first");
        assert!(mailbox.stored.is_some());
        let step = leave(mailbox.state.take(), &moment);
        mailbox.carry_out(step);
        match stands {
            Some(state) => assert_eq!(mailbox.effects, stored(&state)),
            None => assert_eq!(mailbox.effects, [Effect::Delete]),
        }
        mailbox.rings_in_time();
    }
}
