use std::rc::Rc;
use std::time::Duration;

use fetch::{Fetch, FetchError, LocalFuture, Method, Request, Response};
use url::Url;

use crate::error::ApiError;
use crate::json::{Json, MOST_TEXT, Value};
use crate::link::next_cursor;
use crate::path::path;
use crate::region::{BaseUrl, Region};
use crate::reports::Reports;
use crate::retry;
use crate::token::{Token, TokenSource};

/// What Sentry's operators see of us.
pub const USER_AGENT: &str = concat!("hosted-sentry-mcp/", env!("CARGO_PKG_VERSION"));

/// Of a file, in bytes. It is handed on as text of a third more, and an isolate has little room.
const MOST_FILE: usize = 2 << 20;

/// Of a reason, in characters.
const LONGEST_REASON: usize = 300;

/// Sends authorized requests to one configured Sentry and its regions. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    pub(crate) fetch: Rc<dyn Fetch>,
    tokens: Rc<dyn TokenSource>,
    base: Rc<BaseUrl>,
    /// For what is nice to have: given up after this, and not tried again.
    patience: Option<Duration>,
    pub(crate) reports: Option<Rc<Reports>>,
}

/// One request, before it has a token: `/api/0/{segments}/` of a region. Query names and values are not yet encoded.
pub(crate) struct Ask<'a> {
    pub(crate) method: Method,
    pub(crate) region: &'a Region,
    pub(crate) segments: &'a [&'a str],
    pub(crate) query: Vec<(&'static str, &'a str)>,
    /// Of a file, in place of segments and query: its address at this Sentry.
    pub(crate) at: Option<Url>,
    pub(crate) body: Option<serde_json::Value>,
    /// `None`: the port's own.
    pub(crate) timeout: Option<Duration>,
}

impl<'a> Ask<'a> {
    pub(crate) const fn get(
        region: &'a Region,
        segments: &'a [&'a str],
        query: Vec<(&'static str, &'a str)>,
    ) -> Self {
        Self {
            method: Method::Get,
            region,
            segments,
            query,
            at: None,
            body: None,
            timeout: None,
        }
    }

    pub(crate) const fn send(
        method: Method,
        region: &'a Region,
        segments: &'a [&'a str],
        body: serde_json::Value,
    ) -> Self {
        Self {
            method,
            region,
            segments,
            query: Vec::new(),
            at: None,
            body: Some(body),
            timeout: None,
        }
    }

    fn url(&self) -> Result<Url, ApiError> {
        if let Some(at) = &self.at {
            return Ok(at.clone());
        }
        let text = format!("{}/api/0/{}", self.region, path(self.segments)?);
        // Invariant: a region is a parsed URL and the path is percent-encoded, so that the two together parse.
        let mut url = Url::parse(&text).map_err(|_| ApiError::Malformed("a URL"))?;
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        Ok(url)
    }
}

impl Client {
    /// A client of the Sentry at `base`, as whoever `tokens` stands for.
    #[must_use]
    pub fn new(fetch: Rc<dyn Fetch>, tokens: Rc<dyn TokenSource>, base: BaseUrl) -> Self {
        Self {
            fetch,
            tokens,
            base: Rc::new(base),
            patience: None,
            reports: None,
        }
    }

    /// Sends a request as it is: without a token, and once.
    pub(crate) async fn send_bare(&self, request: Request) -> Result<Response, ApiError> {
        Ok(self.fetch.fetch(request).await?)
    }

    /// The same client for what is nice to have: a request is given up after `patience` and not tried again.
    #[must_use]
    pub fn with_patience(&self, patience: Duration) -> Self {
        Self {
            patience: Some(patience),
            ..self.clone()
        }
    }

    /// The configured Sentry.
    #[must_use]
    pub fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// Waits, by the clock of whoever sends the requests: between two looks at something that takes its time.
    pub async fn sleep(&self, duration: Duration) {
        self.fetch.sleep(duration).await;
    }

