//! Whose fetches are counted for themselves, so that strangers cannot use them up.

use std::time::Duration;

use fetch::{Fetch, FetchError, LocalFuture, Request, Response};

/// A client that somebody has signed in with has a budget of its own for what it publishes: whoever makes up addresses
/// on its host, or names its keys as theirs, spends another one.
pub(super) struct OwnBudget<'a> {
    fetch: &'a dyn Fetch,
    /// `None` for clients that nobody knows.
    name: Option<String>,
}

impl<'a> OwnBudget<'a> {
    /// For a URL that is the client itself.
    pub(super) fn of_client(client_id: &str, is_known: bool, fetch: &'a dyn Fetch) -> Self {
        Self {
            fetch,
            name: is_known.then(|| client_id.to_owned()),
        }
    }

    /// For what a client names: two that name the same URL have two budgets.
    pub(super) fn of_named(
        url: &str,
        client_id: &str,
        is_known: bool,
        fetch: &'a dyn Fetch,
    ) -> Self {
        Self {
            fetch,
            // Invariant: neither holds a space.
            name: is_known.then(|| format!("{client_id} {url}")),
        }
    }
}

impl Fetch for OwnBudget<'_> {
    fn fetch(&self, request: Request) -> LocalFuture<'_, Result<Response, FetchError>> {
        self.fetch.fetch(Request {
            own_budget: self.name.clone(),
            ..request
        })
    }

    fn sleep(&self, duration: Duration) -> LocalFuture<'_, ()> {
        self.fetch.sleep(duration)
    }
}
