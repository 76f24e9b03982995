//! From the approval through the upstream to the callback.

use oauth_provider::CodeChallenge;
use oauth_provider::authorize::{
    Approval, ApprovalError, Approved, Browser, ConsentTicket, Shown, TicketError,
};
use oauth_provider::crypto::KeyRing;
use oauth_provider::grant::GrantId;
use oauth_types::ErrorCode;
use url::Url;

use crate::support::grant::scope;
use crate::support::server::{Server, query};
use crate::support::{NEW, NOW, OLD, after, keys, rng};

fn approved(changes: &[(&str, &str)]) -> Approval {
    let server = Server::new();
    let request = server.authorize(&query(&server.public(), changes)).unwrap();
    let grant = GrantId::draw(&mut rng());
    Approval::new(
        request,
        grant,
        scope("org:read"),
        vec!["inspect".to_owned()],
        NOW,
    )
}

fn resume(sent: &Approved, keys: &KeyRing, seconds: u64) -> Result<Approval, ApprovalError> {
    let cookie = |name: &str| (name == sent.cookie_name).then(|| sent.cookie_value.clone());
    Approval::resume(&sent.state, cookie, keys, after(seconds))
}

// rule: clients/redirect-uri-matching
// rule: authorization/upstream-state: upstream state: cookie, ten minutes, unaltered, single use
#[test]
fn it_comes_back_as_it_left_within_ten_minutes() {
    let approval = approved(&[]).limited_to("readonly=1".to_owned());
    let sent = approval.sign(&keys(OLD));
    let back = resume(&sent, &keys(OLD), 599).unwrap();
    assert_eq!(back.limits, "readonly=1");
    assert_eq!(back.grant, approval.grant);
    assert_eq!(back.scope(), &scope("org:read"));
    assert_eq!(back.choices, ["inspect"]);
    assert_eq!(
        resume(&sent, &keys(OLD), 600).unwrap_err(),
        ApprovalError::Expired
    );
}

// rule: authorization/upstream-state
#[test]
fn only_in_the_browser_that_approved() {
    let keys = keys(OLD);
    let sent = approved(&[]).sign(&keys);
    let other = approved(&[("state", "other")]).sign(&keys);
    assert_ne!(sent.cookie_name, other.cookie_name, "two tabs both finish");
    let with = |value: Option<String>| {
        Approval::resume(&sent.state, |_| value, &keys, NOW)
            .map(|_| ())
            .unwrap_err()
    };
    assert_eq!(
        Approval::resume(&sent.state, |_| None, &keys, after(600)).unwrap_err(),
        ApprovalError::Expired,
        "its cookie has gone with it"
    );
    for value in [
        None,
        Some(String::new()),
        Some("A".repeat(43)),
        Some(other.cookie_value.clone()),
    ] {
        assert_eq!(with(value), ApprovalError::OtherBrowser);
    }
}

// rule: authorization/upstream-state
#[test]
fn no_altered_state_is_taken() {
    let ring = keys(OLD);
    let sent = approved(&[]).sign(&ring);
    for i in (0..sent.state.len()).step_by(7) {
        let mut bytes = sent.state.clone().into_bytes();
        bytes[i] = if bytes[i] == b'A' { b'B' } else { b'A' };
        let state = String::from_utf8(bytes).unwrap();
        let altered = Approved {
            state,
            ..approved(&[]).sign(&ring)
        };
        assert_eq!(
            resume(&altered, &ring, 0).unwrap_err(),
            ApprovalError::Forged,
            "at {i}"
        );
    }
    for state in ["", ".", "e30.", "a.b.c"] {
        let made_up = Approved {
            state: state.to_owned(),
            ..approved(&[]).sign(&ring)
        };
        assert_eq!(
            resume(&made_up, &ring, 0).unwrap_err(),
            ApprovalError::Forged
        );
    }
    assert_eq!(
        resume(&sent, &keys(NEW), 0).unwrap_err(),
        ApprovalError::Forged
    );
    assert!(
        resume(&sent, &keys(&format!("{NEW},{OLD}")), 0).is_ok(),
        "rotation"
    );
}

// rule: authorization/upstream-state
#[test]
fn a_form_is_no_state_and_a_state_no_form() {
    let ring = keys(OLD);
    let browser = Browser::draw(&mut rng());
    let shown = Shown {
        name: None,
        verified_host: None,
        agreed: None,
        redirect_uri: "https://app.example/callback".to_owned(),
    };
    let form = ConsentTicket::sign("client_id=x", shown, &browser, &ring, NOW, &mut rng());
    let sent = approved(&[]).sign(&ring);
    let as_state = Approved {
        state: form,
        ..approved(&[]).sign(&ring)
    };
    assert_eq!(
        resume(&as_state, &ring, 0).unwrap_err(),
        ApprovalError::Forged
    );
    let as_form = ConsentTicket::open(&sent.state, Some(&browser), &ring, NOW);
    assert_eq!(as_form.unwrap_err(), TicketError::Forged);
}

// rule: authorization/upstream-verifier: the verifier towards the upstream travels nowhere else
//    [RFC 7636]
#[test]
fn the_verifier_towards_the_upstream_is_in_no_url_and_no_cookie() {
    let ring = keys(OLD);
    let approval = approved(&[]);
    let sent = approval.sign(&ring);
    let verifier = resume(&sent, &ring, 0).unwrap().upstream_verifier(&ring);
    assert!(CodeChallenge::of(&verifier) == sent.challenge);
    for place in [&sent.state, &sent.cookie_name, &sent.cookie_value] {
        assert!(!place.contains(verifier.expose()));
    }
}

#[test]
fn the_answer_carries_code_state_and_issuer() {
    let issuer = ("issuer", "https://mcp.example.com/mcp/acme");
    let back = approved(&[("state", "a b&c"), issuer]);
    let uri = back.redirect_uri().unwrap();
    let location = back
        .respond(uri.clone(), Ok("the-code".to_owned()))
        .location();
    insta::assert_snapshot!(location, @"https://app.example/cb?code=the-code&state=a+b%26c&iss=https%3A%2F%2Fmcp.example.com%2Fmcp%2Facme");
    let denied = back
        .respond(
            uri,
            Err((ErrorCode::AccessDenied, "the person said no".to_owned())),
        )
        .location();
    insta::assert_snapshot!(denied, @"https://app.example/cb?error=access_denied&error_description=the+person+said+no&state=a+b%26c&iss=https%3A%2F%2Fmcp.example.com%2Fmcp%2Facme");
}

#[test]
fn no_state_sent_none_returned() {
    let back = approved(&[("state", "")]);
    let location = back
        .respond(back.redirect_uri().unwrap(), Ok("c".to_owned()))
        .location();
    let url = Url::parse(&location).unwrap();
    assert!(url.query_pairs().all(|(name, _)| name != "state"));
}

#[test]
fn what_opens_the_grant_is_what_was_approved() {
    let back = approved(&[("resource", "https://mcp.example.com/mcp/acme")]);
    let open = back.open(
        &back.redirect_uri().unwrap(),
        "7".to_owned(),
        b"props".to_vec(),
        None,
    );
    assert_eq!(open.resource.path(), "/mcp/acme");
    assert_eq!(
        open.scope,
        scope("org:read"),
        "the person's choice, not the request's"
    );
    assert_eq!(open.approval_ends_at, after(600));
    assert_eq!(open.redirect_uri, "https://app.example/cb");
}
