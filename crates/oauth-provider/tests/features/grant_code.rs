//! An authorization code: opened once, redeemed once, for its own client and verifier.

use oauth_provider::CodeVerifier;
use oauth_provider::crypto::Secret;
use oauth_provider::grant::{Audit, Command, Redeem, Refusal, Strength};

use crate::support::grant::{CLIENT, Grant, PROPS, active, at, opening, scope};
use crate::support::{NEW, SCOPES, after, keys};

#[test]
fn a_code_becomes_tokens_that_stand_for_what_was_approved() {
    let (mut grant, issued) = active();
    assert_eq!(issued.expires_in, 3600);
    assert_eq!(issued.scope, scope(&SCOPES.join(" ")));
    let info = grant.inspect(&issued.access).unwrap();
    assert_eq!(info.client_id, CLIENT);
    assert_eq!(info.subject, "7");
    assert_eq!(info.resource, at("/mcp/acme"));
    assert_eq!(info.scope, scope(&SCOPES.join(" ")));
    assert_eq!(info.expires_at, after(3600));
    assert_eq!(info.props.0, PROPS);
    assert_eq!(info.grant, grant.id);
}

// rule: tokens/code-replay: a replay by the right client ends the grant, by others nothing [RFC
//    6749 §4.1.2]
#[test]
fn the_second_redemption_by_the_right_client_ends_everything() {
    let mut grant = Grant::new();
    let code = grant.open(|_| ()).unwrap();
    let issued = grant.redeem(&code, |_| ()).unwrap();
    assert_eq!(grant.redeem(&code, |_| ()).err(), Some(Refusal::Unknown));
    assert!(grant.inspect(&issued.access).is_none());
    assert!(grant.refresh(&issued.refresh.unwrap(), |_| ()).is_err());
    assert_eq!(grant.stands().as_deref(), Some("closed"));
    let closed = Audit::Closed("its code was redeemed twice");
    assert_eq!(grant.audit, [Audit::CodeReplayed, closed]);
}

#[test]
fn also_a_day_later_and_whatever_else_it_sends() {
    let mut grant = Grant::new();
    let code = grant.open(|_| ()).unwrap();
    let issued = grant.redeem(&code, |_| ()).unwrap();
    grant.wait(86_400);
    let other = CodeVerifier::parse(&"x".repeat(43)).unwrap();
    assert!(
        grant
            .redeem(&code, |redeem| redeem.verifier = other)
            .is_err()
    );
    assert!(grant.refresh(&issued.refresh.unwrap(), |_| ()).is_err());
}

// rule: tokens/code-replay
#[test]
fn the_second_redemption_by_somebody_else_changes_nothing() {
    let mut grant = Grant::new();
    let code = grant
        .open(|open| open.client.strength = Strength::Secret)
        .unwrap();
    let shown = |redeem: &mut Redeem| redeem.strength = Strength::Secret;
    let issued = grant.redeem(&code, shown).unwrap();
    let strangers: [fn(&mut Redeem); 2] = [
        |redeem| {
            redeem.client_id = "another".to_owned();
            redeem.strength = Strength::Secret;
        },
        // Says that it is the client, and cannot show it.
        |redeem| redeem.strength = Strength::None,
    ];
    for stranger in strangers {
        assert_eq!(grant.redeem(&code, stranger).err(), Some(Refusal::Unknown));
    }
    assert!(grant.inspect(&issued.access).is_some());
    assert!(grant.audit.is_empty());
    assert!(grant.redeem(&code, shown).is_err());
    assert!(
        grant.inspect(&issued.access).is_none(),
        "its own second one"
    );
}

// rule: authorization/pkce-verifier
// rule: tokens/wrong-code-tries: a wrong try does not consume; five close
#[test]
fn a_wrong_try_does_not_consume() {
    type Change = fn(&mut Redeem);
    let tries: [(&str, Change, Refusal); 5] = [
        (
            "client",
            |r| r.client_id = "another".to_owned(),
            Refusal::Unknown,
        ),
        (
            "redirect URI",
            |r| r.redirect_uri = Some("http://127.0.0.1:5001/other".to_owned()),
            Refusal::RedirectUri,
        ),
        (
            "verifier",
            |r| r.verifier = CodeVerifier::parse(&"x".repeat(43)).unwrap(),
            Refusal::Verifier,
        ),
        (
            "wider resource",
            |r| r.resource = Some(at("/mcp")),
            Refusal::Target,
        ),
        (
            "neighbouring resource",
            |r| r.resource = Some(at("/mcp/acme-evil")),
            Refusal::Target,
        ),
    ];
    for (what, wrong, refusal) in tries {
        let mut grant = Grant::new();
        let code = grant.open(|_| ()).unwrap();
        assert_eq!(grant.redeem(&code, wrong).err(), Some(refusal), "{what}");
        assert_eq!(grant.audit, [Audit::WrongTry(1)], "{what}");
        assert!(grant.redeem(&code, |_| ()).is_ok(), "{what}");
    }
}

