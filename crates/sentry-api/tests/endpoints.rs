//! Endpoints as data: where values go, what comes back, and who sees it.

#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "the tests see everything")]

use std::borrow::Cow;
use std::rc::Rc;

use fetch::scripted::Scripted;
use fetch::{Method, Response};
use sentry_api::{
    ApiError, BaseUrl, Client, Endpoint, Filling, Fixed, Reply, Sight, Slug, SlugOrId, Token, Whose,
};

static MONITOR: Endpoint = Endpoint {
    method: Method::Get,
    path: "organizations/{org}/monitors/{}",
    whose: Whose::Project,
    what: "a monitor",
};
static CHECKINS: Endpoint = Endpoint {
    path: "projects/{org}/{project}/monitors/{}/checkins",
    whose: Whose::Everyone,
    ..MONITOR
};
static GONE: Endpoint = Endpoint {
    method: Method::Delete,
    ..MONITOR
};

fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

fn web() -> Sight {
    Sight::of_project(slug("acme"), slug("web"), Some("5".to_owned()))
}

async fn answer(
    endpoint: &'static Endpoint,
    filling: Filling<'_>,
    path: &str,
    response: Response,
) -> Result<Reply, ApiError> {
    let url = format!("https://sentry.example/api/0/{path}");
    let script = Scripted::new().on(endpoint.method, &url, Ok(response));
    let tokens = Rc::new(Fixed(Token::new("secret")));
    let base = BaseUrl::parse("https://sentry.example").unwrap();
    let client = Client::new(Rc::new(script), tokens, base);
    let region = client.base().region();
    client
        .call(endpoint, &region, &slug("acme"), &filling)
        .await
}

fn response(status: u16, body: &str) -> Response {
    Response {
        status,
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
    }
}

fn named(name: &str) -> Filling<'_> {
    Filling {
        names: vec![Cow::Borrowed(name)],
        ..Filling::default()
    }
}

#[tokio::test]
async fn values_stay_in_their_place() {
    let filling = Filling {
        project: Sight::everything().project(SlugOrId::parse("web").unwrap()),
        names: vec!["a/../b".into()],
        query: vec![("cursor", "0:1:0&x=".into())],
        ..Filling::default()
    };
    let path = "projects/acme/web/monitors/a%2F..%2Fb/checkins/?cursor=0%3A1%3A0%26x%3D";
    let reply = answer(&CHECKINS, filling, path, response(200, "[1]")).await;
    assert!(reply.unwrap().is_list());
    for nothing in [named(".."), named(""), Filling::default()] {
        let refused = answer(&MONITOR, nothing, "x", response(200, "{}")).await;
        assert!(matches!(refused, Err(ApiError::InvalidSegment(_))));
    }
}

#[tokio::test]
async fn a_reply_shows_only_what_is_seen() {
    let body = r#"{"all":[{"project":{"slug":"web"},"n":1},{"project":{"slug":"other"}},{"n":2}]}"#;
    let path = "organizations/acme/monitors/x/";
    let reply = answer(&MONITOR, named("x"), path, response(200, body))
        .await
        .unwrap();
    let count = |sight: &Sight| reply.things("all", sight).unwrap().len();
    assert_eq!((count(&web()), count(&Sight::everything())), (1, 3));
    assert!(reply.thing(&web()).is_none());
    assert!(reply.thing(&Sight::everything()).is_some());
    assert_eq!(
        reply.things("", &web()),
        Err(ApiError::Malformed("a monitor"))
    );

    // One thing in an envelope says it inside.
    let body = r#"{"data":{"project_id":"6"}}"#;
    let reply = answer(&MONITOR, named("x"), path, response(200, body)).await;
    assert!(reply.unwrap().thing(&web()).is_none());
    let body = r#"{"data":{"project_id":"5"}}"#;
    let reply = answer(&MONITOR, named("x"), path, response(200, body)).await;
    assert!(reply.unwrap().thing(&web()).is_some());

    // What does not say whose it is is the project's that was asked about.
    let asked = Filling {
        project: web().own_project(),
        ..named("x")
    };
    let reply = answer(
        &MONITOR,
        asked,
        path,
        response(200, "[{},{\"projectId\":6}]"),
    )
    .await;
    assert_eq!(reply.unwrap().things("", &web()).unwrap().len(), 1);
}

#[tokio::test]
async fn a_400_tells_its_reason_and_a_deletion_nothing() {
    let path = "organizations/acme/monitors/x/";
    for (body, error) in [
        (r#"{"detail":"No."}"#, ApiError::Refused("No.".to_owned())),
        (
            r#"{"config":{"schedule":["Bad one."]}}"#,
            ApiError::Refused("config: schedule: Bad one.".to_owned()),
        ),
        (r#"{"detail":null}"#, ApiError::Rejected(400)),
        ("[[[[[[\"deep\"]]]]]]", ApiError::Rejected(400)),
        ("<html>", ApiError::Rejected(400)),
    ] {
        let refused = answer(&GONE, named("x"), path, response(400, body)).await;
        assert_eq!(refused.map(drop), Err(error), "{body}");
    }
    let long = format!(r#"{{"detail":"{}"}}"#, "x".repeat(1_000));
    let refused = answer(&GONE, named("x"), path, response(400, &long)).await;
    assert_eq!(refused.map(drop), Err(ApiError::Refused("x".repeat(300))));
    let gone = answer(&GONE, named("x"), path, response(204, ""))
        .await
        .unwrap();
    assert!(gone.is_nothing());
    let empty = answer(&MONITOR, named("x"), path, response(200, "")).await;
    assert_eq!(empty.map(drop), Err(ApiError::Malformed("a monitor")));
}

#[tokio::test]
async fn a_file_comes_as_its_bytes_from_sentry_or_not_at_all() {
    let file = |address: &str| Filling {
        file: Some(address.to_owned()),
        ..named("x")
    };
    let path = "organizations/acme/monitors/x/";
    let reply = answer(&MONITOR, file(""), path, response(200, "{\"a")).await;
    let reply = reply.unwrap();
    assert_eq!(reply.file(), Some(&b"{\"a"[..]));
    assert!(reply.is_nothing());
    let reply = answer(&MONITOR, file("/api/0/f/1/"), "f/1/", response(200, "b")).await;
    assert_eq!(reply.unwrap().file(), Some(&b"b"[..]));
    let elsewhere = answer(
        &MONITOR,
        file("https://evil.example/api/0/f/"),
        path,
        response(200, "b"),
    )
    .await;
    assert!(matches!(elsewhere, Err(ApiError::Malformed(_))));
    for (status, error) in [(302, ApiError::NotFound), (403, ApiError::Forbidden)] {
        let reply = answer(&MONITOR, file(""), path, response(status, "")).await;
        assert_eq!(reply.map(drop), Err(error));
    }
    let large = response(200, &"x".repeat((2 << 20) + 1));
    let reply = answer(&MONITOR, file(""), path, large).await;
    assert!(matches!(reply, Err(ApiError::Transport(_))));
}
