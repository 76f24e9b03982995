//! One visit of the doctor under observation: whatever the server does, no token goes astray and none is printed.

use std::cell::RefCell;
use std::time::Duration;

use fetch::native::Native;
use fetch::{Fetch, FetchError, LocalFuture, Request, Response};
use mcp_doctor::{Options, Report, SignIn, SignedIn, examine};
use serde_json::Value;
use url::Url;

use super::broken::{Fault, Server};
use super::person::Person;

thread_local! {
    // Reading the computer's certificates takes longer than a whole visit.
    static NETWORK: Native = Native::new().unwrap();
}

/// The network, shared within one runtime so that connections are reused.
pub fn network() -> Native {
    NETWORK.with(Native::clone)
}

/// The network of this computer. It records every request, and does not wait.
pub struct Watched {
    network: Native,
    pub requests: RefCell<Vec<Request>>,
    /// Every code and token that was issued.
    secrets: RefCell<Vec<String>>,
}

impl Watched {
    pub fn new() -> Self {
        Self {
            network: network(),
            requests: RefCell::default(),
            secrets: RefCell::default(),
        }
    }

    fn remember(&self, response: &Response) {
        let body = serde_json::from_slice(&response.body).unwrap_or(Value::Null);
        for name in ["access_token", "refresh_token"] {
            let token = body.get(name).and_then(Value::as_str);
            // A made-up token may be short, and then it could occur in any text.
            let token = token.filter(|token| token.len() > 20);
            self.secrets.borrow_mut().extend(token.map(str::to_owned));
        }
    }

    fn has_secret(&self, text: &str) -> bool {
        self.secrets.borrow().iter().any(|s| text.contains(s))
    }
}

impl Fetch for Watched {
    fn fetch(&self, request: Request) -> LocalFuture<'_, Result<Response, FetchError>> {
        self.requests.borrow_mut().push(request.clone());
        Box::pin(async move {
            let response = self.network.fetch(request).await?;
            self.remember(&response);
            Ok(response)
        })
    }

    fn sleep(&self, _: Duration) -> LocalFuture<'_, ()> {
        Box::pin(async {})
    }
}

/// Reports the tokens of a sign-in to the observer.
struct Confidant<'a> {
    person: Person,
    watched: &'a Watched,
    /// The token endpoint that the client claims to have used, if not the true one.
    endpoint: Option<Url>,
}

impl SignIn for Confidant<'_> {
    fn sign_in(
        &self,
        server: &Url,
        resource: Option<&str>,
    ) -> LocalFuture<'_, Result<SignedIn, String>> {
        let (server, resource) = (server.clone(), resource.map(str::to_owned));
        Box::pin(async move {
            let mut signed_in = self.person.sign_in(&server, resource.as_deref()).await?;
            if let Some(endpoint) = &self.endpoint {
                signed_in.token_endpoint = endpoint.clone();
            }
            let mut secrets = self.watched.secrets.borrow_mut();
            secrets.extend([signed_in.access_token.clone(), signed_in.code.clone()]);
            secrets.extend(signed_in.refresh_token.clone());
            drop(secrets);
            Ok(signed_in)
        })
    }
}

pub fn options(origin: &str) -> Options {
    Options {
        server: format!("{origin}/mcp").parse().unwrap(),
        register: true,
        sign_in: true,
    }
}

/// The doctor's output, and the requests that carried a code or token.
pub struct Visit {
    pub report: Report,
    pub carried: Vec<Url>,
}

/// Examines all that can be examined at a server with this fault.
pub async fn visit(fault: Option<&'static Fault>, endpoint: Option<Url>) -> Visit {
    let origin = Server::start(fault).await;
    let watched = Watched::new();
    let confidant = Confidant {
        person: Person::at(&origin),
        watched: &watched,
        endpoint,
    };
    let report = examine(&options(&origin), &watched, Some(&confidant)).await;
    let mut carried = Vec::new();
    for request in watched.requests.borrow().iter() {
        let body = request.body.as_deref().unwrap_or_default();
        let body = String::from_utf8_lossy(body);
        let headers = request.headers.iter().map(|(_, value)| value.as_str());
        let url = &request.url;
        assert!(!watched.has_secret(url.as_str()), "{url}");
        if watched.has_secret(&body) || watched.has_secret(&headers.collect::<String>()) {
            assert_eq!(url.origin().ascii_serialization(), origin, "{url}");
            carried.push(url.clone());
        }
    }
    let text = serde_json::to_string(&report).unwrap();
    assert!(!watched.has_secret(&text), "{text}");
    Visit { report, carried }
}
