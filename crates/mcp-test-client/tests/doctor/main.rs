//! The doctor against servers over real HTTP: one that is right, and the same with one fault at a time.

#![cfg(test)]

mod broken;
mod clean;
mod faults;
mod hostile;
mod person;
mod reference;
mod secrets;

use std::cell::RefCell;
use std::time::Duration;

use fetch::native::Native;
use fetch::{Fetch, FetchError, LocalFuture, Request, Response};
use mcp_test_client::doctor::{Options, Report, SignIn, examine};
use tokio::task::LocalSet;

use broken::{Fault, Server};
use person::Person;

/// The network of this computer; remembers what went over it, and does not wait.
struct Watched {
    network: Native,
    requests: RefCell<Vec<Request>>,
    slept: RefCell<Duration>,
}

impl Watched {
    fn new() -> Self {
        Self {
            network: Native::new().unwrap(),
            requests: RefCell::default(),
            slept: RefCell::default(),
        }
    }
}

impl Fetch for Watched {
    fn fetch(&self, request: Request) -> LocalFuture<'_, Result<Response, FetchError>> {
        self.requests.borrow_mut().push(request.clone());
        self.network.fetch(request)
    }

    fn sleep(&self, duration: Duration) -> LocalFuture<'_, ()> {
        *self.slept.borrow_mut() += duration;
        Box::pin(async {})
    }
}

fn options(origin: &str) -> Options {
    Options {
        server: format!("{origin}/mcp").parse().unwrap(),
        register: true,
        sign_in: true,
        json: false,
    }
}

/// Everything that can be looked at, at a server with this fault.
async fn diagnose(fault: Option<&'static Fault>) -> Report {
    let origin = Server::start(fault).await;
    let person = Person::at(&origin);
    examine(
        &options(&origin),
        &Watched::new(),
        Some(&person as &dyn SignIn),
    )
    .await
}

fn alone<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    LocalSet::new().block_on(&runtime, test)
}
