//! Which hosts are asked for a client metadata document; the others are refused before any fetch.

use fetch::Method;
use fetch::scripted::Scripted;
use oauth_provider::authorize::{AuthorizeError, PageProblem};
use oauth_provider::client::ClientProblem;
use serde_json::json;

use crate::client_documents::{URL, document, json_answer, problem, serving};
use crate::support::assertion::{Es256, assert_refused, claims, show, with};
use crate::support::server::{Server, outcome, query};
use crate::support::{ORIGIN, origin};

// rule: clients/special-use-hosts
#[test]
fn hosts_that_are_not_public_are_refused_before_any_fetch() {
    for host in [
        "localhost",
        "localhost.",
        "a.localhost",
        "intranet",
        "printer.local",
        "db.internal",
        "a.home.arpa",
        "a.test",
        "a.invalid",
        "a.onion",
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fc00::1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::a00:1]",
        "[2001:db8::1]",
        "[2002:a00:1::]",
        "127.0.0.1:8443",
        "localhost:443",
    ] {
        let url = format!("https://{host}/c");
        let server = Server::new();
        let found = problem(&server, &url);
        assert_eq!(found.check, "the host is public", "{url}");
        assert!(!found.transient);
        assert!(server.fetch.requests().is_empty(), "{url}");
    }
    // Octal, hexadecimal and integer spellings are not even client ids.
    for host in [
        "0177.0.0.1",
        "0x7f.0.0.1",
        "2130706433",
        "127.1",
        "[::ffff:127.0.0.1]",
        "LOCALHOST",
    ] {
        let server = Server::new();
        let asked = server.authorize(&query(&format!("https://{host}/c"), &[]));
        let refused = matches!(
            asked,
            Err(AuthorizeError::Page(PageProblem::Client(
                ClientProblem::Url { .. }
            )))
        );
        assert!(refused, "{host}");
        assert!(server.fetch.requests().is_empty(), "{host}");
    }
    for host in [
        "client.example",
        "8.8.8.8",
        "[2606:4700::1111]",
        "mylocal.example",
    ] {
        let url = format!("https://{host}/c");
        let server = serving(&url, json_answer(&[], &document(&url)));
        assert!(server.authorize(&query(&url, &[])).is_ok(), "{host}");
    }
}

// rule: clients/never-this-server: a document is never fetched from this server itself, under
//    whatever scheme, port or name, nor beyond the operator's lists
#[test]
fn this_server_does_not_fetch_from_itself() {
    let url = format!("{ORIGIN}/.well-known/oauth-client/x.json");
    let server = serving(&url, json_answer(&[], &document(&url)));
    assert_eq!(problem(&server, &url).check, "the host is another one");
    for url in [
        "https://mcp.example.com:443/c",
        "https://mcp.example.com./c",
        "https://mcp.example.com.:443/c",
    ] {
        assert_eq!(
            problem(&server, url).check,
            "the host is another one",
            "{url}"
        );
    }
    assert!(server.fetch.requests().is_empty());
    let mut server = Server::new();
    server.settings.origin = origin("https://mcp.example.com.:8443");
    let url = "https://mcp.example.com:8443/c";
    assert_eq!(problem(&server, url).check, "the host is another one");
}

