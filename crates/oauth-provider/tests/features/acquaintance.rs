//! How well a client is known: who has completed a sign-in with it, known without a read of its own.
// file rule: clients/new-clients-marked: a client is new until three people have signed in with it,
//    or 30 days after the first; known without a read more

use fetch::scripted::Scripted;
use fetch::{FetchError, Method, Response};
use oauth_provider::UnixTime;
use oauth_provider::client::{ClientIdUrl, Newcomer, renew};
use oauth_provider::crypto::KeyRing;
use oauth_provider::store::{ClientStore, KeptDocument};
use serde_json::json;

use crate::client_documents::{URL, document, json_answer};
use crate::support::server::{Server, now, query};
use crate::support::{NEW, OLD, keys};

const DAY: u64 = 86_400;

fn serving(cache_control: &str) -> Server {
    let answer = || -> Result<Response, FetchError> {
        json_answer(&[("cache-control", cache_control)], &document(URL))
    };
    Server::with(Scripted::new().on(Method::Get, URL, answer()))
}

fn is_new(server: &Server, client_id: &str) -> bool {
    let asked = server.authorize(&query(client_id, &[])).unwrap();
    asked.client.is_new
}

/// What follows a redeemed code, and each day's first refresh.
fn sign_in_under(keys: &KeyRing, server: &Server, client_id: &str, person: &str) {
    let (settings, at) = (&server.settings, server.time());
    let renewed = renew(client_id, Some(person), keys, settings, &server.store, at);
    now(renewed).unwrap();
}

fn sign_in(server: &Server, client_id: &str, person: &str) {
    sign_in_under(&server.store.keys, server, client_id, person);
}

fn kept(server: &Server) -> KeptDocument {
    let url = ClientIdUrl::parse(URL, &server.settings.origin).unwrap();
    now(server.store.document(&url)).unwrap().unwrap()
}

/// A registered client, one whose document is kept, and one whose document may not be.
fn each(check: impl Fn(Server, &str, &str)) {
    let server = Server::new();
    let client = server.public();
    check(server, &client, "registered");
    for cache_control in ["max-age=300", "no-store"] {
        check(serving(cache_control), URL, cache_control);
    }
}

#[test]
fn a_client_is_new_until_three_people_have_signed_in() {
    each(|server, client, kind| {
        assert!(is_new(&server, client), "{kind}");
        for person in ["1", "2"] {
            sign_in(&server, client, person);
            assert!(is_new(&server, client), "{kind}, {person}");
        }
        sign_in(&server, client, "3");
        assert!(!is_new(&server, client), "{kind}");
        if kind == "registered" {
            assert!(is_new(&server, &server.public()), "and so is the next");
        }
    });
}

#[test]
fn one_person_counts_once_however_often() {
    each(|server, client, kind| {
        for _ in 0..5 {
            sign_in(&server, client, "1");
            sign_in_under(&keys(&format!("{NEW},{OLD}")), &server, client, "1");
            server.wait(DAY);
        }
        assert!(is_new(&server, client), "{kind}");
        // Of somebody who is not told nobody more is known than that there was one.
        let (keys, settings) = (&server.store.keys, &server.settings);
        let renewed = renew(client, None, keys, settings, &server.store, server.time());
        now(renewed).unwrap();
        sign_in(&server, client, "2");
        assert!(is_new(&server, client), "{kind}");
    });
}

#[test]
fn nor_is_it_new_thirty_days_after_the_first() {
    each(|server, client, kind| {
        sign_in(&server, client, "1");
        server.wait(29 * DAY);
        sign_in(&server, client, "2");
        server.wait(DAY - 1);
        assert!(is_new(&server, client), "{kind}");
        server.wait(1);
        assert!(!is_new(&server, client), "{kind}");
        sign_in(&server, client, "1");
        assert!(!is_new(&server, client), "{kind}: nor later");
    });
}

