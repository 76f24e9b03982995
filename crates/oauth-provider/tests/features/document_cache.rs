//! How long a client metadata document is kept, and when it is looked at again.

use fetch::scripted::Scripted;
use fetch::{FetchError, Method, Response};
use oauth_provider::UnixTime;
use oauth_provider::authorize::{AuthorizeError, PageProblem};
use oauth_provider::client::ClientIdUrl;
use oauth_provider::store::{ClientStore, KeptDocument};
use serde_json::json;

use crate::client_documents::{URL, answer, document, json_answer};
use crate::support::server::{CALLBACK, Server, now, query};

const ADDED: &str = "https://app.example/added";

type Answer = Result<Response, FetchError>;

fn serving(answers: impl IntoIterator<Item = Answer>) -> Server {
    let script = Scripted::new();
    Server::with(
        answers
            .into_iter()
            .fold(script, |script, answer| script.on(Method::Get, URL, answer)),
    )
}

/// Asks, and says whether that led to the consent page.
fn ask(server: &Server, redirect_uri: &str) -> bool {
    server
        .authorize(&query(URL, &[("redirect_uri", redirect_uri)]))
        .is_ok()
}

fn fetches(server: &Server) -> usize {
    server.fetch.requests().len()
}

fn kept(cache_control: &str) -> Answer {
    json_answer(&[("cache-control", cache_control)], &document(URL))
}

fn with_added(cache_control: &str) -> Answer {
    let mut document = document(URL);
    document["redirect_uris"] = json!([CALLBACK, ADDED]);
    json_answer(&[("cache-control", cache_control)], &document)
}

fn unreachable() -> Answer {
    Err(FetchError::Unreachable("gone".to_owned()))
}

// rule: clients/cache-lifetime
#[test]
fn it_is_kept_as_long_as_it_says() {
    for (headers, seconds) in [
        (&[("cache-control", "max-age=300")][..], 300),
        (&[("cache-control", "max-age=300, s-maxage=900")], 900),
        (&[("cache-control", "max-age=1")], 60),
        (&[("cache-control", "max-age=31536000")], 86_400),
        (&[], 3600),
        (
            &[
                ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
                ("expires", "Sun, 06 Nov 1994 08:59:37 GMT"),
            ],
            600,
        ),
    ] {
        let server = serving([json_answer(headers, &document(URL))]);
        assert!(ask(&server, CALLBACK));
        server.wait(seconds - 1);
        assert!(ask(&server, CALLBACK));
        assert_eq!(fetches(&server), 1, "{headers:?}");
        server.wait(1);
        assert!(ask(&server, CALLBACK));
        assert_eq!(fetches(&server), 2, "{headers:?}");
    }
}

// rule: clients/cache-forbidden: `no-store` and `no-cache` are not kept, nor failures and invalid
//    documents [RFC 9111]
#[test]
fn it_is_not_kept_where_it_forbids_that() {
    for cache_control in ["no-store", "no-cache", "max-age=300, no-store"] {
        let server = serving([kept(cache_control)]);
        for n in 1..4 {
            assert!(ask(&server, CALLBACK));
            assert_eq!(fetches(&server), n, "{cache_control}");
        }
    }
}

// rule: clients/cache-forbidden
#[test]
fn failures_and_invalid_documents_are_not_kept() {
    let mut invalid = document(URL);
    invalid["client_secret"] = json!("x");
    for bad in [
        unreachable(),
        answer(404, &[], ""),
        json_answer(&[], &invalid),
    ] {
        let server = serving([bad, kept("max-age=300")]);
        assert!(!ask(&server, CALLBACK));
        assert!(ask(&server, CALLBACK), "at once");
    }
}

// rule: clients/document-down
#[test]
fn a_kept_copy_serves_while_its_host_is_down() {
    let server = serving([kept("max-age=600"), unreachable()]);
    assert!(ask(&server, CALLBACK));
    server.wait(599);
    assert!(ask(&server, CALLBACK));
}

// rule: clients/copy-lacks-redirect-uri: a kept copy that lacks the redirect URI is fetched anew,
//    once a minute
#[test]
fn a_redirect_uri_that_was_added_is_found() {
    let server = serving([kept("max-age=600"), with_added("max-age=600")]);
    assert!(ask(&server, CALLBACK));
    server.wait(60);
    assert!(ask(&server, ADDED));
    assert!(ask(&server, ADDED) && ask(&server, CALLBACK), "and kept");
    assert_eq!(fetches(&server), 2);
}

// rule: clients/copy-lacks-redirect-uri
#[test]
fn strangers_uris_cost_a_look_a_minute() {
    let server = serving([kept("max-age=86400")]);
    for (seconds, expected) in [(0, 1), (59, 1), (1, 2), (1, 2), (58, 2), (1, 3)] {
        server.wait(seconds);
        let asked = server.authorize(&query(URL, &[("redirect_uri", "https://evil.example/")]));
        assert!(matches!(
            asked,
            Err(AuthorizeError::Page(PageProblem::RedirectUri { .. }))
        ));
        assert_eq!(fetches(&server), expected, "at {:?}", server.time());
    }
}

// rule: clients/copy-lacks-redirect-uri
#[test]
fn a_look_that_fails_is_one_too_and_the_copy_stays() {
    let server = serving([kept("max-age=600"), unreachable()]);
    assert!(ask(&server, CALLBACK));
    server.wait(60);
    for _ in 0..5 {
        assert!(!ask(&server, "https://evil.example/"));
    }
    assert_eq!(fetches(&server), 2);
    server.wait(539);
    assert!(ask(&server, CALLBACK));
    assert_eq!(fetches(&server), 2);
    server.wait(1);
    assert!(!ask(&server, CALLBACK), "and ends when it would have");
}

// rule: clients/cache-forbidden
#[test]
fn a_document_that_may_no_longer_be_kept_is_not_hidden_by_its_old_copy() {
    let server = serving([kept("max-age=86400"), with_added("no-store")]);
    assert!(ask(&server, CALLBACK));
    server.wait(60);
    // The page, and the approval.
    assert!(ask(&server, ADDED));
    assert!(ask(&server, ADDED));
    assert_eq!(fetches(&server), 3);
}

// rule: clients/cache-forbidden
#[test]
fn nor_is_it_outlived_by_it() {
    let mut moved = document(URL);
    moved["redirect_uris"] = json!([ADDED]);
    let moved = json_answer(&[("cache-control", "no-store")], &moved);
    let server = serving([kept("max-age=86400"), moved]);
    assert!(ask(&server, CALLBACK));
    server.wait(60);
    assert!(ask(&server, ADDED));
    assert!(!ask(&server, CALLBACK), "no longer the client's");
}

#[test]
fn a_copy_that_breaks_a_rule_of_today_is_fetched_anew() {
    let server = serving([kept("max-age=600")]);
    let url = ClientIdUrl::parse(URL, &server.settings.origin).unwrap();
    let broken = KeptDocument {
        body: "{}".to_owned(),
        fetched_at: server.time(),
        expires_at: UnixTime(u64::MAX),
        known_until: None,
        newcomer: None,
    };
    now(server.store.keep_document(&url, &broken)).unwrap();
    assert!(ask(&server, CALLBACK));
    assert_eq!(fetches(&server), 1);
}
