//! Strangers do not lock a client out: what people use has a budget of its own, and a copy stands in while it is spent.
// file rule: clients/copy-stands-in: a document's copy stands in while the budget is spent, a day
//    (keys: an hour) at most, and for nothing that a look has found otherwise

use fetch::scripted::Scripted;
use fetch::{FetchError, Method, Response};
use oauth_provider::authorize::{AuthorizeError, PageProblem};
use oauth_provider::client::{ClientIdUrl, ClientProblem, renew};
use oauth_provider::store::{ClientStore, KeptDocument};
use serde_json::json;

use crate::client_documents::{URL, answer, document, json_answer};
use crate::support::assertion::{Es256, KEYS, claims, jwks, keyed, show, with};
use crate::support::server::{CALLBACK, Server, now, outcome, query};

type Answer = Result<Response, FetchError>;

const DAY: u64 = 86_400;
const MOVED: &str = "https://app.example/moved";

fn serving(url: &str, answers: impl IntoIterator<Item = Answer>) -> Scripted {
    let on = |script: Scripted, answer| script.on(Method::Get, url, answer);
    answers.into_iter().fold(Scripted::new(), on)
}

fn kept(seconds: u64) -> Answer {
    let cache_control = format!("max-age={seconds}");
    json_answer(&[("cache-control", &cache_control)], &document(URL))
}

fn spent() -> Answer {
    Err(FetchError::OverBudget)
}

fn somebody_signed_in(server: &Server, client_id: &str) {
    let (keys, settings) = (&server.store.keys, &server.settings);
    let at = server.time();
    now(renew(
        client_id,
        Some("1"),
        keys,
        settings,
        &server.store,
        at,
    ))
    .unwrap();
}

/// `Ok` for the consent page.
fn ask(server: &Server, redirect_uri: &str) -> Result<(), &'static str> {
    let asked = server.authorize(&query(URL, &[("redirect_uri", redirect_uri)]));
    match asked {
        Ok(_) => Ok(()),
        Err(AuthorizeError::Page(PageProblem::Client(ClientProblem::Document {
            problem, ..
        }))) if problem.over_budget => Err("over the budget"),
        Err(AuthorizeError::Page(PageProblem::RedirectUri { .. })) => Err("redirect URI"),
        Err(_) => Err("document"),
    }
}

/// A client that somebody has signed in with, whose copy ended this long ago; then these answers.
fn ended(ago: u64, answers: impl IntoIterator<Item = Answer>) -> Server {
    let server = Server::with(serving(URL, [kept(300)].into_iter().chain(answers)));
    ask(&server, CALLBACK).unwrap();
    somebody_signed_in(&server, URL);
    server.wait(300 + ago);
    server
}

fn budgets(server: &Server) -> Vec<Option<String>> {
    let requests = server.fetch.requests();
    requests.into_iter().map(|asked| asked.own_budget).collect()
}

// rule: clients/strangers-lock-nobody-out: strangers lock no client out that people use: its
//    document and its keys have a budget of their own
#[test]
fn a_client_that_people_use_is_counted_for_itself() {
    let server = Server::with(serving(URL, [kept(60)]));
    ask(&server, CALLBACK).unwrap();
    somebody_signed_in(&server, URL);
    server.wait(60);
    ask(&server, CALLBACK).unwrap();
    // A redirect URI that the copy lacks, looked for.
    server.wait(59);
    ask(&server, CALLBACK).unwrap();
    let own = Some(URL.to_owned());
    assert_eq!(budgets(&server), [None, own.clone()]);
    server.wait(2);
    let _ = ask(&server, MOVED);
    assert_eq!(budgets(&server), [None, own.clone(), own]);
    server.wait(server.settings.registration.as_secs());
    ask(&server, CALLBACK).unwrap();
    assert_eq!(budgets(&server).last(), Some(&None), "nobody came for long");
}

#[test]
fn its_copy_stands_in_while_the_budget_is_spent_and_for_a_day_at_most() {
    for ago in [0, 1, DAY - 1] {
        let server = ended(ago, [spent()]);
        assert_eq!(ask(&server, CALLBACK), Ok(()), "{ago}");
        // What it lacks may have been added: that is not known.
        assert_eq!(ask(&server, MOVED), Err("over the budget"), "{ago}");
    }
    assert_eq!(
        ask(&ended(DAY, [spent()]), CALLBACK),
        Err("over the budget")
    );
}

#[test]
fn a_client_that_nobody_knows_has_none() {
    let server = Server::with(serving(URL, [kept(300), spent()]));
    ask(&server, CALLBACK).unwrap();
    server.wait(300);
    assert_eq!(ask(&server, CALLBACK), Err("over the budget"));
    let server = ended(0, [spent()]);
    server.wait(server.settings.registration.as_secs());
    assert_eq!(ask(&server, CALLBACK), Err("over the budget"));
}

#[test]
fn it_stands_in_for_nothing_but_a_look_that_nobody_had() {
    for trouble in [
        Err(FetchError::Unreachable("down".to_owned())),
        answer(503, &[], ""),
    ] {
        let server = ended(0, [trouble, spent()]);
        assert_eq!(ask(&server, CALLBACK), Err("document"));
        assert_eq!(ask(&server, CALLBACK), Ok(()), "trouble says nothing");
    }
}

