//! What rests in storage and in logs: nothing that opens anything.
// file rule: tokens/sealed-props: sealed props, hashes only, bound to the grant

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use oauth_provider::crypto::Secret;
use oauth_provider::grant::{Command, Inspect, Reply, Token, TokenKind};

use crate::support::grant::{Grant, PROPS, opening};
use crate::support::{NEW, NOW, OLD, VERIFIER, keys};

/// Every spelling in which bytes could lie about.
fn spellings(bytes: &[u8]) -> Vec<String> {
    let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    let list = serde_json::to_string(bytes).unwrap();
    // Without the last characters, which depend on what follows.
    let text = |encoded: String| {
        encoded
            .trim_end_matches('=')
            .chars()
            .rev()
            .skip(1)
            .collect::<Vec<_>>()
    };
    let text = |encoded: String| text(encoded).into_iter().rev().collect::<String>();
    vec![
        hex,
        list,
        text(URL_SAFE_NO_PAD.encode(bytes)),
        text(STANDARD.encode(bytes)),
    ]
}

fn assert_absent(bytes: &[u8], place: &str, what: &str) {
    for spelling in spellings(bytes) {
        assert!(!place.contains(&spelling), "{what} in {place}");
    }
}

#[test]
fn no_state_holds_a_secret_or_the_props() {
    let mut grant = Grant::new();
    let code = grant.open(|_| ()).unwrap();
    let mut secrets = vec![code.clone()];
    let mut states = vec![grant.stored().to_string()];
    let issued = grant.redeem(&code, |_| ()).unwrap();
    secrets.push(issued.access);
    let mut token = issued.refresh.unwrap();
    for _ in 0..3 {
        states.push(grant.stored().to_string());
        let issued = grant.refresh(&token, |_| ()).unwrap();
        secrets.extend([issued.access, token.0]);
        token = issued.refresh.unwrap();
    }
    secrets.push(token.0);
    states.push(grant.stored().to_string());
    states.push(format!("{:?}", grant.state));
    for state in &states {
        for secret in &secrets {
            assert_absent(secret.expose(), state, "a secret");
        }
        assert_absent(PROPS, state, "the props");
        assert!(!state.contains("upstream token"));
        assert!(!state.contains(VERIFIER));
    }
}

#[test]
fn a_state_moved_to_another_id_does_not_open() {
    let (mut grant, issued) = crate::support::grant::active();
    grant.id = oauth_provider::grant::GrantId::draw(&mut grant.rng);
    assert!(grant.inspect(&issued.access).is_none());
    assert!(grant.rotate(&issued.refresh.unwrap()).is_err());
}

#[test]
fn debug_forms_say_nothing() {
    let mut grant = Grant::new();
    let code = grant.open(|_| ()).unwrap();
    let token = Token {
        kind: TokenKind::Code,
        grant: grant.id.clone(),
        secret: code.clone(),
        tag: None,
    };
    let reply = Reply::Opened {
        code: code.clone(),
        tells: true,
    };
    let forms = [
        format!("{code:?} {token:?} {reply:?}"),
        format!("{:?}", Command::Open(opening(NOW))),
        format!("{:?}", keys(&format!("{NEW},{OLD}"))),
        format!("{:?}", crate::support::verifier()),
    ];
    let code = code.expose();
    for form in &forms {
        assert_absent(code, form, "the code");
        assert_absent(PROPS, form, "the props");
        for secret in [NEW, OLD, VERIFIER] {
            assert!(!form.contains(secret), "{form}");
        }
    }
}

#[test]
fn messages_survive_their_way_to_the_object() {
    let secret = Secret::from_bytes([3; 32]);
    let sent = serde_json::to_string(&Command::Inspect(Inspect { secret })).unwrap();
    let Command::Inspect(Inspect { secret }) = serde_json::from_str(&sent).unwrap() else {
        panic!("{sent}");
    };
    assert_eq!(secret.expose(), &[3; 32]);
    let open = serde_json::to_value(Command::Open(opening(NOW))).unwrap();
    let read: Command = serde_json::from_value(open.clone()).unwrap();
    assert_eq!(serde_json::to_value(read).unwrap(), open);
}
