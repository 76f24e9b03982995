//! Our own trouble is never the end of anybody's session: 503, try again, and nothing was consumed.
// file rule: tokens/storage-trouble: storage trouble is transient and consumes nothing; the reply
//    to another command is such trouble, never a refusal

use oauth_provider::UnixTime;
use oauth_provider::authorize::{AuthorizeError, PageProblem, validate};
use oauth_provider::bearer::{BearerError, verify};
use oauth_provider::client::{ClientIdUrl, ClientProblem, Registration};
use oauth_provider::discovery::AskedResource;
use oauth_provider::grant::{Command, GrantId, Reply};
use oauth_provider::http::{Request, Response};
use oauth_provider::params::Params;
use oauth_provider::store::{ClientStore, GrantStore, KeptDocument, StoreError, Stored};
use serde_json::json;

use crate::client_documents::{URL, document, json_answer};
use crate::support::server::{
    CALLBACK, Server, body, form_body, json_post, now, outcome, post, query, redemption,
};

/// A store that does not answer.
struct Down;

fn down<T>() -> Stored<T> {
    Err(StoreError("SECRET detail of the storage".to_owned()))
}

impl GrantStore for Down {
    async fn send(&self, _: &GrantId, _: Command) -> Stored<Reply> {
        down()
    }
}

impl ClientStore for Down {
    async fn registration(&self, _: &str) -> Stored<Option<Registration>> {
        down()
    }

    async fn keep_registration(&self, _: &Registration, _: UnixTime) -> Stored<()> {
        down()
    }

    async fn document(&self, _: &ClientIdUrl) -> Stored<Option<KeptDocument>> {
        down()
    }

    async fn keep_document(&self, _: &ClientIdUrl, _: &KeptDocument) -> Stored<()> {
        down()
    }

    async fn key_set(&self, _: &ClientIdUrl) -> Stored<Option<KeptDocument>> {
        down()
    }

    async fn keep_key_set(&self, _: &ClientIdUrl, _: &KeptDocument) -> Stored<()> {
        down()
    }
}

/// Reads, and cannot write.
struct ReadOnly<'s>(&'s Server);

impl ClientStore for ReadOnly<'_> {
    async fn registration(&self, id: &str) -> Stored<Option<Registration>> {
        self.0.store.registration(id).await
    }

    async fn keep_registration(&self, _: &Registration, _: UnixTime) -> Stored<()> {
        down()
    }

    async fn document(&self, url: &ClientIdUrl) -> Stored<Option<KeptDocument>> {
        self.0.store.document(url).await
    }

    async fn keep_document(&self, _: &ClientIdUrl, _: &KeptDocument) -> Stored<()> {
        down()
    }

    async fn key_set(&self, url: &ClientIdUrl) -> Stored<Option<KeptDocument>> {
        self.0.store.key_set(url).await
    }

    async fn keep_key_set(&self, _: &ClientIdUrl, _: &KeptDocument) -> Stored<()> {
        down()
    }
}

fn assert_try_again(answer: &Response) {
    assert_eq!(outcome(answer), "503 temporarily_unavailable");
    assert_eq!(answer.get("retry-after"), Some("5"));
    assert!(!answer.body.contains("SECRET"));
}

// rule: tokens/transient-never-fatal
#[test]
fn redeeming_and_refreshing() {
    let server = Server::new();
    let client = server.public();
    let code = server.sign_in(&client);
    let form = form_body(&redemption(&client, &code));
    let request = post(form.as_bytes());
    assert_try_again(&server.token_at(&request, &server.store, &Down));
    let answer = server.token_at(&request, &Down, &server.store);
    assert_eq!(
        outcome(&answer),
        "200 ok",
        "a public client needs no record"
    );
    let refresh = body(&answer)["refresh_token"].as_str().unwrap().to_owned();
    let form = form_body(&[
        ("grant_type", "refresh_token"),
        ("client_id", &client),
        ("refresh_token", &refresh),
    ]);
    let request = post(form.as_bytes());
    assert_try_again(&server.token_at(&request, &server.store, &Down));
    assert_eq!(outcome(&server.refresh(&client, &refresh)), "200 ok");
    assert!(
        server.store.take_audit().is_empty(),
        "no retry: nothing was rotated before"
    );
}

