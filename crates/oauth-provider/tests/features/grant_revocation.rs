//! Revocation (RFC 7009) and closing.
// file rule: tokens/revocation: revocation: own tokens, 200 for others [RFC 7009 §2.1, §2.2]

use oauth_provider::crypto::{Bytes, Secret};
use oauth_provider::grant::{Audit, Command, Refusal, Reply, Revoke, Strength};

use crate::support::grant::{Grant, active, active_with};

#[test]
fn an_access_token_goes_alone() {
    let (mut grant, first) = active();
    let second = grant.refresh(&first.refresh.unwrap(), |_| ()).unwrap();
    grant.revoke(&first.access, None, |_| ());
    assert!(grant.inspect(&first.access).is_none());
    assert!(grant.inspect(&second.access).is_some());
    assert!(grant.rotate(&second.refresh.unwrap()).is_ok());
}

#[test]
fn a_refresh_token_takes_the_whole_grant_and_an_old_one_too() {
    for age in 0..4 {
        let (mut grant, issued) = active();
        let token = issued.refresh.unwrap();
        let mut newest = token.clone();
        for _ in 0..age {
            newest = grant.rotate(&newest).unwrap();
        }
        grant.revoke(&token.0, Some(&token.1), |_| ());
        assert!(
            grant.inspect(&issued.access).is_none(),
            "{age} rotations old"
        );
        assert!(grant.rotate(&newest).is_err());
        assert_eq!(grant.audit, [Audit::Closed("its client revoked it")]);
    }
}

#[test]
fn what_is_not_the_clients_own_stays() {
    let (mut grant, issued) = active_with(|open| open.client.strength = Strength::Secret);
    let token = issued.refresh.unwrap();
    let made_up = Secret::from_bytes([9; 32]);
    type Change = fn(&mut Revoke);
    let cases: [(&str, &Secret, Option<&Bytes>, Change); 4] = [
        ("another client", &token.0, Some(&token.1), |r| {
            r.client_id = "another".to_owned();
            r.strength = Strength::PrivateKeyJwt;
        }),
        ("another client, access", &issued.access, None, |r| {
            r.client_id = "another".to_owned();
            r.strength = Strength::PrivateKeyJwt;
        }),
        ("made up", &made_up, Some(&token.1), |r| {
            r.strength = Strength::Secret
        }),
        ("made up, access", &made_up, None, |r| {
            r.strength = Strength::Secret
        }),
    ];
    for (what, secret, tag, change) in cases {
        grant.revoke(secret, tag, change);
        assert!(grant.inspect(&issued.access).is_some(), "{what}");
    }
    // RFC 7009 §2.1: a client that must authenticate is told when it did not, of its own token only.
    for (secret, tag) in [(&token.0, Some(&token.1)), (&issued.access, None)] {
        let reply = grant.revocation(secret, tag, |_| ());
        assert!(
            matches!(reply, Reply::Refused(Refusal::Strength)),
            "{reply:?}"
        );
        assert!(grant.inspect(&issued.access).is_some());
    }
    grant.revoke(&made_up, None, |_| ());
    assert!(grant.audit.is_empty());
    grant.revoke(&token.0, Some(&token.1), |r| r.strength = Strength::Secret);
    assert!(grant.inspect(&issued.access).is_none());
}

#[test]
fn a_code_is_no_token_to_revoke() {
    let mut grant = Grant::new();
    let code = grant.open(|_| ()).unwrap();
    grant.revoke(&code, None, |_| ());
    assert!(grant.redeem(&code, |_| ()).is_ok());
}

#[test]
fn closing_ends_codes_and_tokens_once() {
    let mut grant = Grant::new();
    let code = grant.open(|_| ()).unwrap();
    grant.send(Command::Close);
    assert_eq!(grant.redeem(&code, |_| ()).err(), Some(Refusal::Unknown));
    grant.send(Command::Close);
    assert_eq!(grant.audit, [Audit::Closed("asked for")], "one line");

    let (mut grant, issued) = active();
    grant.send(Command::Close);
    assert!(grant.inspect(&issued.access).is_none());
    assert!(grant.rotate(&issued.refresh.unwrap()).is_err());
}
