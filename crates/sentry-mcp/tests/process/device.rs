//! RFC 8628 against scripted answers: every way in which polling continues or ends. The tests do not really wait.
// file rule: stdio/device-code-waiting: waiting for a device code: `slow_down`, backoff, denial,
//    expiry [RFC 8628 §3.5]

use std::time::Duration;

use fetch::scripted::Scripted;
use fetch::{FetchError, Method, Response};
use sentry_api::BaseUrl;
use sentry_mcp::auth::Grant;
use sentry_mcp::auth::device::{Refused, begin, renew};
use serde_json::{Value, json};

const CODE: &str = "https://sentry.example/oauth/device/code/";
const TOKEN: &str = "https://sentry.example/oauth/token/";

fn base() -> BaseUrl {
    BaseUrl::parse("https://sentry.example").unwrap()
}

fn code(change: Value) -> String {
    let mut answer = json!({
        "device_code": "secret", "user_code": "BCDF-GHJK", "verification_uri": "https://sentry.example/oauth/device/",
        "verification_uri_complete": "https://sentry.example/oauth/device/?user_code=BCDF-GHJK", "expires_in": 600, "interval": 5,
    });
    for (name, value) in change.as_object().unwrap() {
        answer[name] = value.clone();
    }
    answer.to_string()
}

fn error(code: &str) -> Result<Response, FetchError> {
    Ok(Response {
        status: 400,
        headers: vec![],
        body: json!({ "error": code }).to_string().into_bytes(),
    })
}

fn tokens() -> Result<Response, FetchError> {
    let body = json!({ "access_token": "a", "refresh_token": "r", "expires_in": 60, "user": { "email": "ada@example.com" } });
    Ok(Response {
        status: 200,
        headers: vec![],
        body: body.to_string().into_bytes(),
    })
}

fn status(status: u16) -> Result<Response, FetchError> {
    Ok(Response {
        status,
        headers: vec![],
        body: b"<html>".to_vec(),
    })
}

/// A web page where an answer should be.
fn page(status: u16) -> Result<Response, FetchError> {
    Ok(Response {
        status,
        headers: vec![("content-type".to_owned(), "text/html".to_owned())],
        body: b"<html>".to_vec(),
    })
}

/// One that is longer than any answer.
fn long_page(status: u16) -> Result<Response, FetchError> {
    Ok(Response {
        body: vec![b' '; 65 * 1024],
        ..page(status)?
    })
}

fn lost() -> Result<Response, FetchError> {
    Err(FetchError::Unreachable("connection refused".to_owned()))
}

/// The result of these answers of the token endpoint, and the waiting times between them in seconds.
async fn wait(answers: Vec<Result<Response, FetchError>>) -> (Result<Value, Refused>, Vec<u64>) {
    let mut fetch = Scripted::new().json(Method::Post, CODE, 200, &code(json!({})));
    for answer in answers {
        fetch = fetch.on(Method::Post, TOKEN, answer);
    }
    let waiting = begin(&fetch, &base(), "client").await.unwrap();
    assert!(!format!("{waiting:?}").contains("secret"));
    let answer = waiting.token(&fetch, &base(), "client").await;
    (
        answer,
        fetch.slept().iter().map(Duration::as_secs).collect(),
    )
}

#[tokio::test]
async fn a_person_who_takes_their_time_is_waited_for() {
    let (answer, waited) = wait(vec![
        error("authorization_pending"),
        error("authorization_pending"),
        tokens(),
    ])
    .await;
    assert_eq!(answer.unwrap()["access_token"], "a");
    assert_eq!(waited, [5, 5, 5]);
}

#[tokio::test]
async fn slow_down_counts_for_all_that_follows() {
    let (_, waited) = wait(vec![
        error("slow_down"),
        error("authorization_pending"),
        error("slow_down"),
        tokens(),
    ])
    .await;
    assert_eq!(waited, [5, 10, 10, 15]);
}

#[tokio::test]
async fn a_network_that_is_gone_is_waited_out_ever_longer() {
    let late = Err(FetchError::Timeout(Duration::from_secs(15)));
    let (answer, waited) = wait(vec![
        lost(),
        late,
        long_page(503),
        status(429),
        page(200),
        tokens(),
    ])
    .await;
    assert!(answer.is_ok());
    assert_eq!(waited, [5, 10, 20, 40, 60, 60]);
    let (answer, waited) = wait(vec![lost()]).await;
    assert!(matches!(answer, Err(Refused::Unreachable(_))));
    assert!(waited.iter().sum::<u64>() < 700, "it ends with the code");
}

