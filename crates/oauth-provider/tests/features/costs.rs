//! What a request costs: calls to grants, reads and writes of client records, fetches. Each is a round trip.

use std::cell::Cell;

use fetch::scripted::Scripted;
use oauth_provider::TokenCache;
use oauth_provider::UnixTime;
use oauth_provider::authorize::validate;
use oauth_provider::bearer::{ask, bearer};
use oauth_provider::client::{ClientIdUrl, Registration};
use oauth_provider::discovery::AskedResource;
use oauth_provider::grant::{Command, GrantId, Reply};
use oauth_provider::params::Params;
use oauth_provider::store::{ClientStore, GrantStore, KeptDocument, Stored};
use serde_json::json;

use crate::client_documents::{URL, document, json_answer};
use crate::support::server::{
    CALLBACK, Server, body, form_body, json_post, now, outcome, post, query, redemption,
};

/// The server's store, counted.
struct Counted<'s> {
    server: &'s Server,
    calls: Cell<usize>,
    reads: Cell<usize>,
    writes: Cell<usize>,
}

fn add(counter: &Cell<usize>) {
    counter.set(counter.get() + 1);
}

impl<'s> Counted<'s> {
    const fn of(server: &'s Server) -> Self {
        Self {
            server,
            calls: Cell::new(0),
            reads: Cell::new(0),
            writes: Cell::new(0),
        }
    }

    /// Calls to grants, reads, writes, and fetches of documents, since the last look.
    fn costs(&self, fetched_before: usize) -> [usize; 4] {
        let fetches = self.server.fetch.requests().len() - fetched_before;
        [
            self.calls.take(),
            self.reads.take(),
            self.writes.take(),
            fetches,
        ]
    }
}

impl GrantStore for Counted<'_> {
    async fn send(&self, id: &GrantId, command: Command) -> Stored<Reply> {
        add(&self.calls);
        self.server.store.send(id, command).await
    }
}

impl ClientStore for Counted<'_> {
    async fn registration(&self, id: &str) -> Stored<Option<Registration>> {
        add(&self.reads);
        self.server.store.registration(id).await
    }

    async fn keep_registration(&self, kept: &Registration, until: UnixTime) -> Stored<()> {
        add(&self.writes);
        self.server.store.keep_registration(kept, until).await
    }

    async fn document(&self, url: &ClientIdUrl) -> Stored<Option<KeptDocument>> {
        add(&self.reads);
        self.server.store.document(url).await
    }

    async fn keep_document(&self, url: &ClientIdUrl, kept: &KeptDocument) -> Stored<()> {
        add(&self.writes);
        self.server.store.keep_document(url, kept).await
    }

    async fn key_set(&self, url: &ClientIdUrl) -> Stored<Option<KeptDocument>> {
        add(&self.reads);
        self.server.store.key_set(url).await
    }

    async fn keep_key_set(&self, url: &ClientIdUrl, kept: &KeptDocument) -> Stored<()> {
        add(&self.writes);
        self.server.store.keep_key_set(url, kept).await
    }
}

// rule: clients/resolved-twice
// rule: tokens/cost-of-refresh: a refresh is one call to its grant, and reads a client's record
//    only where a secret is compared
#[test]
fn tokens_of_a_public_client_cost_one_call_and_no_look_at_the_client() {
    for described in [false, true] {
        let script = Scripted::new().on(fetch::Method::Get, URL, json_answer(&[], &document(URL)));
        let server = Server::with(script);
        let client = if described {
            URL.to_owned()
        } else {
            server.public()
        };
        let code = server.sign_in(&client);
        let (counted, fetched) = (Counted::of(&server), server.fetch.requests().len());
        let form = form_body(&redemption(&client, &code));
        let answer = server.token_at(&post(form.as_bytes()), &counted, &counted);
        assert_eq!(counted.costs(fetched), [1, 0, 0, 0], "a code");
        let refresh_token = body(&answer)["refresh_token"].as_str().unwrap().to_owned();
        let form = form_body(&[
            ("grant_type", "refresh_token"),
            ("client_id", &client),
            ("refresh_token", &refresh_token),
        ]);
        let answer = server.token_at(&post(form.as_bytes()), &counted, &counted);
        assert_eq!(outcome(&answer), "200 ok");
        assert_eq!(counted.costs(fetched), [1, 0, 0, 0], "a refresh");
    }
}

// rule: tokens/cost-of-refresh
#[test]
fn tokens_of_a_confidential_client_cost_one_read_more() {
    let server = Server::new();
    let (client, secret) = server.confidential(Some("client_secret_post"));
    let code = server.sign_in(&client);
    let mut form = redemption(&client, &code).to_vec();
    form.push(("client_secret", &secret));
    let counted = Counted::of(&server);
    let answer = server.token_at(&post(form_body(&form).as_bytes()), &counted, &counted);
    assert_eq!(outcome(&answer), "200 ok");
    assert_eq!(counted.costs(0), [1, 1, 0, 0]);
}

// rule: tokens/cost-of-consent-and-calls: a consent page reads once at most, a registration writes
//    once, a call within half a minute asks nobody
#[test]
fn a_consent_page_costs_one_read_at_most_and_a_document_one_fetch_in_its_time() {
    let script = Scripted::new().on(fetch::Method::Get, URL, json_answer(&[], &document(URL)));
    let server = Server::with(script);
    let counted = Counted::of(&server);
    let ask = |client: &str| {
        let params = Params::parse(&query(client, &[]));
        let fetched = server.fetch.requests().len();
        let validated = validate(
            &params,
            &server.settings,
            &counted,
            &server.fetch,
            server.time(),
        );
        assert!(now(validated).is_ok());
        counted.costs(fetched)
    };
    assert_eq!(ask(&server.public()), [0, 1, 0, 0]);
    assert_eq!(ask(URL), [0, 1, 1, 1], "the first time");
    assert_eq!(ask(URL), [0, 1, 0, 0], "from then on");
}

// rule: tokens/cost-of-consent-and-calls
#[test]
fn a_registration_costs_one_write() {
    let server = Server::new();
    let counted = Counted::of(&server);
    let asked = json!({"redirect_uris": [CALLBACK]}).to_string();
    let answer = server.register_at(&json_post(asked.as_bytes()), &counted);
    assert_eq!(answer.status, 201);
    assert_eq!(counted.costs(0), [0, 0, 1, 0]);
}

// rule: tokens/cost-of-consent-and-calls
#[test]
fn a_call_costs_one_look_at_its_grant_and_none_for_half_a_minute() {
    let server = Server::new();
    let (access, _) = server.tokens(&server.public());
    let asked = AskedResource::read("/mcp", None, &server.settings).unwrap();
    let counted = Counted::of(&server);
    let header = format!("Bearer {access}");
    let known = now(ask(bearer(Some(&header)).unwrap(), &counted)).unwrap();
    assert_eq!(counted.costs(0), [1, 0, 0, 0]);
    let mut seen = TokenCache::new(10);
    seen.put(&access, known, server.time());
    server.wait(29);
    let known = seen.get(bearer(Some(&header)).unwrap(), server.time());
    assert!(known.unwrap().for_resource(&asked.resource).is_ok());
    assert_eq!(counted.costs(0), [0, 0, 0, 0]);
}
