//! Refresh tokens: rotation, the predecessor's grace, old tokens, narrowing, keys.
// file rule: tokens/rotation: refresh tokens rotate; the predecessor yields the same successor [RFC
//    9700 §4.14.2]

use oauth_provider::crypto::{Bytes, Secret};
use oauth_provider::grant::{Audit, Refresh, Refusal, Reuse, Strength};

use crate::support::grant::{Grant, RefreshToken, active_with, at, refreshing, same, scope};
use crate::support::{DAY, NEW, OLD, keys};

fn reuse_seen(grant: &Grant) -> u64 {
    grant.stored()["reuse_seen"].as_u64().unwrap()
}

#[test]
fn every_refresh_makes_another_token() {
    let (mut grant, first) = refreshing();
    let second = grant.rotate(&first).unwrap();
    let third = grant.rotate(&second).unwrap();
    assert!(!same(&first, &second) && !same(&second, &third));
}

#[test]
fn a_lost_answer_or_two_at_once_yield_the_same_successor() {
    let (mut grant, first) = refreshing();
    let answer = grant.refresh(&first, |_| ()).unwrap();
    let successor = answer.refresh.unwrap();
    for _ in 0..20 {
        let again = grant.refresh(&first, |_| ()).unwrap();
        assert!(same(&successor, &again.refresh.unwrap()));
        assert!(grant.inspect(&again.access).is_some());
        grant.wait(3);
    }
    assert!(
        grant.inspect(&answer.access).is_some(),
        "the first answer holds too"
    );
    assert!(grant.audit.is_empty());
    assert!(grant.rotate(&successor).is_ok());
}

// rule: tokens/grace-and-late-retries: grace, late retries, both reuse modes [RFC 9700 §4.14.2]
#[test]
fn later_the_predecessor_is_good_eight_times() {
    let (mut grant, first) = refreshing();
    let successor = grant.rotate(&first).unwrap();
    grant.wait(60);
    assert!(same(&grant.rotate(&first).unwrap(), &successor));
    assert!(grant.audit.is_empty(), "a minute is free");
    grant.wait(1);
    for n in 1..=8 {
        assert!(same(&grant.rotate(&first).unwrap(), &successor), "{n}");
        assert_eq!(grant.audit, [Audit::LateRetry(n)]);
        grant.audit.clear();
        grant.wait(DAY);
    }
    assert_eq!(grant.rotate(&first).err(), Some(Refusal::Unknown));
    assert_eq!(grant.audit, [Audit::RefreshReused]);
    assert_eq!(grant.stored()["late_retries"], 8);
    assert!(grant.rotate(&successor).is_ok(), "the session lives on");
}

// rule: tokens/grace-and-late-retries
#[test]
fn and_for_fourteen_days() {
    let (mut grant, first) = refreshing();
    let successor = grant.rotate(&first).unwrap();
    grant.wait(14 * DAY);
    assert!(same(&grant.rotate(&first).unwrap(), &successor));
    grant.wait(1);
    assert_eq!(grant.rotate(&first).err(), Some(Refusal::Unknown));
    assert!(grant.rotate(&successor).is_ok());
}

// rule: tokens/grace-and-late-retries
#[test]
fn the_retries_of_one_generation_are_not_those_of_the_next() {
    let (mut grant, mut token) = refreshing();
    for _ in 0..3 {
        let next = grant.rotate(&token).unwrap();
        grant.wait(61);
        for n in 1..=8 {
            grant.rotate(&token).unwrap();
            assert_eq!(grant.audit.pop(), Some(Audit::LateRetry(n)));
        }
        token = next;
    }
}

// rule: tokens/two-steps-old: a refresh token two steps old fails alone, and marks the grant
#[test]
fn once_the_successor_was_used_the_predecessor_fails_alone_and_marks() {
    let (mut grant, first) = refreshing();
    let second = grant.rotate(&first).unwrap();
    let third = grant.rotate(&second).unwrap();
    for n in 1..=3 {
        assert_eq!(grant.rotate(&first).err(), Some(Refusal::Unknown));
        assert_eq!(reuse_seen(&grant), n);
        assert_eq!(grant.audit.pop(), Some(Audit::RefreshReused));
    }
    assert!(grant.rotate(&third).is_ok(), "the session lives on");
}

