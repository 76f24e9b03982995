//! Where tokens go, and that they are never shown.

use std::cell::RefCell;

use fetch::LocalFuture;
use mcp_test_client::doctor::{Severity, SignIn, SignedIn, examine};
use url::Url;

use super::broken::{Fault, REVOCATION_ELSEWHERE, Server, faults};
use super::person::Person;
use super::{Watched, alone, options};

/// Remembers what the person got.
struct Confidant {
    person: Person,
    secrets: RefCell<Vec<String>>,
    /// What the client says its token endpoint was, if not the true one.
    endpoint: Option<Url>,
}

impl SignIn for Confidant {
    fn sign_in(&self, server: &Url) -> LocalFuture<'_, Result<SignedIn, String>> {
        let server = server.clone();
        Box::pin(async move {
            let mut signed_in = self.person.sign_in(&server).await?;
            if let Some(endpoint) = &self.endpoint {
                signed_in.token_endpoint = endpoint.clone();
            }
            let mut secrets = self.secrets.borrow_mut();
            secrets.extend([signed_in.access_token.clone(), signed_in.code.clone()]);
            secrets.extend(signed_in.refresh_token.clone());
            drop(secrets);
            Ok(signed_in)
        })
    }
}

/// The requests that carried a secret, and the report as text.
async fn visit(fault: Option<&'static Fault>, endpoint: Option<Url>) -> (Vec<Url>, String, usize) {
    let origin = Server::start(fault).await;
    let confidant = Confidant {
        person: Person::at(&origin),
        secrets: RefCell::default(),
        endpoint,
    };
    let watched = Watched::new();
    let report = examine(&options(&origin), &watched, Some(&confidant)).await;
    let secrets = confidant.secrets.borrow();
    let mut carried = Vec::new();
    for request in watched.requests.borrow().iter() {
        let body =
            String::from_utf8_lossy(request.body.as_deref().unwrap_or_default()).into_owned();
        let headers = request.headers.iter().map(|(_, value)| value.as_str());
        let in_headers = headers.collect::<String>();
        assert!(
            !secrets.iter().any(|s| request.url.as_str().contains(s)),
            "{}",
            request.url
        );
        if secrets
            .iter()
            .any(|s| body.contains(s) || in_headers.contains(s))
        {
            assert_eq!(
                request.url.origin().ascii_serialization(),
                origin,
                "{}",
                request.url
            );
            carried.push(request.url.clone());
        }
    }
    let text = serde_json::to_string(&report).unwrap();
    assert!(
        !secrets.iter().any(|secret| text.contains(secret)),
        "{text}"
    );
    (carried, text, report.count(Severity::Failure))
}

#[test]
fn tokens_go_to_their_own_servers_alone_and_are_never_shown() {
    let (carried, ..) = alone(visit(None, None));
    let paths: std::collections::BTreeSet<_> = carried.iter().map(Url::path).collect();
    assert_eq!(
        Vec::from_iter(paths),
        ["/mcp", "/oauth/revoke", "/oauth/token"]
    );
    for fault in faults() {
        alone(visit(Some(fault), None));
    }
}

#[test]
fn metadata_of_another_issuer_get_no_token() {
    let other = faults().find(|fault| fault.name == "metadata of another issuer");
    let (carried, text, _) = alone(visit(other, None));
    assert!(
        carried.iter().all(|url| url.path() == "/mcp"),
        "{carried:?}"
    );
    assert!(text.contains("nothing of value is sent there"), "{text}");
}

#[test]
fn nor_does_a_revocation_endpoint_on_another_host() {
    let (carried, text, _) = alone(visit(Some(&REVOCATION_ELSEWHERE), None));
    assert!(
        carried.iter().any(|url| url.path() == "/oauth/token"),
        "{carried:?}"
    );
    assert!(
        text.contains("on another host than the token endpoint"),
        "{text}"
    );
}

#[test]
fn nor_does_an_endpoint_that_the_sign_in_did_not_use() {
    let elsewhere = Url::parse("https://elsewhere.invalid/token").unwrap();
    let (carried, text, failures) = alone(visit(None, Some(elsewhere)));
    assert!(
        carried.iter().all(|url| url.path() == "/mcp"),
        "{carried:?}"
    );
    assert!(
        text.contains("the sign-in used another token endpoint"),
        "{text}"
    );
    assert_eq!(failures, 0);
}
