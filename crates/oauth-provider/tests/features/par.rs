//! Pushed authorization requests (RFC 9126).
// file rule: authorization/pushed-requests: pushed requests: checked when pushed; two parameters
//    count; whose, how long, once [RFC 9126 §2, §4]

use fetch::FetchError;
use oauth_provider::UnixTime;
use oauth_provider::authorize::{Asked, Browser, ConsentTicket, PageProblem, TicketId};
use oauth_provider::http::{MAX_BODY, Request, Response};
use oauth_provider::par::{PushedName, RequestUri};
use oauth_provider::store::{PushedRequests, StoreError, Stored};

use crate::authorize_request::outcome as on_page;
use crate::client_documents::{URL, answer, document, json_answer, serving};
use crate::support::rng;
use crate::support::server::{
    CALLBACK, FORM, Server, body, form_body, now, outcome, post, query, shown,
};

fn push(server: &Server, form: &str) -> Response {
    server.push_at(&post(form.as_bytes()), &server.store)
}

/// The `request_uri` of a good request with these changes.
fn uri(server: &Server, client: &str, changes: &[(&str, &str)]) -> String {
    let answer = push(server, &query(client, changes));
    assert_eq!(outcome(&answer), "201 ok");
    body(&answer)["request_uri"].as_str().unwrap().to_owned()
}

fn link(client: &str, uri: &str, more: &[(&str, &str)]) -> String {
    let mut parameters = vec![("client_id", client), ("request_uri", uri)];
    parameters.extend(more);
    form_body(&parameters)
}

/// What opening an authorization URL comes to, in one line.
fn opened(server: &Server, link: &str) -> String {
    match now(Asked::read(link, &server.store)) {
        Ok(asked) => on_page(server, &asked.query),
        Err(PageProblem::RequestUri) => "page: request_uri".to_owned(),
        Err(PageProblem::Parameter { name, problem }) => format!("page: {name} {problem}"),
        Err(other) => format!("page: {other:?}"),
    }
}

/// A consent form of that link, in a browser of its own.
fn form(server: &Server, link: &str, browser: &Browser) -> ConsentTicket {
    let asked = now(Asked::read(link, &server.store)).unwrap();
    let (keys, now) = (&server.store.keys, server.time());
    let shown = (&server.authorize(&asked.query).unwrap()).into();
    let text = ConsentTicket::sign(asked, shown, browser, keys, now, &mut *server.rng());
    ConsentTicket::open(&text, Some(browser), keys, now).unwrap()
}

fn approve(server: &Server, form: &ConsentTicket) -> bool {
    let name = form.pushed.as_ref().unwrap();
    now(server.store.use_pushed(name, &form.id)).unwrap()
}

