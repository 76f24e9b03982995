//! What is done for a grant besides answering: looks at its client's document, daily chores, props that end.

use oauth_provider::client;
use oauth_provider::crypto::Bytes;
use oauth_provider::grant::{
    Audit, Command, Found, Looked, Need, Next, Refusal, Reply, Reseal, Upstream,
};

use crate::client_documents::{URL as DOCUMENT, answer, document, json_answer, serving};
use crate::support::grant::{Grant, PROPS, active_with, refreshing};
use crate::support::server::now;
use crate::support::{DAY, after};

const HOUR: u64 = 3600;
const URL: &str = "https://client.example/c.json";

fn gone() -> Found {
    Found::Gone("the status is 200: found 404".to_owned())
}

fn look(grant: &mut Grant, found: Found) {
    assert!(matches!(
        grant.send(Command::Looked(Looked(found))),
        Reply::Done
    ));
}

// rule: clients/hourly-look
#[test]
fn a_document_that_two_looks_an_hour_apart_find_gone_ends_refreshing() {
    let (mut grant, token) = refreshing();
    look(&mut grant, gone());
    let token = grant.rotate(&token).unwrap();
    grant.wait(HOUR - 1);
    look(&mut grant, gone());
    let token = grant.rotate(&token).unwrap();
    grant.wait(1);
    look(&mut grant, gone());
    assert_eq!(
        grant.rotate(&token).err(),
        Some(Refusal::ClientGone(
            "the status is 200: found 404".to_owned()
        )),
        "with what was found, for the client's developer"
    );
    assert_eq!(grant.audit, [Audit::ClientGone]);
    assert_eq!(
        grant.stands().as_deref(),
        Some("active"),
        "it may come back"
    );
    look(&mut grant, Found::Good);
    assert!(grant.rotate(&token).is_ok());
}

// rule: clients/hourly-look
/// What `invalid_client` will tell the client's developer (the same words as on a page).
#[test]
fn a_look_says_what_it_found() {
    let found = |answer: Result<fetch::Response, fetch::FetchError>| {
        let server = serving(DOCUMENT, answer);
        now(client::look(DOCUMENT, &server.settings, &server.fetch))
    };
    let gone = |words: &str| Found::Gone(words.to_owned());
    assert_eq!(found(json_answer(&[], &document(DOCUMENT))), Found::Good);
    assert_eq!(
        found(answer(404, &[], "")),
        gone("the status is 200: found 404; expected 200 (CIMD §5)")
    );
    let page = "x".repeat(9 * 1024);
    let html = [("content-type", "text/html")];
    for status in [404, 410] {
        let words = format!("the status is 200: found {status}; expected 200 (CIMD §5)");
        assert_eq!(found(answer(status, &html, &page)), Found::Gone(words));
    }
    assert_eq!(
        found(json_answer(
            &[],
            &serde_json::json!({"client_id": DOCUMENT})
        )),
        gone(
            "client_name is present: found no visible client_name; expected a name that people know (MCP \
             authorization, Client ID Metadata Documents)"
        )
    );
    for trouble in [
        answer(500, &[], ""),
        answer(403, &[], ""),
        answer(403, &html, &page),
        answer(200, &html, &page),
        answer(200, &html, "<html>"),
        answer(301, &[("location", DOCUMENT)], ""),
        Err(fetch::FetchError::OverBudget),
        Err(fetch::FetchError::TooLarge(5120)),
    ] {
        assert_eq!(found(trouble), Found::Unclear);
    }
}

// rule: clients/hourly-look
#[test]
fn trouble_on_the_way_says_nothing_and_a_good_look_begins_anew() {
    for between in [Found::Unclear, Found::Good] {
        let (mut grant, token) = refreshing();
        look(&mut grant, gone());
        grant.wait(HOUR);
        look(&mut grant, between);
        assert!(grant.rotate(&token).is_ok());
    }
    let (mut grant, token) = refreshing();
    look(&mut grant, gone());
    look(&mut grant, Found::Good);
    grant.wait(HOUR);
    look(&mut grant, gone());
    assert!(grant.rotate(&token).is_ok());
}

#[test]
fn chores_come_with_the_first_tokens_and_daily_and_looks_hourly_for_a_url_only() {
    let (mut grant, first) = active_with(|_| ());
    assert!(first.chores.daily && !first.chores.look);
    let of = |issued: &oauth_provider::grant::Issued| issued.subject.clone();
    assert_eq!(
        of(&first).as_deref(),
        Some("7"),
        "who it is, where it is noted"
    );
    let token = first.refresh.unwrap();
    grant.wait(DAY - 1);
    let second = grant.refresh(&token, |_| ()).unwrap();
    assert!(!second.chores.daily && !second.chores.look);
    assert_eq!(of(&second), None);
    grant.wait(1);
    let third = grant.refresh(&second.refresh.unwrap(), |_| ()).unwrap();
    assert!(third.chores.daily && !third.chores.look);

    let mut grant = Grant::new();
    let code = grant.open(|open| open.client.id = URL.to_owned()).unwrap();
    let first = grant
        .redeem(&code, |redeem| redeem.client_id = URL.to_owned())
        .unwrap();
    let of_url = |refresh: &mut oauth_provider::grant::Refresh| refresh.client_id = URL.to_owned();
    grant.wait(HOUR - 1);
    let second = grant.refresh(&first.refresh.unwrap(), of_url).unwrap();
    assert!(!second.chores.look);
    grant.wait(1);
    let third = grant.refresh(&second.refresh.unwrap(), of_url).unwrap();
    assert!(third.chores.look && !third.chores.daily);
}

// rule: tokens/upstream-renewed-in-time
#[test]
fn props_that_would_not_outlast_the_next_access_token_are_due() {
    let (mut grant, issued) = active_with(|open| open.props_expire_at = Some(after(2 * HOUR)));
    let token = issued.refresh.unwrap();
    let due = |grant: &Grant, wide: bool| {
        let refresh = grant.refresh_command(&token, |refresh| {
            if wide {
                refresh.client_id = "another".to_owned();
            }
        });
        let read = |_: &[u8]| {
            Some(Upstream {
                token: String::new(),
                renewable: true,
            })
        };
        let mut rng = grant.rng.clone();
        match refresh.begin(grant.state.clone(), read, &grant.moment(), &mut rng) {
            Next::Renew(renewal, _) => Some(renewal.props.0),
            Next::Step(_) => None,
        }
    };
    grant.wait(HOUR);
    assert_eq!(due(&grant, false), None, "as long as the access token");
    grant.wait(1);
    assert_eq!(due(&grant, false).as_deref(), Some(PROPS));
    assert_eq!(
        due(&grant, true),
        None,
        "a refresh that would be refused renews nothing"
    );

    let fresh = Reseal {
        secret: token.0.clone(),
        props: Bytes(b"fresh".to_vec()),
        props_expire_at: Some(after(DAY)),
    };
    assert!(matches!(grant.send(Command::Reseal(fresh)), Reply::Done));
    assert_eq!(due(&grant, false), None);
    let issued = grant.refresh(&token, |_| ()).unwrap();
    assert_eq!(grant.inspect(&issued.access).unwrap().props.0, b"fresh");
}
