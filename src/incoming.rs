//! A request as the handlers see it.

use js_sys::Uint8Array;
use oauth_provider::Origin;
use url::Url;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use crate::edge::{self, Outlet};

/// One incoming request.
pub struct Incoming {
    pub method: String,
    pub url: Url,
    pub origin: Origin,
    /// For people to quote and for the log.
    pub id: String,
    /// Those of [`edge::HEADERS`], in that order.
    headers: Vec<Option<String>>,
    /// The runtime's own: making a `worker::Request` of it reads `cf`, which costs as much as a small answer.
    request: web_sys::Request,
    body_taken: bool,
    /// Where the body of the answer is written in pieces, after its head: that.
    pub outlet: Option<Outlet>,
}

/// A body beyond its limit; reading stopped there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

impl Incoming {
    pub fn new(request: web_sys::Request, id: String) -> worker::Result<Self> {
        let head = edge::request_head(&request);
        let mut lines = head.split('\n');
        let method = lines.next().unwrap_or_default().to_owned();
        let url = Url::parse(lines.next().unwrap_or_default())
            .map_err(|error| worker::Error::RustError(error.to_string()))?;
        let origin = Origin::of(&url)
            .ok_or_else(|| worker::Error::RustError("a URL without origin".to_owned()))?;
        let headers = lines
            .map(|line| line.strip_prefix('=').map(str::to_owned))
            .collect();
        Ok(Self {
            method,
            url,
            origin,
            id,
            headers,
            request,
            body_taken: false,
            outlet: None,
        })
    }

    pub fn header(&self, name: &str) -> Option<String> {
        match edge::HEADERS.iter().position(|known| *known == name) {
            Some(at) => self.headers.get(at).cloned().flatten(),
            None => edge::request_header(&self.request, name),
        }
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let header = self.header("cookie")?;
        let mut pairs = header
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='));
        pairs
            .find(|(n, _)| *n == name)
            .map(|(_, value)| value.to_owned())
    }

    /// Names of the request's cookies.
    pub fn cookie_names(&self) -> Vec<String> {
        let header = self.header("cookie").unwrap_or_default();
        header
            .split(';')
            .filter_map(|pair| Some(pair.trim().split_once('=')?.0.to_owned()))
            .collect()
    }

    /// Where the request comes from, for rate limits.
    pub fn address(&self) -> String {
        self.header("cf-connecting-ip").unwrap_or_default()
    }

    /// Whether the caller accepts JSON and no page.
    pub fn wants_json(&self) -> bool {
        let accept = self.header("accept").unwrap_or_default();
        accept.contains("application/json") && !accept.contains("text/html")
    }

    /// The whole body, if it is not longer than `limit` bytes.
    pub async fn body(&mut self, limit: usize) -> worker::Result<Result<Vec<u8>, TooLarge>> {
        self.body_taken = true;
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let body = JsFuture::from(edge::request_body(&self.request, limit)).await?;
        Ok(body
            .dyn_ref::<Uint8Array>()
            .map(Uint8Array::to_vec)
            .ok_or(TooLarge))
    }

    /// Reads what nobody has asked for, if it is short: with a body left unread the runtime gives the connection up, and
    /// the client's next request must make a new one.
    pub async fn drain(&mut self) {
        const SHORT: usize = 16 * 1024;
        let announced = self.header("content-length");
        let announced = announced.and_then(|length| length.parse::<usize>().ok());
        if !self.body_taken && announced.is_some_and(|length| (1..=SHORT).contains(&length)) {
            let _ = self.body(SHORT).await;
        }
    }
}
