//! Grants and the account of their person, where anything may end at any point: after a write, before its answer, before
//! the account hears of it, before the grant hears that it has. At last the account lists what lives, and nothing else.

use std::collections::BTreeSet;
use std::time::Duration;

use oauth_provider::UnixTime;
use oauth_provider::crypto::{Bytes, KeyRing, Secret};
use oauth_provider::grant::{
    Choice, Command, Dated, Effect, GrantId, Issued, Lifecycle, Moment, News, Open, Policy, Recall,
    Redeem, Refresh, Reply, Step, Strength, Withhold, acknowledge, apply, ring,
};
use proptest::prelude::*;
use proptest::sample::select;
use rand_chacha::ChaCha20Rng;

use crate::support::grant::{CLIENT, LINE, opening, scope};
use crate::support::{NOW, OLD, keys, rng, verifier};

const GRANTS: usize = 3;

/// What goes wrong with a command, or with the ringing of an alarm.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Lost {
    Nothing,
    /// The object ends right after its write: no answer, and nobody is told.
    AfterWrite,
    /// The message to the account is lost, or comes much later.
    Message(bool),
    /// The account has heard of it, and its answer is lost with the object.
    Acknowledgement,
}

#[derive(Debug, Clone)]
enum Act {
    Open,
    Redeem,
    Refresh,
    /// With the first refresh token.
    RefreshWithOld,
    Withhold,
    Recall,
    Close,
    /// The object goes, and reads its row again.
    Kill,
    /// A message that was on its way arrives.
    Late,
    Wait(u64),
}

/// A person's account, as it must behave: the end is final, and everything may come twice.
#[derive(Default)]
struct Account {
    lines: BTreeSet<usize>,
    ended: BTreeSet<usize>,
}

impl Account {
    fn hear(&mut self, grant: usize, news: &[Dated]) {
        for Dated { news, .. } in news {
            match news {
                News::Opened(line) => {
                    assert_eq!(line, LINE);
                    if !self.ended.contains(&grant) {
                        self.lines.insert(grant);
                    }
                }
                News::Ended(_) => {
                    self.lines.remove(&grant);
                    self.ended.insert(grant);
                }
                _ => {}
            }
        }
    }
}

#[derive(Default)]
struct Object {
    stored: Option<Lifecycle>,
    /// `None` where it was not read yet.
    memory: Option<Option<Lifecycle>>,
    alarm: Option<UnixTime>,
    code: Option<Secret>,
    first: Option<(Secret, Bytes)>,
    newest: Option<(Secret, Bytes)>,
}

struct World {
    now: UnixTime,
    keys: KeyRing,
    policy: Policy,
    rng: ChaCha20Rng,
    ids: Vec<GrantId>,
    objects: Vec<Object>,
    account: Account,
    /// Messages that are still on their way.
    late: Vec<(usize, Vec<Dated>)>,
}

impl World {
    fn new() -> Self {
        let mut rng = rng();
        Self {
            now: NOW,
            keys: keys(OLD),
            policy: Policy::default(),
            ids: (0..GRANTS).map(|_| GrantId::draw(&mut rng)).collect(),
            rng,
            objects: (0..GRANTS).map(|_| Object::default()).collect(),
            account: Account::default(),
            late: Vec::new(),
        }
    }

