//! How a request is sent, repeated, authorized, and what becomes of the answers.

#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "the tests see everything")]

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use fetch::scripted::Scripted;
use fetch::{FetchError, LocalFuture, Method, Response};
use sentry_api::{
    ApiError, BaseUrl, Client, Endpoint, Filling, Fixed, IssueSearch, Sight, Slug, SlugOrId, Token,
    TokenError, TokenSource, Whose,
};

static KEYS: Endpoint = Endpoint {
    method: Method::Post,
    path: "projects/{org}/{project}/keys",
    whose: Whose::Project,
    what: "a client key",
};

const AUTH: &str = "https://sentry.example/api/0/auth/";
const USER: &str = r#"{"id":7,"name":"Ada","email":"ada@x.example","isActive":true,"extra":{}}"#;

fn client(script: Scripted) -> (Client, Rc<Scripted>) {
    client_of("https://sentry.example", script)
}

fn client_of(base: &str, script: Scripted) -> (Client, Rc<Scripted>) {
    let script = Rc::new(script);
    let tokens = Rc::new(Fixed(Token::new("secret")));
    let base = BaseUrl::parse(base).unwrap();
    (Client::new(script.clone(), tokens, base), script)
}

fn status(status: u16, headers: &[(&str, &str)]) -> Result<Response, FetchError> {
    Ok(Response {
        status,
        headers: headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        body: b"{\"detail\":\"upstream words\"}".to_vec(),
    })
}

fn acme() -> Slug {
    Slug::parse("acme").unwrap()
}

#[tokio::test]
async fn a_request_says_who_asks() {
    let (client, script) = client(Scripted::new().json(Method::Get, AUTH, 200, USER));
    let user = client.user().await.unwrap();
    assert_eq!((user.id.as_str(), user.name.as_deref()), ("7", Some("Ada")));
    let request = script.requests().remove(0);
    assert_eq!(
        request.headers,
        [
            ("authorization", "Bearer secret".to_owned()),
            ("accept", "application/json".to_owned()),
            ("user-agent", sentry_api::USER_AGENT.to_owned()),
        ]
    );
    assert_eq!(request.timeout, Duration::from_secs(30));
    assert_eq!(request.max_body, 4 << 20);
    assert!(!format!("{request:?}").contains("secret"));
}

#[tokio::test]
async fn each_status_has_its_error() {
    for (answered, error) in [
        (301, ApiError::NotFound),
        (400, ApiError::Rejected(400)),
        (401, ApiError::Unauthorized),
        (403, ApiError::Forbidden),
        (404, ApiError::NotFound),
        (413, ApiError::Rejected(413)),
        (500, ApiError::Unavailable(500)),
    ] {
        let (client, script) = client(Scripted::new().on(Method::Get, AUTH, status(answered, &[])));
        let failure = client.user().await.unwrap_err();
        assert_eq!(failure, error);
        assert!(!failure.to_string().contains("upstream words"));
        assert_eq!(script.requests().len(), 1, "{answered} is not tried again");
    }
}

#[tokio::test]
async fn what_passes_is_tried_again_twice() {
    for answered in [429, 502, 503, 504] {
        let script = Scripted::new()
            .on(Method::Get, AUTH, status(answered, &[]))
            .on(Method::Get, AUTH, status(answered, &[("retry-after", "2")]))
            .json(Method::Get, AUTH, 200, USER);
        let (client, script) = client(script);
        assert!(client.user().await.is_ok());
        assert_eq!(
            script.slept(),
            [Duration::from_millis(500), Duration::from_secs(2)]
        );
    }
}

#[tokio::test]
async fn the_third_failure_stands() {
    let (client, script) = client(Scripted::new().on(Method::Get, AUTH, status(503, &[])));
    assert_eq!(client.user().await, Err(ApiError::Unavailable(503)));
    assert_eq!(script.requests().len(), 3);
    assert_eq!(
        script.slept(),
        [Duration::from_millis(500), Duration::from_secs(1)]
    );
}

