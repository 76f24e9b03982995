//! A person's own way through the upstream, for a page of the server.

use oauth_provider::CodeChallenge;
use oauth_provider::authorize::{Approval, ApprovalError, Approved, SignIn};
use oauth_provider::crypto::KeyRing;
use oauth_provider::grant::GrantId;

use crate::support::grant::scope;
use crate::support::server::{Server, query};
use crate::support::{NEW, NOW, OLD, after, keys, rng};

fn resume(sent: &Approved, keys: &KeyRing, seconds: u64) -> Result<SignIn, ApprovalError> {
    let cookie = |name: &str| (name == sent.cookie_name).then(|| sent.cookie_value.clone());
    SignIn::resume(&sent.state, cookie, keys, after(seconds))
}

// rule: apps/sign-in-state-bound: the state of a sign-in is bound to its browser, unaltered, for
//    ten minutes, across a change of keys [RFC 9700 §4.7]
#[test]
fn it_comes_back_within_ten_minutes_to_the_same_browser() {
    let ring = keys(OLD);
    let sent = SignIn::begin(NOW, &mut rng()).sign(&ring);
    let back = resume(&sent, &ring, 599).unwrap();
    assert_eq!(
        CodeChallenge::of(&back.upstream_verifier(&ring)),
        sent.challenge
    );
    assert_eq!(
        resume(&sent, &ring, 600).unwrap_err(),
        ApprovalError::Expired
    );
    let two = &mut rng();
    let (one, other) = (SignIn::begin(NOW, two), SignIn::begin(NOW, two));
    let [one, other] = [one, other].map(|way| way.sign(&ring));
    assert_ne!(one.cookie_name, other.cookie_name, "two tabs both finish");
    for value in [None, Some(String::new()), Some(other.cookie_value)] {
        let error = SignIn::resume(&one.state, |_| value, &ring, NOW).unwrap_err();
        assert_eq!(error, ApprovalError::OtherBrowser);
    }
}

// rule: apps/sign-in-state-bound
#[test]
fn no_altered_state_is_taken() {
    let ring = keys(OLD);
    let sent = SignIn::begin(NOW, &mut rng()).sign(&ring);
    for i in 0..sent.state.len() {
        let mut bytes = sent.state.clone().into_bytes();
        bytes[i] = if bytes[i] == b'A' { b'B' } else { b'A' };
        let state = String::from_utf8(bytes).unwrap();
        let error = SignIn::resume(&state, |_| None, &ring, NOW).unwrap_err();
        assert_eq!(error, ApprovalError::Forged, "{state}");
    }
}

// rule: apps/sign-in-state-no-approval: the state of a sign-in is never an approval, and an
//    approval never one
#[test]
fn it_is_never_an_approval_and_an_approval_never_one() {
    let ring = keys(OLD);
    let server = Server::new();
    let request = server.authorize(&query(&server.public(), &[])).unwrap();
    let grant = GrantId::draw(&mut rng());
    let approved = Approval::new(request, grant, scope("org:read"), Vec::new(), NOW).sign(&ring);
    assert_eq!(
        resume(&approved, &ring, 0).unwrap_err(),
        ApprovalError::Forged
    );
    let sent = SignIn::begin(NOW, &mut rng()).sign(&ring);
    let cookie = |_: &str| Some(sent.cookie_value.clone());
    assert_eq!(
        Approval::resume(&sent.state, cookie, &ring, NOW).unwrap_err(),
        ApprovalError::Forged
    );
}

// rule: apps/sign-in-state-bound
#[test]
fn a_change_of_keys_under_way_is_survived() {
    let sent = SignIn::begin(NOW, &mut rng()).sign(&keys(OLD));
    let both = keys(&format!("{NEW},{OLD}"));
    let back = resume(&sent, &both, 1).unwrap();
    assert_eq!(
        CodeChallenge::of(&back.upstream_verifier(&both)),
        sent.challenge
    );
    assert_eq!(
        resume(&sent, &keys(NEW), 1).unwrap_err(),
        ApprovalError::Forged
    );
}