#[test]
fn a_client_that_has_a_secret_must_show_it() {
    let mut grant = Grant::new();
    let code = grant
        .open(|open| open.client.strength = Strength::Secret)
        .unwrap();
    assert_eq!(grant.redeem(&code, |_| ()).err(), Some(Refusal::Strength));
    assert!(
        grant
            .redeem(&code, |r| r.strength = Strength::Secret)
            .is_ok()
    );
}

// rule: tokens/wrong-code-tries
#[test]
fn five_wrong_tries_with_the_right_code_close() {
    let mut grant = Grant::new();
    let code = grant.open(|_| ()).unwrap();
    let wrong = |redeem: &mut Redeem| redeem.client_id = "another".to_owned();
    for _ in 0..4 {
        assert!(grant.redeem(&code, wrong).is_err());
    }
    assert_eq!(grant.stands().as_deref(), Some("pending"));
    assert!(grant.redeem(&code, wrong).is_err());
    assert_eq!(grant.stands().as_deref(), Some("closed"));
    assert!(grant.redeem(&code, |_| ()).is_err());
    assert_eq!(grant.audit.get(4), Some(&Audit::WrongTry(5)));
}

#[test]
fn guesses_of_the_code_cost_its_client_nothing() {
    let mut grant = Grant::new();
    let code = grant.open(|_| ()).unwrap();
    for n in 0..50 {
        let guess = Secret::from_bytes([n; 32]);
        assert_eq!(grant.redeem(&guess, |_| ()).err(), Some(Refusal::Unknown));
        let stranger = |redeem: &mut Redeem| redeem.client_id = "another".to_owned();
        assert_eq!(grant.redeem(&guess, stranger).err(), Some(Refusal::Unknown));
    }
    assert!(grant.audit.is_empty(), "none was a try with the right code");
    assert!(grant.redeem(&code, |_| ()).is_ok());
}

// rule: tokens/code-lifetime: a code lives 60 s
#[test]
fn it_lives_sixty_seconds() {
    for (seconds, good) in [(59, true), (60, false)] {
        let mut grant = Grant::new();
        let code = grant.open(|_| ()).unwrap();
        grant.wait(seconds);
        assert_eq!(grant.redeem(&code, |_| ()).is_ok(), good, "{seconds}");
    }
}

// rule: clients/redirect-uri-matching
// rule: tokens/redirect-uri-at-redemption: `redirect_uri` may be left out, and must match when sent
//    [OAuth 2.1 §10.2]
#[test]
fn redirect_uri_may_be_left_out() {
    let mut grant = Grant::new();
    let code = grant.open(|_| ()).unwrap();
    assert!(
        grant
            .redeem(&code, |redeem| redeem.redirect_uri = None)
            .is_ok()
    );
}

// rule: tokens/narrower-never-wider
#[test]
fn a_narrower_resource_holds_for_that_token_only() {
    let mut grant = Grant::new();
    let code = grant.open(|_| ()).unwrap();
    let issued = grant
        .redeem(&code, |redeem| redeem.resource = Some(at("/mcp/acme/web")))
        .unwrap();
    let info = grant.inspect(&issued.access).unwrap();
    assert_eq!(info.resource, at("/mcp/acme/web"));
    let next = grant.refresh(&issued.refresh.unwrap(), |_| ()).unwrap();
    assert_eq!(
        grant.inspect(&next.access).unwrap().resource,
        at("/mcp/acme")
    );
}

// rule: authorization/upstream-state
#[test]
fn an_approval_opens_one_grant_once() {
    let now = crate::support::NOW;
    type Before = fn(&mut Grant, &Secret);
    let histories: [(&str, Before); 6] = [
        ("while the code waits", |_, _| ()),
        ("after its redemption", |grant, code| {
            grant.redeem(code, |_| ()).unwrap();
        }),
        ("after its expiry", |grant, _| grant.wait(60)),
        ("after its closing", |grant, _| {
            grant.send(Command::Close);
        }),
        ("at the end of the approval", |grant, _| grant.wait(599)),
        ("after the end of the approval", |grant, _| grant.wait(600)),
    ];
    for (when, before) in histories {
        let mut grant = Grant::new();
        let code = grant.open(|_| ()).unwrap();
        before(&mut grant, &code);
        let again = grant.send(Command::Open(opening(now)));
        let refused = oauth_provider::grant::Reply::Refused(Refusal::AlreadyOpened);
        assert_eq!(format!("{again:?}"), format!("{refused:?}"), "{when}");
    }
}

// rule: tokens/unopened-id-costs-nothing
#[test]
fn a_grant_that_was_never_opened_knows_nothing() {
    let mut grant = Grant::new();
    let nothing = Secret::from_bytes([0; 32]);
    assert_eq!(grant.redeem(&nothing, |_| ()).err(), Some(Refusal::Unknown));
    assert!(grant.inspect(&nothing).is_none());
    assert_eq!(grant.stored(), serde_json::Value::Null);
}

#[test]
fn a_server_key_that_is_no_longer_listed_consumes_nothing() {
    let mut grant = Grant::new();
    let code = grant.open(|_| ()).unwrap();
    let old = std::mem::replace(&mut grant.keys, keys(NEW).into());
    assert_eq!(grant.redeem(&code, |_| ()).err(), Some(Refusal::Unknown));
    grant.keys = old;
    assert!(grant.redeem(&code, |_| ()).is_ok());
}