#[tokio::test]
async fn a_long_wait_is_handed_on() {
    for (header, retry_after) in [("60", 60), ("18446744073709551615", u64::MAX)] {
        let answer = status(429, &[("retry-after", header)]);
        let (client, script) = client(Scripted::new().on(Method::Get, AUTH, answer));
        let retry_after = Some(Duration::from_secs(retry_after));
        assert_eq!(
            client.user().await,
            Err(ApiError::RateLimited { retry_after })
        );
        assert!(script.slept().is_empty());
    }
}

#[tokio::test]
async fn no_answer_and_an_odd_answer() {
    let timeout = FetchError::Timeout(Duration::from_secs(30));
    let (client, _) = client(Scripted::new().on(Method::Get, AUTH, Err(timeout.clone())));
    assert_eq!(client.user().await, Err(ApiError::Transport(timeout)));
    for body in ["", "{", "[]", "{}", r#"{"id":null}"#, "<html>"] {
        let (client, _) = client_of(
            "https://sentry.example",
            Scripted::new().json(Method::Get, AUTH, 200, body),
        );
        assert_eq!(
            client.user().await,
            Err(ApiError::Malformed("a user")),
            "{body}"
        );
    }
}

/// Renews `old` into `new`, or fails.
struct Renewing {
    outcome: Result<Token, TokenError>,
    failed: RefCell<Vec<Token>>,
}

impl TokenSource for Renewing {
    fn current(&self) -> LocalFuture<'_, Result<Token, TokenError>> {
        Box::pin(async { Ok(Token::new("old")) })
    }

    fn renew<'a>(&'a self, failed: &'a Token) -> LocalFuture<'a, Result<Token, TokenError>> {
        self.failed.borrow_mut().push(failed.clone());
        let outcome = self.outcome.clone();
        Box::pin(async move { outcome })
    }
}

async fn with_renewal(
    outcome: Result<Token, TokenError>,
    script: Scripted,
) -> (Result<String, ApiError>, Vec<String>, usize) {
    let script = Rc::new(script);
    let tokens = Rc::new(Renewing {
        outcome,
        failed: RefCell::default(),
    });
    let base = BaseUrl::parse("https://sentry.example").unwrap();
    let client = Client::new(script.clone(), tokens.clone(), base);
    let result = client.user().await.map(|user| user.id);
    let sent = script
        .requests()
        .iter()
        .map(|request| request.headers[0].1.clone())
        .collect();
    let renewals = tokens.failed.borrow().len();
    assert!(
        tokens
            .failed
            .borrow()
            .iter()
            .all(|token| token.expose() == "old")
    );
    (result, sent, renewals)
}

#[tokio::test]
async fn a_401_renews_once() {
    let refused = || status(401, &[]);
    let new = || Ok(Token::new("new"));
    let once = Scripted::new()
        .on(Method::Get, AUTH, refused())
        .json(Method::Get, AUTH, 200, USER);
    let sent = vec!["Bearer old".to_owned(), "Bearer new".to_owned()];
    assert_eq!(
        with_renewal(new(), once).await,
        (Ok("7".to_owned()), sent.clone(), 1)
    );

    let again = Scripted::new().on(Method::Get, AUTH, refused());
    assert_eq!(
        with_renewal(new(), again).await,
        (Err(ApiError::Unauthorized), sent, 1)
    );

    for (outcome, error) in [
        (TokenError::Ended, ApiError::Unauthorized),
        (TokenError::Unavailable, ApiError::TokenUnavailable),
    ] {
        let script = Scripted::new().on(Method::Get, AUTH, refused());
        let (result, sent, renewals) = with_renewal(Err(outcome), script).await;
        assert_eq!((result, sent.len(), renewals), (Err(error), 1, 1));
    }
}