// rule: clients/never-this-server
#[test]
fn nor_under_another_scheme_port_or_name_of_its_own() {
    for (own, url) in [
        ("http://mcp.example.com", "https://mcp.example.com/c"),
        ("http://mcp.example.com:8080", "https://mcp.example.com./c"),
        (ORIGIN, "https://mcp.example.com:8443/c"),
        ("https://8.8.8.8", "https://8.8.8.8:8443/c"),
        ("http://localhost:8788", "http://127.0.0.1:8788/c"),
        ("http://127.0.0.1:8788", "http://[::1]:8788/c"),
    ] {
        let mut server = serving(url, json_answer(&[], &document(url)));
        server.settings.origin = origin(own);
        let found = problem(&server, url);
        assert_eq!(found.check, "the host is another one", "{own}: {url}");
        assert!(server.fetch.requests().is_empty(), "{own}: {url}");
    }
    for (own, url) in [
        (ORIGIN, "https://client.mcp.example.com/c"),
        (ORIGIN, "https://example.com/c"),
        ("http://localhost:8788", "http://localhost:8789/c"),
        ("http://localhost:8788", "https://client.example:8788/c"),
    ] {
        let mut server = serving(url, json_answer(&[], &document(url)));
        server.settings.origin = origin(own);
        let _ = server.authorize(&query(url, &[]));
        assert_eq!(server.fetch.requests().len(), 1, "{own}: {url}");
    }
}

// rule: clients/never-this-server
#[test]
fn an_operator_narrows_the_hosts() {
    for (url, allowed) in [
        (URL, false),
        ("https://vendor.example/c", true),
        ("https://a.vendor.example/c", true),
        ("https://bad.vendor.example/c", false),
        ("https://bad.vendor.example./c", false),
        ("https://notvendor.example/c", false),
    ] {
        let mut server = serving(url, json_answer(&[], &document(url)));
        server.settings.document_hosts.allowed = vec!["vendor.example".to_owned()];
        server.settings.document_hosts.denied = vec!["bad.vendor.example".to_owned()];
        assert_eq!(server.authorize(&query(url, &[])).is_ok(), allowed, "{url}");
        assert_eq!(server.fetch.requests().len(), usize::from(allowed), "{url}");
    }
}

// rule: clients/public-fetch-flag: no documents without the public-fetch flag
#[test]
fn without_documents_no_url_is_a_client() {
    let mut server = serving(URL, json_answer(&[], &document(URL)));
    server.settings.metadata_documents = false;
    let asked = server.authorize(&query(URL, &[]));
    let off = matches!(
        asked,
        Err(AuthorizeError::Page(PageProblem::Client(
            ClientProblem::DocumentsOff
        )))
    );
    assert!(off && server.fetch.requests().is_empty());
    assert_eq!(outcome(&server.refresh(URL, "x")), "401 invalid_client");
}

// rule: clients/loopback-http-local-only
#[test]
fn a_document_on_the_internet_names_no_keys_on_this_computer() {
    let keys = "http://127.0.0.1:3000/jwks";
    for (url, may) in [(URL, false), ("http://localhost:3000/c", true)] {
        let method = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": keys});
        let good = json!({"keys": [Es256(1).jwk(json!({}))]});
        let mut server = Server::with(
            Scripted::new()
                .on(
                    Method::Get,
                    url,
                    json_answer(&[], &with(document(url), method)),
                )
                .json(Method::Get, keys, 200, &good.to_string()),
        );
        server.settings.origin = origin("http://localhost:8788");
        let own = json!({"iss": url, "sub": url, "aud": "http://localhost:8788"});
        let assertion = Es256(1).sign(&json!({"alg": "ES256"}), &with(claims("1"), own));
        let answer = show(&server, &assertion);
        if may {
            assert_eq!(outcome(&answer), "200", "{}", answer.body);
        } else {
            assert_refused(&answer, "the host is public: found 127.0.0.1");
        }
        assert_eq!(server.fetch.requests().len(), 1 + usize::from(may));
    }
}

// rule: clients/loopback-http-local-only
#[test]
fn loopback_documents_only_in_local_work() {
    let url = "http://localhost:3000/c";
    let mut server = serving(url, json_answer(&[], &document(url)));
    let page = server.authorize(&query(url, &[]));
    assert!(matches!(page, Err(AuthorizeError::Page(_))));
    assert!(server.fetch.requests().is_empty());
    server.settings.origin = origin("http://localhost:8788");
    assert!(server.authorize(&query(url, &[])).is_ok());
}
