//! A host that renews props for those who come at once, and what a model of numbers says of it.

mod settling;

use oauth_provider::crypto::{Bytes, Secret};
use oauth_provider::grant::{
    Audit, Choice, Command, Effect, Lifecycle, Moment, Need, News, Next, Policy, Refresh, Refusal,
    Renew, Renewal, Renewed, Reply, SILENCE, Step, Upstream, Withhold,
};
use rand_chacha::ChaCha20Rng;
use serde_json::json;

use super::after;
use super::grant::{Grant, RefreshToken, active_with, same, scope};

/// Less than an access token lives.
pub const SOON: u64 = 600;
const LONG: u64 = 30 * 86_400;
const ENDED: &str = "the sign-in upstream has ended";

/// Props say which of the upstream's tokens they hold: `3`, and `3 and one to renew it`.
pub fn props(number: u32) -> Bytes {
    Bytes(format!("{number} and one to renew it").into_bytes())
}

pub fn number(props: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(props).ok()?;
    text.split(' ').next()?.parse().ok()
}

pub fn read(props: &[u8]) -> Option<Upstream> {
    Some(Upstream {
        token: number(props)?.to_string(),
        renewable: props.ends_with(b"renew it"),
    })
}

fn replied<R, T>(step: Step<R>, reply: impl FnOnce(R) -> T) -> Step<T> {
    Step {
        state: step.state,
        reply: reply(step.reply),
        effects: step.effects,
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Act {
    /// With the newest token; whether for a scope that [`Act::Withhold`] takes.
    Refresh(bool),
    /// By another client.
    RefreshOther,
    /// The current token was refused.
    Renew,
    /// Another one was, which is not the current one.
    RenewStale,
    /// The upstream answers with a token that lasts, or not; says that it is over; is down.
    Answer(Says),
    /// The first who waits goes on, or the last.
    Settle(Turn),
    /// The first who waits for an answer that does not come waits no longer.
    Leave,
    /// The host forgets what it asked. The upstream has answered that already, or was never reached.
    Crash(bool),
    Withhold,
    Close,
    /// Until the first props are of no more use.
    Wait,
    /// Until nobody remembers that the upstream was silent.
    Pause,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Says {
    Lasting,
    Short,
    Ended,
    Down,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Turn {
    First,
    Last,
}

/// Somebody who waits for a call. A refresh with its token, and whether it asks for what may be taken back.
#[derive(Clone, Debug)]
pub enum Waiting {
    Refresh(Renewal<Refresh>, RefreshToken, bool),
    Renew(Renewal<Renew>),
}

/// A call to the upstream, shared by all who need the same props replaced.
#[derive(Clone, Debug)]
struct Call {
    replaces: u32,
    again: bool,
    outcome: Option<(Says, u32)>,
}

#[derive(Clone)]
pub struct Host {
    grant: Grant,
    access: Secret,
    /// The newest last.
    tokens: Vec<RefreshToken>,
    /// The newest that the upstream gave.
    newest: u32,
    /// What was asked with the refresh token behind these, successfully.
    spent: Vec<u32>,
    calls: Vec<Call>,
    pub waiting: Vec<(usize, Waiting)>,
    /// Those who left before the answer came.
    left: Vec<(usize, Waiting)>,
    /// Whether it was asked to replace what the grant has.
    attempted: bool,
    /// When somebody waited for it in vain.
    silent_at: Option<u64>,
    /// Whether nothing is left to replace it with.
    lost: bool,
    /// Whether an answer came that nobody could keep.
    missed: bool,
    /// Which the grant has, as the model says.
    holds: u32,
    /// When those are of no more use.
    holds_until: u64,
    waited: u64,
    paused: bool,
    narrowed: bool,
    closed: bool,
}

pub fn begin() -> Host {
    let (grant, issued) = active_with(|open| {
        open.props = props(0);
        open.props_expire_at = Some(after(SOON));
    });
    Host {
        grant,
        access: issued.access,
        tokens: issued.refresh.into_iter().collect(),
        newest: 0,
        spent: Vec::new(),
        calls: Vec::new(),
        waiting: Vec::new(),
        left: Vec::new(),
        attempted: false,
        silent_at: None,
        lost: false,
        missed: false,
        holds: 0,
        holds_until: SOON,
        waited: 0,
        paused: false,
        narrowed: false,
        closed: false,
    }
}

impl Host {
    /// A transition, carried out as by a host. All that must hold of any is checked here.
    fn step<T, R>(
        &mut self,
        transition: impl FnOnce(Option<Lifecycle>, &Moment<'_>, &mut ChaCha20Rng) -> Result<Step<R>, T>,
    ) -> Result<R, T> {
        let state = self.grant.state.clone();
        let now = state.clone().and_then(|state| state.at(self.grant.now));
        let mut rng = self.grant.rng.clone();
        let step = transition(state, &self.grant.moment(), &mut rng)?;
        self.grant.rng = rng;
        Ok(self.grant.carry_out(now, step))
    }

    /// Whether the props would end before a new access token.
    fn is_short(&self) -> bool {
        self.holds_until < self.waited + Policy::default().access.as_secs()
    }

    fn is_live(&self) -> bool {
        self.holds_until > self.waited
    }

    fn was_silent(&self) -> bool {
        let window = SILENCE.as_secs();
        self.silent_at.is_some_and(|at| self.waited < at + window)
    }

    fn asks_for(&self, narrow: bool) -> Option<oauth_provider::Scope> {
        narrow.then(|| scope("event:write"))
    }

    fn refresh(&self, token: &RefreshToken, narrow: bool) -> Refresh {
        let scope = self.asks_for(narrow);
        self.grant
            .refresh_command(token, |refresh| refresh.scope = scope)
    }

    fn renew(&self, refused: String) -> Renew {
        Renew {
            access: self.access.clone(),
            refused,
        }
    }

    fn newest_token(&self) -> RefreshToken {
        self.tokens.last().unwrap().clone()
    }

    /// Joins the call for these props, or makes one.
    fn wait(&mut self, token: &str, renewed: &Bytes, again: bool, waiting: Waiting) {
        assert_eq!(token, self.holds.to_string(), "of the current props");
        assert_eq!(number(&renewed.0), Some(self.holds));
        assert_eq!(again, self.attempted);
        let stored = [Effect::Store { alarm: None }];
        let first: &[Effect] = if again { &[] } else { &stored };
        assert_eq!(
            self.grant.effects, first,
            "that it is asked is stored, once"
        );
        self.attempted = true;
        let replaces = self.holds;
        let failed = |call: &Call| matches!(call.outcome, Some((Says::Ended | Says::Down, _)));
        let known = self
            .calls
            .iter()
            .position(|call| call.replaces == replaces && !failed(call));
        let call = known.unwrap_or_else(|| {
            let spent = self.spent.contains(&replaces);
            assert!(!spent || self.missed, "a refresh token used twice");
            self.calls.push(Call {
                replaces,
                again,
                outcome: None,
            });
            self.calls.len() - 1
        });
        self.waiting.push((call, waiting));
    }

    /// Begins, as a host does: what must be waited for comes back.
    fn begin<N: Need>(&mut self, need: N) -> Result<N::Reply, Renewal<N>> {
        self.grant.effects.clear();
        let mut renewal = None;
        let begun = self.step(|state, now, rng| {
            Ok::<_, ()>(match need.begin(state, read, now, rng) {
                Next::Step(step) => replied(step, Some),
                Next::Renew(asked, step) => {
                    renewal = Some(asked);
                    replied(step, |()| None)
                }
            })
        });
        match (begun, renewal) {
            (Ok(Some(reply)), None) => Ok(reply),
            (Ok(None), Some(renewal)) => Err(renewal),
            _ => unreachable!(),
        }
    }

    fn begin_refresh(&mut self, narrow: bool) {
        let token = self.newest_token();
        let good = !(self.closed || narrow && self.narrowed);
        let asks = good && self.is_short() && !self.lost && !self.was_silent();
        let before = json!(self.grant.state);
        match self.begin(self.refresh(&token, narrow)) {
            Err(renewal) => {
                assert!(asks, "not needed");
                let (name, props) = (renewal.token.clone(), renewal.props.clone());
                let again = renewal.again;
                self.wait(
                    &name,
                    &props,
                    again,
                    Waiting::Refresh(renewal, token, narrow),
                );
            }
            Ok(reply) => {
                assert!(!asks, "the props end too soon: {reply:?}");
                if !good || !self.is_short() || self.is_live() {
                    self.expect_refreshed(reply, &token, narrow);
                } else if self.lost {
                    self.expect_lost(&reply);
                } else {
                    assert!(matches!(reply, Reply::Refused(Refusal::Unavailable)));
                    assert_eq!(json!(self.grant.state), before, "nothing is used up");
                }
            }
        }
    }

    /// The grant ends, and says why.
    fn expect_lost(&mut self, reply: &Reply) {
        assert!(matches!(reply, Reply::Refused(Refusal::Ended(why)) if why.contains("lost")));
        self.closed = true;
        let lost = Audit::Closed("the upstream's answer to a renewal was lost");
        assert_eq!(self.grant.audit.last(), Some(&lost));
    }

    fn expect_refreshed(&mut self, reply: Reply, token: &RefreshToken, narrow: bool) {
        let taken_back = narrow && self.narrowed;
        let back = self.tokens.iter().rev().position(|one| same(one, token));
        match reply {
            Reply::Issued(issued) => {
                let next = issued.refresh.unwrap();
                assert!(!self.closed && !taken_back);
                match back {
                    Some(0) => self.tokens.push(next),
                    Some(1) => assert!(same(&next, &self.newest_token()), "the answer again"),
                    _ => panic!("an old token was served"),
                }
            }
            Reply::Refused(Refusal::Unknown) => assert!(self.closed || back > Some(1)),
            Reply::Refused(Refusal::Scope) => assert!(!self.closed && taken_back),
            other => panic!("{other:?}"),
        }
    }

    fn begin_renew(&mut self, refused: String) {
        let current = refused == self.holds.to_string();
        match self.begin(self.renew(refused)) {
            Err(renewal) => {
                assert!(current && !self.closed && !self.lost && !self.was_silent());
                let (name, props) = (renewal.token.clone(), renewal.props.clone());
                let again = renewal.again;
                self.wait(&name, &props, again, Waiting::Renew(renewal));
                return;
            }
            Ok(Renewed::Ended) if !self.closed => {
                assert!(current && self.lost);
                self.closed = true;
                return;
            }
            Ok(Renewed::Ended) => {}
            Ok(Renewed::Props(props)) => {
                assert!(!current && !self.closed);
                assert_eq!(number(&props.0), Some(self.holds));
            }
            Ok(Renewed::Unavailable) => assert!(current && self.was_silent()),
        }
        assert!(self.grant.effects.is_empty(), "asking costs nothing");
    }

    /// The oldest call that is under way is answered.
    fn answer(&mut self, says: Says) -> Option<()> {
        let place = self.calls.iter().position(|call| call.outcome.is_none())?;
        let call = self.calls.get_mut(place)?;
        if matches!(says, Says::Lasting | Says::Short) {
            if self.spent.contains(&call.replaces) {
                return None; // they are good once
            }
            self.newest += 1;
            self.spent.push(call.replaces);
        }
        call.outcome = Some((says, self.newest));
        let (gone, stay) = std::mem::take(&mut self.left)
            .into_iter()
            .partition(|(call, _)| *call == place);
        self.left = stay;
        for (call, waiting) in Vec::from_iter::<Vec<_>>(gone) {
            self.keep(call, waiting);
        }
        Some(())
    }

    pub fn perform(&mut self, act: Act) -> Option<()> {
        match act {
            Act::Refresh(narrow) => self.begin_refresh(narrow),
            Act::RefreshOther => {
                let mut refresh = self.refresh(&self.newest_token(), false);
                refresh.client_id = "another".to_owned();
                let refused = self.begin(refresh);
                assert!(matches!(refused, Ok(Reply::Refused(Refusal::Unknown))));
            }
            Act::Renew => self.begin_renew(self.holds.to_string()),
            Act::RenewStale => self.begin_renew("another".to_owned()),
            Act::Answer(says) => self.answer(says)?,
            Act::Settle(turn) => self.settle(turn)?,
            Act::Leave => self.leave()?,
            Act::Crash(answered) => self.crash(answered)?,
            Act::Withhold if self.narrowed => return None,
            Act::Withhold => {
                let choices = [("mend", "event:write"), ("read", "org:read")];
                let withhold = Withhold {
                    subject: "7".to_owned(),
                    choice: "mend".to_owned(),
                    choices: choices
                        .map(|(name, needs)| Choice {
                            name: name.to_owned(),
                            scope: scope(needs),
                        })
                        .into(),
                };
                self.grant.send(Command::Withhold(withhold));
                self.narrowed = !self.closed;
            }
            Act::Close => {
                self.grant.send(Command::Close);
                self.closed = true;
            }
            Act::Wait if self.waited >= SOON => return None,
            Act::Wait => {
                self.grant.wait(SOON);
                self.waited += SOON;
            }
            Act::Pause if self.paused || self.silent_at.is_none() => return None,
            Act::Pause => {
                self.grant.wait(SILENCE.as_secs());
                self.waited += SILENCE.as_secs();
                self.paused = true;
            }
        }
        Some(())
    }

    /// However it went: the grant has the newest of what the upstream gave, once it was handed over.
    pub fn check(&mut self) {
        let ends = self
            .grant
            .told
            .iter()
            .filter(|news| matches!(news, News::Ended(_)))
            .count();
        assert_eq!(ends, usize::from(self.closed), "told of the end");
        let found = self
            .grant
            .inspect(&self.access)
            .map(|info| number(&info.props.0).unwrap());
        assert_eq!(found, (!self.closed).then_some(self.holds));
        let gave = |call: &Call| matches!(call.outcome, Some((Says::Lasting | Says::Short, _)));
        let handed_over = |spent: &&u32| {
            self.calls.iter().enumerate().any(|(id, call)| {
                call.replaces == **spent
                    && gave(call)
                    && self.waiting.iter().all(|(of, _)| *of != id)
            })
        };
        if !self.closed && !self.missed && self.spent.iter().all(|spent| handed_over(&spent)) {
            assert_eq!(self.holds, self.newest, "lost what the upstream gave");
        }
    }

    /// All that decides how it goes on.
    pub fn canonical(&self) -> String {
        let waiting = self.waiting.iter().map(|(call, waiting)| match waiting {
            Waiting::Refresh(_, token, narrow) => {
                let back = self.tokens.iter().rev().position(|one| same(one, token));
                (*call, back, *narrow)
            }
            Waiting::Renew(_) => (*call, None, false),
        });
        let until = self.holds_until.saturating_sub(self.waited);
        format!(
            "{:?} {:?} {:?} {} {} {until} {} {} {:?}",
            waiting.collect::<Vec<_>>(),
            (self.left.len(), self.attempted, self.silent_at, self.lost),
            (&self.calls, self.missed, self.paused),
            self.holds,
            self.newest,
            self.waited,
            self.narrowed,
            self.grant.stands(),
        )
    }
}
