//! Any history of a few grants of several clients, thieves, lost answers, evictions, key changes and leaps of the
//! clock, in both modes, against the reference model (`support/grant_model.rs`). `PROPTEST_CASES` runs more.

use oauth_provider::grant::{Found, Strength, TokenKind};
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::grant_model::{Asked, Limits, WHY, Width};
use crate::support::grant_world::{Forged, Sent, World, limits};

#[derive(Debug, Clone)]
enum Act {
    /// The last is what the client asked for, at least what it gets.
    Approve(usize, Strength, bool, (Width, Width), Option<Width>),
    Open,
    Redeem(Pick, Who, Option<bool>, bool, bool),
    /// By the client itself, with what it holds; whether the answer arrives.
    OwnerRefreshes(bool),
    /// By anybody who got hold of a token.
    Refresh(Pick, Who),
    Inspect(Pick),
    Introspect(Pick, Who),
    Revoke(Pick, Who),
    Reseal(Pick),
    Looked(Found),
    Close,
    /// By the grant's person, or another.
    Withhold(bool, Width),
    Recall(bool),
    Wait(u64),
    ChangeKeys,
    Evict,
}

/// A token that was handed out before.
#[derive(Debug, Clone)]
struct Pick {
    kind: TokenKind,
    /// So many before the newest of its kind.
    back: usize,
    /// Of whichever grant.
    any: bool,
    forged: Forged,
}

/// Who says to send it: the grant's client unless another is named.
#[derive(Debug, Clone)]
struct Who {
    client: Option<usize>,
    strength: Option<Strength>,
    resource: Option<Width>,
    scope: Option<Width>,
}

fn strength() -> impl Strategy<Value = Strength> {
    select(&[Strength::None, Strength::Secret, Strength::PrivateKeyJwt][..])
}

fn pick(kind: TokenKind) -> impl Strategy<Value = Pick> {
    let kinds = prop_oneof![
        12 => Just(kind),
        1 => select(&[TokenKind::Code, TokenKind::Access, TokenKind::Refresh][..]),
    ];
    let back = prop_oneof![4 => Just(0), 3 => Just(1), 2 => 2usize..5];
    let forged =
        prop_oneof![10 => Just(Forged::No), 1 => Just(Forged::Secret), 1 => Just(Forged::Tag)];
    (kinds, back, prop::bool::weighted(0.1), forged).prop_map(|(kind, back, any, forged)| Pick {
        kind,
        back,
        any,
        forged,
    })
}

fn who() -> impl Strategy<Value = Who> {
    let width = || prop_oneof![4 => Just(None), 1 => (0..3u8).prop_map(Some)];
    let client = prop_oneof![5 => Just(None), 1 => (0..3usize).prop_map(Some)];
    let strength = prop_oneof![5 => Just(None), 1 => strength().prop_map(Some)];
    (client, strength, width(), width()).prop_map(|(client, strength, resource, scope)| Who {
        client,
        strength,
        resource,
        scope,
    })
}

fn act() -> impl Strategy<Value = Act> {
    let approve = (
        0..3usize,
        strength(),
        prop::bool::weighted(0.8),
        (1..3u8, 1..3u8),
        prop_oneof![3 => (1..3u8).prop_map(Some), 1 => Just(None)],
    );
    let redirect = prop_oneof![4 => Just(Some(true)), 2 => Just(None), 1 => Just(Some(false))];
    let wait = select(
        &[
            1,
            30,
            59,
            60,
            61,
            600,
            3600,
            86_400,
            6 * 86_400,
            15 * 86_400,
            29 * 86_400,
        ][..],
    );
    let gone = || Found::Gone(WHY.to_owned());
    let found = select(vec![Found::Good, gone(), gone(), Found::Unclear]);
    prop_oneof![
        3 => approve.prop_map(|(client, strength, refresh, widths, asked)| Act::Approve(client, strength, refresh, widths, asked)),
        4 => Just(Act::Open),
        8 => (pick(TokenKind::Code), who(), redirect, prop::bool::weighted(0.85), any::<bool>())
            .prop_map(|(pick, who, redirect, verifier, kept)| Act::Redeem(pick, who, redirect, verifier, kept)),
        14 => prop::bool::weighted(0.6).prop_map(Act::OwnerRefreshes),
        8 => (pick(TokenKind::Refresh), who()).prop_map(|(pick, who)| Act::Refresh(pick, who)),
        3 => pick(TokenKind::Access).prop_map(Act::Inspect),
        4 => (prop_oneof![pick(TokenKind::Access), pick(TokenKind::Refresh)], who()).prop_map(|(pick, who)| Act::Introspect(pick, who)),
        2 => (pick(TokenKind::Access), who()).prop_map(|(pick, who)| Act::Revoke(pick, who)),
        1 => (pick(TokenKind::Refresh), who()).prop_map(|(pick, who)| Act::Revoke(pick, who)),
        2 => prop_oneof![pick(TokenKind::Access), pick(TokenKind::Refresh)].prop_map(Act::Reseal),
        6 => found.prop_map(Act::Looked),
        1 => prop::bool::weighted(0.2).prop_map(|really| if really { Act::Close } else { Act::Evict }),
        3 => (prop::bool::weighted(0.8), 0..3u8).prop_map(|(its, choice)| Act::Withhold(its, choice)),
        1 => prop::bool::weighted(0.2).prop_map(Act::Recall),
        7 => wait.prop_map(Act::Wait),
        3 => Just(Act::ChangeKeys),
        3 => Just(Act::Evict),
    ]
}

