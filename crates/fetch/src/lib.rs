//! One port for outgoing HTTP.
//!
//! Every crate that talks to another server takes a `&dyn Fetch`, so that a program in a script runtime can hand it
//! that runtime's `fetch`, a binary can hand it reqwest, and a test can hand it a script. The port is deliberately small: whole
//! bodies, counted while they are read; one deadline for headers and body together; redirects never followed. An answer is
//! judged in the order in which it comes, status first: [`judge`].
#![deny(missing_docs)]

mod judge;
#[cfg(feature = "native")]
pub mod native;
mod request;
mod response;
#[cfg(any(feature = "scripted", test))]
pub mod scripted;

use std::pin::Pin;
use std::time::Duration;

pub use judge::{Fault, judge};
pub use request::{Method, Request};
pub use response::Response;

/// A future of this port. It is not `Send`: it is made for single-threaded runtimes, in a browser's engine and natively.
pub type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Why no whole response came back. An HTTP error status is a [`Response`], not one of these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// Headers and body did not arrive within [`Request::timeout`].
    #[error("no complete answer within {} s", .0.as_secs())]
    Timeout(Duration),
    /// The body is longer than [`Request::max_body`] bytes; reading stopped there.
    #[error("the answer is longer than {0} bytes")]
    TooLarge(usize),
    /// The body was not read, or not to its end: those that are read just now leave no room for it.
    #[error("too many long answers are read just now")]
    NoRoom,
    /// Nothing was sent: the budget for such requests is used up for now.
    #[error("too many such requests for now")]
    OverBudget,
    /// The name did not resolve, the connection failed or broke off, or TLS failed. The text is for logs.
    #[error("the server could not be reached: {0}")]
    Unreachable(String),
    /// The head of an answer came, and its body did not, or not all of it.
    #[error("{why}")]
    Incomplete {
        /// Status and headers; the body is empty.
        head: Box<Response>,
        /// Never another of these.
        why: Box<FetchError>,
    },
}

impl FetchError {
    /// What went wrong, whether or not the head had come.
    #[must_use]
    pub fn cause(&self) -> &Self {
        match self {
            Self::Incomplete { why, .. } => why,
            error => error,
        }
    }
}

/// Sends requests, and waits: a caller that retries or polls needs both from the same hand, so that a test
/// controls them together.
pub trait Fetch {
    /// Sends one request and reads the whole answer within the request's limits. Redirects are not followed: a
    /// 3xx is returned as it came.
    fn fetch(&self, request: Request) -> LocalFuture<'_, Result<Response, FetchError>>;

    /// Waits for `duration`.
    fn sleep(&self, duration: Duration) -> LocalFuture<'_, ()>;
}

/// One request and its answer, for a library that many threads use as well as one: the future has no box around it, and
/// is `Send` where the implementation's is. Every [`Fetch`] is an `Exchange`, on one thread.
pub trait Exchange {
    /// As [`Fetch::fetch`].
    fn exchange(&self, request: Request) -> impl Future<Output = Result<Response, FetchError>>;
}

impl<F: Fetch + ?Sized> Exchange for F {
    fn exchange(&self, request: Request) -> impl Future<Output = Result<Response, FetchError>> {
        self.fetch(request)
    }
}

/// The code in the README works.
#[cfg(all(doctest, feature = "scripted"))]
#[doc = include_str!("../README.md")]
struct Readme;
