//! Every history of one grant up to eight steps, breadth first: its client, another client, a thief with any of its
//! tokens, answers that are lost, the clock, a change of the server's key, an eviction after each step, in both modes.
//! States that no later step can tell apart are one. Every step and all its effects are compared with the reference
//! model, and from each state time alone must lead to nothing, with the account told before.
//!
//! Left out, since the random histories of `grant_model.rs` have it: several grants at once, narrowed scopes and
//! resources, choices taken back, authentication above `none`, reseals, looks, clients without refresh tokens. Limits
//! are small (two wrong tries, one late retry, two access tokens, 40 days in all), so that eight steps reach beyond each
//! of them.
// file rule: tokens/grace-and-late-retries

use std::collections::HashSet;

use oauth_provider::grant::{Strength, TokenKind};

use crate::support::grant_model::{Asked, HOUR, Id, Limits};
use crate::support::grant_world::{Forged, Sent, World, limits};

const DEPTH: usize = 8;
const GRANT: usize = 0;

#[derive(Clone, Copy, Debug)]
enum Act {
    Open,
    /// By whom, with a good verifier, and whether the answer arrives.
    Redeem(By, bool, bool),
    OwnerRefreshes(bool),
    /// By whom, with which token: so many before the newest.
    Refresh(By, usize),
    /// By whoever made up a tag.
    RefreshForged(Forged),
    RevokeAccess(By),
    RevokeRefresh(By, usize),
    Close,
    Wait(u64),
    ChangeKeys,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum By {
    /// The grant's client, or a thief who knows its id: it is public.
    Its,
    Other,
}

const ALPHABET: &[Act] = &[
    Act::Open,
    Act::Redeem(By::Its, true, true),
    Act::Redeem(By::Its, true, false),
    Act::Redeem(By::Its, false, false),
    Act::Redeem(By::Other, true, false),
    Act::OwnerRefreshes(true),
    Act::OwnerRefreshes(false),
    Act::Refresh(By::Its, 0),
    Act::Refresh(By::Its, 1),
    Act::Refresh(By::Its, 2),
    Act::Refresh(By::Other, 0),
    Act::Refresh(By::Other, 2),
    Act::RefreshForged(Forged::Tag),
    Act::RefreshForged(Forged::Secret),
    Act::RevokeAccess(By::Its),
    Act::RevokeAccess(By::Other),
    Act::RevokeRefresh(By::Its, 2),
    Act::RevokeRefresh(By::Other, 0),
    Act::Close,
    Act::Wait(61),
    Act::Wait(15 * 24 * HOUR),
    Act::ChangeKeys,
];

fn sent(world: &World, kind: TokenKind, back: usize) -> Option<Sent> {
    let ids: Vec<Id> = (0..world.tokens.len())
        .filter(|id| world.tokens[*id].kind == kind)
        .collect();
    Some(ids[ids.len().checked_sub(back + 1)?].into())
}

fn asked(by: By) -> Asked {
    Asked {
        client: usize::from(by == By::Other),
        strength: Strength::None,
        resource: None,
        scope: None,
    }
}

/// `None` where there is no such token yet.
fn perform(world: &mut World, act: Act) -> Option<()> {
    match act {
        Act::Open => world.open(GRANT),
        Act::Redeem(by, verifier, kept) => {
            let code = sent(world, TokenKind::Code, 0)?;
            world.redeem(GRANT, code, asked(by), None, verifier, kept);
        }
        Act::OwnerRefreshes(kept) => {
            world.grants[GRANT].session.as_ref()?;
            world.owner_refreshes(GRANT, kept);
        }
        Act::Refresh(by, back) => {
            let token = sent(world, TokenKind::Refresh, back)?;
            world.refresh(GRANT, token, asked(by), false);
        }
        Act::RefreshForged(forged) => {
            let Sent { id, .. } = sent(world, TokenKind::Refresh, 0)?;
            world.refresh(GRANT, Sent { id, forged }, asked(By::Its), false);
        }
        Act::RevokeAccess(by) => {
            let token = sent(world, TokenKind::Access, 0)?;
            world.revoke(GRANT, token, asked(by));
        }
        Act::RevokeRefresh(by, back) => {
            let token = sent(world, TokenKind::Refresh, back)?;
            world.revoke(GRANT, token, asked(by));
        }
        Act::Close => world.close(GRANT),
        Act::Wait(seconds) => world.now += seconds,
        Act::ChangeKeys => world.change_keys(),
    }
    Some(())
}

/// What is stored with its random bytes renamed, how it goes on, and what its client and the checks remember.
fn canonical(world: &World) -> String {
    let mailbox = &world.grants[GRANT];
    let name = |id: Id| world.name(id);
    let outlook = mailbox.model.outlook(world.now, world.keys, &name);
    let session = mailbox.session.as_ref().map(|session| {
        let age = session
            .tried
            .map(|first| (world.now - first).min(world.limits.late + 1));
        (
            name(session.held),
            age,
            session.late,
            session.outlook(world.now, world.keys),
        )
    });
    let kinds = [TokenKind::Code, TokenKind::Access, TokenKind::Refresh].map(|kind| {
        world
            .tokens
            .iter()
            .filter(|known| known.kind == kind)
            .count()
            .min(3)
    });
    format!(
        "{} {outlook:?} {session:?} {} {kinds:?}",
        world.skeleton(GRANT),
        mailbox.disturbed
    )
}

/// The way to here, told where it ends badly.
struct Path(Vec<Act>);

impl Drop for Path {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("after {:?}", self.0);
        }
    }
}

fn walk(strict: bool) -> (usize, usize) {
    let limits = Limits {
        absolute: 40 * 24 * HOUR,
        late_retries: 1,
        wrong_tries: 2,
        accesses: 2,
        ..limits(strict)
    };
    let mut start = World::new(limits);
    start.approve(0, Strength::None, true, (1, 2), Some(2));
    let mut seen = HashSet::from([canonical(&start)]);
    let mut edge = vec![(start, Vec::new())];
    let mut steps = 0;
    for depth in 1..=DEPTH {
        let mut next = Vec::new();
        for (world, path) in edge {
            for act in ALPHABET {
                let mut world = world.clone();
                let path = Path([path.as_slice(), &[*act]].concat());
                world.grants[GRANT].changed = false;
                if perform(&mut world, *act).is_none() {
                    continue;
                }
                steps += 1;
                if !world.grants[GRANT].changed && !matches!(act, Act::Wait(_) | Act::ChangeKeys) {
                    continue;
                }
                if seen.insert(canonical(&world)) {
                    world.evict(GRANT);
                    world.unreadable(GRANT);
                    world.clone().inspect_all();
                    world.clone().drain(GRANT);
                    next.push((world, path.0.clone()));
                }
            }
        }
        edge = next;
        println!(
            "strict {strict}: {} states after {depth} steps, {steps} transitions",
            seen.len()
        );
    }
    (seen.len(), steps)
}

#[test]
fn every_history_of_eight_steps_where_old_tokens_mark() {
    walk(false);
}

#[test]
fn every_history_of_eight_steps_where_old_tokens_close() {
    walk(true);
}
