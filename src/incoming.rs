//! A request as the handlers see it.

use futures_util::StreamExt;
use oauth_provider::Origin;
use url::Url;
use worker::Headers;
use worker::js_sys::Uint8Array;
use worker::wasm_bindgen_futures::JsFuture;

/// One incoming request.
pub struct Incoming {
    pub method: String,
    pub url: Url,
    pub origin: Origin,
    /// For people to quote and for the log.
    pub id: String,
    headers: Headers,
    /// The runtime's own: making a `worker::Request` of it reads `cf`, which costs as much as a small answer.
    request: web_sys::Request,
}

/// A body beyond its limit; reading stopped there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

impl Incoming {
    pub fn new(request: web_sys::Request, id: String) -> worker::Result<Self> {
        let url = Url::parse(&request.url())
            .map_err(|error| worker::Error::RustError(error.to_string()))?;
        let origin = Origin::of(&url)
            .ok_or_else(|| worker::Error::RustError("a URL without origin".to_owned()))?;
        let headers = Headers(request.headers());
        Ok(Self {
            method: request.method(),
            url,
            origin,
            id,
            headers,
            request,
        })
    }

    pub fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).ok().flatten()
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
        let announced = self
            .header("content-length")
            .and_then(|length| length.parse::<usize>().ok());
        if announced.is_some_and(|length| length > limit) {
            return Ok(Err(TooLarge));
        }
        if self.request.body().is_none() {
            return Ok(Ok(Vec::new()));
        }
        if announced.is_some() {
            // The runtime holds the sender to the length that it announced.
            let buffer = JsFuture::from(self.request.array_buffer()?).await?;
            let body = Uint8Array::new(&buffer).to_vec();
            return Ok(if body.len() > limit {
                Err(TooLarge)
            } else {
                Ok(body)
            });
        }
        let mut stream = worker::Request::from(Clone::clone(&self.request)).stream()?;
        let mut body = Vec::new();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk?;
            if body.len() + chunk.len() > limit {
                return Ok(Err(TooLarge));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Ok(body))
    }
}
