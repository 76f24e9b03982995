//! Any history of refreshes, in both modes, against a model of the rules in a dozen lines.

use oauth_provider::grant::Reuse;
use proptest::prelude::*;

use crate::support::grant::{RefreshToken, refreshing, same};

#[derive(Debug, Clone)]
enum Act {
    /// With the token so many generations back.
    Refresh(usize),
    Wait(u64),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let wait = prop_oneof![Just(1), Just(30), Just(61), Just(86_400), Just(6 * 86_400)];
    let act = prop_oneof![
        5 => (0usize..4).prop_map(Act::Refresh),
        2 => wait.prop_map(Act::Wait),
    ];
    prop::collection::vec(act, 1..60)
}

#[derive(Debug, PartialEq)]
enum Expected {
    Next,
    Same,
    Refused,
}

struct Model {
    strict: bool,
    now: u64,
    /// When the newest token was made, which is when its predecessor was used.
    used_at: u64,
    late: u32,
    marks: u64,
    closed: bool,
}

impl Model {
    fn refresh(&mut self, back: usize) -> Expected {
        let age = self.now - self.used_at;
        if self.closed || self.now >= 90 * 86_400 || age >= 30 * 86_400 {
            self.closed = true;
            return Expected::Refused;
        }
        match back {
            0 => {
                (self.used_at, self.late) = (self.now, 0);
                Expected::Next
            }
            1 if age <= 60 => Expected::Same,
            1 if !self.strict && age <= 14 * 86_400 && self.late < 8 => {
                self.late += 1;
                Expected::Same
            }
            _ => {
                self.marks += 1;
                self.closed = self.strict;
                Expected::Refused
            }
        }
    }
}

proptest! {
    // rule: tokens/grace-and-late-retries
    #[test]
    fn the_machine_follows_the_model(strict: bool, acts in acts()) {
        let (mut grant, first) = refreshing();
        if strict {
            grant.policy.reuse = Reuse::Close;
        }
        let mut tokens: Vec<RefreshToken> = vec![first];
        let mut model = Model { strict, now: 0, used_at: 0, late: 0, marks: 0, closed: false };
        for act in acts {
            let back = match act {
                Act::Wait(seconds) => {
                    grant.wait(seconds);
                    model.now += seconds;
                    continue;
                }
                Act::Refresh(back) => back.min(tokens.len() - 1),
            };
            let token = tokens[tokens.len() - 1 - back].clone();
            let answer = grant.rotate(&token).ok();
            let newest = tokens.last().unwrap();
            let found = match &answer {
                None => Expected::Refused,
                Some(token) if same(token, newest) => Expected::Same,
                Some(_) => Expected::Next,
            };
            prop_assert_eq!(&found, &model.refresh(back), "{} back at {}", back, model.now);
            if found == Expected::Next {
                tokens.extend(answer);
            }
            if !model.closed {
                prop_assert_eq!(grant.stored()["reuse_seen"].as_u64(), Some(model.marks));
            }
        }
    }
}
