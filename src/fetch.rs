//! The fetch port over the runtime's `fetch`.

use std::time::Duration;

use fetch::{Fetch, FetchError, LocalFuture, Method, Request, Response};
use futures_util::future::{Either, select};
use futures_util::{StreamExt, pin_mut};
use worker::{
    AbortController, AbortSignal, Delay, Env, Fetch as RuntimeFetch, Headers, RequestInit,
    RequestRedirect,
};

use crate::config::{CIMD_HOST_RATE_LIMITER, CIMD_IP_RATE_LIMITER};
use crate::limits;

/// Sends with the runtime's `fetch`.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing;

impl Fetch for Outgoing {
    fn fetch(&self, request: Request) -> LocalFuture<'_, Result<Response, FetchError>> {
        Box::pin(async move {
            let timeout = request.timeout;
            let abort = AbortController::default();
            let answer = {
                let answer = send(request, abort.signal());
                let deadline = Delay::from(timeout);
                pin_mut!(answer, deadline);
                match select(answer, deadline).await {
                    Either::Left((answer, _)) => answer,
                    Either::Right(((), _)) => Err(FetchError::Timeout(timeout)),
                }
            };
            if matches!(
                answer,
                Err(FetchError::Timeout(_) | FetchError::TooLarge(_))
            ) {
                // The other side may go on sending for ever.
                abort.abort();
            }
            answer
        })
    }

    fn sleep(&self, duration: Duration) -> LocalFuture<'_, ()> {
        Box::pin(Delay::from(duration))
    }
}

/// Fetches client metadata documents: as [`Outgoing`], within a budget for each document host and each address that
/// asks, so that nobody can aim this server at a third one.
pub struct DocumentFetch {
    env: Env,
    address: String,
}

impl DocumentFetch {
    pub const fn new(env: Env, address: String) -> Self {
        Self { env, address }
    }
}

impl Fetch for DocumentFetch {
    fn fetch(&self, request: Request) -> LocalFuture<'_, Result<Response, FetchError>> {
        Box::pin(async move {
            // With a dot at its end it is the same host.
            let host = request.url.host_str().unwrap_or_default();
            let host = host.trim_end_matches('.');
            let within = limits::allows(&self.env, CIMD_HOST_RATE_LIMITER, host).await
                && limits::allows(&self.env, CIMD_IP_RATE_LIMITER, &self.address).await;
            if within {
                Outgoing.fetch(request).await
            } else {
                Err(FetchError::OverBudget)
            }
        })
    }

    fn sleep(&self, duration: Duration) -> LocalFuture<'_, ()> {
        Outgoing.sleep(duration)
    }
}

async fn send(request: Request, signal: AbortSignal) -> Result<Response, FetchError> {
    let outgoing = outgoing(&request).map_err(unreachable)?;
    let mut answer = RuntimeFetch::Request(outgoing)
        .send_with_signal(&signal)
        .await
        .map_err(unreachable)?;
    let headers = answer.headers().entries().collect();
    let status = answer.status_code();
    let mut body = Vec::new();
    // A 204 or 304 has no stream to read.
    if let Ok(mut stream) = answer.stream() {
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(unreachable)?;
            if body.len() + chunk.len() > request.max_body {
                return Err(FetchError::TooLarge(request.max_body));
            }
            body.extend_from_slice(&chunk);
        }
    }
    Ok(Response {
        status,
        headers,
        body,
    })
}

fn outgoing(request: &Request) -> worker::Result<worker::Request> {
    let headers = Headers::new();
    for (name, value) in &request.headers {
        headers.set(name, value)?;
    }
    let mut init = RequestInit::new();
    init.with_method(match request.method {
        Method::Get => worker::Method::Get,
        Method::Post => worker::Method::Post,
        Method::Put => worker::Method::Put,
        Method::Delete => worker::Method::Delete,
    })
    .with_headers(headers)
    .with_redirect(RequestRedirect::Manual);
    if let Some(body) = &request.body {
        init.with_body(Some(
            worker::js_sys::Uint8Array::from(body.as_slice()).into(),
        ));
    }
    worker::Request::new_with_init(request.url.as_str(), &init)
}

fn unreachable(error: worker::Error) -> FetchError {
    FetchError::Unreachable(error.to_string())
}
