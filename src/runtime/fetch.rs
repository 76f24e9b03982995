//! The fetch port over the runtime's `fetch`.

use std::rc::Rc;
use std::time::Duration;

use fetch::{Fetch, FetchError, LocalFuture, Request, Response};
use js_sys::{Array, Promise, Uint8Array};
use url::Url;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use worker::{Delay, Env};

use crate::runtime::address::Address;
use crate::runtime::bindings::{CIMD_HOST_RATE_LIMITER, CIMD_IP_RATE_LIMITER};
use crate::runtime::edge;
use crate::runtime::facts::Facts;
use crate::runtime::hex::sha256_hex;
use crate::runtime::limits::{Cost, allow};

/// Sends with the runtime's `fetch`.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing;

impl Fetch for Outgoing {
    fn fetch(&self, request: Request) -> LocalFuture<'_, Result<Response, FetchError>> {
        Box::pin(send(request))
    }

    fn sleep(&self, duration: Duration) -> LocalFuture<'_, ()> {
        Box::pin(async move {
            // A `Delay` wakes who polled it first, which in the first turn of a request is nobody (lib.rs).
            let _ = JsFuture::from(Promise::resolve(&JsValue::UNDEFINED)).await;
            Delay::from(duration).await;
        })
    }
}

/// Asks Sentry on behalf of a request: as [`Outgoing`], with the request's id and its trace in the headers, and what came of
/// it among the request's facts.
#[derive(Clone)]
pub struct Upstream {
    facts: Rc<Facts>,
}

impl Upstream {
    /// On behalf of the request with these facts.
    pub const fn of(facts: Rc<Facts>) -> Self {
        Self { facts }
    }
}

impl Fetch for Upstream {
    fn fetch(&self, request: Request) -> LocalFuture<'_, Result<Response, FetchError>> {
        let request = request
            .header("traceparent", self.facts.trace.header(&self.facts.id))
            .header("x-request-id", self.facts.id.clone());
        Box::pin(async move {
            self.facts.begin();
            let answer = Outgoing.fetch(request).await;
            self.facts.asked(match &answer {
                Ok(response) => response.status,
                Err(FetchError::Incomplete { head, .. }) => head.status,
                Err(_) => 0,
            });
            answer
        })
    }

    fn sleep(&self, duration: Duration) -> LocalFuture<'_, ()> {
        Outgoing.sleep(duration)
    }
}

/// Fetches what clients publish: as [`Outgoing`], within budgets, so that nobody can aim this server at a third one. What
/// belongs to a client that people use here has a budget of its own first; everything else shares one for each address
/// that asks, and one for each host and part of the addresses ([ADR 64](../../docs/adr/0064-strangers-lock-no-client-out.md)).
#[derive(Clone)]
pub struct DocumentFetch {
    env: Env,
    address: Address,
}

impl DocumentFetch {
    /// For a request of the client at this address.
    pub const fn new(env: Env, address: Address) -> Self {
        Self { env, address }
    }

    /// The address is asked first: what it is refused costs no one else.
    async fn is_within(&self, request: &Request) -> bool {
        let is_within =
            async |limiter, key: &str| allow(&self.env, limiter, key, Cost::Operator).await.is_ok();
        if let Some(name) = &request.own_budget
            && is_within(CIMD_HOST_RATE_LIMITER, &format!("own {}", sha256_hex(name))).await
        {
            return true;
        }
        is_within(CIMD_IP_RATE_LIMITER, self.address.key()).await
            && is_within(
                CIMD_HOST_RATE_LIMITER,
                &strangers(&request.url, &self.address),
            )
            .await
    }
}

impl Fetch for DocumentFetch {
    fn fetch(&self, request: Request) -> LocalFuture<'_, Result<Response, FetchError>> {
        Box::pin(async move {
            if self.is_within(&request).await {
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

/// The key for one host and a sixteenth of all addresses. A part that is used up rarely holds anybody else, and strangers
/// can make this server ask a host at most sixteen times the limit.
fn strangers(url: &Url, address: &Address) -> String {
    // With a dot at its end it is the same host.
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    let part: String = sha256_hex(address.key()).chars().take(1).collect();
    format!("{host} {part}")
}

async fn send(request: Request) -> Result<Response, FetchError> {
    let headers = request.headers.iter();
    let head = edge::head(headers.map(|(name, value)| (*name, value.as_str())))
        .ok_or_else(|| FetchError::Unreachable("a header with a line break".to_owned()))?;
    let answer = edge::send(
        request.method.as_str(),
        request.url.as_str(),
        &head,
        request.body.as_deref().map(Uint8Array::from),
        &[
            u32::try_from(request.timeout.as_millis()).unwrap_or(u32::MAX),
            u32::try_from(request.max_body).unwrap_or(u32::MAX),
            u32::from(*request.body_of.start()),
            u32::from(*request.body_of.end()),
        ],
    );
    let answer = JsFuture::from(answer)
        .await
        .map_err(|error| failed(&error, request.timeout))?;
    let answer: Array = answer.unchecked_into();
    let head = answer.get(1).as_string().unwrap_or_default();
    let mut lines = head.lines();
    let mut headers = Vec::new();
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        headers.push((name.to_owned(), value.to_owned()));
    }
    let mut response = Response {
        // Invariant: the runtime's statuses are between 101 and 599.
        status: answer.get(0).as_f64().unwrap_or_default() as u16,
        headers,
        body: Vec::new(),
    };
    let body = answer.get(2);
    let why = match body.dyn_ref::<Uint8Array>() {
        Some(body) => {
            response.body = body.to_vec();
            return Ok(response);
        }
        None if body.is_undefined() => FetchError::TooLarge(request.max_body),
        None if body.is_null() => FetchError::NoRoom,
        None => failed(&body, request.timeout),
    };
    Err(FetchError::Incomplete {
        head: Box::new(response),
        why: Box::new(why),
    })
}

fn failed(error: &JsValue, timeout: Duration) -> FetchError {
    let name = error
        .dyn_ref::<js_sys::Error>()
        .map(|error| String::from(error.name()));
    if name.as_deref() == Some("TimeoutError") {
        FetchError::Timeout(timeout)
    } else {
        FetchError::Unreachable(edge::words(error))
    }
}