#[test]
fn whoever_looks_and_finds_it_gone_or_not_to_be_kept_takes_it_away() {
    let mut invalid = document(URL);
    invalid["client_secret"] = json!("x");
    for found in [
        answer(404, &[], ""),
        answer(410, &[], ""),
        json_answer(&[], &invalid),
    ] {
        let server = ended(0, [found, spent()]);
        assert_eq!(ask(&server, CALLBACK), Err("document"));
        assert_eq!(ask(&server, CALLBACK), Err("over the budget"));
    }
    let mut moved = document(URL);
    moved["redirect_uris"] = json!([MOVED]);
    let no_store = json_answer(&[("cache-control", "no-store")], &moved);
    let server = ended(0, [no_store, spent()]);
    assert_eq!(ask(&server, MOVED), Ok(()));
    assert_eq!(ask(&server, CALLBACK), Err("over the budget"));
    let server = ended(0, [json_answer(&[], &moved), spent()]);
    assert_eq!(ask(&server, MOVED), Ok(()));
    server.wait(3600);
    assert_eq!(ask(&server, MOVED), Ok(()));
    assert_ne!(ask(&server, CALLBACK), Ok(()), "the newer one stands in");
}

#[test]
fn it_obeys_the_rules_of_today() {
    let server = ended(0, [spent()]);
    let url = ClientIdUrl::parse(URL, &server.settings.origin).unwrap();
    let kept = now(server.store.document(&url)).unwrap().unwrap();
    let body = "{}".to_owned();
    now(server
        .store
        .keep_document(&url, &KeptDocument { body, ..kept }))
    .unwrap();
    assert_eq!(ask(&server, CALLBACK), Err("over the budget"));
}

#[test]
fn a_look_that_nobody_had_is_no_look() {
    let mut added = document(URL);
    added["redirect_uris"] = json!([CALLBACK, MOVED]);
    let server = Server::with(serving(URL, [kept(600), spent(), json_answer(&[], &added)]));
    ask(&server, CALLBACK).unwrap();
    server.wait(60);
    assert_eq!(ask(&server, MOVED), Err("over the budget"));
    assert_eq!(
        ask(&server, MOVED),
        Ok(()),
        "and nobody has to wait for the next"
    );
}

fn key_set(number: u8) -> Answer {
    let keys = jwks(&[Es256(number).jwk(json!({}))])["jwks"].clone();
    json_answer(&[("cache-control", "max-age=300")], &keys)
}

/// A client that somebody has signed in with, with its keys at a URL.
fn by_uri(answers: impl IntoIterator<Item = Answer>) -> Server {
    let described = keyed(json!({"jwks_uri": KEYS}));
    let cache_control = [("cache-control", "max-age=86400")];
    let script = serving(KEYS, answers);
    let server = Server::with(script.on(Method::Get, URL, json_answer(&cache_control, &described)));
    ask(&server, CALLBACK).unwrap();
    somebody_signed_in(&server, URL);
    server
}

fn shows(server: &Server, number: u8, jti: &str) -> String {
    let later = json!({"exp": server.time().0 + 120});
    let claims = with(claims(jti), later);
    outcome(&show(
        server,
        &Es256(number).sign(&json!({"alg": "ES256"}), &claims),
    ))
}

// rule: clients/strangers-lock-nobody-out
#[test]
fn keys_are_counted_for_the_client_that_names_them() {
    let server = by_uri([key_set(1)]);
    assert_eq!(shows(&server, 1, "1"), "200");
    let own = Some(format!("{URL} {KEYS}"));
    assert_eq!(budgets(&server).last(), Some(&own));
    // Another client names the same ones: nobody has signed in with it.
    let stranger = "https://stranger.example/client.json";
    let theirs = with(
        keyed(json!({"jwks_uri": KEYS})),
        json!({"client_id": stranger}),
    );
    let script = serving(KEYS, [key_set(1)]).on(Method::Get, stranger, json_answer(&[], &theirs));
    let server = Server::with(script);
    let claims = with(claims("1"), json!({"iss": stranger, "sub": stranger}));
    let assertion = Es256(1).sign(&json!({"alg": "ES256"}), &claims);
    assert_eq!(outcome(&show(&server, &assertion)), "200");
    assert_eq!(budgets(&server), [None, None]);
}

#[test]
fn a_copy_of_keys_stands_in_for_an_hour_at_most() {
    const HOUR: u64 = 3600;
    for (ago, expected) in [
        (0, "200"),
        (HOUR - 1, "200"),
        (HOUR, "429 temporarily_unavailable"),
    ] {
        let server = by_uri([key_set(1), spent()]);
        assert_eq!(shows(&server, 1, "1"), "200");
        server.wait(300 + ago);
        assert_eq!(shows(&server, 1, "2"), expected, "{ago}");
        let unknown = shows(&server, 2, "3");
        assert_eq!(unknown, "429 temporarily_unavailable", "it may be new");
    }
}

#[test]
fn and_goes_with_what_it_was_a_copy_of() {
    let no_store = [("cache-control", "no-store")];
    let set = jwks(&[Es256(2).jwk(json!({}))])["jwks"].clone();
    let second = || json_answer(&no_store, &set);
    for (found, number, expected) in [
        (answer(404, &[], ""), 1, "503 temporarily_unavailable"),
        (second(), 2, "200"),
    ] {
        let server = by_uri([key_set(1), found, spent()]);
        assert_eq!(shows(&server, 1, "1"), "200");
        server.wait(300);
        assert_eq!(shows(&server, number, "2"), expected);
        assert_eq!(shows(&server, 1, "3"), "429 temporarily_unavailable");
    }
}
