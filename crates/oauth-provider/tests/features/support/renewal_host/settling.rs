//! Whoever waits for the upstream goes on: with an answer, without one, or with the host's memory gone.

use std::time::Duration;

use oauth_provider::grant::{Audit, Effect, Need, News, Outcome, Refusal, Renewal, Renewed, Reply};
use serde_json::json;

use super::super::after;
use super::super::grant::same;
use super::{Call, ENDED, Host, LONG, SOON, Says, Turn, Waiting, number, props, read};

impl Host {
    /// What follows when an answer comes that one of those who left waited for.
    pub(super) fn keep(&mut self, call: usize, waiting: Waiting) {
        let Some((outcome, says, again, fresh, expires)) = self.outcome(call) else {
            return;
        };
        let before = json!(self.grant.state);
        let was_closed = self.closed;
        self.grant.effects.clear();
        let opens = self.opens(&waiting);
        let stands = self.holds == self.calls[call].replaces && !self.closed;
        let kept = match waiting {
            Waiting::Refresh(renewal, ..) => self.kept(renewal, outcome),
            Waiting::Renew(renewal) => self.kept(renewal, outcome),
        };
        kept.unwrap_or_else(|()| unreachable!());
        match says {
            Says::Lasting | Says::Short if stands && opens => self.hold(fresh, expires),
            Says::Lasting | Says::Short => {
                self.missed |= stands;
                assert_eq!(json!(self.grant.state), before);
            }
            Says::Ended if again => self.lost |= stands,
            Says::Ended => {
                self.closed = true;
                let closed = self.grant.audit.last() == Some(&Audit::Closed(ENDED));
                assert!(was_closed || closed, "and the log says why");
            }
            Says::Down => assert_eq!(json!(self.grant.state), before),
        }
    }

    /// Whether the props can be sealed anew with its token: a refresh token that is older than the predecessor opens nothing.
    pub(super) fn opens(&self, waiting: &Waiting) -> bool {
        match waiting {
            Waiting::Refresh(_, token, _) => {
                let back = self.tokens.iter().rev().position(|one| same(one, token));
                back.is_some_and(|back| back < 2)
            }
            Waiting::Renew(_) => true,
        }
    }

    pub(super) fn kept<N: Need>(
        &mut self,
        renewal: Renewal<N>,
        outcome: Outcome,
    ) -> Result<(), ()> {
        self.step(|state, now, rng| Ok(renewal.keep(state, outcome, read, now, rng)))
    }

    /// The outcome of a call, what the upstream said, whether it was asked before, the number of the props that came, and when
    /// they end.
    pub(super) fn outcome(&self, call: usize) -> Option<(Outcome, Says, bool, u32, u64)> {
        let Call { again, outcome, .. } = self.calls[call].clone();
        let (says, fresh) = outcome?;
        let expires = self.waited + if says == Says::Lasting { LONG } else { SOON };
        let outcome = match says {
            Says::Lasting | Says::Short => Outcome::Renewed {
                props: props(fresh),
                expire_at: Some(after(expires)),
            },
            Says::Ended => Outcome::Ended { again },
            Says::Down => Outcome::Unavailable,
        };
        Some((outcome, says, again, fresh, expires))
    }

    pub(super) fn hold(&mut self, fresh: u32, expires: u64) {
        (self.holds, self.holds_until) = (fresh, expires);
        (self.attempted, self.silent_at, self.lost) = (false, None, false);
    }

    /// The one who waits longest goes without an answer.
    pub(super) fn leave(&mut self) -> Option<()> {
        let unanswered = |(call, _): &(usize, Waiting)| self.calls[*call].outcome.is_none();
        let place = self.waiting.iter().position(unanswered)?;
        let (call, waiting) = self.waiting.remove(place);
        self.settle_with(
            call,
            waiting.clone(),
            Outcome::Unavailable,
            Says::Down,
            (0, 0),
        );
        self.left.push((call, waiting));
        Some(())
    }

    /// What is in the host's memory is gone.
    pub(super) fn crash(&mut self, answered: bool) -> Option<()> {
        let call = self.calls.iter().find(|call| call.outcome.is_none())?;
        if answered && self.spent.contains(&call.replaces) {
            return None;
        }
        if answered {
            self.newest += 1;
            self.spent.push(call.replaces);
            self.missed = true;
        }
        let gave = |call: &Call| matches!(call.outcome, Some((Says::Lasting | Says::Short, _)));
        // An answer that nobody has kept so far is lost too.
        self.missed |= self
            .calls
            .iter()
            .any(|call| gave(call) && call.replaces == self.holds);
        self.waiting.clear();
        self.left.clear();
        self.calls.clear();
        Some(())
    }

