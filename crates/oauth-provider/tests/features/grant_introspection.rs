//! Introspection (RFC 7662 §2.2): "active" is what would be taken now.

use oauth_provider::crypto::{Bytes, Secret};
use oauth_provider::grant::{Command, Introspect, Introspected, Reply, Reuse, Strength};

use crate::support::grant::{CLIENT, Grant, active, refreshing};

fn introspect(grant: &mut Grant, secret: &Secret, tag: Option<&Bytes>) -> Option<Introspected> {
    let introspect = Introspect {
        secret: secret.clone(),
        tag: tag.cloned(),
        client_id: CLIENT.to_owned(),
        strength: Strength::None,
    };
    match grant.send(Command::Introspect(introspect)) {
        Reply::Introspected(found) => Some(found),
        Reply::Refused(_) => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_access_token_that_expired_is_not_active_though_it_is_still_listed() {
    let (mut grant, issued) = active();
    grant.wait(3599);
    let found = introspect(&mut grant, &issued.access, None).unwrap();
    assert_eq!(found.expires_at.0 - grant.now.0, 1);
    grant.wait(1);
    assert!(introspect(&mut grant, &issued.access, None).is_none());
}

#[test]
fn a_predecessor_is_active_only_while_it_would_be_taken() {
    for (reuse, seconds) in [(Reuse::Mark, 14 * 86_400), (Reuse::Close, 60)] {
        let (mut grant, first) = refreshing();
        grant.policy.reuse = reuse;
        let second = grant.rotate(&first).unwrap();
        grant.wait(seconds);
        assert!(introspect(&mut grant, &first.0, Some(&first.1)).is_some());
        grant.wait(1);
        assert!(introspect(&mut grant, &first.0, Some(&first.1)).is_none());
        assert!(introspect(&mut grant, &second.0, Some(&second.1)).is_some());
    }
}
