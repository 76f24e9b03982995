//! The port over reqwest, for binaries on a current-thread tokio runtime.

use std::time::Duration;

use crate::{Fetch, FetchError, LocalFuture, Method, Request, Response};

/// Sends with one pooled reqwest client.
#[derive(Debug, Clone)]
pub struct Native {
    client: reqwest::Client,
}

impl Native {
    /// # Errors
    /// When the TLS backend cannot start.
    pub fn new() -> Result<Self, FetchError> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| FetchError::Unreachable(error.to_string()))?;
        Ok(Self { client })
    }

    async fn send(&self, request: Request) -> Result<Response, FetchError> {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Delete => reqwest::Method::DELETE,
            Method::Options => reqwest::Method::OPTIONS,
        };
        let mut builder = self.client.request(method, request.url);
        for (name, value) in request.headers {
            builder = builder.header(name, value);
        }
        if let Some(body) = request.body {
            builder = builder.body(body);
        }
        let mut answer = builder.send().await.map_err(unreachable)?;
        let status = answer.status().as_u16();
        let headers = answer
            .headers()
            .iter()
            .map(|(name, value)| {
                (
                    name.to_string(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned(),
                )
            })
            .collect();
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
            if body.len() + chunk.len() > request.max_body {
                return Err(FetchError::TooLarge(request.max_body));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Response {
            status,
            headers,
            body,
        })
    }
}

impl Fetch for Native {
    fn fetch(&self, request: Request) -> LocalFuture<'_, Result<Response, FetchError>> {
        let timeout = request.timeout;
        Box::pin(async move {
            tokio::time::timeout(timeout, self.send(request))
                .await
                .unwrap_or(Err(FetchError::Timeout(timeout)))
        })
    }

    fn sleep(&self, duration: Duration) -> LocalFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// reqwest's `Display` names the URL, which may carry a query that is nobody's business in a log.
fn unreachable(error: reqwest::Error) -> FetchError {
    FetchError::Unreachable(error.without_url().to_string())
}