    /// The answer to a request as JSON; `what` names what it should be, in logs. Boxed, so that the state of a request
    /// is compiled once and not into each of its callers.
    pub(crate) fn ask<'a>(
        &'a self,
        ask: Ask<'a>,
        what: &'static str,
    ) -> LocalFuture<'a, Result<Json, ApiError>> {
        Box::pin(async move { Ok(self.ask_page(ask, what).await?.0) })
    }

    /// As [`Self::ask`], with the cursor of the next page.
    pub(crate) fn ask_page<'a>(
        &'a self,
        ask: Ask<'a>,
        what: &'static str,
    ) -> LocalFuture<'a, Result<(Json, Option<String>), ApiError>> {
        self.ask_judged(ask, what, judge)
    }

    /// The bytes of a file.
    pub(crate) fn ask_file<'a>(
        &'a self,
        mut ask: Ask<'a>,
    ) -> LocalFuture<'a, Result<Vec<u8>, ApiError>> {
        Box::pin(async move {
            ask.at = Some(ask.url()?);
            Ok(judge(self.send(&ask).await?)?.body)
        })
    }

    /// As [`Self::ask_page`], where a 400 may tell its reason.
    pub(crate) fn ask_with_reason<'a>(
        &'a self,
        ask: Ask<'a>,
        what: &'static str,
    ) -> LocalFuture<'a, Result<(Json, Option<String>), ApiError>> {
        self.ask_judged(ask, what, |response| match response.status {
            400 => Err(reason(response.body).map_or(ApiError::Rejected(400), ApiError::Refused)),
            _ => judge(response),
        })
    }

    fn ask_judged<'a>(
        &'a self,
        ask: Ask<'a>,
        what: &'static str,
        judge: fn(Response) -> Result<Response, ApiError>,
    ) -> LocalFuture<'a, Result<(Json, Option<String>), ApiError>> {
        Box::pin(async move {
            let answer = async {
                let response = judge(self.send(&ask).await?)?;
                let next = response.header("link").and_then(next_cursor);
                // A deletion has nothing to say.
                if response.body.is_empty() && ask.method != Method::Get {
                    return Ok((Json::default(), next));
                }
                Ok((Json::read(response.body, what)?, next))
            };
            answer.await.map_err(|error| {
                if ask.method == Method::Get {
                    error
                } else {
                    of_change(error)
                }
            })
        })
    }

    /// As [`Self::ask`], for an endpoint whose 400 says something as well; `null` where it does not.
    pub(crate) async fn ask_even_if_refused(
        &self,
        ask: Ask<'_>,
        what: &'static str,
    ) -> Result<Json, ApiError> {
        let response = self.send(&ask).await?;
        if response.status == 400 {
            return Ok(Json::read(response.body, what).unwrap_or_default());
        }
        Json::read(judge(response)?.body, what)
    }

    /// Sends with the current token, and once more with a renewed one after a 401.
    async fn send(&self, ask: &Ask<'_>) -> Result<Response, ApiError> {
        let url = ask.url()?;
        let mut token = self.tokens.current().await?;
        let mut renewed = false;
        loop {
            let response = self.send_as(&token, ask, &url).await?;
            if response.status != 401 || renewed {
                return Ok(response);
            }
            token = self.tokens.renew(&token).await?;
            renewed = true;
        }
    }

    /// Sends with this token, and again while [`retry::wait`] says so. Only a GET is ever repeated: after a 502 nobody
    /// knows whether a change was made.
    async fn send_as(&self, token: &Token, ask: &Ask<'_>, url: &Url) -> Result<Response, ApiError> {
        let mut attempt = 0;
        let most = if ask.at.is_some() {
            MOST_FILE
        } else {
            MOST_TEXT
        };
        loop {
            let mut request = Request::new(ask.method, url.clone())
                .header("authorization", format!("Bearer {}", token.expose()))
                .header("accept", "application/json")
                .header("user-agent", USER_AGENT)
                .max_body(most)
                // The status of a failure decides, however long its page is; of a 400 some read the reason.
                .body_of(200..=400);
            if let Some(body) = &ask.body {
                request = request.body("application/json", body.to_string());
            }
            if let Some(timeout) = ask.timeout.or(self.patience) {
                request = request.timeout(timeout);
            }
            let response = self.fetch.fetch(request).await?;
            let may_repeat = ask.method == Method::Get && self.patience.is_none();
            let again = may_repeat
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
pub(crate) fn judge(response: Response) -> Result<Response, ApiError> {
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

/// What Sentry says is wrong with a request: `{"detail": "…"}`, or the first member with a list of sentences, with its name.
fn reason(body: Vec<u8>) -> Option<String> {
    let answer = Json::read(body, "a reason").ok()?;
    let mut at = answer.root();
    let mut words = String::new();
    // A member may hold an object of members, and a list one of each kind.
    for _ in 0..4 {
        at = match at {
            Value::String(text) => {
                words.push_str(text);
                return Some(words.chars().take(LONGEST_REASON).collect());
            }
            Value::Array(list) => list.get(0)?,
            Value::Object(members) => {
                let (name, value) = members.iter().next()?;
                if name != "detail" {
                    words.push_str(name);
                    words.push_str(": ");
                }
                value
            }
            _ => return None,
        };
    }
    None
}

/// After such a failure of a request that changes something, nobody knows whether it was made.
pub(crate) fn of_change(error: ApiError) -> ApiError {
    match error {
        ApiError::Unavailable(_)
        | ApiError::Malformed(_)
        | ApiError::TooMuch
        | ApiError::NoRoom => ApiError::Unsure,
        // Only then was nothing sent.
        ApiError::Transport(FetchError::OverBudget) => error,
        ApiError::Transport(_) => ApiError::Unsure,
        error => error,
    }
}