    pub(super) fn settle(&mut self, turn: Turn) -> Option<()> {
        let place = match turn {
            Turn::First => 0,
            Turn::Last => self.waiting.len().checked_sub(1)?,
        };
        let (call, waiting) = self.waiting.get(place)?.clone();
        let (outcome, says, _, fresh, expires) = self.outcome(call)?;
        self.waiting.remove(place);
        self.settle_with(call, waiting, outcome, says, (fresh, expires));
        Some(())
    }

    fn settle_with(
        &mut self,
        call: usize,
        waiting: Waiting,
        outcome: Outcome,
        says: Says,
        (fresh, expires): (u32, u64),
    ) {
        let Call {
            replaces, again, ..
        } = self.calls[call].clone();
        let before = self.apart_from_the_attempt();
        let (was_closed, live) = (self.closed, self.is_live());
        let stands = self.holds == replaces && !was_closed;
        let keeps = matches!(outcome, Outcome::Renewed { .. }) && stands;
        self.missed |= keeps && !self.opens(&waiting);
        let keeps = keeps && self.opens(&waiting);
        if keeps {
            self.hold(fresh, expires);
        }
        if outcome == Outcome::Silent && stands && !self.was_silent() {
            self.silent_at = Some(self.waited);
        }
        self.grant.effects.clear();
        let ended = says == Says::Ended;
        self.closed |= ended && !again;
        self.lost |= ended && again && stands;
        match waiting {
            Waiting::Refresh(renewal, token, narrow) => {
                let reply = self.settled(renewal, outcome);
                match says {
                    Says::Down if !live || was_closed => {
                        assert!(matches!(reply, Reply::Refused(Refusal::Unavailable)));
                        assert_eq!(self.apart_from_the_attempt(), before, "nothing is used up");
                    }
                    Says::Ended if !again || was_closed => {
                        assert!(
                            matches!(reply, Reply::Refused(Refusal::Ended(_))),
                            "{reply:?}"
                        );
                    }
                    Says::Ended if !live => self.expect_lost(&reply),
                    _ => self.expect_refreshed(reply, &token, narrow),
                }
            }
            Waiting::Renew(renewal) => match (says, self.settled(renewal, outcome)) {
                (Says::Down, Renewed::Unavailable) => {
                    assert_eq!(self.apart_from_the_attempt(), before, "nothing is closed");
                }
                (Says::Lasting | Says::Short, Renewed::Props(props)) => {
                    assert!(!self.closed);
                    assert_eq!(number(&props.0), Some(self.holds), "what is good now");
                }
                (Says::Ended, Renewed::Ended) => self.closed = true,
                (_, Renewed::Ended) => assert!(self.closed),
                other => panic!("{other:?}"),
            },
        }
        let stores = |effect: &&Effect| matches!(effect, Effect::Store { .. });
        let stored = self.grant.effects.iter().filter(stores).count();
        assert!(stored <= 1, "one write");
        assert!(stored == 1 || !keeps, "what is new was not kept");
        if ended && !again && !was_closed {
            let told = Effect::TellAccount {
                subject: "7".to_owned(),
                news: News::Ended(ENDED.to_owned()),
            };
            let closed = Effect::Audit(Audit::Closed(ENDED));
            let alarm = Some(self.grant.now + Duration::from_secs(60));
            let all = [Effect::Store { alarm }, closed, Effect::ForgetTokens, told];
            assert_eq!(self.grant.effects, all);
        }
    }

    /// The state, but for what is noted of asking the upstream.
    pub(super) fn apart_from_the_attempt(&self) -> serde_json::Value {
        let mut state = json!(self.grant.state);
        if let Some(active) = state.get_mut("active").and_then(|it| it.as_object_mut()) {
            active.remove("attempt");
        }
        state
    }

    fn settled<N: Need>(&mut self, renewal: Renewal<N>, outcome: Outcome) -> N::Reply {
        let settled = self
            .step(|state, now, rng| Ok::<_, ()>(renewal.settle(state, outcome, read, now, rng)));
        settled.unwrap_or_else(|()| unreachable!())
    }
}
