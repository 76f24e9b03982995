//! The id by which a server's log knows a sign-in: from the consent page to every token.

use oauth_provider::authorize::{Approval, Asked, Browser, ConsentTicket, Shown};
use oauth_provider::grant::{FlowId, GrantId};

use crate::support::grant::{Grant, scope};
use crate::support::server::{Server, query};
use crate::support::{NOW, OLD, keys, rng};

// rule: tokens/story
#[test]
fn a_form_and_its_approval_are_of_the_sign_in_of_their_page() {
    let (server, keys, rng) = (Server::new(), keys(OLD), &mut rng());
    let query = query(&server.public(), &[]);
    let request = server.authorize(&query).unwrap();
    let flow = FlowId::draw(rng);
    assert_eq!(flow.as_str().len(), 16);
    let asked = Asked {
        flow: Some(flow.clone()),
        ..Asked::from(query.as_str())
    };
    let (shown, browser) = (Shown::from(&request), Browser::draw(rng));
    let form = ConsentTicket::sign(asked, shown.clone(), &browser, &keys, NOW, rng);
    let open = |text: &str| ConsentTicket::open(text, Some(&browser), &keys, NOW).unwrap();
    let first = open(&form);
    assert_eq!(first.flow.as_ref(), Some(&flow));
    // The page once more is a step of the same sign-in.
    let again = open(&first.sign_again(shown, &keys, rng));
    assert_ne!(again.id, first.id);
    assert_eq!(again.flow, first.flow);

    let (grant, redirect_uri) = (GrantId::draw(rng), request.redirect_uri.clone());
    let mut approval = Approval::new(request, grant, scope("org:read"), Vec::new(), NOW);
    approval.flow = again.flow;
    let sent = approval.sign(&keys);
    let cookie = |name: &str| (name == sent.cookie_name).then(|| sent.cookie_value.clone());
    let back = Approval::resume(&sent.state, cookie, &keys, NOW).unwrap();
    let open = back.open(&redirect_uri, "7".to_owned(), Vec::new(), None);
    assert_eq!(open.flow, Some(flow));
}

// rule: tokens/story
#[test]
fn tokens_lead_back_to_the_sign_in() {
    let flow = FlowId::draw(&mut rng());
    let mut grant = Grant::new();
    let code = grant.open(|open| open.flow = Some(flow.clone())).unwrap();
    let issued = grant.redeem(&code, |_| ()).unwrap();
    assert_eq!(issued.flow.as_ref(), Some(&flow));
    let told = grant.inspect(&issued.access).unwrap();
    assert_eq!(told.flow.as_ref(), Some(&flow));
    let next = grant.refresh(&issued.refresh.unwrap(), |_| ()).unwrap();
    assert_eq!(next.flow, Some(flow));
}

/// A row, a form and a message of a version that did not know of it.
#[test]
fn what_has_none_is_as_good() {
    let mut grant = Grant::new();
    let code = grant.open(|open| open.flow = None).unwrap();
    assert_eq!(grant.stored()["terms"].get("flow"), None);
    let issued = grant.redeem(&code, |_| ()).unwrap();
    assert_eq!(issued.flow, None);
    assert_eq!(grant.inspect(&issued.access).unwrap().flow, None);
}