#[test]
fn an_unknown_token_of_a_client_that_cannot_be_looked_up() {
    // `invalid_grant` here would make an SDK throw its client away, or its tokens.
    let server = Server::new();
    let form = form_body(&[
        ("grant_type", "refresh_token"),
        ("client_id", "x"),
        ("refresh_token", "smcp_r_x"),
    ]);
    assert_try_again(&server.token_at(&post(form.as_bytes()), &Down, &server.store));
}

// rule: tokens/transient-never-fatal
#[test]
fn confidential_clients() {
    let server = Server::new();
    let (id, secret) = server.confidential(Some("client_secret_post"));
    let code = server.sign_in(&id);
    let mut form = redemption(&id, &code).to_vec();
    form.push(("client_secret", &secret));
    let text = form_body(&form);
    assert_try_again(&server.token_at(&post(text.as_bytes()), &Down, &server.store));
    assert_eq!(outcome(&server.token(&form)), "200 ok");
}

// rule: tokens/transient-never-fatal
#[test]
fn revoking_and_registering() {
    let server = Server::new();
    let client = server.public();
    let (access, _) = server.tokens(&client);
    let form = form_body(&[("client_id", &client), ("token", &access)]);
    let request: Request<'_> = post(form.as_bytes());
    assert_try_again(&server.revoke_at(&request, &server.store, &Down));
    assert_try_again(&server.revoke_at(&request, &Down, &server.store));
    let asked = json!({"redirect_uris": [CALLBACK]}).to_string();
    assert_try_again(&server.register_at(&json_post(asked.as_bytes()), &Down));
}

#[test]
fn a_token_of_another_kind_reaches_no_grant() {
    let server = Server::new();
    let client = server.public();
    let code = server.sign_in(&client);
    let (access, refresh) = server.tokens(&client);
    let token = |form: &[(&str, &str)]| {
        let form = form_body(form);
        outcome(&server.token_at(&post(form.as_bytes()), &server.store, &Down))
    };
    for wrong in [&access, &refresh] {
        assert_eq!(token(&redemption(&client, wrong)), "400 invalid_grant");
    }
    for wrong in [&access, &code] {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", &*client),
            ("refresh_token", wrong),
        ];
        assert_eq!(token(&form), "400 invalid_grant");
    }
    let form = form_body(&[("client_id", &client), ("token", &code)]);
    let answer = server.revoke_at(&post(form.as_bytes()), &server.store, &Down);
    assert_eq!(outcome(&answer), "200");
    let asked = AskedResource::read("/mcp", None, &server.settings).unwrap();
    for wrong in [&code, &refresh] {
        let answer = now(verify(Some(&format!("Bearer {wrong}")), &asked, &Down));
        assert_eq!(answer.unwrap_err(), BearerError::Invalid);
    }
}

#[test]
fn calling_the_resource() {
    let server = Server::new();
    let (access, _) = server.tokens(&server.public());
    let asked = AskedResource::read("/mcp", None, &server.settings).unwrap();
    let header = format!("Bearer {access}");
    let error = now(verify(Some(&header), &asked, &Down)).unwrap_err();
    let answer = error.into_response(&asked, &server.settings);
    assert_try_again(&answer);
    assert_eq!(
        answer.get("www-authenticate"),
        None,
        "no challenge: the token may be fine"
    );
}

#[test]
fn authorizing() {
    let server = Server::with(fetch::scripted::Scripted::new().on(
        fetch::Method::Get,
        URL,
        json_answer(&[], &document(URL)),
    ));
    let ask = |client: &str, clients: &dyn Fn(&Params) -> bool| {
        clients(&Params::parse(&query(client, &[])))
    };
    let storage = |params: &Params| {
        let answer = now(validate(
            params,
            &server.settings,
            &Down,
            &server.fetch,
            server.time(),
        ));
        matches!(
            answer,
            Err(AuthorizeError::Page(PageProblem::Client(
                ClientProblem::Storage(_)
            )))
        )
    };
    assert!(ask("registered", &storage));
    assert!(ask(URL, &storage));
    let read_only = |params: &Params| {
        let clients = ReadOnly(&server);
        now(validate(
            params,
            &server.settings,
            &clients,
            &server.fetch,
            server.time(),
        ))
        .is_ok()
    };
    assert!(
        ask(URL, &read_only),
        "a cache that cannot be written costs this request nothing"
    );
}