#[tokio::test]
async fn every_no_ends_it() {
    for (code, refused) in [
        ("access_denied", Refused::Denied),
        ("expired_token", Refused::Expired),
        ("invalid_client", Refused::Client),
        ("unauthorized_client", Refused::Client),
        ("invalid_grant", Refused::Ended),
        ("in\u{1b}valid", Refused::Other("in valid".to_owned())),
    ] {
        let (answer, waited) = wait(vec![error("authorization_pending"), error(code)]).await;
        assert_eq!((answer, waited.len()), (Err(refused), 2));
    }
    let (answer, _) = wait(vec![error("authorization_pending")]).await;
    assert_eq!(answer, Err(Refused::Expired), "nobody answered");
    let (answer, _) = wait(vec![status(200)]).await;
    assert!(matches!(answer, Err(Refused::Other(_))));
    let (answer, _) = wait(vec![status(404)]).await;
    assert_eq!(answer, Err(Refused::NotThere));
}

#[tokio::test]
async fn a_code_is_asked_for_without_a_secret_and_read_with_care() {
    let fetch = Scripted::new().json(Method::Post, CODE, 200, &code(json!({ "interval": 0, "user_code": "A\u{1b}[2J", "verification_uri_complete": "javascript:alert(1)" })));
    let waiting = begin(&fetch, &base(), "cli&ent").await.unwrap();
    assert_eq!(waiting.user_code, "A [2J");
    assert_eq!(waiting.page_with_code, None);
    let asked = &fetch.requests()[0];
    let body = String::from_utf8(asked.body.clone().unwrap()).unwrap();
    assert!(
        body.starts_with("client_id=cli%26ent&scope=org%3Aread+"),
        "{body}"
    );
    for change in [
        json!({ "verification_uri": "javascript:alert(1)" }),
        json!({ "verification_uri": "search-ms:query=x" }),
        json!({ "verification_uri": "http://sentry.example/oauth/device/" }),
        json!({ "user_code": "" }),
        json!({ "device_code": null }),
    ] {
        let fetch = Scripted::new().json(Method::Post, CODE, 200, &code(change));
        assert!(matches!(
            begin(&fetch, &base(), "c").await,
            Err(Refused::Other(_))
        ));
    }
    let fetch = Scripted::new().json(Method::Post, CODE, 404, "");
    assert_eq!(begin(&fetch, &base(), "c").await, Err(Refused::NotThere));
    assert!(matches!(
        begin(&Scripted::new(), &base(), "c").await,
        Err(Refused::Unreachable(_))
    ));
}

#[tokio::test]
async fn trouble_at_a_renewal_is_not_its_end() {
    for (answer, ended) in [
        (status(503), false),
        (status(429), false),
        (page(200), false),
        (long_page(502), false),
        (lost(), false),
        (error("invalid_grant"), true),
    ] {
        let fetch = Scripted::new().on(Method::Post, TOKEN, answer);
        let refused = renew(&fetch, &base(), "c", "r").await.unwrap_err();
        assert_eq!(
            !matches!(refused, Refused::Unreachable(_)),
            ended,
            "{refused}"
        );
    }
}

#[test]
fn what_a_renewal_leaves_out_stays() {
    let first = Grant::read(&json!({ "access_token": "a", "refresh_token": "r", "expires_in": 100, "user": { "name": "Ada" } }), "c", 1000, None).unwrap();
    assert!(first.ends_soon(1040) && !first.ends_soon(1039));
    let second = Grant::read(&json!({ "access_token": "b" }), "c", 2000, Some(&first)).unwrap();
    assert_eq!(
        (second.refresh_token.as_deref(), second.user.as_deref()),
        (Some("r"), Some("Ada"))
    );
    assert!(!second.ends_soon(u64::MAX));
    for answer in [
        json!({}),
        json!({ "access_token": "" }),
        json!({ "access_token": "a\r\nb" }),
        json!({ "access_token": 7 }),
    ] {
        assert_eq!(Grant::read(&answer, "c", 0, None), None, "{answer}");
    }
    let shown = format!("{first:?}");
    assert!(
        !shown.contains("\"a\"") && !shown.contains("\"r\""),
        "{shown}"
    );
}