// rule: tokens/grace-and-late-retries
#[test]
fn in_strict_mode_the_predecessor_has_its_minute_and_every_other_old_token_closes() {
    type History = fn(&mut Grant, &RefreshToken) -> RefreshToken;
    let cases: [(&str, History, bool); 4] = [
        (
            "the predecessor at once",
            |grant, first| grant.rotate(first).unwrap(),
            true,
        ),
        (
            "the predecessor after a minute",
            |grant, first| {
                let second = grant.rotate(first).unwrap();
                grant.wait(60);
                second
            },
            true,
        ),
        (
            "the predecessor after more",
            |grant, first| {
                let second = grant.rotate(first).unwrap();
                grant.wait(61);
                second
            },
            false,
        ),
        (
            "the predecessor of a used successor",
            |grant, first| {
                let second = grant.rotate(first).unwrap();
                grant.rotate(&second).unwrap()
            },
            false,
        ),
    ];
    for (what, history, good) in cases {
        let (mut grant, first) = refreshing();
        grant.policy.reuse = Reuse::Close;
        let newest = history(&mut grant, &first);
        let answer = grant.rotate(&first);
        assert_eq!(answer.is_ok(), good, "{what}");
        assert_eq!(grant.rotate(&newest).is_ok(), good, "{what}");
        if !good {
            assert_eq!(answer.err(), Some(Refusal::Unknown), "{what}");
            let closed = Audit::Closed("an old refresh token was used");
            assert_eq!(grant.audit, [Audit::RefreshReused, closed], "{what}");
        }
    }
}

// rule: tokens/strangers-change-nothing: strangers change nothing; authentication never weakens
#[test]
fn what_was_never_a_token_of_the_family_does_nothing_in_either_mode() {
    for reuse in [Reuse::Mark, Reuse::Close] {
        let (mut grant, first) = refreshing();
        grant.policy.reuse = reuse;
        let second = grant.rotate(&first).unwrap();
        let third = grant.rotate(&second).unwrap();
        let strangers = [
            (Secret::from_bytes([1; 32]), third.1.clone()),
            (first.0.clone(), third.1.clone()),
            (third.0.clone(), Bytes(vec![0; 16])),
            (third.0.clone(), Bytes(Vec::new())),
        ];
        for stranger in &strangers {
            assert_eq!(grant.rotate(stranger).err(), Some(Refusal::Unknown));
        }
        let by = |change: fn(&mut Refresh)| change;
        for client in [
            by(|r| r.client_id = "another".to_owned()),
            by(|r| r.client_id.clear()),
        ] {
            assert_eq!(grant.refresh(&first, client).err(), Some(Refusal::Unknown));
            assert_eq!(grant.refresh(&third, client).err(), Some(Refusal::Unknown));
        }
        assert!(grant.audit.is_empty());
        assert_eq!(reuse_seen(&grant), 0);
        assert!(grant.rotate(&third).is_ok());
    }
}

// rule: tokens/strangers-change-nothing
#[test]
fn who_cannot_show_the_client_does_nothing_with_its_old_tokens() {
    let (mut grant, issued) = active_with(|open| open.client.strength = Strength::Secret);
    grant.policy.reuse = Reuse::Close;
    let shown = |refresh: &mut Refresh| refresh.strength = Strength::Secret;
    let first = issued.refresh.unwrap();
    let second = grant.refresh(&first, shown).unwrap().refresh.unwrap();
    let third = grant.refresh(&second, shown).unwrap().refresh.unwrap();
    for token in [&first, &second, &third] {
        assert_eq!(grant.rotate(token).err(), Some(Refusal::Strength));
    }
    assert!(grant.refresh(&third, shown).is_ok());
}

#[test]
fn an_old_token_is_one_whatever_else_it_asks() {
    let (mut grant, first) = refreshing();
    grant.policy.reuse = Reuse::Close;
    let second = grant.rotate(&first).unwrap();
    grant.rotate(&second).unwrap();
    let wide = |refresh: &mut Refresh| refresh.resource = Some(at("/mcp"));
    assert_eq!(grant.refresh(&first, wide).err(), Some(Refusal::Unknown));
    assert_eq!(grant.stands().as_deref(), Some("closed"));
}

