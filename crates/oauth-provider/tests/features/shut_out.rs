//! What an operator has switched off: clients, hosts, registration. Nothing ends by it, so that taking it back brings
//! everybody back.
// file rule: clients/operator-shuts-out: a client, a document's host or registration that the operator
//    shuts out begins and goes on with nothing from the next request, and loses nothing [ADR 124]

use oauth_provider::authorize::{AuthorizeError, PageProblem};
use oauth_provider::client::{ClientProblem, RedirectUriError};
use oauth_provider::discovery::authorization_server;
use serde_json::json;

use crate::authorize_request::outcome as on_page;
use crate::client_documents::{URL, document, json_answer, serving};
use crate::support::assertion::{Es256, show, usual};
use crate::support::server::{CALLBACK, Server, body, form_body, outcome, post, query};

const DENIED: &str = "403 access_denied";

fn is_denied(server: &Server, client: &str) -> bool {
    matches!(
        server.authorize(&query(client, &[])),
        Err(AuthorizeError::Page(
            PageProblem::Client(ClientProblem::Denied { client_id })
        )) if client_id == client
    )
}

#[test]
fn a_client_stops_where_it_is_and_goes_on_afterwards() {
    let mut server = Server::new();
    let client = server.public();
    let code = server.sign_in(&client);
    let (access, refresh) = server.tokens(&client);
    server.settings.clients_denied = vec![client.clone()];
    assert!(is_denied(&server, &client));
    let pushed = query(&client, &[]);
    let pushed = server.push_at(&post(pushed.as_bytes()), &server.store);
    assert_eq!(outcome(&pushed), DENIED);
    assert_eq!(outcome(&server.redeem(&client, &code)), DENIED);
    assert_eq!(outcome(&server.refresh(&client, &refresh)), DENIED);
    let about = [("client_id", client.as_str()), ("token", &access)];
    assert_eq!(outcome(&server.introspect(&about)), DENIED);
    let other = server.public();
    assert!(server.authorize(&query(&other, &[])).is_ok());

    server.settings.clients_denied.clear();
    assert_eq!(outcome(&server.redeem(&client, &code)), "200 ok");
    assert_eq!(outcome(&server.refresh(&client, &refresh)), "200 ok");
    assert_eq!(body(&server.introspect(&about))["active"], json!(true));
}

#[test]
fn an_end_is_never_refused() {
    let mut server = Server::new();
    let client = server.public();
    let (_, refresh) = server.tokens(&client);
    server.settings.clients_denied = vec![client.clone()];
    let form = [("client_id", client.as_str()), ("token", &refresh)];
    assert_eq!(server.revoke(&form).status, 200);
    server.settings.clients_denied.clear();
    assert_eq!(
        outcome(&server.refresh(&client, &refresh)),
        "400 invalid_grant"
    );
}

#[test]
fn an_id_is_compared_byte_for_byte() {
    let mut server = Server::new();
    let client = server.public();
    server.settings.clients_denied = vec![client.to_lowercase(), client.chars().skip(1).collect()];
    assert!(!is_denied(&server, &client));
}

#[test]
fn a_host_holds_for_a_copy_that_is_kept_and_for_tokens_too() {
    let answer = json_answer(&[("cache-control", "max-age=3600")], &document(URL));
    let mut server = serving(URL, answer);
    let (_, refresh) = server.tokens(URL);
    let fetched = server.fetch.requests().len();
    server.settings.document_hosts.denied = vec!["client.example".to_owned()];
    assert!(is_denied(&server, URL));
    assert_eq!(outcome(&server.refresh(URL, &refresh)), DENIED);
    server.settings.document_hosts.denied.clear();
    server.settings.document_hosts.allowed = vec!["other.example".to_owned()];
    assert!(is_denied(&server, URL));
    assert_eq!(outcome(&server.refresh(URL, &refresh)), DENIED);
    server.settings.document_hosts.allowed.clear();
    assert_eq!(outcome(&server.refresh(URL, &refresh)), "200 ok");
    assert_eq!(server.fetch.requests().len(), fetched);
}

#[test]
fn what_a_client_shows_is_not_looked_at() {
    let mut server = usual();
    server.settings.clients_denied = vec![URL.to_owned()];
    let answer = show(&server, &Es256(1).good("once"));
    assert_eq!(outcome(&answer), DENIED);
    assert!(server.fetch.requests().is_empty());
}

/// Whoever is shut out by id registers again; the place where the answer goes stays the same.
#[test]
fn no_answer_goes_to_a_host() {
    let mut server = Server::new();
    let uri = "https://app.evil.example/cb";
    let metadata = json!({"redirect_uris": [uri, CALLBACK], "token_endpoint_auth_method": "none"});
    let client = body(&server.register(&metadata))["client_id"].clone();
    let client = client.as_str().unwrap();
    let to = |uri: &str| query(client, &[("redirect_uri", uri)]);
    assert!(server.authorize(&to(uri)).is_ok());
    server.settings.document_hosts.denied = vec!["evil.example".to_owned()];
    let problem = server.authorize(&to(uri)).err().unwrap();
    assert!(matches!(
        problem,
        AuthorizeError::Page(PageProblem::RefusedRedirectUri {
            error: RedirectUriError::DeniedHost,
            ..
        })
    ));
    assert!(server.authorize(&to(CALLBACK)).is_ok());
    assert_eq!(
        outcome(&server.register(&metadata)),
        "400 invalid_redirect_uri"
    );
    let document = json!({"client_id": URL, "client_name": "x", "redirect_uris": [uri, CALLBACK]});
    let mut server = serving(URL, json_answer(&[], &document));
    server.settings.document_hosts.denied = vec!["evil.example".to_owned()];
    let page = on_page(&server, &query(URL, &[("redirect_uri", uri)]));
    assert!(page.contains("DeniedHost"), "{page}");
    assert!(server.authorize(&query(URL, &[])).is_ok());
}

#[test]
fn registration_is_closed_to_new_clients_only() {
    let mut server = Server::new();
    let client = server.public();
    server.settings.registration_open = false;
    let metadata = json!({"redirect_uris": [CALLBACK]});
    assert_eq!(outcome(&server.register(&metadata)), DENIED);
    assert!(server.authorize(&query(&client, &[])).is_ok());
    let form = form_body(&[("redirect_uris", CALLBACK)]);
    let answer = server.register_at(&post(form.as_bytes()), &server.store);
    assert_eq!(answer.status, 415);
    let told = |server: &Server| authorization_server(&server.settings, None).registration_endpoint;
    assert_eq!(told(&server), None);
    server.settings.registration_open = true;
    assert!(told(&server).is_some());
    assert_eq!(outcome(&server.register(&metadata)), "201 ok");
}
