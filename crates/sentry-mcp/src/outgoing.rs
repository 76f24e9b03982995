//! Sends this process's requests to other servers.

use std::cell::OnceCell;
use std::time::Duration;

use fetch::native::Native;
use fetch::{Fetch, FetchError, LocalFuture, Request, Response};
use tokio::sync::Semaphore;

/// How many requests may run at once. A client may have a thousand calls in flight, but one person should not send a
/// thousand requests at once to Sentry.
const AT_ONCE: usize = 24;

/// A reqwest client that is created on first use, so that a process that only lists its tools does not load
/// certificates.
pub(crate) struct Outgoing {
    native: OnceCell<Native>,
    free: Semaphore,
}

impl Outgoing {
    pub(crate) fn new() -> Self {
        Self {
            native: OnceCell::new(),
            free: Semaphore::new(AT_ONCE),
        }
    }

    fn native(&self) -> Result<&Native, FetchError> {
        match self.native.get() {
            Some(native) => Ok(native),
            None => {
                let made = Native::new()?;
                Ok(self.native.get_or_init(|| made))
            }
        }
    }
}

impl Fetch for Outgoing {
    /// A request's time limit begins when its turn has come.
    fn fetch(&self, request: Request) -> LocalFuture<'_, Result<Response, FetchError>> {
        Box::pin(async move {
            let _turn = self.free.acquire().await;
            self.native()?.fetch(request).await
        })
    }

    fn sleep(&self, duration: Duration) -> LocalFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}