fn play(limits: Limits, acts: Vec<(usize, Act)>) {
    let mut world = World::new(limits);
    // So that no history is without a session.
    let first = world.approve(0, Strength::None, true, (1, 2), Some(2));
    world.open(first);
    for (grant, act) in acts {
        // The latest are the liveliest.
        let grant = world.grants.len() - 1 - grant % world.grants.len();
        perform(&mut world, grant, act);
        world.unreadable(grant);
    }
    world.inspect_all();
    for grant in 0..world.grants.len() {
        world.clone().drain(grant);
    }
}

fn perform(world: &mut World, grant: usize, act: Act) {
    match act {
        Act::Approve(client, strength, refresh, widths, asked) => {
            if world.grants.len() < 4 {
                let grant = world.approve(client, strength, refresh, widths, asked);
                world.open(grant);
            }
        }
        Act::Open => world.open(grant),
        Act::Redeem(pick, who, redirect, verifier, kept) => {
            if let Some(sent) = find(world, grant, &pick) {
                world.redeem(
                    grant,
                    sent,
                    asked(world, grant, &who),
                    redirect,
                    verifier,
                    kept,
                );
            }
        }
        Act::OwnerRefreshes(kept) => world.owner_refreshes(grant, kept),
        Act::Refresh(pick, who) => {
            if let Some(sent) = find(world, grant, &pick) {
                world.refresh(grant, sent, asked(world, grant, &who), false);
            }
        }
        Act::Inspect(pick) => {
            if let Some(sent) = find(world, grant, &pick) {
                world.inspect(grant, sent);
            }
        }
        Act::Introspect(pick, who) => {
            if let Some(sent) = find(world, grant, &pick) {
                world.introspect(grant, sent, asked(world, grant, &who));
            }
        }
        Act::Revoke(pick, who) => {
            if let Some(sent) = find(world, grant, &pick) {
                world.revoke(grant, sent, asked(world, grant, &who));
            }
        }
        Act::Reseal(pick) => {
            if let Some(sent) = find(world, grant, &pick) {
                world.reseal(grant, sent);
            }
        }
        Act::Looked(found) => world.looked(grant, found),
        Act::Close => world.close(grant),
        Act::Withhold(its_person, choice) => world.withhold(grant, its_person, choice),
        Act::Recall(its_person) => world.recall(grant, its_person),
        Act::Wait(seconds) => world.now += seconds,
        Act::ChangeKeys => world.change_keys(),
        Act::Evict => world.evict(grant),
    }
}

fn find(world: &World, grant: usize, pick: &Pick) -> Option<Sent> {
    let fits = |id: &usize| {
        world.tokens[*id].kind == pick.kind && (pick.any || world.tokens[*id].grant == grant)
    };
    let found: Vec<_> = (0..world.tokens.len()).filter(fits).collect();
    let id = *found.get(found.len().checked_sub(1)?.saturating_sub(pick.back))?;
    Some(Sent {
        id,
        forged: pick.forged,
    })
}

fn asked(world: &World, grant: usize, who: &Who) -> Asked {
    let own = world.own(grant);
    Asked {
        client: who.client.unwrap_or(own.client),
        strength: who.strength.unwrap_or(own.strength),
        resource: who.resource,
        scope: who.scope,
    }
}

proptest! {
    // rule: tokens/grace-and-late-retries
    #[test]
    fn every_history_is_the_models(strict: bool, few: bool, acts in prop::collection::vec((0..4usize, act()), 1..90)) {
        // Few access tokens, and such that the end of the grant cuts them short.
        let tight = Limits { accesses: 3, access: 10 * 86_400, absolute: 40 * 86_400, ..limits(strict) };
        let limits = if few { tight } else { limits(strict) };
        play(limits, acts);
    }
}
