//! Whether somebody has completed a sign-in with a client before: known without a read of its own.

use fetch::scripted::Scripted;
use fetch::{FetchError, Method, Response};
use oauth_provider::client::{ClientIdUrl, renew};
use oauth_provider::store::ClientStore;

use crate::client_documents::{URL, document, json_answer};
use crate::support::server::{Server, now, query};

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

/// What follows a redeemed code.
fn sign_in(server: &Server, client_id: &str) {
    let renewed = renew(client_id, &server.settings, &server.store, server.time());
    now(renewed).unwrap();
}

#[test]
fn a_registered_client_is_new_until_somebody_signed_in() {
    let server = Server::new();
    let client = server.public();
    assert!(is_new(&server, &client));
    sign_in(&server, &client);
    assert!(!is_new(&server, &client));
    assert!(is_new(&server, &server.public()), "and so is the next");
}

#[test]
fn so_is_a_described_one_whether_or_not_its_document_is_kept() {
    for cache_control in ["max-age=300", "no-store"] {
        let server = serving(cache_control);
        assert!(is_new(&server, URL), "{cache_control}");
        sign_in(&server, URL);
        assert!(!is_new(&server, URL), "{cache_control}");
        // Past the copy's end, and past the fetch that follows it.
        server.wait(400);
        assert!(!is_new(&server, URL), "{cache_control}");
        assert!(!is_new(&server, URL), "{cache_control}");
        server.wait(server.settings.registration.as_secs());
        assert!(
            is_new(&server, URL),
            "{cache_control}: nobody came for long"
        );
    }
}

#[test]
fn what_is_known_never_stands_in_for_the_document() {
    let server = serving("no-store");
    sign_in(&server, URL);
    for fetches in 1..4 {
        assert!(!is_new(&server, URL));
        assert_eq!(server.fetch.requests().len(), fetches);
    }
}

#[test]
fn it_is_written_once_a_day_however_many_sign_in() {
    let server = serving("max-age=300");
    let url = ClientIdUrl::parse(URL, &server.settings.origin).unwrap();
    let registered = server.public();
    let known_until = || {
        let document = now(server.store.document(&url)).unwrap();
        let registration = now(server.store.registration(&registered)).unwrap();
        let (document, registration) = (document.unwrap(), registration.unwrap());
        [document.known_until, registration.known_until].map(Option::unwrap)
    };
    let everybody = || {
        sign_in(&server, URL);
        sign_in(&server, &registered);
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