#[test]
fn it_is_new_again_when_nobody_came_for_long() {
    for cache_control in ["max-age=300", "no-store"] {
        let server = serving(cache_control);
        for person in ["1", "2", "3"] {
            sign_in(&server, URL, person);
        }
        // Past the copy's end, and past the fetch that follows it.
        server.wait(400);
        assert!(!is_new(&server, URL), "{cache_control}");
        assert!(!is_new(&server, URL), "{cache_control}");
        server.wait(server.settings.registration.as_secs());
        assert!(is_new(&server, URL), "{cache_control}");
        sign_in(&server, URL, "1");
        assert!(is_new(&server, URL), "{cache_control}: from the beginning");
    }
}

// rule: clients/little-kept-of-people: of people no more is kept for that than two keyed hashes,
//    and not for long
#[test]
fn what_is_kept_of_people_is_little_and_goes() {
    let server = serving("max-age=300");
    let people = || kept(&server).newcomer.map(|newcomer| newcomer.people.len());
    sign_in(&server, URL, "4711");
    let first = kept(&server).newcomer.unwrap().people;
    let other = server.public();
    sign_in(&server, &other, "4711");
    let registration = now(server.store.registration(&other)).unwrap().unwrap();
    let elsewhere = registration.newcomer.unwrap().people;
    assert_ne!(first, elsewhere, "two clients know nothing in common");
    let text = serde_json::to_string(&kept(&server)).unwrap();
    assert!(!text.contains("4711"), "{text}");
    sign_in(&server, URL, "2");
    assert_eq!(people(), Some(2));
    sign_in(&server, URL, "3");
    assert_eq!(people(), None, "with the third all are forgotten");
    sign_in(&server, &other, "4711");
    server.wait(30 * DAY);
    sign_in(&server, &other, "4711");
    let registration = now(server.store.registration(&other)).unwrap().unwrap();
    assert_eq!(registration.newcomer, None, "and with the time");
}

#[test]
fn records_of_the_version_before_are_read() {
    let server = serving("max-age=300");
    let url = ClientIdUrl::parse(URL, &server.settings.origin).unwrap();
    let until = server.time().0 + 90 * DAY;
    let text = json!({
        "body": document(URL).to_string(), "fetched_at": server.time(), "expires_at": server.time().0 + 300,
        "known_until": until,
    });
    let before: KeptDocument = serde_json::from_value(text).unwrap();
    now(server.store.keep_document(&url, &before)).unwrap();
    assert!(!is_new(&server, URL), "somebody had signed in with it");
    server.wait(DAY);
    sign_in(&server, URL, "1");
    assert!(!is_new(&server, URL));
    assert_eq!(kept(&server).newcomer, None);
    let newcomer: Newcomer = serde_json::from_value(json!({"since": 5})).unwrap();
    assert_eq!((newcomer.since, newcomer.people.len()), (UnixTime(5), 0));
}

#[test]
fn what_is_known_never_stands_in_for_the_document() {
    let server = serving("no-store");
    sign_in(&server, URL, "1");
    for fetches in 1..4 {
        assert!(server.authorize(&query(URL, &[])).is_ok());
        assert_eq!(server.fetch.requests().len(), fetches);
    }
}

#[test]
fn it_is_written_once_a_day_however_often_people_come() {
    let server = serving("max-age=300");
    let registered = server.public();
    let known_until = || {
        let registration = now(server.store.registration(&registered)).unwrap();
        [kept(&server).known_until, registration.unwrap().known_until].map(Option::unwrap)
    };
    let everybody = || {
        for person in ["1", "2", "3"] {
            sign_in(&server, URL, person);
            sign_in(&server, &registered, person);
        }
    };
    everybody();
    let first = known_until();
    server.wait(DAY - 1);
    everybody();
    assert_eq!(known_until(), first);
    server.wait(1);
    everybody();
    assert!(known_until()[0] > first[0] && known_until()[1] > first[1]);
}