#[test]
fn the_answer() {
    let server = Server::new();
    let client = server.public();
    let answer = push(&server, &query(&client, &[]));
    insta::assert_snapshot!(shown(&answer), @r#"
    201
    content-type: application/json
    cache-control: no-store
    pragma: no-cache

    {"expires_in":60,"request_uri":"urn:ietf:params:oauth:request_uri:LPjMtJVkbhc0DRG7WBsX0xgNZ0Q8zQvdjQ9hB-q43iY"}
    "#);
}

#[test]
fn what_was_pushed_is_what_is_asked() {
    let server = Server::new();
    let client = server.public();
    let changes = [
        ("scope", "org:read event:write"),
        ("resource", "https://mcp.example.com/mcp/acme?a=b&c"),
        ("state", "a b&c=é%20+"),
        ("prompt", "login"),
    ];
    let uri = uri(&server, &client, &changes);
    let asked = now(Asked::read(&link(&client, &uri, &[]), &server.store)).unwrap();
    let pushed = server.authorize(&asked.query).unwrap();
    let direct = server.authorize(&query(&client, &changes)).unwrap();
    assert_eq!(pushed.state.as_deref(), Some("a b&c=é%20+"));
    assert_eq!(pushed.state, direct.state);
    assert_eq!(pushed.scope, direct.scope);
    assert_eq!(pushed.resource.path(), "/mcp/acme");
    assert_eq!(pushed.challenge.to_text(), direct.challenge.to_text());
    assert_eq!(pushed.redirect_uri.as_str(), CALLBACK);
}

#[test]
fn only_request_uri_and_client_id_count_in_the_url() {
    let server = Server::new();
    let client = server.public();
    let uri = uri(&server, &client, &[("scope", "org:read")]);
    let more = [
        ("scope", "event:write"),
        ("state", "evil"),
        ("redirect_uri", "https://evil.example/cb"),
        ("response_type", "token"),
        ("resource", "https://mcp.example.com/mcp/evil"),
        ("request", "eyJ"),
        ("x", "1"),
        ("x", "2"),
    ];
    let asked = now(Asked::read(&link(&client, &uri, &more), &server.store)).unwrap();
    let plain = now(Asked::read(&link(&client, &uri, &[]), &server.store)).unwrap();
    assert_eq!(asked, plain);
    assert_eq!(
        server.authorize(&asked.query).unwrap().state.as_deref(),
        Some("xyz")
    );
}

/// A scoped document's authorization endpoint has `resource` and `issuer` in its own query.
#[test]
fn a_scoped_issuer_answers_as_such() {
    let server = Server::new();
    let client = server.public();
    let scoped = [
        ("issuer", "https://mcp.example.com/mcp/acme"),
        ("resource", "https://mcp.example.com/mcp/acme"),
    ];
    let read = |changes: &[(&str, &str)], more: &[(&str, &str)]| {
        let uri = uri(&server, &client, changes);
        let asked = now(Asked::read(&link(&client, &uri, more), &server.store)).unwrap();
        let request = server.authorize(&asked.query).unwrap();
        (request.issuer, request.resource.path().to_owned())
    };
    let acme = (
        "https://mcp.example.com/mcp/acme".to_owned(),
        "/mcp/acme".to_owned(),
    );
    assert_eq!(read(&[], &scoped), acme);
    // What was pushed goes first.
    let root = [
        ("issuer", "https://mcp.example.com"),
        ("resource", "https://mcp.example.com/mcp/acme/web"),
    ];
    let pushed = (
        "https://mcp.example.com".to_owned(),
        "/mcp/acme/web".to_owned(),
    );
    assert_eq!(read(&root, &scoped), pushed);
    let uri = uri(&server, &client, &[]);
    for (more, expected) in [
        (
            &[("issuer", "https://evil.example")][..],
            "invalid_request (xyz): issuer is not this server's",
        ),
        (
            &[scoped[0], scoped[0]],
            "invalid_request (xyz): a parameter was given more than once",
        ),
    ] {
        assert_eq!(opened(&server, &link(&client, &uri, more)), expected);
    }
}

#[test]
fn whose_it_is_and_for_how_long() {
    let server = Server::new();
    let (client, other) = (server.public(), server.public());
    let uri = uri(&server, &client, &[]);
    let fine = link(&client, &uri, &[]);
    let made_up = RequestUri::draw(&mut rng()).expose_text();
    let (short, _) = uri.split_at(uri.len() - 1);
    for (link, expected) in [
        (fine.clone(), "consent"),
        (fine.clone(), "consent"),
        (link(&other, &uri, &[]), "page: request_uri"),
        (link("unknown", &uri, &[]), "page: request_uri"),
        (link(&client, &made_up, &[]), "page: request_uri"),
        (link(&client, short, &[]), "page: request_uri"),
        (link("", &uri, &[]), "page: client_id is missing"),
        (
            link(&client, &uri, &[("client_id", &other)]),
            "page: client_id was given more than once",
        ),
        (
            link(&client, &uri, &[("request_uri", &made_up)]),
            "page: request_uri was given more than once",
        ),
        (
            link(
                &client,
                &uri,
                &[("request_uri", "https://client.example/r")],
            ),
            "page: request_uri was given more than once",
        ),
        (
            link(&client, "https://client.example/r", &[]),
            "invalid_request_uri (-): request_uri is not one that this server gave out",
        ),
    ] {
        assert_eq!(opened(&server, &link), expected, "{link}");
    }
    server.wait(59);
    assert_eq!(opened(&server, &fine), "consent");
    server.wait(1);
    assert_eq!(opened(&server, &fine), "page: request_uri");
}

// rule: authorization/forms-are-their-own
#[test]
fn the_approval_uses_it_up() {
    let server = Server::new();
    let client = server.public();
    let uri = uri(&server, &client, &[]);
    let link = link(&client, &uri, &[]);
    let mut rng = rng();
    let (mine, other) = (Browser::draw(&mut rng), Browser::draw(&mut rng));
    let first = form(&server, &link, &mine);
    let elsewhere = form(&server, &link, &other);
    let reloaded = form(&server, &link, &mine);
    assert_ne!(first.id, reloaded.id, "in the same second");
    // A person thinks for longer than the link is good.
    server.wait(3000);
    assert!(approve(&server, &reloaded));
    assert!(approve(&server, &reloaded), "a double click");
    for form in [&first, &elsewhere] {
        assert!(!approve(&server, form), "one form only");
    }
    assert_eq!(opened(&server, &link), "page: request_uri");
    server.wait(59);
    assert!(approve(&server, &reloaded));
    server.wait(1);
    assert!(!approve(&server, &reloaded), "that was no double click");
    // Remembered as long as any form of it could be posted.
    server.wait(539);
    assert!(!approve(&server, &first));
}

#[test]
fn an_approval_within_the_minute_ends_the_link() {
    let server = Server::new();
    let client = server.public();
    let uri = uri(&server, &client, &[]);
    let link = link(&client, &uri, &[]);
    let form = form(&server, &link, &Browser::draw(&mut rng()));
    assert!(approve(&server, &form));
    assert_eq!(opened(&server, &link), "page: request_uri");
}

#[test]
fn a_form_of_a_plain_request_has_nothing_to_use_up() {
    let server = Server::new();
    let plain = query(&server.public(), &[]);
    let form = form(&server, &plain, &Browser::draw(&mut rng()));
    assert_eq!((form.pushed, form.query), (None, plain));
}

/// Each with its breach, in the order in which they are looked for. A request with any two is answered by the first.
#[test]
fn the_order_of_the_checks() {
    let server = Server::new();
    let client = server.public();
    let (secretive, _) = server.confidential(None);
    let long = "s".repeat(2049);
    let breaches: [(&str, &[(&str, &str)]); 14] = [
        (
            "400 invalid_request: the parameter x was given more than once",
            &[("x", "1"), ("x", "2")],
        ),
        (
            "401 invalid_client: unknown client, wrong secret, or not the method it registered",
            &[("client_secret", "x")],
        ),
        (
            "401 invalid_client: no client is registered under this client_id",
            &[("client_id", "unknown")],
        ),
        (
            "400 invalid_request: request_uri must not be pushed",
            &[("request_uri", "https://client.example/r")],
        ),
        (
            "400 invalid_request: redirect_uri https://evil.example/cb is not registered; registered: https://app.example/cb",
            &[("redirect_uri", "https://evil.example/cb")],
        ),
        (
            "401 invalid_client: this client must authenticate with the method it registered",
            &[("client_id", &secretive)],
        ),
        (
            "400 invalid_request: issuer is not this server's",
            &[("issuer", "https://evil.example")],
        ),
        (
            "400 request_not_supported: request objects are not supported",
            &[("request", "eyJ")],
        ),
        (
            "400 unsupported_response_type: response_type must be code",
            &[("response_type", "token")],
        ),
        (
            "400 invalid_request: code_challenge is missing: PKCE is required",
            &[("code_challenge", "")],
        ),
        (
            "400 invalid_target: resource is not one of this server's",
            &[("resource", "https://evil.example/mcp")],
        ),
        (
            "400 invalid_scope: scope names one that this server does not have",
            &[("scope", "admin")],
        ),
        (
            "400 invalid_request: state must not exceed 2048 bytes",
            &[("state", &long)],
        ),
        (
            "400 interaction_required: a person must consent",
            &[("prompt", "none")],
        ),
    ];
    let answer = |changes: &[(&str, &str)]| {
        let response = push(&server, &query(&client, changes));
        let text = body(&response)["error_description"].clone();
        format!(
            "{}: {}",
            outcome(&response),
            text.as_str().unwrap_or_default()
        )
    };
    for (i, (first, breach)) in breaches.iter().enumerate() {
        assert_eq!(answer(breach), *first);
        for (second, other) in &breaches[i + 1..] {
            // Two values of one parameter are another breach.
            if breach[0].0 != other[0].0 {
                assert_eq!(
                    answer(&[*breach, *other].concat()),
                    *first,
                    "before {second}"
                );
            }
        }
    }
    assert_eq!(answer(&[]), "201 ok: ");
}

#[test]
fn the_form_itself() {
    let server = Server::new();
    let fine = query(&server.public(), &[]);
    let fine = Some(fine.as_bytes());
    for (method, content_type, body, expected) in [
        ("GET", None, None, "405 invalid_request"),
        (
            "POST",
            Some("application/json"),
            None,
            "415 invalid_request",
        ),
        ("POST", Some(FORM), None, "413 invalid_request"),
        (
            "POST",
            Some(FORM),
            Some(&b"state=%E9&state=x"[..]),
            "400 invalid_request",
        ),
        ("POST", Some(FORM), Some(b"state=x"), "401 invalid_client"),
        ("POST", Some(FORM), fine, "201 ok"),
    ] {
        let request = Request {
            method,
            content_type,
            authorization: None,
            body,
        };
        let answer = server.push_at(&request, &server.store);
        assert_eq!(outcome(&answer), expected, "{request:?}");
    }
}

#[test]
fn a_request_that_no_form_could_carry() {
    let server = Server::new();
    let client = server.public();
    let sized = |length: usize| {
        outcome(&push(
            &server,
            &query(&client, &[("x", &"x".repeat(length))]),
        ))
    };
    assert_eq!(sized(15 * 1024), "201 ok");
    assert_eq!(sized(17 * 1024), "413 invalid_request");
    assert_eq!(sized(MAX_BODY + 1), "413 invalid_request");
}

#[test]
fn confidential_clients_authenticate_and_their_secret_is_not_kept() {
    let server = Server::new();
    let (client, secret) = server.confidential(None);
    let form = query(&client, &[("client_secret", &secret)]);
    let answer = push(&server, &form);
    assert_eq!(outcome(&answer), "201 ok");
    let uri = body(&answer)["request_uri"].as_str().unwrap().to_owned();
    let asked = now(Asked::read(&link(&client, &uri, &[]), &server.store)).unwrap();
    assert!(!asked.query.contains(&secret) && !asked.query.contains("client_secret"));

    // By header, where the form need not say client_id again.
    use base64::Engine;
    let credentials =
        base64::engine::general_purpose::STANDARD.encode(format!("{client}:{secret}"));
    let header = format!("Basic {credentials}");
    for (id, expected) in [
        (&*client, "201 ok"),
        ("", "201 ok"),
        ("other", "400 invalid_request"),
    ] {
        let form = query(id, &[("client_id", id)]);
        let request = Request {
            authorization: Some(&header),
            ..post(form.as_bytes())
        };
        let answer = server.push_at(&request, &server.store);
        assert_eq!(outcome(&answer), expected, "{id}");
        if let Some(uri) = body(&answer)["request_uri"].as_str() {
            assert_eq!(opened(&server, &link(&client, uri, &[])), "consent");
        }
    }
}

#[test]
fn clients_by_document() {
    let invalid = document("https://other.example/meta.json");
    for (served, expected) in [
        (json_answer(&[], &document(URL)), "201 ok"),
        (json_answer(&[], &invalid), "401 invalid_client"),
        (answer(404, &[], ""), "401 invalid_client"),
        // Nothing that the client did: it must keep its credentials.
        (answer(503, &[], ""), "503 temporarily_unavailable"),
        (Err(FetchError::OverBudget), "429 temporarily_unavailable"),
    ] {
        let server = serving(URL, served);
        let answer = push(&server, &query(URL, &[]));
        assert_eq!(outcome(&answer), expected);
    }
    let server = Server::new();
    let url = "https://client.example/";
    assert_eq!(
        outcome(&push(&server, &query(url, &[]))),
        "401 invalid_client"
    );
}

/// Keeps nothing.
struct Down;

fn down<T>() -> Stored<T> {
    Err(StoreError("SECRET detail of the storage".to_owned()))
}

impl PushedRequests for Down {
    async fn keep_pushed(&self, _: &PushedName, _: &str, _: UnixTime) -> Stored<()> {
        down()
    }

    async fn pushed(&self, _: &PushedName) -> Stored<Option<String>> {
        down()
    }

    async fn use_pushed(&self, _: &PushedName, _: &TicketId) -> Stored<bool> {
        down()
    }
}

#[test]
fn storage_trouble_is_ours() {
    let server = Server::new();
    let client = server.public();
    let form = query(&client, &[]);
    let answer = server.push_at(&post(form.as_bytes()), &Down);
    assert_eq!(outcome(&answer), "503 temporarily_unavailable");
    assert_eq!(answer.get("retry-after"), Some("5"));
    assert!(!answer.body.contains("SECRET"));
    let uri = uri(&server, &client, &[]);
    let read = now(Asked::read(&link(&client, &uri, &[]), &Down));
    assert!(matches!(read, Err(PageProblem::Storage(_))));
    assert!(
        now(Asked::read(&form, &Down)).is_ok(),
        "a plain request needs no storage"
    );
}