    /// One transition, from the state that the object has or reads.
    fn step<R>(
        &mut self,
        grant: usize,
        transition: impl FnOnce(Option<Lifecycle>, &Moment<'_>, &mut ChaCha20Rng) -> Step<R>,
    ) -> Step<R> {
        let object = &self.objects[grant];
        let state = object.memory.clone().unwrap_or_else(|| reread(object));
        let moment = Moment {
            id: &self.ids[grant],
            now: self.now,
            keys: &self.keys,
            policy: &self.policy,
        };
        transition(state, &moment, &mut self.rng)
    }

    /// Carries a step out as far as nothing is lost. `None` where its answer is.
    fn carry_out<R>(&mut self, grant: usize, step: Step<R>, lost: Lost) -> Option<R> {
        let tells = (step.effects.iter()).any(|it| matches!(it, Effect::TellAccount { .. }));
        let object = &mut self.objects[grant];
        for effect in step.effects {
            match effect {
                Effect::Store { alarm } => {
                    object.stored = step.state.clone();
                    object.alarm = alarm.or(object.alarm);
                    object.memory = Some(step.state.clone());
                }
                Effect::Keep => object.memory = Some(step.state.clone()),
                Effect::Delete => *object = Object::default(),
                Effect::Audit(_) | Effect::ForgetTokens | Effect::TellAccount { .. } => {}
            }
        }
        if lost == Lost::AfterWrite {
            object.memory = None;
            return None;
        }
        if tells {
            self.tell(grant, lost);
        }
        Some(step.reply)
    }

    fn tell(&mut self, grant: usize, lost: Lost) {
        let object = &self.objects[grant];
        let state = object.memory.clone().unwrap_or_else(|| reread(object));
        let Some((_, news)) = state.as_ref().and_then(Lifecycle::untold) else {
            return;
        };
        let news = news.to_vec();
        match lost {
            Lost::Message(comes_late) => {
                self.late.extend(comes_late.then_some((grant, news)));
                return;
            }
            Lost::Acknowledgement => {
                self.account.hear(grant, &news);
                self.objects[grant].memory = None;
                return;
            }
            Lost::Nothing | Lost::AfterWrite => self.account.hear(grant, &news),
        }
        let step = self.step(grant, |state, moment, _| acknowledge(state, &news, moment));
        self.carry_out(grant, step, Lost::Nothing);
    }

    fn send(&mut self, grant: usize, command: impl Into<Command>, lost: Lost) -> Option<Reply> {
        let command = command.into();
        let step = self.step(grant, |state, moment, rng| {
            apply(state, command, moment, rng)
        });
        self.carry_out(grant, step, lost)
    }

    /// The answer to an opening may be lost: the sender sends it once more, and gets the same code.
    fn open(&mut self, grant: usize, lost: Lost) {
        let code = Secret::draw(&mut self.rng);
        let open = || Open {
            code: Some(code.clone()),
            line: Some(LINE.to_owned()),
            ..opening(NOW)
        };
        let answer = self.send(grant, open(), lost);
        let answer = answer.or_else(|| self.send(grant, open(), Lost::Nothing));
        match answer.unwrap() {
            Reply::Opened { code: given, tells } => {
                assert!(tells && given.expose() == code.expose());
                self.objects[grant].code = Some(given);
            }
            Reply::Refused(_) => {}
            other => panic!("{other:?}"),
        }
    }

    fn refresh(&mut self, grant: usize, token: Option<(Secret, Bytes)>, lost: Lost) {
        let Some((secret, tag)) = token else {
            return;
        };
        let refresh = Refresh {
            secret,
            tag,
            client_id: CLIENT.to_owned(),
            strength: Strength::None,
            key: None,
            scope: None,
            resource: None,
        };
        if let Some(Reply::Issued(issued)) = self.send(grant, refresh, lost) {
            self.objects[grant].newest = issued.refresh;
        }
    }

    fn redeem(&mut self, grant: usize, lost: Lost) {
        let Some(secret) = self.objects[grant].code.clone() else {
            return;
        };
        let redeem = Redeem {
            secret,
            client_id: CLIENT.to_owned(),
            strength: Strength::None,
            key: None,
            redirect_uri: None,
            verifier: verifier(),
            resource: None,
        };
        if let Some(Reply::Issued(Issued { refresh, .. })) = self.send(grant, redeem, lost) {
            let object = &mut self.objects[grant];
            (object.first, object.newest) = (refresh.clone(), refresh);
        }
    }

    fn perform(&mut self, grant: usize, act: Act, lost: Lost) {
        let subject = "7".to_owned();
        match act {
            Act::Open => self.open(grant, lost),
            Act::Redeem => self.redeem(grant, lost),
            Act::Refresh => {
                let newest = self.objects[grant].newest.clone();
                self.refresh(grant, newest, lost);
            }
            Act::RefreshWithOld => {
                let first = self.objects[grant].first.clone();
                self.refresh(grant, first, lost);
            }
            Act::Withhold => {
                let needs = [("mend", "event:write"), ("read", "org:read")];
                let choices = needs.map(|(name, needs)| Choice {
                    name: name.to_owned(),
                    scope: scope(needs),
                });
                let withhold = Withhold {
                    subject,
                    choice: "mend".to_owned(),
                    choices: choices.into(),
                };
                self.send(grant, withhold, lost);
            }
            Act::Recall => {
                self.send(grant, Recall { subject }, lost);
            }
            Act::Close => {
                self.send(grant, Command::Close, lost);
            }
            Act::Kill => self.objects[grant].memory = None,
            Act::Late => {
                if let Some((grant, news)) = self.late.pop() {
                    self.account.hear(grant, &news);
                }
            }
            Act::Wait(seconds) => self.wait(seconds, lost),
        }
    }

    /// Alarms ring when they are due.
    fn wait(&mut self, seconds: u64, lost: Lost) {
        let until = self.now + Duration::from_secs(seconds);
        loop {
            let due = (0..GRANTS).filter_map(|grant| Some((self.objects[grant].alarm?, grant)));
            let Some((at, grant)) = due.min().filter(|(at, _)| *at <= until) else {
                break;
            };
            // At the earliest a second later: as alarms do.
            self.now = at.max(self.now + Duration::from_secs(1));
            self.objects[grant].alarm = None;
            let step = self.step(grant, |state, moment, _| ring(state, moment));
            self.carry_out(grant, step, lost);
        }
        self.now = self.now.max(until);
    }

    /// Whatever was on its way arrives, and the alarms that were set ring.
    fn calm_down(&mut self) {
        for (grant, news) in std::mem::take(&mut self.late) {
            self.account.hear(grant, &news);
        }
        self.wait(3 * 3600, Lost::Nothing);
        for grant in 0..GRANTS {
            let object = &self.objects[grant];
            let state = reread(object).and_then(|state| state.at(self.now));
            let lives = state.is_some_and(|state| !state.is_closed());
            let listed = self.account.lines.contains(&grant);
            assert_eq!(listed, lives, "grant {grant}");
        }
    }
}

fn reread(object: &Object) -> Option<Lifecycle> {
    let row = serde_json::to_string(object.stored.as_ref()?).unwrap();
    serde_json::from_str(&row).unwrap()
}

fn lost() -> impl Strategy<Value = Lost> {
    prop_oneof![
        3 => Just(Lost::Nothing),
        2 => Just(Lost::AfterWrite),
        2 => any::<bool>().prop_map(Lost::Message),
        2 => Just(Lost::Acknowledgement),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    let wait = select(&[1, 59, 61, 130, 3700, 90_000][..]);
    prop_oneof![
        4 => Just(Act::Open),
        4 => Just(Act::Redeem),
        4 => Just(Act::Refresh),
        1 => Just(Act::RefreshWithOld),
        1 => Just(Act::Withhold),
        1 => Just(Act::Recall),
        1 => Just(Act::Close),
        3 => Just(Act::Kill),
        1 => Just(Act::Late),
        3 => wait.prop_map(Act::Wait),
    ]
}

proptest! {
    // rule: tokens/no-line-without-grant: whatever ends between write, answer, delivery and
    //    acknowledgement, the list has each grant that lives and no other
    #[test]
    fn the_list_has_what_lives_whatever_was_lost(acts in prop::collection::vec((0..GRANTS, act(), lost()), 1..60)) {
        let mut world = World::new();
        for (grant, act, lost) in acts {
            world.perform(grant, act, lost);
        }
        world.calm_down();
    }
}
