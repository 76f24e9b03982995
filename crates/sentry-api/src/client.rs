use std::rc::Rc;

use fetch::{Fetch, Method, Request, Response};
use serde::de::DeserializeOwned;
use url::Url;

use crate::error::ApiError;
use crate::link::{Page, next_cursor};
use crate::path::path;
use crate::region::{BaseUrl, Region};
use crate::retry;
use crate::token::{Token, TokenSource};

/// What Sentry's operators see of us.
pub const USER_AGENT: &str = concat!("hosted-sentry-mcp/", env!("CARGO_PKG_VERSION"));

/// Sends authorized requests to one configured Sentry and its regions. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    fetch: Rc<dyn Fetch>,
    tokens: Rc<dyn TokenSource>,
    base: Rc<BaseUrl>,
}

/// A query: names and values, not yet encoded.
pub(crate) type Query<'a> = Vec<(&'static str, &'a str)>;

impl Client {
    /// A client of the Sentry at `base`, as whoever `tokens` stands for.
    #[must_use]
    pub fn new(fetch: Rc<dyn Fetch>, tokens: Rc<dyn TokenSource>, base: BaseUrl) -> Self {
        Self {
            fetch,
            tokens,
            base: Rc::new(base),
        }
    }

    /// The configured Sentry.
    #[must_use]
    pub fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// GETs `/api/0/{segments}/` of a region and reads the answer as `T`; `what` names `T` in logs.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        region: &Region,
        segments: &[&str],
        query: Query<'_>,
        what: &'static str,
    ) -> Result<T, ApiError> {
        let response = self
            .send(Method::Get, url(region, segments, &query)?)
            .await?;
        parse(&response, what)
    }

    /// As [`Self::get`], for a list with a `Link` header.
    pub(crate) async fn get_page<T: DeserializeOwned>(
        &self,
        region: &Region,
        segments: &[&str],
        query: Query<'_>,
        what: &'static str,
    ) -> Result<Page<T>, ApiError> {
        let response = self
            .send(Method::Get, url(region, segments, &query)?)
            .await?;
        Ok(Page {
            items: parse(&response, what)?,
            next: response.header("link").and_then(next_cursor),
        })
    }

    /// Sends with the current token, and once more with a renewed one after a 401.
    async fn send(&self, method: Method, url: Url) -> Result<Response, ApiError> {
        let token = self.tokens.current().await?;
        let response = self.send_as(&token, method, url.clone()).await?;
        if response.status != 401 {
            return judge(response);
        }
        let renewed = self.tokens.renew(&token).await?;
        judge(self.send_as(&renewed, method, url).await?)
    }

    /// Sends with this token, and again while [`retry::wait`] says so. Only a GET is ever repeated: after a 502 nobody
    /// knows whether a change was made.
    async fn send_as(&self, token: &Token, method: Method, url: Url) -> Result<Response, ApiError> {
        let mut attempt = 0;
        loop {
            let request = Request::new(method, url.clone())
                .header("authorization", format!("Bearer {}", token.expose()))
                .header("accept", "application/json")
                .header("user-agent", USER_AGENT);
            let response = self.fetch.fetch(request).await?;
            let again = (method == Method::Get)
                .then(|| retry::wait(&response, attempt))
                .flatten();
            let Some(wait) = again else {
                return Ok(response);
            };
            self.fetch.sleep(wait).await;
            attempt += 1;
        }
    }
}

/// The status decides, and the body of a failure is never looked at.
fn judge(response: Response) -> Result<Response, ApiError> {
    match response.status {
        200..=299 => Ok(response),
        // A renamed project answers with a redirect to its new name. It is not followed: the token would travel along.
        300..=399 | 404 => Err(ApiError::NotFound),
        401 => Err(ApiError::Unauthorized),
        403 => Err(ApiError::Forbidden),
        429 => Err(ApiError::RateLimited {
            retry_after: retry::retry_after(&response),
        }),
        status @ 400..=499 => Err(ApiError::Rejected(status)),
        status => Err(ApiError::Unavailable(status)),
    }
}

fn parse<T: DeserializeOwned>(response: &Response, what: &'static str) -> Result<T, ApiError> {
    serde_json::from_slice(&response.body).map_err(|_| ApiError::Malformed(what))
}

fn url(region: &Region, segments: &[&str], query: &Query<'_>) -> Result<Url, ApiError> {
    let text = format!("{region}/api/0/{}", path(segments)?);
    // Invariant: a region is a parsed URL and the path is percent-encoded, so that the two together parse.
    let mut url = Url::parse(&text).map_err(|_| ApiError::Malformed("a URL"))?;
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    Ok(url)
}