#[tokio::test]
async fn organizations_of_all_regions() {
    let list = |slug: &str| format!(r#"[{{"slug":"{slug}","links":null}}]"#);
    let script = Scripted::new()
        .json(
            Method::Get,
            "https://sentry.io/api/0/users/me/regions/",
            200,
            r#"{"regions":[{"name":"us","url":"https://us.sentry.io"},{"url":"https://de.sentry.io"},
                {"url":"https://evil.example"},{"url":"https://us.sentry.io/"}]}"#,
        )
        .json(Method::Get, "https://us.sentry.io/api/0/organizations/", 200, &list("acme"))
        .on(Method::Get, "https://de.sentry.io/api/0/organizations/", status(500, &[]));
    let (client, script) = client_of("https://sentry.io", script);
    let found = client.organizations(Some("a b")).await.unwrap();
    let acme = found.items[0].seen_by(&Sight::everything()).unwrap();
    assert_eq!(acme.slug, "acme");
    assert_eq!(
        acme.links.region_url.as_deref(),
        Some("https://us.sentry.io")
    );
    assert_eq!(found.unavailable[0].as_str(), "https://de.sentry.io");
    let urls: Vec<_> = script
        .requests()
        .iter()
        .map(|request| request.url.to_string())
        .collect();
    assert_eq!(
        urls,
        [
            // It is not there, or lists its own region's alone.
            "https://sentry.io/api/0/organizations/?per_page=26&query=a+b",
            "https://sentry.io/api/0/users/me/regions/",
            "https://us.sentry.io/api/0/organizations/?per_page=26&query=a+b",
            "https://de.sentry.io/api/0/organizations/?per_page=26&query=a+b",
        ]
    );
}

