//! How long tokens and grants live, and how many.

use std::time::Duration;

use oauth_provider::grant::{Effect, News, Policy, Refusal, ring};

use crate::support::grant::{active, active_with, refreshing};
use crate::support::{DAY, NOW, after};

// rule: tokens/lifetimes: access tokens an hour, refresh tokens thirty days sliding, the grant
//    ninety
#[test]
fn an_access_token_lives_an_hour() {
    let (mut grant, issued) = active();
    grant.wait(3599);
    assert!(grant.inspect(&issued.access).is_some());
    grant.wait(1);
    assert!(grant.inspect(&issued.access).is_none());
}

// rule: tokens/lifetimes
#[test]
fn a_refresh_token_lives_thirty_days_from_its_making() {
    let (mut grant, mut token) = refreshing();
    for _ in 0..2 {
        grant.wait(30 * DAY - 1);
        token = grant.rotate(&token).unwrap();
    }
    grant.wait(30 * DAY);
    assert_eq!(grant.rotate(&token).err(), Some(Refusal::Unknown));
    assert_eq!(grant.stands(), None, "gone, with its approval long over");
}

// rule: tokens/lifetimes
// rule: tokens/expires-in
#[test]
fn no_refreshing_goes_beyond_the_absolute_end() {
    let (mut grant, mut token) = refreshing();
    for _ in 0..8 {
        grant.wait(11 * DAY);
        token = grant.rotate(&token).unwrap();
    }
    grant.wait(2 * DAY - 600);
    let issued = grant.refresh(&token, |_| ()).unwrap();
    assert_eq!(
        issued.expires_in, 600,
        "the last access token ends with the grant"
    );
    grant.wait(600);
    assert!(grant.inspect(&issued.access).is_none());
    assert!(grant.rotate(&issued.refresh.unwrap()).is_err());
}

// rule: tokens/expires-in: `expires_in` is true [RFC 6749 §5.1]
#[test]
fn expires_in_is_true_where_the_grant_ends_before() {
    let (mut grant, token) = refreshing();
    grant.policy = Policy {
        refresh: Duration::from_secs(DAY),
        ..Policy::default()
    };
    let next = grant.rotate(&token).unwrap();
    grant.wait(DAY - 600);
    // A late retry issues an access token and moves no end.
    let issued = grant.refresh(&token, |_| ()).unwrap();
    assert_eq!(issued.expires_in, 600);
    grant.wait(599);
    assert!(grant.inspect(&issued.access).is_some());
    grant.wait(1);
    assert!(grant.inspect(&issued.access).is_none());
    assert!(grant.rotate(&next).is_err());
}

// rule: tokens/live-access-tokens: at most 64 live access tokens; the oldest goes
#[test]
fn at_most_sixty_four_access_tokens_and_the_oldest_goes() {
    let (mut grant, first) = active();
    let mut token = first.refresh.unwrap();
    let mut second = None;
    for n in 1..64 {
        let issued = grant.refresh(&token, |_| ()).unwrap();
        token = issued.refresh.unwrap();
        if n == 1 {
            second = Some(issued.access);
        }
    }
    assert!(grant.inspect(&first.access).is_some(), "64 live");
    grant.rotate(&token).unwrap();
    assert!(grant.inspect(&first.access).is_none());
    assert!(grant.inspect(&second.unwrap()).is_some());
    assert_eq!(grant.stored()["accesses"].as_array().unwrap().len(), 64);
}

// rule: tokens/live-access-tokens
#[test]
fn expired_access_tokens_are_not_kept() {
    let (mut grant, token) = refreshing();
    grant.wait(3600);
    grant.rotate(&token).unwrap();
    assert_eq!(grant.stored()["accesses"].as_array().unwrap().len(), 1);
}

#[test]
fn a_client_without_the_refresh_grant_has_one_access_token_and_ends_with_it() {
    let (mut grant, issued) = active_with(|open| open.client.refresh = false);
    assert!(issued.refresh.is_none());
    assert_eq!(grant.state.as_ref().unwrap().ends_at(), after(3600));
    grant.wait(3599);
    assert!(grant.inspect(&issued.access).is_some());
    grant.wait(1);
    assert_eq!(grant.stands().as_deref(), Some("closed"));
    grant.ring();
    assert_eq!(grant.stands(), None, "its account knows");
}

#[test]
fn an_end_that_comes_nearer_moves_the_alarm() {
    let (mut grant, issued) = active_with(|open| open.client.refresh = false);
    grant.wait(30);
    grant.revoke(&issued.access, None, |_| ());
    // In the past: at once. Nothing is left of the grant, and its account is to know.
    let alarm = Some(NOW);
    assert_eq!(
        grant.effects,
        [Effect::Store { alarm }, Effect::ForgetTokens]
    );
    grant.ring();
    let ended = News::Ended("its time was over".to_owned());
    assert_eq!(grant.told, [ended]);

    let (mut grant, issued) = active();
    grant.revoke(&issued.access, None, |_| ());
    let alarm = None;
    assert_eq!(
        grant.effects,
        [Effect::Store { alarm }, Effect::ForgetTokens]
    );
}

#[test]
fn an_alarm_that_rings_out_of_turn_does_no_harm() {
    let (grant, _) = active();
    let step = ring(grant.state.clone(), &grant.moment());
    let alarm = Some(after(30 * DAY));
    assert_eq!(step.effects, [Effect::Store { alarm }]);
    // Nothing was ever opened here, or all of it was deleted.
    let nothing = ring(None, &grant.moment());
    assert_eq!(nothing.effects, [Effect::Delete]);
}

// rule: tokens/alarms: alarms: close, delete, leave the living alone, come again after trouble
#[test]
fn the_alarm_is_for_what_ends_next() {
    let mut grant = crate::support::grant::Grant::new();
    let code = grant.open(|_| ()).unwrap();
    let ends = |grant: &crate::support::grant::Grant| grant.state.as_ref().unwrap().rings_at();
    assert_eq!(ends(&grant), after(60));
    let issued = grant.redeem(&code, |_| ()).unwrap();
    assert_eq!(ends(&grant), after(30 * DAY));
    grant.wait(DAY);
    grant.rotate(&issued.refresh.unwrap()).unwrap();
    assert_eq!(ends(&grant), after(31 * DAY));
    grant.answers = false;
    grant.send(oauth_provider::grant::Command::Close);
    assert_eq!(ends(&grant), after(DAY + 60), "its end is told again");
}