// rule: tokens/narrower-never-wider: narrower for one token, never wider [RFC 6749 §6, RFC 8707
//    §2.2]
#[test]
fn narrower_is_for_one_token_and_wider_is_refused_without_rotating() {
    let (mut grant, issued) = active_with(|open| {
        open.scope = scope("org:read event:write");
        open.asked = Some(open.scope.clone());
    });
    let mut token = issued.refresh.unwrap();
    for wide in ["team:write", "org:read team:write"] {
        let answer = grant.refresh(&token, |r| r.scope = Some(scope(wide)));
        assert_eq!(answer.err(), Some(Refusal::Scope), "{wide}");
    }
    for wide in ["/mcp", "/mcp/other", "/mcp/acme-evil"] {
        let answer = grant.refresh(&token, |r| r.resource = Some(at(wide)));
        assert_eq!(answer.err(), Some(Refusal::Target), "{wide}");
    }
    let answer = grant.refresh(&token, |r| {
        r.scope = Some(scope("org:read"));
        r.resource = Some(at("/mcp/acme/web"));
    });
    let narrow = answer.unwrap();
    assert_eq!(narrow.scope, scope("org:read"));
    let info = grant.inspect(&narrow.access).unwrap();
    assert_eq!(
        (info.scope, info.resource),
        (scope("org:read"), at("/mcp/acme/web"))
    );
    token = narrow.refresh.unwrap();
    let whole = grant.refresh(&token, |_| ()).unwrap();
    assert_eq!(whole.scope, scope("org:read event:write"));
    let info = grant.inspect(&whole.access).unwrap();
    assert_eq!((info.scope, info.resource), (whole.scope, at("/mcp/acme")));
}

// rule: tokens/strangers-change-nothing
#[test]
fn authentication_never_gets_weaker() {
    let mut grant = Grant::new();
    let code = grant.open(|_| ()).unwrap();
    let issued = grant.redeem(&code, |r| r.strength = Strength::Secret);
    let mut token = issued.unwrap().refresh.unwrap();
    assert_eq!(grant.rotate(&token).err(), Some(Refusal::Strength));
    for strength in [Strength::Secret, Strength::PrivateKeyJwt] {
        let issued = grant.refresh(&token, |r| r.strength = strength).unwrap();
        token = issued.refresh.unwrap();
    }
    for weaker in [Strength::None, Strength::Secret] {
        let answer = grant.refresh(&token, |r| r.strength = weaker);
        assert_eq!(answer.err(), Some(Refusal::Strength), "{weaker:?}");
    }
    let shown = |r: &mut Refresh| r.strength = Strength::PrivateKeyJwt;
    assert!(grant.refresh(&token, shown).is_ok());
}

// rule: tokens/key-rotation: the server's keys can be rotated
#[test]
fn a_rotation_carries_the_grant_to_the_new_server_key() {
    let (mut grant, first) = refreshing();
    grant.keys = keys(&format!("{NEW},{OLD}")).into();
    let issued = grant.refresh(&first, |_| ()).unwrap();
    let second = issued.refresh.unwrap();
    grant.keys = keys(NEW).into();
    assert!(grant.inspect(&issued.access).is_some());
    assert!(
        same(&grant.rotate(&first).unwrap(), &second),
        "the answer may have been lost"
    );
    let third = grant.rotate(&second).unwrap();
    assert!(grant.rotate(&third).is_ok());
}

// rule: tokens/key-rotation
#[test]
fn a_retry_under_the_new_server_key_gives_the_same_successor() {
    let (mut grant, first) = refreshing();
    let second = grant.rotate(&first).unwrap();
    grant.keys = keys(&format!("{NEW},{OLD}")).into();
    assert!(same(&grant.rotate(&first).unwrap(), &second));
    grant.keys = keys(NEW).into();
    assert!(grant.rotate(&second).is_ok(), "the retry wrapped it anew");
}

#[test]
fn a_retry_whose_answer_is_lost_again_outlives_the_old_server_key() {
    let (mut grant, first) = refreshing();
    let second = grant.rotate(&first).unwrap();
    grant.keys = keys(&format!("{NEW},{OLD}")).into();
    grant.rotate(&first).unwrap();
    grant.keys = keys(NEW).into();
    assert!(same(&grant.rotate(&first).unwrap(), &second));
    assert!(grant.rotate(&second).is_ok());
}

// rule: tokens/key-rotation
#[test]
fn without_the_old_key_nothing_opens_and_nothing_is_lost() {
    let (mut grant, issued) = active_with(|_| ());
    let first = issued.refresh.unwrap();
    grant.keys = keys(NEW).into();
    assert!(grant.inspect(&issued.access).is_none());
    assert_eq!(grant.rotate(&first).err(), Some(Refusal::Unknown));
    grant.keys = keys(&format!("{NEW},{OLD}")).into();
    assert!(grant.inspect(&issued.access).is_some());
    assert!(grant.rotate(&first).is_ok());
}
