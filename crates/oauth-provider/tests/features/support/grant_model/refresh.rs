use oauth_provider::grant::Refusal;

use super::{Answer, Asked, At, Id, Model, Previous, Stage, Successor, UNKNOWN, WHY};

impl Model {
    /// `presented` is `None` where secret and tag do not belong together.
    pub fn refresh(&mut self, presented: Option<Id>, asked: Asked, at: At) -> Answer {
        let At { keys, next, now } = at;
        self.settle(now);
        let (limits, terms) = (self.limits, &mut self.terms);
        let Stage::Active(active) = &mut self.stage else {
            return UNKNOWN;
        };
        let Some(family) = &mut active.family else {
            return UNKNOWN;
        };
        let back = presented.and_then(|id| family.chain.iter().rev().position(|one| *one == id));
        let Some(back) = back.filter(|_| asked.client == terms.client) else {
            return UNKNOWN;
        };
        if asked.strength < terms.strength {
            return Answer::Refused(Refusal::Strength);
        }
        if active.gone {
            return Answer::Refused(Refusal::ClientGone(WHY.to_owned()));
        }
        let late = match (back, family.previous) {
            (0, _) => false,
            (1, Some(previous)) if previous.good(limits, now) => previous.age(now) > limits.grace,
            _ => {
                active.marks += 1;
                if limits.strict {
                    self.stage = Stage::Closed;
                }
                return UNKNOWN;
            }
        };
        if asked.resource.is_some_and(|r| r > terms.resource) {
            return Answer::Refused(Refusal::Target);
        }
        // The least width is in every other, so something is always left.
        if (asked.scope.zip(terms.asked)).is_some_and(|(named, asked)| named > asked) {
            return Answer::Refused(Refusal::Scope);
        }
        let successor = match (back, &mut family.previous) {
            (1, Some(previous)) => {
                if !keys.open(previous.key) {
                    return UNKNOWN;
                }
                previous.late += u8::from(late);
                active.late += u32::from(late);
                previous.key = keys.current;
                family.key = keys.current;
                family
                    .chain
                    .last()
                    .map_or(Successor::None, |id| Successor::Again(*id))
            }
            _ => {
                if !keys.open(family.key) {
                    return UNKNOWN;
                }
                family.previous = Some(Previous {
                    key: keys.current,
                    used: now,
                    late: 0,
                });
                family.key = keys.current;
                family.chain.push(next + 1);
                family.ends = terms.ends.min(now + limits.refresh);
                Successor::New
            }
        };
        terms.strength = terms.strength.max(asked.strength);
        active.issue(successor, asked, terms, limits, at)
    }
}
