//! Fetches for known clients have budgets of their own, so that strangers cannot use them up.

use fetch::{Exchange, FetchError, Request, Response};

/// A client that somebody has signed in with has a budget of its own for what it publishes. Made-up addresses on its
/// host, and other clients that name its keys as theirs, use another budget.
pub(in crate::client) struct OwnBudget<'a, F: ?Sized> {
    fetch: &'a F,
    /// `None` for clients that nobody knows.
    name: Option<String>,
}

impl<'a, F: ?Sized> OwnBudget<'a, F> {
    /// For a URL that is the client itself.
    pub(in crate::client) fn of_client(client_id: &str, is_known: bool, fetch: &'a F) -> Self {
        Self {
            fetch,
            name: is_known.then(|| client_id.to_owned()),
        }
    }

    /// For what a client names: two that name the same URL have two budgets.
    pub(in crate::client) fn of_named(
        url: &str,
        client_id: &str,
        is_known: bool,
        fetch: &'a F,
    ) -> Self {
        Self {
            fetch,
            // Invariant: neither holds a space.
            name: is_known.then(|| format!("{client_id} {url}")),
        }
    }
}

impl<F: Exchange + ?Sized> Exchange for OwnBudget<'_, F> {
    fn exchange(&self, request: Request) -> impl Future<Output = Result<Response, FetchError>> {
        self.fetch.exchange(Request {
            own_budget: self.name.clone(),
            ..request
        })
    }
}
