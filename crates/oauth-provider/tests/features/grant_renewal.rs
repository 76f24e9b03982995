//! Renewing the upstream's token: every history up to seven steps of refreshes and refused calls that come at once, each
//! outcome, and what can come between asking and settling. The upstream's refresh tokens are good once.

use std::collections::HashSet;

use oauth_provider::crypto::Bytes;
use oauth_provider::grant::{Audit, Need, News, Next, Refusal, Renew, Renewed, Reply};

use crate::support::after;
use crate::support::grant::{Grant, RefreshToken, active_with};
use crate::support::renewal_host::{Act, SOON, Says, Turn, begin, read};

const DEPTH: usize = 7;

const ALPHABET: &[Act] = &[
    Act::Refresh(false),
    Act::Refresh(true),
    Act::RefreshOther,
    Act::Renew,
    Act::RenewStale,
    Act::Answer(Says::Lasting),
    Act::Answer(Says::Short),
    Act::Answer(Says::Ended),
    Act::Answer(Says::Down),
    Act::Settle(Turn::First),
    Act::Settle(Turn::Last),
    Act::Withhold,
    Act::Close,
    Act::Wait,
];

/// Answers that come late, or never.
const TROUBLE: &[Act] = &[
    Act::Refresh(false),
    Act::Renew,
    Act::Answer(Says::Lasting),
    Act::Answer(Says::Ended),
    Act::Answer(Says::Down),
    Act::Settle(Turn::First),
    Act::Leave,
    Act::Crash(false),
    Act::Crash(true),
    Act::Wait,
    Act::Pause,
];

/// The way to here, told where it ends badly.
struct Path(Vec<Act>);

impl Drop for Path {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("after {:?}", self.0);
        }
    }
}

/// Every history of these acts; at most so many wait at once.
fn walk(alphabet: &[Act], most: usize) {
    let mut seen = HashSet::from([begin().canonical()]);
    let mut edge = vec![(begin(), Vec::new())];
    for _ in 0..DEPTH {
        let mut next = Vec::new();
        for (host, path) in edge {
            for act in alphabet {
                let path = Path([path.as_slice(), &[*act]].concat());
                let mut host = host.clone();
                let begins = matches!(act, Act::Refresh(_) | Act::Renew);
                if (begins && host.waiting.len() == most) || host.perform(*act).is_none() {
                    continue;
                }
                host.check();
                if seen.insert(host.canonical()) {
                    next.push((host, path.0.clone()));
                }
            }
        }
        edge = next;
    }
    println!("{} states", seen.len());
}

// rule: tokens/upstream-renewed-in-time
#[test]
fn every_history_of_a_renewal_keeps_what_the_upstream_gave_and_tells_of_an_end_once() {
    walk(ALPHABET, 3);
}

// rule: tokens/upstream-silent
// rule: tokens/upstream-answer-lost
#[test]
fn every_history_of_answers_that_come_late_or_never() {
    walk(TROUBLE, 2);
}

// rule: tokens/upstream-renewed-in-time
#[test]
fn what_cannot_be_renewed_serves_as_long_as_it_lives() {
    let (mut grant, issued) = active_with(|open| {
        open.props = Bytes(b"0".to_vec());
        open.props_expire_at = Some(after(SOON));
    });
    let token = issued.refresh.unwrap();
    let next = |grant: &mut Grant, token: &RefreshToken| {
        let refresh = grant.refresh_command(token, |_| ());
        let (state, mut rng) = (grant.state.clone(), grant.rng.clone());
        let step = match refresh.begin(state.clone(), read, &grant.moment(), &mut rng) {
            Next::Step(step) => step,
            Next::Renew(..) => panic!("with what?"),
        };
        grant.rng = rng;
        grant.carry_out(state, step)
    };
    let Reply::Issued(issued) = next(&mut grant, &token) else {
        panic!("it lives");
    };
    grant.wait(SOON);
    let reply = next(&mut grant, &issued.refresh.unwrap());
    assert!(matches!(reply, Reply::Refused(Refusal::Ended(why)) if why.contains("has ended")));
    let why = "the sign-in upstream has ended";
    assert_eq!(grant.told, [News::Ended(why.to_owned())]);
    assert_eq!(grant.audit, [Audit::Closed(why)]);
}

#[test]
fn a_refused_token_that_cannot_be_renewed_ends_the_grant() {
    let (mut grant, issued) = active_with(|open| open.props = Bytes(b"0".to_vec()));
    let (state, mut rng) = (grant.state.clone(), grant.rng.clone());
    let renew = Renew {
        access: issued.access,
        refused: "0".to_owned(),
    };
    let Next::Step(step) = renew.begin(state.clone(), read, &grant.moment(), &mut rng) else {
        panic!("with what?");
    };
    assert!(matches!(grant.carry_out(state, step), Renewed::Ended));
    assert_eq!(
        grant.told,
        [News::Ended("the sign-in upstream has ended".to_owned())]
    );
}
