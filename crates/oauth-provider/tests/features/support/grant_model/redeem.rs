use oauth_provider::grant::Refusal;

use super::{Active, Answer, Asked, At, Family, Id, Model, Stage, Successor, UNKNOWN};

impl Model {
    pub fn redeem(
        &mut self,
        presented: Option<Id>,
        asked: Asked,
        redirect_good: bool,
        verifier_good: bool,
        at: At,
    ) -> Answer {
        let At { keys, next, now } = at;
        self.settle(now);
        let (limits, terms) = (self.limits, &mut self.terms);
        match &mut self.stage {
            Stage::Pending {
                code, key, wrong, ..
            } if presented == Some(*code) => {
                let wrongs = [
                    (asked.client != terms.client, Refusal::Unknown),
                    (asked.strength < terms.strength, Refusal::Strength),
                    (!redirect_good, Refusal::RedirectUri),
                    (!verifier_good, Refusal::Verifier),
                    (
                        asked.resource.is_some_and(|r| r > terms.resource),
                        Refusal::Target,
                    ),
                ];
                if let Some((_, refusal)) = wrongs.into_iter().find(|(is, _)| *is) {
                    *wrong += 1;
                    if *wrong == limits.wrong_tries {
                        self.stage = Stage::Closed;
                    }
                    return Answer::Refused(refusal);
                }
                if !keys.open(*key) {
                    return UNKNOWN;
                }
                terms.strength = terms.strength.max(asked.strength);
                let family = terms.may_refresh.then(|| Family {
                    chain: vec![next + 1],
                    ends: terms.ends.min(now + limits.refresh),
                    key: keys.current,
                    previous: None,
                });
                let successor = match family {
                    Some(_) => Successor::New,
                    None => Successor::None,
                };
                let mut active = Active {
                    code: *code,
                    family,
                    accesses: Vec::new(),
                    marks: 0,
                    late: 0,
                    chores: 0,
                    looked: now,
                    gone_since: None,
                    gone: false,
                };
                let asked = Asked {
                    scope: None,
                    ..asked
                };
                let answer = active.issue(successor, asked, terms, limits, at);
                self.stage = Stage::Active(active);
                answer
            }
            Stage::Active(active) => {
                let again = presented == Some(active.code);
                if again && asked.client == terms.client && asked.strength >= terms.strength {
                    self.stage = Stage::Closed;
                }
                UNKNOWN
            }
            _ => UNKNOWN,
        }
    }
}