#[tokio::test]
async fn organizations_that_the_main_host_places_are_one_request() {
    const LIST: &str = "https://sentry.io/api/0/organizations/";
    const REGIONS: &str = "https://sentry.io/api/0/users/me/regions/";
    let of = |region: &str| format!(r#"{{"slug":"acme","links":{{"regionUrl":"{region}"}}}}"#);
    let two = format!(
        "[{},{}]",
        of("https://us.sentry.io"),
        of("https://de.sentry.io")
    );
    let (saas, script) = client_of(
        "https://sentry.io",
        Scripted::new().json(Method::Get, LIST, 200, &two),
    );
    let found = saas.organizations(None).await.unwrap();
    assert_eq!(found.items.len(), 2);
    let second = found.items[1].seen_by(&Sight::everything()).unwrap();
    assert_eq!(
        second.links.region_url.as_deref(),
        Some("https://de.sentry.io")
    );
    assert_eq!(script.requests().len(), 1);
    // None at all, one without a region, one whose region gets no token: all regions are asked.
    for list in [
        "[]".to_owned(),
        format!("[{},{}]", of("https://us.sentry.io"), of("")),
        format!("[{}]", of("https://evil.example")),
    ] {
        let script = Scripted::new()
            .json(Method::Get, LIST, 200, &list)
            .json(
                Method::Get,
                REGIONS,
                200,
                r#"{"regions":[{"url":"https://de.sentry.io"}]}"#,
            )
            .json(
                Method::Get,
                "https://de.sentry.io/api/0/organizations/",
                200,
                "[]",
            );
        let (saas, script) = client_of("https://sentry.io", script);
        saas.organizations(None).await.unwrap();
        assert_eq!(script.requests().len(), 3, "{list}");
    }
    let ended = Scripted::new().json(Method::Get, LIST, 401, "{}");
    let (saas, script) = client_of("https://sentry.io", ended);
    assert_eq!(saas.organizations(None).await, Err(ApiError::Unauthorized));
    assert_eq!(script.requests().len(), 1);
}

#[tokio::test]
async fn organizations_without_regions() {
    let list = r#"[{"slug":"acme","links":{"organizationUrl":"https://s/acme","regionUrl":""}}]"#;
    let script = Scripted::new()
        .on(
            Method::Get,
            "https://sentry.io/api/0/users/me/regions/",
            status(404, &[]),
        )
        .json(
            Method::Get,
            "https://sentry.io/api/0/organizations/",
            200,
            list,
        );
    let (saas, _) = client_of("https://sentry.io", script);
    assert_eq!(saas.organizations(None).await.unwrap().items.len(), 1);

    let url = "https://sentry.example/api/0/organizations/";
    let (own, script) = client(Scripted::new().json(Method::Get, url, 200, list));
    let found = own.organizations(None).await.unwrap();
    let acme = found.items[0].seen_by(&Sight::everything()).unwrap();
    assert_eq!(acme.links.region_url.as_deref(), Some(""));
    assert_eq!(script.requests().len(), 1, "no regions are asked for");

    let (down, _) = client(Scripted::new().on(Method::Get, url, status(500, &[])));
    assert_eq!(
        down.organizations(None).await,
        Err(ApiError::Unavailable(500))
    );
}

#[tokio::test]
async fn lists_know_whether_there_is_more() {
    let url = "https://sentry.example/api/0/organizations/acme/issues/";
    let link = "<https://sentry.example/x>; rel=\"next\"; results=\"true\"; cursor=\"0:10:0\"";
    let answer = Ok(Response {
        status: 200,
        headers: vec![("link".to_owned(), link.to_owned())],
        body: br#"[{"id":"1","count":"12","userCount":3,"assignedTo":"odd","metadata":null}]"#
            .to_vec(),
    });
    let (client, script) = client(Scripted::new().on(Method::Get, url, answer));
    let search = IssueSearch {
        query: "is:unresolved a&b=c#d",
        project_id: Some("5"),
        sort: None,
        period: "14d",
        limit: 10,
    };
    let region = client.base().region();
    let page = client.issues(&region, &acme(), search).await.unwrap();
    let page = Sight::everything().of_page(page);
    assert_eq!(page.next.as_deref(), Some("0:10:0"));
    assert_eq!(
        (page.items[0].count, page.items[0].user_count),
        (Some(12), Some(3))
    );
    assert_eq!(
        script.requests()[0].url.query(),
        Some(
            "query=is%3Aunresolved+a%26b%3Dc%23d&limit=10&statsPeriod=14d&collapse=unhandled&project=5"
        )
    );
}

// rule: mcp/values-in-their-segment
#[tokio::test]
async fn dots_never_reach_a_path() {
    // No slug is `..`, but a project's slug could be `.` away from it: the path has the last word.
    assert!(Slug::parse("..").is_err() && SlugOrId::parse(".").is_err());
    assert!(sentry_api::path(&["projects", "acme", ".."]).is_err());
}

/// Half an emoji makes no answer unreadable.
#[tokio::test]
async fn half_of_a_surrogate_pair_is_read_as_a_replacement_character() {
    let body = r#"{"id":7,"name":"Ada \ud83d","email":"\udc00x\ud83d\ude00"}"#;
    let (client, _) = client(Scripted::new().json(Method::Get, AUTH, 200, body));
    let user = client.user().await.unwrap();
    assert_eq!(user.name.as_deref(), Some("Ada \u{fffd}"));
    assert_eq!(user.email.as_deref(), Some("\u{fffd}x\u{1f600}"));
}

/// After a change was sent, a failure does not say that it was not made.
#[tokio::test]
async fn a_change_without_a_readable_answer_may_have_been_made() {
    let url = "https://sentry.example/api/0/projects/acme/web/keys/";
    let body = |body: &str| {
        Ok(Response {
            status: 201,
            headers: vec![],
            body: body.as_bytes().to_vec(),
        })
    };
    for (answer, error) in [
        (body("<html>"), ApiError::Unsure),
        (status(502, &[]), ApiError::Unsure),
        (
            Err(FetchError::Timeout(Duration::from_secs(30))),
            ApiError::Unsure,
        ),
        (
            status(400, &[]),
            ApiError::Refused("upstream words".to_owned()),
        ),
        (status(403, &[]), ApiError::Forbidden),
        (status(404, &[]), ApiError::NotFound),
    ] {
        let (client, script) = client(Scripted::new().on(Method::Post, url, answer));
        let sight = Sight::everything();
        let web = sight.project(SlugOrId::parse("web").unwrap()).unwrap();
        let region = client.base().region();
        let filling = Filling {
            project: Some(web),
            body: Some(serde_json::json!({ "name": "x" })),
            ..Filling::default()
        };
        let acme = acme();
        let made = client.call(&KEYS, &region, &acme, &filling).await;
        assert_eq!(made.map(drop), Err(error));
        assert_eq!(script.requests().len(), 1, "it is not sent again");
    }
}
